"""Distributions over actions against their definitions."""

import numpy as np
import pytest
import scipy.stats
import torch

import agora.envs
from agora.agents.learned.distributions import Categorical, Gaussian, MultiCategorical, policy_form, to_play

LOGITS = torch.tensor([[1.0, 0.0, -1.0, 4.0], [0.5, 0.5, 9.0, 0.5]])
LEGAL = torch.tensor([[True, True, True, False], [True, True, False, True]])
ALL = torch.ones(2, 0, dtype=torch.bool)


def by_hand() -> np.ndarray:
    weights = np.where(LEGAL.numpy(), np.exp(LOGITS.double().numpy()), 0)
    return weights / weights.sum(1, keepdims=True)


def test_a_masked_softmax() -> None:
    distribution = Categorical(LOGITS, LEGAL)
    assert np.allclose(distribution.probabilities, by_hand(), atol=1e-6)
    assert (distribution.probabilities[~LEGAL] == 0).all()
    chances = by_hand()
    positive = np.where(chances > 0, chances, 1)
    assert np.allclose(distribution.entropy(), -(chances * np.log(positive)).sum(1), atol=1e-6)
    assert distribution.mode().tolist() == [0, 0]
    assert np.allclose(distribution.log_probability(torch.tensor([2, 3])), np.log([chances[0, 2], chances[1, 3]]))


def test_draws_follow_the_probabilities_and_are_never_illegal() -> None:
    count = 20_000
    logits, legal = LOGITS.repeat_interleave(count, 0), LEGAL.repeat_interleave(count, 0)
    actions = Categorical(logits, legal).sample(torch.Generator().manual_seed(0)).view(2, count)
    for row in range(2):
        seen = np.bincount(actions[row].numpy(), minlength=4)
        expected = by_hand()[row] * count
        assert (seen[expected == 0] == 0).all()
        assert scipy.stats.chisquare(seen[expected > 0], expected[expected > 0]).pvalue > 1e-3


def test_a_generator_fixes_the_draws() -> None:
    for distribution in (Categorical(LOGITS, LEGAL), Gaussian(LOGITS, ALL), MultiCategorical(LOGITS, ALL, 2)):
        one, same, other = (distribution.sample(torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
        assert torch.equal(one, same)
        assert not torch.equal(one, other) or isinstance(distribution, Categorical | MultiCategorical)


def test_gradients_stay_finite_where_actions_are_illegal() -> None:
    logits = LOGITS.clone().requires_grad_()
    distribution = Categorical(logits, LEGAL)
    (distribution.entropy() + distribution.divergence(Categorical(LOGITS.flip(1), LEGAL))).sum().backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad[~LEGAL] == 0).all()


def test_divergences_by_their_definition() -> None:
    other = Categorical(LOGITS.flip(1), LEGAL)
    chances, theirs = by_hand(), other.probabilities.double().numpy()
    expected = [
        sum(p * np.log(p / q) for p, q in zip(*rows, strict=True) if p) for rows in zip(chances, theirs, strict=True)
    ]
    assert np.allclose(Categorical(LOGITS, LEGAL).divergence(other), expected, atol=1e-6)
    one, two = torch.tensor([[0.3, 0.2]]), torch.tensor([[-0.1, -0.4]])  # K = 1: mean, log deviation
    grid = np.linspace(-12, 12, 200_001)
    densities = [
        scipy.stats.norm(mean, 0.5 * np.exp(log)).pdf(grid) for mean, log in (one[0].tolist(), two[0].tolist())
    ]
    density, theirs = densities[0], np.maximum(densities[1], 1e-300)
    integral = np.trapezoid(density * np.log(np.maximum(density, 1e-300) / theirs), grid)
    assert Gaussian(one, ALL[:1]).divergence(Gaussian(two, ALL[:1])).item() == pytest.approx(integral, rel=1e-5)


def test_a_gaussian_by_scipy() -> None:
    numbers, action = torch.tensor([[0.1, -0.2, 0.3, -1.0]]), torch.tensor([[0.5, -0.6]])
    normal = scipy.stats.norm([0.1, -0.2], 0.5 * np.exp([0.3, -1.0]))
    distribution = Gaussian(numbers, ALL[:1])
    assert distribution.log_probability(action).item() == pytest.approx(normal.logpdf(action[0]).sum(), rel=1e-6)
    assert distribution.entropy().item() == pytest.approx(normal.entropy().sum(), rel=1e-6)
    drawn = Gaussian(numbers.repeat(20_000, 1), ALL).sample(torch.Generator().manual_seed(0)).numpy()
    assert np.allclose(drawn.mean(0), [0.1, -0.2], atol=0.03)
    assert np.allclose(drawn.std(0), 0.5 * np.exp([0.3, -1.0]), rtol=0.03)


def test_several_discrete_choices_are_independent() -> None:
    distribution = MultiCategorical(LOGITS, ALL, 2)
    assert distribution.sample(torch.Generator().manual_seed(0)).shape == (2, 2)
    pairs = np.exp(LOGITS.double().numpy().reshape(2, 2, 2))
    chances = pairs / pairs.sum(2, keepdims=True)
    action = torch.tensor([[0, 1], [1, 0]])
    expected = [np.log(chances[0, 0, 0] * chances[0, 1, 1]), np.log(chances[1, 0, 1] * chances[1, 1, 0])]
    assert np.allclose(distribution.log_probability(action), expected, atol=1e-6)
    assert np.allclose(distribution.entropy(), -(chances * np.log(chances)).sum((1, 2)), atol=1e-6)


def test_actions_reach_the_whole_box() -> None:
    spec = agora.envs.spec("agora/AlternatingOffers-v0")
    low, high, (size,) = spec.action  # type: ignore[misc]
    assert policy_form(spec)[0] == 2 * size
    ends = to_play(torch.tensor([[-1.0] * size, [1.0] * size, [-9.0] * size, [0.0] * size]), spec)
    assert ends.dtype == np.float32
    assert ends[:, 0].tolist() == [low, high, low, (low + high) / 2]
    assert policy_form(spec, 11)[0] == 11 * size
    assert to_play(torch.tensor([[0] * size, [10] * size]), spec, 11)[:, 0].tolist() == [low, high]
    discrete = agora.envs.spec("agora/KuhnPoker-v0")
    assert to_play(torch.tensor([1, 0]), discrete).dtype == np.int64
