"""A trained best response: how much an agent can be exploited, from below, where no tree of the game fits.

In every seat PPO learns to play against the agent in all other seats. Whatever it has learned, a best response gains at
least as much, so the mean gain of what was trained is a lower bound; how far below depends on the budget alone. It is
what E. Timbers et al., "Approximate exploitability: learning a best response", IJCAI 2022, measure, with PPO as the
learner.
"""

from typing import NamedTuple

import numpy as np

from agora.agents.api import Agent
from agora.agents.learned import ppo
from agora.agents.learned.evaluation import deal_seeds, play
from agora.agents.learned.saved import as_agent
from agora.agents.learned.settings import Schedule, Settings
from agora.envs.game import Game

DEVIATIONS = 1.96
"""Standard errors on each side of a 95 % interval."""

_FEWEST = 4096  # decisions of a round of learning


class LowerBound(NamedTuple):
    """What trained responses gain against an agent that plays all other seats, in the unit of the reward."""

    returns: np.ndarray
    """(P,), what each seat gets when the agent plays all of them."""
    best: np.ndarray
    """(P,), what the response gets in each seat; as in ``returns`` where the response is the agent itself."""
    intervals: np.ndarray
    """(P,), of ``best - returns``: half the width of a 95 % interval."""
    interval: float
    """Of ``nash_conv``, likewise."""
    decisions: int
    """Spent on training, over all seats."""
    deals: int
    """That everything was estimated from."""

    @property
    def nash_conv(self) -> float:
        return float((self.best - self.returns).sum())

    @property
    def exploitability(self) -> float:
        return self.nash_conv / len(self.returns)


def lower_bound(agent: Agent, game: Game, budget: int, deals: int = 20_000, seed: int = 0) -> LowerBound:
    """Trains a response for every seat and estimates what they gain, on deals that none of them was trained on.

    A response plays its most likely actions. Where it gains nothing over the agent's own play, on deals set apart for
    that choice, the agent itself is the response and the gain is 0, which is a lower bound too. So every estimate is
    the mean gain of responses that were fixed before its deals were drawn: it is unbiased, and its interval covers
    what *these* responses gain, never more in the mean than best ones do.

    Args:
        agent: who is exploited.
        budget: decisions of the learners, over all seats together.
        deals: each is played once by the agent alone and once for every response.
        seed: of training and of all deals.

    Raises:
        ValueError: the budget is too small for a single round of learning in every seat, or there are no two deals.
    """
    players = game.spec.players
    if budget < players * _FEWEST:
        raise ValueError(f"A budget of {budget:,} decisions is too small: give at least {players * _FEWEST:,}.")
    if deals < 2:
        raise ValueError(f"deals={deals} is not allowed: an interval needs at least 2.")
    # One stream of seeds for each purpose: a response must not know the deals it is judged by.
    training, choosing, judging = np.random.SeedSequence(seed).generate_state(3).tolist()
    decisions, responses = 0, []
    for seat in range(players):
        learner = _train(agent, game, seat, budget // players, (training + seat) % 2**32)
        decisions += learner.steps
        responses.append(as_agent(learner.model, game.spec, learner.parameters.bins, deterministic=True))
    _, chances = _judged(agent, responses, game, max(deals // 4, 2), choosing)
    own, gains = _judged(agent, responses, game, deals, judging)
    gains[:, chances.mean(axis=0) <= 0] = 0.0
    returns = own.mean(axis=0)
    return LowerBound(
        returns, returns + gains.mean(axis=0), _interval(gains), float(_interval(gains.sum(axis=1))), decisions, deals
    )


def _train(agent: Agent, game: Game, seat: int, steps: int, seed: int) -> ppo.PPO:
    """A learner that has played ``seat`` for about ``steps`` decisions."""
    settings = Settings(
        id=game.spec.id,
        algorithm="PPO",
        steps=steps,
        seed=seed,
        num_envs=256,
        seat=seat,
        device="cpu",
        reward_scale=_scale(game),
        options=dict(game.spec.options),
        parameters=ppo.Parameters(
            rollout=_FEWEST // 256,
            minibatch=1024,
            epochs=4,
            gamma=1.0,
            learning_rate=Schedule(2e-3, 1e-4),
            entropy=Schedule(0.02, 0.0),
        ),
    )
    learner = ppo.make(settings, game, agent)
    while learner.steps < steps:
        learner.iterate()
    learner.check_finite()
    return learner


def _scale(game: Game) -> float:
    """Brings returns to about 1, where their bounds are known."""
    largest = max(abs(bound) for bound in game.spec.returns)
    return 1.0 / largest if 0 < largest < np.inf else 1.0


def _judged(agent: Agent, responses: list[Agent], game: Game, deals: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What the agent alone gets in each seat, and what each seat's response gains over that: (deals, P) each."""
    players, seeds = game.spec.players, deal_seeds(seed, deals)
    own = play(game, [agent], np.zeros((deals, players), np.int64), seeds, seed).final_returns.copy()
    gains = np.empty_like(own)
    for seat, response in enumerate(responses):
        seating = np.tile(np.arange(players) == seat, (deals, 1)).astype(np.int64)
        gains[:, seat] = play(game, [agent, response], seating, seeds, seed).final_returns[:, seat] - own[:, seat]
    return own, gains


def _interval(values: np.ndarray) -> np.ndarray:
    """Half the width of a 95 % interval of the means of columns of independent ``values`` (deals, ...)."""
    return DEVIATIONS * values.std(axis=0, ddof=1) / np.sqrt(len(values))
