"""The survival auction: what is known of it."""

from functools import cache

import numpy as np

from agora.envs.api import Known, Reference
from agora.envs.games.survival_auction.rules import World

GAMES = 20_000  # of random play, simulated

_TWO = {"residents": 2, "days": 1, "salary": 1, "health": 1, "max_health": 1}
KNOWN = (
    # Each bids 0 or 1; who bids more lives, and with equal bids both die.
    Known("uniform play", 1 / 4, "worked by hand", "return_uniform", options=_TWO, tolerance=1e-12),
    Known("NashConv of uniform play", 1 / 2, "worked by hand", "nash_conv_uniform", options=_TWO, tolerance=1e-12),
)


def reference(world: World) -> Reference:
    source = f"nobody lives longer than all days. random: {GAMES} games simulated, standard error below 0.01 days a day"
    each = (random_return(world),) * world.residents
    return Reference(each, (float(world.days),) * world.residents, "bound", source)


@cache
def random_return(world: World) -> float:
    """Mean days that residents survive when all bid uniformly from 0 to their money."""
    generator = np.random.default_rng(0)
    shape = (GAMES, world.residents)
    health, money, dry = np.full(shape, world.health), np.zeros(shape, int), np.zeros(shape, int)
    lived = 0
    for _ in range(world.days):
        money += world.salary
        alive = health > 0
        bid = np.where(alive, generator.integers(0, money + 1), -1)
        drinks = alive & ((bid[:, None] >= bid[:, :, None]).sum(axis=2) <= world.supply)
        money -= np.where(drinks, bid, 0)
        dry = np.where(drinks, 0, dry + 1)
        gained = np.minimum(health + world.recovery, world.max_health)
        health = np.where(drinks, gained, np.where(alive, np.maximum(health - dry, 0), 0))
        lived += int((health > 0).sum())
    return lived / (GAMES * world.residents)


def metrics(world: World, state) -> dict[str, float]:
    """``survivors``, how many are alive at the end, and ``money_left``, the mean of what they did not spend."""
    alive = state.health > 0
    return {
        "survivors": float(alive.sum()),
        "money_left": float(state.money[alive].mean()) if alive.any() else 0.0,
    }
