"""Agents for the web shop: the published rule, an oracle and one that never buys."""

from collections.abc import Callable
from typing import Any

import numpy as np

import agora.envs
from agora.agents.api import Agent, FunctionAgent, Needs
from agora.envs.api import Spec
from agora.envs.web.shop.catalogue import NONE
from agora.envs.web.shop.pages import (
    BACK,
    BUY,
    HIT,
    ITEM,
    NEXT,
    OPTION,
    PAGE_HITS,
    PREVIOUS,
    RESULTS,
    SEARCH,
    TEMPLATE,
    TEMPLATES,
    WHOLE,
)
from agora.envs.web.shop.rules import World


def rule(spec: Spec) -> Agent:
    """WebShop's rule baseline: search for the instruction as it stands, open the first hit, buy it."""
    return _by_page(spec, {SEARCH: TEMPLATE + WHOLE, RESULTS: HIT, ITEM: BUY})


def null(spec: Spec) -> Agent:
    """Searches and goes back until time is up: scores 0."""
    return _by_page(spec, {SEARCH: TEMPLATE})


def _by_page(spec: Spec, actions: dict[int, int]) -> Agent:
    """An agent that looks at nothing but the page; where its action is impossible it goes back to the search."""
    on_page = np.full(7, BACK)
    on_page[list(actions)] = list(actions.values())

    def act(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
        chosen = on_page[spec.pieces(observation)["page"].argmax(axis=1)]
        return np.where(legal[np.arange(len(legal)), chosen], chosen, BACK)

    return FunctionAgent(act)


class OracleAgent:
    """Knows every product: opens a hit that can earn the whole reward, chooses the wanted options and buys.

    It tries the query templates one after the other, longest first, until one finds such a product. If none does, it
    buys the best hit of the last one: this happens with synonyms (noise) and, for about one goal in ten thousand, in
    catalogues of 20,000 products and more.
    """

    needs: Needs = "truth"
    order = np.array(sorted(range(len(TEMPLATES)), key=lambda template: (-TEMPLATES[template].bit_count(), template)))

    def __init__(self, spec: Spec):
        self._world: World = agora.envs.game(spec.id, **spec.options).world

    def reset(self, spec: Spec, lanes: np.ndarray, seed: int) -> None:
        """It remembers nothing: what was tried stands in the states."""

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        actions = np.full(len(states), PREVIOUS)
        page = np.asarray(states.page)
        for number, choose in ((SEARCH, self._search), (RESULTS, self._open), (ITEM, self._buy)):
            rows = np.flatnonzero(page == number)
            if len(rows):
                actions[rows] = choose(states[rows], legal[rows])
        return actions

    def _search(self, states: np.recarray, legal: np.ndarray) -> np.ndarray:
        untried = legal[:, TEMPLATE + self.order] & (states.tried[:, self.order] == 0)
        return TEMPLATE + self.order[untried.argmax(axis=1)]

    def _open(self, states: np.recarray, legal: np.ndarray) -> np.ndarray:
        reach = attainable(self._world, states.goal, states.hits)
        best = reach.argmax(axis=1)
        rows = np.arange(len(states))
        left = legal[:, BACK] & ~self._exhausted(states)
        actions = np.where(best // PAGE_HITS > states.results_page, NEXT, HIT + best % PAGE_HITS)
        actions = np.where(best // PAGE_HITS < states.results_page, PREVIOUS, actions)
        worth_it = (reach[rows, best] > 1 - 1e-9) | (~left & (reach[rows, best] >= 0))
        return np.where(worth_it, actions, BACK)

    def _exhausted(self, states: np.recarray) -> np.ndarray:
        """Whether every template that the instruction allows was tried."""
        two_attributes = self._world.goals.attributes[states.goal, 1] != NONE
        return states.tried.sum(axis=1) >= np.where(two_attributes, len(TEMPLATES), len(TEMPLATES) - 2)

    def _buy(self, states: np.recarray, legal: np.ndarray) -> np.ndarray:
        rows = np.arange(len(states))
        offered = self._world.products.offered[states.product]
        wanted = self._world.goals.options[states.goal]
        actions = np.full(len(states), BUY)
        for group in range(wanted.shape[1]):
            fits = (offered[:, group] == wanted[:, group, None]) & (wanted[:, group, None] != NONE)
            place = fits.argmax(axis=1)
            missing = fits[rows, place] & (states.chosen[:, group] != place)
            actions = np.where(missing, OPTION + offered.shape[2] * group + place, actions)
        return actions


def attainable(world: World, goals: np.ndarray, products: np.ndarray) -> np.ndarray:
    """The reward of buying ``products`` (L, n) with the best choice of options for ``goals`` (L,); -1 for NONE."""
    sold, wanted = world.products, world.goals
    attributes, options = wanted.attributes[goals][:, None], wanted.options[goals][:, None]
    has = (sold.attributes[products][..., None] >> np.maximum(attributes, 0).astype(np.int64)) & 1
    offers = (sold.offered[products][..., None] == options[:, :, None, None]).any(axis=(2, 3))
    hit = (has * (attributes != NONE)).sum(axis=2) + (offers & (options != NONE)).sum(axis=2)
    hit = hit + (sold.price[products] <= wanted.limit[goals][:, None])
    asked = (attributes != NONE).sum(axis=2) + (options != NONE).sum(axis=2) + 1
    factor = world.type_factor[sold.type[wanted.targets[goals, 0]][:, None], sold.type[products]]
    return np.where(products == NONE, -1.0, factor * hit / asked)


AGENTS: dict[str, Callable[[Spec], Agent]] = {"rule": rule, "oracle": OracleAgent, "null": null}
