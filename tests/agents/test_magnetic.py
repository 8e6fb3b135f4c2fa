"""Magnetic mirror descent by PPO with a post-decision critic: its action values, its magnet, and what it converges to.

Kuhn poker is small enough to say by hand what every action is worth.
"""

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.learned import ppo
from agora.agents.learned.settings import from_table
from agora.agents.solvers.exploit import exploit

KUHN = "agora/KuhnPoker-v0"
PASS, BET = 0, 1
HISTORIES = ((), (PASS,), (BET,), (PASS, BET))  # where somebody decides

# Of passing and of betting with jack, queen and king, while everybody plays both alike.
UNIFORM_VALUES = {
    (): ((-1.25, -0.5), (-0.25, 0.5), (0.75, 1.5)),
    (PASS,): ((-1.0, -0.5), (0.0, 0.5), (1.0, 1.5)),
    (BET,): ((-1.0, -2.0), (-1.0, 0.0), (-1.0, 2.0)),
    (PASS, BET): ((-1.0, -2.0), (-1.0, 0.0), (-1.0, 2.0)),
}


@pytest.fixture(scope="module")
def game():
    return agora.envs.game(KUHN)


def learner(game, seed=0, steps=1_000_000, **parameters):
    table = {
        "id": KUHN,
        "algorithm": "PPO",
        "steps": steps,
        "num_envs": 1024,
        "seed": seed,
        "device": "cpu",
        "self_play": {"latest": 1.0},
        "network": {"kind": "mlp", "hidden": [64, 64]},
        "parameters": {
            "rollout": 8,
            "minibatch": 2048,
            "epochs": 4,
            "gamma": 1.0,
            "critic": "action",
            "objective": "all-actions",
            "trace_decay": 1.0,
            "normalise_advantages": False,
            "entropy": 0.0,
            "learning_rate": {"start": 3e-3, "end": 1e-3},
            **parameters,
        },
    }
    return ppo.make(from_table(table), game)


def observations(game):
    """What is seen with each card after each of ``HISTORIES``, (4, 3, O)."""
    seen = np.zeros((4, 3, game.spec.observation_size), np.float32)
    for index, history in enumerate(HISTORIES):
        for card in range(3):
            pieces = game.spec.pieces(seen[index, card])
            pieces["card"][card] = pieces["seat"][len(history) % 2] = 1
            for place, action in enumerate(history):
                pieces["betting"][place, action] = 1
    return torch.from_numpy(seen)


def policy_and_values(model, game):
    """The policy and the critic's values (4, 3, 2), by history, card and action."""
    with torch.no_grad():
        output = model(observations(game).flatten(0, 1))
    return torch.softmax(output.policy, -1).view(4, 3, 2).numpy(), output.value.view(4, 3, 2).numpy()


def exact_values(policy):
    """What each action is worth (4, 3, 2) when all play ``policy``: the mean over the other's cards as they are likely
    after what the other did."""
    values = np.zeros((4, 3, 2))
    for index, history in enumerate(HISTORIES):
        for own in range(3):
            others = [card for card in range(3) if card != own]
            weights = np.array([_likely(policy, history, card) for card in others])
            for action in (PASS, BET):
                worth = [_worth(policy, (*history, action), len(history) % 2, own, card) for card in others]
                values[index, own, action] = weights @ worth / weights.sum()
    return values


def _likely(policy, history, card):
    """How likely the player who is not to move does its part in ``history`` with ``card``."""
    chances = [
        policy[HISTORIES.index(history[:turn]), card, history[turn]]
        for turn in range(len(history))
        if turn % 2 != len(history) % 2
    ]
    return np.prod(chances)


def _worth(policy, history, player, own, other):
    """The return of ``player``, with ``own``, when ``history`` has been played."""
    if history in HISTORIES:
        mover = len(history) % 2
        chances = policy[HISTORIES.index(history), own if mover == player else other]
        return sum(chances[action] * _worth(policy, (*history, action), player, own, other) for action in (PASS, BET))
    if history[-1] == BET or history == (PASS, PASS):
        return (1 if own > other else -1) * (1 + (history[-1] == BET))
    return 1 if (len(history) - 1) % 2 != player else -1  # the last one passed after a bet


def test_values_by_hand():
    uniform = np.full((4, 3, 2), 0.5)
    assert np.allclose(exact_values(uniform), [UNIFORM_VALUES[history] for history in HISTORIES])


@pytest.mark.parametrize("trace_decay", [0.0, 1.0])
def test_the_critic_learns_what_every_action_is_worth(game, trace_decay):
    """Also what follows after others' moves; the magnet holds the policy where it is."""
    learns = learner(game, magnet="uniform", magnet_weight=300.0, trace_decay=trace_decay, steps=120_000)
    while learns.steps < 120_000:
        learns.iterate()
    policy, values = policy_and_values(learns.model, game)
    assert np.abs(policy - 0.5).max() < 0.03
    assert np.abs(values - exact_values(policy)).max() < 0.25
    assert np.abs(values - exact_values(policy)).mean() < 0.08


def test_the_magnet_weighs_as_much_as_the_values(game):
    """With a uniform magnet of fixed weight every action's probability goes to the softmax of its value over the
    weight, where a temperature half or twice as high would show."""
    learns = learner(game, magnet="uniform", magnet_weight=1.0, proximal=2.0, average=0.9, steps=300_000)
    while learns.steps < 300_000:
        learns.iterate()
    policy, _ = policy_and_values(learns.average, game)
    values = exact_values(policy)
    gaps, found = values[..., BET] - values[..., PASS], np.log(policy[..., BET] / policy[..., PASS])
    assert np.abs(found - gaps).max() < 0.4
    assert (found * gaps).sum() / (gaps**2).sum() == pytest.approx(1, abs=0.07)


def test_it_comes_near_an_equilibrium(game):
    """NashConv of uniform play is 0.917; the stored settings come to less than 0.02 with more steps."""
    learns = learner(
        game,
        steps=500_000,
        magnet="moving",
        magnet_every=25,
        magnet_weight=0.25,
        proximal={"start": 2.0, "end": 8.0},
        average=0.9,
    )
    while learns.steps < 500_000:
        learns.iterate()
    assert exploit(learns.agent(), game).nash_conv < 0.15


def test_a_moving_magnet_moves_when_it_should(game):
    learns = learner(game, magnet="moving", magnet_every=3, magnet_weight=0.2, proximal=2.0)
    first = learns.magnet.policy.weight.clone()
    for _ in range(2):
        learns.iterate()
    assert torch.equal(learns.magnet.policy.weight, first)
    assert not torch.equal(learns.model.policy.weight, first)
    learns.iterate()
    assert torch.equal(learns.magnet.policy.weight, learns.model.policy.weight)


def test_a_moving_magnet_is_a_copy_of_the_average(game):
    learns = learner(game, magnet="moving", magnet_every=1, magnet_weight=0.2, proximal=2.0, average=0.5)
    learns.iterate()
    assert torch.equal(learns.magnet.policy.weight, learns.average.policy.weight)
    assert not torch.equal(learns.magnet.policy.weight, learns.model.policy.weight)


def test_all_actions_need_their_values(game):
    with pytest.raises(ValueError, match=r"needs parameters\.critic='action'"):
        learner(game, critic="state")
