"""Schedules: results so far in, the units of the next round out.

Nothing else is remembered, so a season that was killed goes on as if it had not been, and anybody can tell from a log
whether what was played is what had to be played.

===============  ==============================================================================================
``round-robin``  every lineup plays all deals, in one round, and then the fresh ones, see ``Plan``
``swiss``        in each round agents of about equal points meet, see ``swiss.py``
``adaptive``     who cannot be told apart meets again, until the budget is spent, see ``adaptive.py``
===============  ==============================================================================================
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from agora.leaderboard.numbers.ratings import pair_scores
from agora.leaderboard.schedules.adaptive import next_lineups as adaptive_lineups
from agora.leaderboard.schedules.swiss import next_lineups as swiss_lineups
from agora.leaderboard.schedules.units import (
    Kind,
    Outcome,
    Plan,
    Unit,
    deals_for,
    games_per_deal,
    lineups,
    seat_orders,
    units,
)

_LOOKS = 20  # rounds in which an adaptive schedule lets one lineup play all its deals


def make_plan(
    kind: Kind,
    agents: int,
    players: int,
    games: int,
    deals_at_once: int,
    budget: int = 0,
    stop: float = 0.0,
    fresh: int = 0,
) -> Plan:
    """The plan of a contest.

    Args:
        games: of one lineup, rounded up to whole deals: all of them (round robin), each time it meets (Swiss), or at
            most (adaptive).
        budget: games in all. 0: as many as it takes (round robin); twice the rounds of a knock-out, or until everybody
            could have met everybody (Swiss); half of a round robin (adaptive).
        stop: Elo points, see ``Plan``; only adaptive.
        fresh: games of one lineup on deals that rank nobody, rounded up to whole deals; only round robin.

    Raises:
        ValueError: the schedule does not suit the number of agents, or its settings do not go together.
    """
    rows, deals = games_per_deal(players), deals_for(games, players)
    full = len(lineups(agents, players)) * deals * rows
    if kind != "adaptive" and stop:
        raise ValueError(f"stop = {stop:g} is for schedule = 'adaptive'; this schedule is {kind!r}.")
    if kind != "round-robin" and fresh:
        raise ValueError(f"confirm = {fresh} is for schedule = 'round-robin'; this schedule is {kind!r}.")
    if kind == "round-robin":
        if budget:
            raise ValueError(f"budget = {budget} is for 'swiss' and 'adaptive'; a round robin plays `games` of all.")
        new = deals_for(fresh, players)
        full += len(lineups(agents, players)) * new * rows
        return Plan(kind, agents, players, deals, deals, deals_at_once, full, 0.0, new)
    if players < 2 or agents <= players:
        needed = "several players" if players < 2 else f"more than {players} agents for {players} seats"
        raise ValueError(f"schedule = {kind!r} needs {needed}: leave it out, for a round robin.")
    if kind == "swiss":
        a_round = (agents // players) * deals * rows
        most = math.ceil((agents - 1) / (players - 1))
        rounds = budget // a_round if budget else min(2 * math.ceil(math.log2(agents)), most)
        if not rounds:
            raise ValueError(f"budget = {budget} is less than one round of {a_round} games.")
        return Plan(kind, agents, players, rounds * deals, deals, deals_at_once, rounds * a_round, 0.0)
    step = math.ceil(deals / _LOOKS)
    if budget and budget < step * rows:
        raise ValueError(f"budget = {budget} is less than the {step * rows} games that one lineup plays at a time.")
    return Plan(kind, agents, players, deals, step, deals_at_once, min(budget or full // 2, full), float(stop))


def next_units(plan: Plan, outcomes: Sequence[Outcome]) -> list[Unit]:
    """The units of the next round, in the order in which they are played; none when the contest is over.

    Args:
        outcomes: of all rounds before, in order.
    """
    if plan.kind == "round-robin":
        everybody = lineups(plan.agents, plan.players) if not outcomes else []
        spans = [(0, plan.deals), (plan.deals, plan.fresh)]
        return [unit for span in spans for lineup in everybody for unit in units(lineup, *span, plan.deals_at_once)]
    choose: Callable[..., list[tuple[tuple[int, ...], int, int]]]
    choose = swiss_lineups if plan.kind == "swiss" else adaptive_lineups
    return [unit for chosen in choose(plan, outcomes) for unit in units(*chosen, plan.deals_at_once)]


def outcome_of(unit: Unit, returns: np.ndarray) -> Outcome:
    """What came of a unit.

    Args:
        returns: (G, P) by seat, see ``match.deciding_returns``, of its games in the order of ``seats_and_deals``.
    """
    orders = seat_orders(len(unit.lineup))
    by_game = returns.reshape(unit.deals, *orders.shape)
    totals = np.zeros((unit.deals, len(unit.lineup)))
    for row, order in enumerate(orders):
        totals[:, order] += by_game[:, row]
    return Outcome(unit, pair_scores(totals / len(orders)).sum(axis=0))
