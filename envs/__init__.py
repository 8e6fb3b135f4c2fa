"""Environments: the table of ids, and every face of them.

A line in ``TABLE`` is all that registration takes: the faces, the laws, the command line and the docs read it.
"""

import difflib
from typing import Any

from agora.envs.api import Spec
from agora.envs.batch import Batch
from agora.envs.game import Game

TABLE = {
    "agora/KuhnPoker-v0": "agora.envs.games.kuhn_poker",
    "agora/LeducPoker-v0": "agora.envs.games.leduc_poker",
    "agora/ConnectFour-v0": "agora.envs.games.connect_four",
    "agora/DealOrNoDeal-v0": "agora.envs.negotiation.deal_or_no_deal",
    "agora/AlternatingOffers-v0": "agora.envs.negotiation.alternating_offers",
    "agora/Portfolio-v0": "agora.envs.trading.portfolio",
    "agora/SealedAuction-v0": "agora.envs.trading.sealed_auction",
    "agora/Shop-v0": "agora.envs.web.shop",
}


def ids(family: str | None = None) -> list[str]:
    """All ids, or those of one family: games, negotiation, trading, web."""
    families = sorted({_family(id) for id in TABLE})
    if family is not None and family not in families:
        raise ValueError(f"There is no family {family!r}; there are {', '.join(families)}.")
    return [id for id in TABLE if family in (None, _family(id))]


def _family(id: str) -> str:
    return TABLE[id].split(".")[2]


def game(id: str, **options: Any) -> Game:
    """The environment with its options set: spec, rules one state at a time, words, drawing, reference."""
    return Game(id, _package(id), options)


def _package(id: str) -> str:
    if id not in TABLE:
        near = difflib.get_close_matches(id, TABLE, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"There is no environment {id!r}.{hint} All ids: {', '.join(TABLE)}.")
    return TABLE[id]


def spec(id: str, **options: Any) -> Spec:
    """Everything an algorithm may ask about ``id`` with these options."""
    return game(id, **options).spec


def batch(id: str, num_envs: int, seed: Any = None, **options: Any) -> Batch:
    """``num_envs`` games in lock-step. Keywords of ``Batch`` and options of the environment may be mixed."""
    own = {name: options.pop(name) for name in ("autoreset", "illegal", "random_seats", "threads") if name in options}
    return Batch(game(id, **options), num_envs, seed, **own)
