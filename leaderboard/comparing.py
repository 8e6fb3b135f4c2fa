"""Two agents against each other, until it is known which of two things is true: is the one better, or is it not?

For whoever changes an agent and wants to know whether that helped: pairs of games on the same deal with the seats
swapped are played until a sequential test decides, which takes fewer games than a number fixed beforehand. Where
neither luck nor agents draw, as between two deterministic agents in Connect Four, every pair is the same pair, and no
test helps.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agora import envs
from agora.agents.api import Agent, load
from agora.leaderboard import seeds
from agora.leaderboard.match import deciding_returns, play
from agora.leaderboard.numbers.duels import elo_of_pairs, pair_counts
from agora.leaderboard.numbers.sequential import Verdict, sequential_test
from agora.leaderboard.numbers.statistics import Estimate

AT_ONCE = 32
"""Pairs that are played between two looks at the test."""

PAIR = np.array([[0, 1], [1, 0]])


class Comparison(NamedTuple):
    """What was found."""

    counts: np.ndarray
    """(5,) pairs that gave the first agent 0, 1/2, 1, 3/2, 2 points."""
    difference: Estimate
    """Elo points by which the first is ahead. After a test that stopped when it had seen enough, its interval is
    somewhat too narrow and its middle somewhat too far out."""
    verdict: Verdict
    forfeits: tuple[int, int]
    """Of the first and of the second."""


def compare(
    id: str,
    first: str | Path | Agent,
    second: str | Path | Agent,
    elo0: float = 0.0,
    elo1: float = 20.0,
    pairs: int = 10_000,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    on_played: Callable[[np.ndarray, Verdict], None] | None = None,
) -> Comparison:
    """Plays until ``sequential_test`` tells ``elo0`` from ``elo1``, at 5 % error each, or ``pairs`` are played.

    Args:
        elo0: the first agent is ahead by so much, says the one hypothesis.
        elo1: and by so much the other.
        seed: of deals and agents.
        on_played: called now and then with the counts and where the test stands.

    Raises:
        ValueError: the game has stakes, or not two players; an id, an option or an agent is unknown.
    """
    if pairs < 1:
        raise ValueError(f"pairs={pairs} is not allowed: give a whole number from 1.")
    game = envs.game(id, **dict(options or {}))
    spec = game.spec
    if spec.players != 2 or spec.payoff != "zero-sum" or tuple(spec.returns) != (-1.0, 1.0):
        raise ValueError(f"{id} is no game of two that is only won, drawn or lost: compare its agents with evaluate.")
    agents = [load(agent, spec) for agent in (first, second)]
    secret = seeds.secret_from_seed(seed)
    counts, forfeits = np.zeros(5, np.int64), np.zeros(2, np.int64)
    verdict: Verdict | None = None
    for start in range(0, pairs, AT_ONCE):
        deals = np.repeat(np.arange(start, min(start + AT_ONCE, pairs)), 2)
        seating = np.tile(PAIR, (len(deals) // 2, 1))
        dealt = np.array([seeds.deal_seed(secret, "compare", id, deal) for deal in deals.tolist()])
        own = seeds.agents_seed(secret, "compare", id, str(start))
        played = play(game, agents, seating, dealt, deals, own)
        counts += pair_counts(deals, seating, deciding_returns(played), 2)[0, 1]
        for one in played:
            for seat in one.faults:
                forfeits[one.seating[int(seat)]] += 1
        verdict = sequential_test(counts, elo0, elo1)
        if on_played is not None:
            on_played(counts, verdict)
        if verdict.decision != "go on":
            break
    assert verdict is not None
    return Comparison(counts, elo_of_pairs(counts), verdict, (int(forfeits[0]), int(forfeits[1])))
