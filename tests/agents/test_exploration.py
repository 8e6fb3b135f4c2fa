"""Exploration bonuses: counts by hand, prediction errors that fall only where it was learned, and exact resumption."""

import io

import numpy as np
import pytest
import torch

from agora.agents.learned.exploration import EpisodicCounts, GlobalCounts, RandomNetworkDistillation, state_keys

ONE, TWO = np.array([1.0, 0.0]), np.array([0.0, 1.0])
SIZE = 6


def distillation(seed: int = 3) -> RandomNetworkDistillation:
    return RandomNetworkDistillation(SIZE, torch.Generator().manual_seed(seed), hidden=32, features=16)


def visits(bonus, *rows, lanes=None, new=None) -> list[float]:
    count = len(rows)
    lanes = np.arange(count) if lanes is None else np.array(lanes)
    new = np.zeros(count, bool) if new is None else np.array(new, bool)
    return bonus.bonus(np.stack(rows), lanes, new).tolist()


def through_a_file(state):
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def test_keys_tell_observations_apart():
    observations = np.array([[0, 1], [1, 0], [0, 1], [-0.0, 1], [0, 1.0000001], [1, 1]], np.float64)
    keys = state_keys(observations)
    assert keys.dtype == np.uint64
    assert keys[0] == keys[2] == keys[3]
    assert len(set(keys.tolist())) == 4  # one apart in the last bit of a float32 is another observation
    assert (state_keys(observations[1:]) == keys[1:]).all()  # a row's key is its own
    assert len(set(state_keys(np.random.default_rng(0).integers(0, 2, (20000, 40))).tolist())) == 20000


def test_keys_are_the_same_in_every_process():
    assert state_keys(np.array([[1.0, 2.0, 3.0]])).tolist() == [1744449788718233899]


def test_global_counts_by_hand():
    bonus = GlobalCounts(scale=2.0)
    assert visits(bonus, ONE, TWO, ONE) == pytest.approx([2, 2, 2 / 2**0.5])
    # A new episode changes nothing.
    assert visits(bonus, ONE, ONE, TWO, new=[1, 1, 1]) == pytest.approx([2 / 3**0.5, 1, 2 / 2**0.5])
    assert bonus.learn(np.stack([ONE])) == 0


def test_episodic_counts_by_hand():
    bonus = EpisodicCounts(scale=1.0)
    assert visits(bonus, ONE, ONE, lanes=[4, 7], new=[1, 1]) == [1, 1]
    assert visits(bonus, ONE, TWO, lanes=[4, 7]) == pytest.approx([2**-0.5, 1])
    # Lane 7 begins again: its first observation is new again, and counted in the new episode; lane 4 goes on.
    assert visits(bonus, ONE, ONE, lanes=[7, 4], new=[1, 0]) == pytest.approx([1, 3**-0.5])
    assert visits(bonus, ONE, TWO, lanes=[7, 7]) == pytest.approx([2**-0.5, 1])


@pytest.mark.parametrize("make", [GlobalCounts, EpisodicCounts])
def test_counts_resume_exactly(make):
    generator = np.random.default_rng(1)
    first, second = make(0.5), make(0.5)
    rows = generator.integers(0, 2, (10, 8, 3)).astype(np.float32)
    for row in rows[:5]:
        first.bonus(row, np.arange(8), generator.random(8) < 0.2)
    second.restore(through_a_file(first.state()))
    for row in rows[5:]:
        new = generator.random(8) < 0.2
        assert (first.bonus(row, np.arange(8), new) == second.bonus(row, np.arange(8), new)).all()


def test_a_checkpoint_does_not_change_later():
    bonus = GlobalCounts(1.0)
    visits(bonus, ONE)
    state = bonus.state()
    visits(bonus, ONE)
    other = GlobalCounts(1.0)
    other.restore(state)
    assert visits(other, ONE) == pytest.approx([2**-0.5])


