"""The web shop: what a random customer gets, what can be got, and the parts of a score."""

import numpy as np

from agora.envs.api import ENGINE_FIELDS, Reference
from agora.envs.jit import compiled_loop
from agora.envs.web.shop import rules
from agora.envs.web.shop.catalogue import NONE
from agora.envs.web.shop.rules import World, action_count, make_dtype, step_limit

_KNOWN = {
    # (products, goals, noise, typing, catalogue_seed): mean return of 65,536 random visits, 95 % interval +-0.0018
    (1000, 1086, 0.0, 0, 0): 0.4121,
    (1000, 708, 0.0, 0, 0): 0.4123,
    (1000, 378, 0.0, 0, 0): 0.4133,
    (1000, 1086, 0.0, 1, 0): 0.3752,
}
"""The default catalogue: all goals, train, test, and all with query="words". The oracle earns 1 on each goal."""
_VISITS = 1000


def reference(world: World) -> Reference:
    """The default catalogue is known well; for others random play is simulated here, which takes seconds."""
    key = (len(world.products.price), len(world.goals.targets), world.noise, world.typing, world.catalogue_seed)
    if key in _KNOWN:
        source = "best: the oracle agent earns 1 on every goal; random: 65,536 simulated visits, +-0.0018 (95 %)"
        return Reference((_KNOWN[key],), (1.0,), "exact", source)
    source = f"best: the reward is at most 1; random: {_VISITS} simulated visits from seed 0, about +-0.012 (95 %)"
    return Reference((simulate(world, _VISITS),), (1.0,), "bound", source)


def simulate(world: World, visits: int) -> float:
    """Mean return of ``visits`` visits in which every action is drawn uniformly among those possible, from seed 0."""
    loop, generator = compiled_loop(rules), np.random.default_rng(0)
    state = np.zeros(1, np.dtype(make_dtype(world) + ENGINE_FIELDS)).view(np.recarray)
    mask, actions, rewards = np.zeros(action_count(world), np.bool_), np.zeros(1, np.int64), np.zeros(1)
    total = 0.0
    for visit in range(visits):
        state[:] = np.zeros(1, state.dtype)
        loop.seed_streams(state, np.array([visit], np.uint64))
        loop.reset_one(world, state[0])
        while not state[0].over and state[0].steps < step_limit(world):
            loop.legal_one(world, state[0], 0, mask)
            actions[0] = generator.choice(np.flatnonzero(mask))
            loop.step_one(world, state[0], actions, rewards)
        total += rewards[0] if state[0].over else 0.0
    return float(total / visits)


def metrics(world: World, state) -> dict[str, float]:
    """The parts of the score of an ended visit; all 0 when nothing was bought.

    ``score`` is 100 times the reward and ``success`` whether the reward is 1, as in WebShop; the others are the
    published formula's parts: the shares of attributes and options hit, whether the price is within the limit, and
    ``r_type``.
    """
    if not state.over or state.product == NONE:
        return dict.fromkeys(("score", "success", "attributes", "options", "price", "type"), 0.0)
    products, goals, product, goal = world.products, world.goals, state.product, state.goal
    attributes = [attribute for attribute in goals.attributes[goal] if attribute != NONE]
    hit_attributes = sum(int(products.attributes[product]) >> int(attribute) & 1 for attribute in attributes)
    options = [value for value in goals.options[goal] if value != NONE]
    taken = [products.offered[product, group, place] for group, place in enumerate(state.chosen) if place != NONE]
    hit_options = sum(value in taken for value in options)
    price = int(products.price[product] <= goals.limit[goal])
    factor = world.type_factor[products.type[state.target], products.type[product]]
    reward = factor * (hit_attributes + hit_options + price) / (len(attributes) + len(options) + 1)
    return {
        "score": 100 * float(reward),
        "success": float(reward == 1),
        "attributes": hit_attributes / len(attributes),
        "options": hit_options / len(options),
        "price": float(price),
        "type": float(factor),
    }
