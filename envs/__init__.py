"""Environments: the table of ids, and every face of them.

A line in ``TABLE`` is all that registration takes: the faces, the laws, the command line and the docs read it.
"""

import difflib
import importlib
from typing import TYPE_CHECKING, Any

from agora.envs.api import Spec
from agora.envs.batch import Batch
from agora.envs.game import Game

if TYPE_CHECKING:
    from agora.envs.faces.single import SingleEnv
    from agora.envs.faces.text import TextEnv
    from agora.envs.faces.together import TogetherEnv
    from agora.envs.faces.turns import TurnsEnv
    from agora.envs.faces.vector import NativeVectorEnv

TABLE = {
    "agora/KuhnPoker-v0": "agora.envs.games.kuhn_poker",
    "agora/LeducPoker-v0": "agora.envs.games.leduc_poker",
    "agora/Holdem-v0": "agora.envs.games.holdem",
    "agora/LiarsDice-v0": "agora.envs.games.liars_dice",
    "agora/Goofspiel-v0": "agora.envs.games.goofspiel",
    "agora/Hanabi-v0": "agora.envs.games.hanabi",
    "agora/NormalForm-v0": "agora.envs.games.normal_form",
    "agora/BeautyContest-v0": "agora.envs.games.beauty_contest",
    "agora/SurvivalAuction-v0": "agora.envs.games.survival_auction",
    "agora/Blotto-v0": "agora.envs.games.blotto",
    "agora/OshiZumo-v0": "agora.envs.games.oshi_zumo",
    "agora/TicTacToe-v0": "agora.envs.games.tic_tac_toe",
    "agora/ConnectFour-v0": "agora.envs.games.connect_four",
    "agora/Othello-v0": "agora.envs.games.othello",
    "agora/Breakthrough-v0": "agora.envs.games.breakthrough",
    "agora/Hex-v0": "agora.envs.games.hex",
    "agora/Go-v0": "agora.envs.games.go",
    "agora/Chess-v0": "agora.envs.games.chess",
    "agora/Xiangqi-v0": "agora.envs.games.xiangqi",
    "agora/Backgammon-v0": "agora.envs.games.backgammon",
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


def batch(id: str, num_envs: int, seed: Any = None, **keywords: Any) -> Batch:
    """``num_envs`` games in lock-step. ``keywords``: those of ``Batch`` and options of the environment."""
    own, options = _split(keywords, "autoreset", "illegal", "max_steps", "random_seats", "threads")
    return Batch(game(id, **options), num_envs, seed, **own)


def single(id: str, **keywords: Any) -> "SingleEnv":
    """One seat of one game, a ``gymnasium.Env``. ``keywords``: those of ``SingleEnv`` and options."""
    from agora.envs.faces.single import SingleEnv

    own, options = _split(keywords, "opponent", "seat", "illegal", "render_mode")
    return SingleEnv(game(id, **options), **own)


def vector(id: str, num_envs: int = 1, **keywords: Any) -> "NativeVectorEnv":
    """One seat of many games, a Gymnasium ``VectorEnv``. ``keywords``: those of ``NativeVectorEnv`` and options."""
    from agora.envs.faces.vector import NativeVectorEnv

    own, options = _split(keywords, "opponent", "seat", "illegal", "autoreset_mode", "render_mode")
    return NativeVectorEnv(game(id, **options), num_envs, **own)


def aec(id: str, **keywords: Any) -> "TurnsEnv":
    """One game behind PettingZoo's AEC interface. ``keywords``: those of ``TurnsEnv`` and options."""
    from agora.envs.faces.turns import TurnsEnv

    own, options = _split(keywords, "illegal", "max_cycles", "render_mode")
    return TurnsEnv(game(id, **options), **own)


def parallel(id: str, **keywords: Any) -> "TogetherEnv":
    """One game behind PettingZoo's Parallel interface. ``keywords``: those of ``TogetherEnv`` and options."""
    from agora.envs.faces.together import TogetherEnv

    own, options = _split(keywords, "illegal", "max_cycles", "render_mode")
    return TogetherEnv(game(id, **options), **own)


def text(id: str, **keywords: Any) -> "TextEnv":
    """One seat of one game in words. ``keywords``: those of ``TextEnv`` and options.

    Options that make more sense in words (``OPTIONS`` in the environment's words.py) are set unless given.
    """
    from agora.envs.faces.text import TextEnv

    own, options = _split(keywords, "opponent", "seat")
    return TextEnv(game(id, **{**words_options(id), **options}), **own)


def words_options(id: str) -> dict[str, Any]:
    """The options of ``id`` that the text face sets unless told otherwise."""
    return getattr(importlib.import_module(f"{_package(id)}.words"), "OPTIONS", {})


def _split(keywords: dict[str, Any], *names: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Keywords of a face, by ``names``, and the rest: options of the environment."""
    own = {name: value for name, value in keywords.items() if name in names}
    return own, {name: value for name, value in keywords.items() if name not in names}
