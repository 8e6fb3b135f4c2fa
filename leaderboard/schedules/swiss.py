"""The Swiss system: in every round, agents of about equal points meet.

All tables of a round play the same deals, and no two rounds do. A meeting is worth one point, shared as the deals were
shared. Where the seats do not go round, those sit out who have played most, the weakest first.
"""

from collections.abc import Sequence

import numpy as np

from agora.leaderboard.schedules.units import Outcome, Plan


def next_lineups(plan: Plan, outcomes: Sequence[Outcome]) -> list[tuple[tuple[int, ...], int, int]]:
    """Lineup, first deal and number of deals of everybody's next meeting; none after the last round."""
    first = max((outcome.unit.first + outcome.unit.deals for outcome in outcomes), default=0)
    if first >= plan.deals:
        return []
    points, played, met = standings(plan, outcomes)
    weakest_first = sorted(range(plan.agents), key=lambda agent: (points[agent], -agent))
    sitting_out = sorted(weakest_first, key=lambda agent: -played[agent])[: plan.agents % plan.players]
    waiting = [agent for agent in reversed(weakest_first) if agent not in sitting_out]
    tables = []
    while waiting:
        members = [waiting.pop(0)]
        while len(members) < plan.players:
            nearest = min(waiting, key=lambda agent: met[agent, members].sum())  # the first of equals
            waiting.remove(nearest)
            members.append(nearest)
        tables.append((tuple(sorted(members)), first, plan.deals_per_round))
    return tables


def standings(plan: Plan, outcomes: Sequence[Outcome]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Deals won against others (n,), deals played (n,), and deals that each two played together (n, n)."""
    points, played = np.zeros((2, plan.agents))
    met = np.zeros((plan.agents, plan.agents))
    for unit, wins in outcomes:
        members = np.array(unit.lineup)
        points[members] += wins.sum(axis=1) - wins.diagonal()
        played[members] += unit.deals
        met[np.ix_(members, members)] += unit.deals
    return points, played, met
