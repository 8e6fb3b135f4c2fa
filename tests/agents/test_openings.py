"""Games of self-play that begin with random decisions."""

from typing import Any

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.learned import ppo
from agora.agents.learned.decisions import credited
from agora.agents.learned.distributions import policy_form
from agora.agents.learned.networks import Output
from agora.agents.learned.rollout import Actor, EverySeat, Rollout
from agora.agents.learned.settings import from_table

CONNECT_FOUR, GOOFSPIEL = "agora/ConnectFour-v0", "agora/Goofspiel-v0"


def first_columns(observation: torch.Tensor) -> Output:
    """A network that all but always plays the first legal action."""
    logits = -100.0 * torch.arange(7).expand(len(observation), 7)
    return Output(logits, torch.zeros(len(observation)), None)


def played(opening: float, games: int = 2000, steps: int = 12) -> Rollout:
    game = agora.envs.game(CONNECT_FOUR)
    actor = Actor(EverySeat(game, games, opening=opening), game, first_columns, policy_form(game.spec)[1])
    actor.start(1)
    return actor.collect(steps, torch.Generator().manual_seed(0))


def test_openings_are_random_and_as_long_as_asked() -> None:
    """The policy knows one column only; nobody can win within six moves, so every opening is seen whole up to there."""
    rollout = played(opening=2.0)
    random = rollout.movers == -1
    lengths = np.cumprod(random[:6], axis=0).sum(axis=0)
    expected = sum((2 / 3) ** length for length in range(1, 7))  # of a geometric number, cut at six
    assert abs(lengths.mean() - expected) < 0.1
    assert (random[1:6] <= random[:5]).all()  # once the learner decides, it decides to the end
    second = rollout.observation[1].reshape(-1, 2, 6, 7).sum(axis=(1, 2))  # what the first move left in each column
    assert (second[~random[0], 0] == 1).all()
    assert (np.abs(second[random[0]].mean(axis=0) - 1 / 7) < 0.04).all()


def test_nothing_is_learned_from_an_opening() -> None:
    rollout = played(opening=2.0)
    parameters, distribution = ppo.Parameters(), policy_form(agora.envs.spec(CONNECT_FOUR))[1]
    decisions = credited(rollout, parameters, distribution)
    assert 0 < len(decisions.advantage) <= (rollout.movers >= 0).sum()
    assert (decisions.log_probability > -1).all()  # the policy's own actions


def test_without_an_opening_everything_is_the_learners() -> None:
    assert (played(opening=0.0, games=50).movers >= 0).all()


def test_all_seats_of_a_game_open_together() -> None:
    game = agora.envs.game(GOOFSPIEL)
    games = EverySeat(game, 500, opening=1.0)
    games.start(0)
    movers = games.movers.reshape(500, -1)
    assert (movers == movers[:, :1]).all()
    assert set(np.unique(movers)) == {-1, 0}
    games.play(np.zeros(games.rows, np.int64))  # shapes fit


@pytest.mark.parametrize(
    "table",
    [
        {"network": {"recurrent": 4}, "self_play": {"latest": 1.0}},
        {"self_play": {"latest": 0.0, "uniform": 1.0}},
        {},
    ],
)
def test_openings_that_cannot_be_are_refused(table: dict) -> None:
    first = {"id": CONNECT_FOUR, "algorithm": "PPO", "steps": 1000, "parameters": {"opening": 1.0}}
    settings: Any = from_table(first | table)
    with pytest.raises(ValueError, match=r"parameters\.opening"):
        ppo.make(settings, agora.envs.game(CONNECT_FOUR))
