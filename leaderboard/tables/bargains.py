"""Negotiations: how often there was a deal, how good it was together, and how evenly it shared."""

from collections.abc import Callable, Sequence

import numpy as np

from agora import envs
from agora.envs.batch import Batch
from agora.envs.game import Game
from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played
from agora.leaderboard.numbers.negotiation import Bargains, measures
from agora.leaderboard.numbers.statistics import share_estimates
from agora.leaderboard.tables.captions import interval_rule
from agora.leaderboard.tables.evidence import Evidence, sum_by_agent
from agora.leaderboard.tables.layout import Column, Table, table_by_agent

LABELS = {
    "agreement": "Agreement",
    "efficiency": "Efficiency",
    "nash_ratio": "Nash ratio",
    "fairness": "Fairness",
}


def bargains_table(contest: Contest, evidence: Evidence, games: Sequence[Played]) -> Table | None:
    """Agreement, efficiency, Nash ratio, fairness; None where the log is of no negotiation that is known here."""
    possible = POSSIBLE.get(contest.id)
    if possible is None or not games:
        return None
    found = measures(bargains(envs.game(contest.id, **contest.options), possible, games))
    shape = evidence.seats.shape
    sums = [sum_by_agent(np.where(counts, values, np.nan), evidence.seated, shape) for values, counts in found.values()]
    columns = [Column(name, LABELS[name], "share") for name in found]
    values = [share_estimates(*each, evidence.weights, evidence.seed) for each in sums]
    caption = (
        "Agreement: games with a deal. Of what all could gain beyond what they have without a deal: efficiency is the "
        "share that they gained together, the Nash ratio the product of gains of the highest there is; 0 without a "
        "deal. Fairness: the least by the greatest gain, each as a share of what that player could have had, of games "
        f"with a deal in which somebody gained. Payoffs count as paid, after discounts. "
        f"{interval_rule(contest, brief=True)}"
    )
    return table_by_agent("bargains", "Bargains", contest, columns, values, caption)


def bargains(game: Game, possible: "Possible", games: Sequence[Played]) -> Bargains:
    """What was gained in ``games``, and what could have been."""
    agreed = np.array([one.metrics.get("agreement") == 1.0 for one in games])
    payoffs = np.array([one.returns for one in games], np.float64)
    seeds, which = np.unique(np.array([one.seed for one in games], np.uint64), return_inverse=True)
    dealt = Batch(game, len(seeds), seeds, autoreset="disabled", illegal="forfeit").states
    known = np.array([possible(game, state) for state in dealt], np.float64)[which.ravel()]
    nothing = np.zeros_like(payoffs)
    return Bargains(agreed, payoffs, nothing, known[:, :2], known[:, 2], known[:, 3])


Possible = Callable[[Game, np.record], tuple[float, float, float, float]]
"""Of the first state of a game: the most that each player could get, the highest sum, and the highest product.
Without a deal nobody has anything."""


def _divisions(game: Game, state: np.record) -> tuple[float, float, float, float]:
    from agora.envs.negotiation.deal_or_no_deal.reference import analyse

    known = analyse(game.world, int(state.scenario))
    first, second = known.points.max(axis=0)
    return float(first), float(second), float(known.best_joint), float(known.nash[0] * known.nash[1])


def _pie(game: Game, state: np.record) -> tuple[float, float, float, float]:
    bins = game.world.bins
    half = (bins // 2) / bins if bins else 0.5
    return 1.0, 1.0, 1.0, half * (1.0 - half)


POSSIBLE: dict[str, Possible] = {"agora/DealOrNoDeal-v0": _divisions, "agora/AlternatingOffers-v0": _pie}
