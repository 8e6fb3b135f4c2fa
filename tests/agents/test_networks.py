"""Networks made from a ``Spec``: what they read, how they are drawn, and that memories do not depend on the feeding."""

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.learned.networks import ActorCritic, Normaliser, chosen_kind, initialise
from agora.agents.learned.settings import Network

SMALL = {"hidden": [16], "channels": 4, "blocks": 1, "width": 8, "heads": 2, "layers": 1}


def built(id: str, seed: int = 0, **network: object) -> ActorCritic:
    spec = agora.envs.spec(id)
    model = ActorCritic(spec, Network(**{**SMALL, **network}), 5)  # type: ignore[arg-type]
    initialise(model, torch.Generator().manual_seed(seed))
    return model


@pytest.mark.parametrize(
    ("name", "kind"),
    [("KuhnPoker", "mlp"), ("ConnectFour", "convolution"), ("Go", "convolution"), ("Shop", "attention")],
)
def test_the_pieces_choose_the_network(name: str, kind: str) -> None:
    assert chosen_kind(agora.envs.spec(f"agora/{name}-v0"), Network()) == kind


def test_a_kind_that_finds_nothing_to_work_on_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a piece of the observation laid out as 'board'"):
        built("agora/KuhnPoker-v0", kind="convolution")
    with pytest.raises(ValueError, match="give a multiple"):
        built("agora/Shop-v0", width=10, heads=4)


def test_every_number_of_the_observation_is_read(id: str) -> None:
    """Whatever the kind: moving any one number changes what comes out."""
    model = built(id, activation="tanh")
    observation = torch.rand(4, agora.envs.spec(id).observation_size, generator=torch.Generator().manual_seed(1))
    observation.requires_grad_()
    output = model(observation)
    (output.policy * torch.arange(1, 6)).sum().add(output.value.sum()).backward()
    assert observation.grad is not None
    assert (observation.grad.abs().sum(0) > 0).all()


def test_a_seed_fixes_a_network() -> None:
    for id in ("agora/Go-v0", "agora/Shop-v0", "agora/KuhnPoker-v0"):
        one, same, other = (built(id, seed, recurrent=6).state_dict() for seed in (0, 0, 1))
        assert all(torch.equal(one[name], same[name]) for name in one)
        drawn = [name for name in one if name.endswith("weight") and "norm" not in name and one[name].ndim > 1]
        assert all(not torch.equal(one[name], other[name]) for name in drawn)


@pytest.mark.parametrize("game", ["Go", "Shop", "KuhnPoker"])
def test_mixed_precision_rounds_and_nothing_else(game: str) -> None:
    """The same weights, float32 out, and numbers that differ by no more than bfloat16's 8 bits let them."""
    id = f"agora/{game}-v0"
    full, mixed = built(id), built(id, precision="bfloat16")
    observation = torch.rand(32, agora.envs.spec(id).observation_size, generator=torch.Generator().manual_seed(1))
    one, other = full(observation), mixed(observation)
    assert other.policy.dtype == other.value.dtype == torch.float32
    assert not torch.equal(one.value, other.value)
    assert (one.value - other.value).abs().max() < 0.05 * one.value.abs().max()


def test_entities_of_the_same_content_stay_apart() -> None:
    """Two rows of a table that are exchanged are not the same page."""
    spec, model = agora.envs.spec("agora/Shop-v0"), built("agora/Shop-v0")
    observation = torch.zeros(2, spec.observation_size)
    numbers = observation.numpy()
    spec.pieces(numbers)["results"][0, 0, 1] = 1
    spec.pieces(numbers)["results"][1, 1, 1] = 1
    policy = model(observation).policy
    assert not torch.allclose(policy[0], policy[1], atol=1e-6)


def test_a_policy_begins_close_to_uniform() -> None:
    for id in ("agora/Go-v0", "agora/Shop-v0", "agora/KuhnPoker-v0"):
        observation = torch.rand(64, agora.envs.spec(id).observation_size, generator=torch.Generator().manual_seed(1))
        chances = torch.softmax(built(id)(observation).policy, 1)
        assert (chances - 0.2).abs().max() < 0.05


def test_moments_of_many_lots_are_those_of_all() -> None:
    numbers = np.random.default_rng(0).normal([3.0, -1.0, 5.0], [2.0, 0.1, 0.0], (600, 3)).astype(np.float32)
    normaliser = Normaliser(3)
    for lot in np.split(numbers, [7, 200, 210]):
        normaliser.learn(torch.from_numpy(lot))
    assert np.allclose(normaliser.mean, numbers.mean(0), atol=1e-5)
    assert np.allclose(normaliser.variance, numbers.var(0), atol=1e-4)
    after = normaliser(torch.from_numpy(numbers)).numpy()
    assert np.allclose(after[:, :2].mean(0), 0, atol=1e-3)
    assert np.allclose(after[:, :2].std(0), 1, atol=1e-3)
    assert np.abs(after[:, 2]).max() < 1e-3  # a constant becomes 0, not infinity


def test_a_memory_fed_in_sequence_is_one_fed_step_by_step() -> None:
    model = built("agora/KuhnPoker-v0", recurrent=7)
    generator = torch.Generator().manual_seed(2)
    observation = torch.rand(3, 5, agora.envs.spec("agora/KuhnPoker-v0").observation_size, generator=generator)
    first = torch.rand(3, 7, generator=generator)
    whole = model.sequences(observation, first)
    memory, policies, values = first, [], []
    for step in range(5):
        output = model(observation[:, step], memory)
        memory = output.memory
        policies.append(output.policy)
        values.append(output.value)
    assert torch.allclose(whole.policy.view(3, 5, -1), torch.stack(policies, 1), atol=1e-6)
    assert torch.allclose(whole.value.view(3, 5), torch.stack(values, 1), atol=1e-6)
    assert not torch.allclose(policies[1], model(observation[:, 1], first).policy, atol=1e-6)