def test_distillation_learns_what_it_saw_and_no_more():
    """Seen and unseen observations have no number in common that is not 0."""
    generator = np.random.default_rng(0)
    seen, unseen = generator.normal(size=(2, 32, SIZE)).astype(np.float32)
    seen[:, SIZE // 2 :] = 0
    unseen[:, : SIZE // 2] = 0
    bonus = distillation()
    lanes, new = np.arange(64), np.zeros(64, bool)
    before = bonus.bonus(np.concatenate([seen, unseen]), lanes, new)
    losses = [bonus.learn(seen) for _ in range(300)]
    after = bonus.bonus(np.concatenate([seen, unseen]), lanes, new)
    assert losses[-1] < 0.05 * losses[0]
    assert after[:32].mean() < 0.1 * before[:32].mean()
    assert after[32:].mean() > 0.3 * before[32:].mean()
    assert after[32:].mean() > 5 * after[:32].mean()


def test_distillation_is_scaled_by_the_deviation_of_errors():
    """The first bonuses are the errors over their own deviation; later ones over that of all errors so far."""
    generator = np.random.default_rng(4)
    first, second = generator.normal(size=(2, 16, SIZE)).astype(np.float32)
    bonus, flags = distillation(), (np.arange(16), np.zeros(16, bool))
    errors = []
    for rows in (first, second):
        scaled = bonus.bonus(rows, *flags)
        inputs = bonus.normaliser(torch.from_numpy(rows))
        errors.append((bonus.predictor(inputs) - bonus.target(inputs)).square().mean(1).detach().numpy())
        assert scaled == pytest.approx(errors[-1] / np.concatenate(errors).std(), rel=1e-4)
    twice = RandomNetworkDistillation(SIZE, torch.Generator().manual_seed(3), scale=2.0, hidden=32, features=16)
    assert twice.bonus(first, *flags) == pytest.approx(2 * distillation().bonus(first, *flags))


def test_distillation_knows_no_units():
    rows, flags = (
        np.random.default_rng(5).normal(size=(16, SIZE)).astype(np.float32),
        (np.arange(16), np.zeros(16, bool)),
    )
    assert distillation().bonus(100 * rows + 50, *flags) == pytest.approx(distillation().bonus(rows, *flags), rel=1e-2)


def test_distillation_of_one_observation_is_finite():
    """The deviation of a single error is 0."""
    bonus = distillation().bonus(np.ones((1, SIZE), np.float32), np.zeros(1, int), np.ones(1, bool))
    assert 0 <= bonus[0] < 100


def test_distillation_trains_only_the_predictor():
    bonus = distillation()
    target = [parameter.clone() for parameter in bonus.target.parameters()]
    bonus.learn(np.ones((4, SIZE), np.float32))
    assert all((old == new).all() for old, new in zip(target, bonus.target.parameters(), strict=True))
    assert not any(parameter.requires_grad for parameter in bonus.target.parameters())


def test_distillation_follows_its_generator_alone():
    rows, flags = np.ones((4, SIZE), np.float32) * np.arange(4)[:, None], (np.arange(4), np.zeros(4, bool))
    assert (distillation(3).bonus(rows, *flags) == distillation(3).bonus(rows, *flags)).all()
    assert (distillation(3).bonus(rows, *flags) != distillation(4).bonus(rows, *flags)).any()


def test_distillation_resumes_exactly():
    generator = np.random.default_rng(2)
    rows = generator.normal(size=(8, 16, SIZE)).astype(np.float32)
    flags = np.arange(16), np.zeros(16, bool)
    first, second = distillation(3), distillation(99)
    for row in rows[:4]:
        first.bonus(row, *flags)
        first.learn(row)
    state = first.state()
    stored = through_a_file(state)
    followed = [(first.bonus(row, *flags), first.learn(row)) for row in rows[4:]]
    for content in (stored, state):  # neither what was written nor what was kept changed while learning went on
        second.restore(content)
        for row, (bonus, loss) in zip(rows[4:], followed, strict=True):
            assert (second.bonus(row, *flags) == bonus).all()
            assert second.learn(row) == loss
