"""Survival auction: bid every day for water that not everybody gets.

# Description
A town is short of water. Every day each living resident is paid a salary and makes one sealed bid for a day's water, of
at most the money it has. There is water for `supply` residents: the highest bids get it and pay what they bid. Where
equal bids compete for less water than they need, none of them gets it, and neither does any lower bid; with `supply`
1 a tie for the highest bid leaves everybody dry. Who drinks gains `recovery` health points, up to `max_health`; who
does not loses one on the first dry day, two on the second in a row, three on the third, and so on. At 0 health points
or below a resident dies, and its money is lost. All bids, health and money are public after each day.

# Observation
Everybody sees the residents from its own place: itself first, then those that follow, after the last the first.
`health` (`residents`) float32: health points as a share of `max_health`, 0 for the dead.
`money` (`residents`) float32: what each can bid today, the salary included, as a share of all that one can earn.
`dry` (`residents`) float32: dry days in a row so far, as a share of `days`.
`bids` (`days`, `residents`) float32: all bids of past days, the latest day first, as a share of all that one can earn;
-1 where there was none.
`progress` (1) float32: the share of the days that is over, 0 to 1.

# Action
`Discrete(salary * days + 1)`: the bid. More than one's money is illegal, and for the dead everything but 0.

# Reward
1 for each day that the resident is still alive in the evening. Money is worth nothing but water.

# End
After `days` days, or when nobody is alive.

# Options
- `residents` (2 to 10, default 5).
- `days` (1 to 50, default 10).
- `salary` (1 to 1,000, default 100): money paid each morning; `salary` times `days` is at most 10,000. A smaller one
  makes the same game in coarser steps.
- `health` (1 to 100, default 8): health points at the start, at most `max_health`.
- `max_health` (1 to 100, default 10).
- `recovery` (0 to 100, default 2): health points gained by drinking.
- `supply` (1 to 9, default 1): how many residents there is water for, fewer than all.

The defaults are the rules of the survival auction game of Zhang et al. Their score counts the day of death as survived;
the mean of theirs is ours plus the share of those who die. A bid beyond one's money, which they only keep from winning,
cannot be made here. The water allocation challenge of Mao et al. has residents of different needs and salaries, and a
supply that changes by the day, and gives water in a tie to the lower need.

# Source
Y. Zhang et al., "K-level reasoning: establishing higher order beliefs in large language models for strategic
reasoning", 2024, arXiv 2402.01521. S. Mao et al., "ALYMPICS: LLM agents meet game theory", 2023, arXiv 2311.03220.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import EVERYONE, Discrete, Piece, Spec, check_integer
from agora.envs.jit import rule

NONE = -1  # no bid
MOST_MONEY = 10_000


class World(NamedTuple):
    residents: int
    days: int
    salary: int
    health: int
    max_health: int
    recovery: int
    supply: int


def make_world(
    residents: int = 5,
    days: int = 10,
    salary: int = 100,
    health: int = 8,
    max_health: int = 10,
    recovery: int = 2,
    supply: int = 1,
) -> World:
    residents = check_integer("residents", residents, 2, 10)
    days = check_integer("days", days, 1, 50)
    max_health = check_integer("max_health", max_health, 1, 100)
    salary = check_integer("salary", salary, 1, 1000)
    if salary * days > MOST_MONEY:
        raise ValueError(
            f"salary={salary} with days={days} is not allowed: one can earn {salary * days}, "
            f"give a smaller salary, with at most {MOST_MONEY}."
        )
    return World(
        residents=residents,
        days=days,
        salary=salary,
        health=check_integer("health", health, 1, max_health),
        max_health=max_health,
        recovery=check_integer("recovery", recovery, 0, 100),
        supply=check_integer("supply", supply, 1, residents - 1),
    )


def make_spec(world: World) -> Spec:
    residents = (world.residents,)
    return Spec(
        players=world.residents,
        turns="simultaneous",
        information="perfect",
        payoff="general",
        chance="none",
        action=Discrete(world.salary * world.days + 1),
        observation=(
            Piece("health", residents, 0, 1, "health points as a share of the most, own first"),
            Piece("money", residents, 0, 1, "money to bid as a share of all that one can earn, own first"),
            Piece("dry", residents, 0, 1, "dry days in a row as a share of `days`, own first"),
            Piece(
                "bids",
                (world.days, world.residents),
                -1,
                1,
                "past bids as a share of all that one can earn, latest day first, own first; -1: none",
            ),
            Piece("progress", (1,), 0, 1, "share of the days that is over"),
        ),
        returns=(0.0, float(world.days)),
        unit="days",
        max_steps=world.days,
        seats=tuple(f"resident {resident + 1}" for resident in range(world.residents)),
    )


def make_dtype(world: World) -> list:
    residents = (world.residents,)
    return [
        ("health", "i2", residents),  # health points, 0 for the dead
        ("money", "i4", residents),  # what can be bid today
        ("dry", "i2", residents),  # dry days in a row
        ("lived", "i2", residents),  # days survived
        ("bids", "i2", (world.days, world.residents)),  # by day, or NONE
        ("played", "i2"),  # days that are over
    ]


@rule
def reset(world, state):
    for resident in range(world.residents):
        state.health[resident] = world.health
        state.money[resident] = world.salary
    for day in range(world.days):
        for resident in range(world.residents):
            state.bids[day, resident] = NONE
    state.to_move = EVERYONE


@rule
def legal(world, state, player, out):
    most = int(state.money[player])
    for bid in range(out.shape[0]):
        out[bid] = bid <= most


@rule
def step(world, state, actions, rewards):
    bids = state.bids[state.played]
    for resident in range(world.residents):
        if state.health[resident] > 0:
            bids[resident] = actions[resident]
    alive = 0
    for resident in range(world.residents):
        if state.health[resident] > 0 and spend_day(world, state, bids, resident):
            rewards[resident] = 1.0
            alive += 1
    state.played += 1
    state.over = alive == 0 or state.played == world.days


@rule
def spend_day(world, state, bids, resident):
    """What the day does to ``resident``, who gets the next salary if still alive; whether that is so."""
    if drinks(world, bids, resident):
        state.health[resident] = min(state.health[resident] + world.recovery, world.max_health)
        state.money[resident] -= bids[resident]
        state.dry[resident] = 0
    else:
        state.dry[resident] += 1
        state.health[resident] = max(state.health[resident] - state.dry[resident], 0)
    if state.health[resident] == 0:
        state.money[resident] = 0
        return False
    state.lived[resident] += 1
    if state.played + 1 < world.days:
        state.money[resident] += world.salary
    return True


@rule
def drinks(world, bids, resident):
    """Whether there is water for all whose bid is as high as that of ``resident`` or higher."""
    needed = 0
    for other in range(world.residents):
        needed += bids[other] >= bids[resident]
    return needed <= world.supply


@rule
def observe(world, state, player, out):
    earned = world.salary * world.days
    for place in range(world.residents):
        resident = (player + place) % world.residents
        out.health[place] = state.health[resident] / world.max_health
        out.money[place] = state.money[resident] / earned
        out.dry[place] = state.dry[resident] / world.days
        for past in range(world.days):
            out.bids[past, place] = -1
        for past in range(state.played):
            bid = state.bids[state.played - 1 - past, resident]
            if bid != NONE:
                out.bids[past, place] = bid / earned
    out.progress[0] = state.played / world.days
