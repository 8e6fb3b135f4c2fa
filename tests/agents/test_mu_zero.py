"""MuZero: the model's errors by hand, that it learns a game, and a learner that stops, goes on and is saved."""

import io
from typing import Any

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.api import load
from agora.agents.learned import evaluation, mu_zero
from agora.agents.learned.mu_zero import LatentModel, half_gradient, unrolled_loss
from agora.agents.learned.planner import Lesson, Planner
from agora.agents.learned.settings import Network, from_table

TIC = "agora/TicTacToe-v0"


def learner(seed: int = 0, id: str = TIC, **parameters: Any) -> Planner:
    settings: Any = from_table(
        {
            "id": id,
            "algorithm": "MuZero",
            "steps": 40_000,
            "num_envs": 64,
            "seed": seed,
            "device": "cpu",
            "network": {"kind": "mlp", "hidden": [128]},
            "parameters": {
                "minibatch": 256,
                "moves": 8,
                "window": 10_000,
                "playing": 16,
                "learning_rate": 5e-3,
                "latent": 64,
                "unroll": 2,
                "reuse": 16,
                "search": {"simulations": 16, "considered": 9, "sharpness": 0.1},
                **parameters,
            },
        }
    )
    return mu_zero.make(settings, agora.envs.game(id))


class Known:
    """Stands in for a model: latent states count the moves, and every prediction follows from the count."""

    def __init__(self, logits: torch.Tensor, values: list[float], rewards: list[float]):
        self.logits, self.values, self.rewards = logits, torch.tensor(values), torch.tensor(rewards)
        self.actions: list[list[int]] = []

    def represent(self, observation: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(observation), 1)

    def advance(self, latent: torch.Tensor, action: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.actions.append(action.tolist())
        return latent + 1, self.rewards[latent[:, 0].long()]

    def predict(self, latent: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.logits[latent[:, 0].long()], self.values[latent[:, 0].long()]


def test_unrolled_loss_by_hand():
    """Two positions and two after each; the second game ends with the first move."""
    logits = torch.log(torch.tensor([[0.5, 0.5], [0.25, 0.75], [0.8, 0.2]]))
    model: Any = Known(logits, values=[0.1, 0.2, 0.3], rewards=[0.5, 0.25])
    lesson = Lesson(
        observation=torch.zeros(2, 1),
        legal=torch.ones(2, 2, dtype=torch.bool),
        action=torch.tensor([[0, 1, 0], [1, 1, 0]]),
        policy=torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], [[0.0, 1.0], [9.0, 9.0], [9.0, 9.0]]]),
        value=torch.tensor([[1.0, -1.0, 1.0], [-1.0, 9.0, 9.0]]),
        reward=torch.tensor([[0.0, 0.0, 9.0], [1.0, 9.0, 9.0]]),
        left=torch.tensor([5, 1]),
    )
    losses = unrolled_loss(model, lesson, value_weight=2.0, reward_weight=3.0)
    first = np.log(2)  # both
    second = -np.log(0.75) / 2  # the mean of two positions, one of them ended
    third = -(0.5 * np.log(0.8) + 0.5 * np.log(0.2)) / 2
    assert losses["policy_loss"].item() == pytest.approx(first + (second + third) / 2, rel=1e-5)
    values = (0.9**2 + 1.1**2) / 2 + ((1.2**2 + 0.2**2) / 2 + (0.7**2 + 0.3**2) / 2) / 2
    assert losses["value_loss"].item() == pytest.approx(2.0 * 0.5 * values, rel=1e-5)
    rewards = (0.5**2 + 0.5**2) / 2 + (0.25**2 + 0.25**2) / 2
    assert losses["reward_loss"].item() == pytest.approx(3.0 * 0.5 * rewards / 2, rel=1e-5)
    assert model.actions == [[0, 1], [1, 1]]


def test_gradients_are_halved():
    latent = torch.tensor([[1.0, 3.0, 2.0], [-4.0, -4.0, -4.0]], requires_grad=True)
    assert half_gradient(latent).tolist() == latent.tolist()
    half_gradient(latent).sum().backward()
    assert (latent.grad == 0.5).all()


def test_actions_lead_to_different_states_and_players_are_told_apart():
    model = LatentModel(agora.envs.spec(TIC), Network(kind="mlp", hidden=[16]), 8)
    latent = model.represent(torch.zeros(9, 18))
    after, rewards = model.advance(latent, torch.arange(9))
    assert after.shape == (9, 8)
    assert rewards.shape == (9,)
    assert len({tuple(row) for row in after.tolist()}) == 9


def test_learns_tic_tac_toe():
    one = learner()
    while one.steps < 12_000:
        last = one.iterate()
    assert last["reward_loss"] < 0.02
    numbers = evaluation.against(one.agent(), one.game, "random", 200, 1)
    assert numbers["against random"] > 0.75
    foreseen_the_end(one)


def foreseen_the_end(one: Planner) -> None:
    """The model knows that a move which completes a line pays, and one elsewhere does not."""
    model, game = one.parts.model, one.game
    state = game.new()
    for action in (0, 3, 1, 4):
        game.step(state, action)
    observation = torch.from_numpy(game.observe(state, 0)[None].astype(np.float32))
    with torch.no_grad():
        _, rewards = model.advance(model.represent(observation).expand(9, -1), torch.arange(9))
    assert rewards[2] > 0.5
    assert rewards[2] == rewards[[2, 5, 6, 7, 8]].max()


def test_resumed_is_as_never_stopped():
    whole, before, after = learner(), learner(), learner(seed=5)
    for each in (whole, before):
        for _ in range(2):
            each.iterate()
    file = io.BytesIO()
    torch.save(before.state(), file)
    file.seek(0)
    after.restore(torch.load(file, weights_only=True))
    for _ in range(2):
        assert whole.iterate() == after.iterate()


def test_saved_agent_plays_as_the_learner(tmp_path):
    one = learner()
    for _ in range(3):
        one.iterate()
    agent = load(one.save(tmp_path / "agent"), one.game.spec)
    own, other = (evaluation.play_all_seats(each, one.game, 4, 1) for each in (one.agent(), agent))
    np.testing.assert_array_equal(own.states, other.states)
    text = (tmp_path / "agent" / "agent.toml").read_text()
    (tmp_path / "agent" / "agent.toml").write_text(text.replace("latent = 64", "latent = 16"))
    with pytest.raises(ValueError, match=r"agent\.toml describes"):
        load(tmp_path / "agent", one.game.spec)


def test_refuses_what_it_cannot_plan():
    with pytest.raises(ValueError, match="chance moves"):
        learner(id="agora/Backgammon-v0")
