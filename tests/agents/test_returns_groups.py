"""Group-based advantages: arrays computed by hand, and definitions written out with dicts and lists."""

import io
from collections import defaultdict
from statistics import mean, median, stdev
from typing import NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agora.agents.learned.returns import (
    Successes,
    discounted_returns,
    episode_returns,
    gigpo,
    grpo,
    grpo_process,
    minimum_form,
    minimum_returns,
    minimum_rewards,
    salt,
    tempo,
    turn_level,
)

SEEDS = st.integers(0, 2**32 - 1)
LITTLE = settings(max_examples=80, deadline=None)
NEAR = {"rel": 1e-4, "abs": 1e-4}  # the small number added to deviations


class Play(NamedTuple):
    """Episodes as nested lists, and the same as flat arrays."""

    rewards: list[list[float]]
    states: list[list[int]]
    actions: list[list[int]]
    group: np.ndarray

    def flat(self) -> dict[str, np.ndarray]:
        lengths = [len(one) for one in self.rewards]
        return {
            "rewards": np.concatenate(self.rewards),
            "episode": np.repeat(np.arange(len(lengths)), lengths),
            "group": self.group,
            "state_key": np.concatenate(self.states).astype(np.uint64) + np.uint64(2**63),  # keys fill their type
            "actions": np.concatenate(self.actions),
        }

    def some(self, *names: str) -> dict[str, np.ndarray]:
        flat = self.flat()
        return {name: flat[name] for name in names}

    def steps(self):
        """(episode, turn) of every decision in order."""
        return [(i, t) for i, one in enumerate(self.rewards) for t in range(len(one))]

    def peers(self, i: int) -> list[int]:
        return [k for k in range(len(self.group)) if self.group[k] == self.group[i]]


def drawn(seed: int) -> Play:
    """A few episodes with few states and actions, so that they meet; rewards are small whole numbers, so they tie."""
    generator = np.random.default_rng(seed)
    lengths = generator.integers(1, 6, generator.integers(1, 9))
    return Play(
        rewards=[generator.integers(-1, 2, length).astype(float).tolist() for length in lengths],
        states=[generator.integers(0, 2, length).tolist() for length in lengths],
        actions=[generator.integers(0, 2, length).tolist() for length in lengths],
        group=generator.choice([7, -3, 10**12], len(lengths)),
    )


def standard(score, scores, deviation=True):
    """(score - mean) / sample deviation; 0 where there is nothing to compare with."""
    centred = score - mean(scores)
    if not deviation:
        return centred
    return 0.0 if len(set(scores)) == 1 else centred / stdev(scores)


FOUR = Play([[0, 1], [0, 0], [1], [3]], [[0, 1], [0, 1], [0], [0]], [[0, 0], [0, 1], [1], [0]], np.array([5, 5, 5, 9]))


def test_returns_by_hand():
    flat = FOUR.flat()
    assert episode_returns(flat["rewards"], flat["episode"]).tolist() == [1, 0, 1, 3]
    rewards, episode = np.array([1.0, 2, 4, 8, 16]), np.array([0, 0, 0, 1, 1])
    assert discounted_returns(rewards, episode, 0.5).tolist() == [1 + 1 + 1, 2 + 2, 4, 8 + 8, 16]


def test_grpo_by_hand():
    """Returns 1, 0, 1 with mean 2/3 and deviation sqrt(1/3); the last is alone in its group."""
    good, bad = (1 / 3) / 3**-0.5, (-2 / 3) / 3**-0.5
    arguments = FOUR.some("rewards", "episode", "group")
    assert grpo(**arguments) == pytest.approx([good, good, bad, bad, good, 0], rel=1e-5)
    assert grpo(**arguments, deviation=False) == pytest.approx([1 / 3, 1 / 3, -2 / 3, -2 / 3, 1 / 3, 0])


def test_grpo_process_by_hand():
    """Rewards 0, 1, 0, 0, 1 of the first group: mean 0.4."""
    process = grpo_process(**FOUR.some("rewards", "episode", "group"), deviation=False)
    assert process == pytest.approx([-0.4 + 0.6, 0.6, -0.8, -0.4, 0.6, 0])


def test_gigpo_by_hand():
    """Returns from state 0: 1/2, 0, 1 with mean 1/2; from state 1: 1, 0. The fourth episode is of another group."""
    advantages = gigpo(**FOUR.some("rewards", "episode", "group", "state_key"), gamma=0.5, omega=2.0, deviation=False)
    assert advantages == pytest.approx([1 / 3, 1 / 3 + 1, -2 / 3 - 1, -2 / 3 - 1, 1 / 3 + 1, 0])


def test_salt_by_hand():
    """The first steps of the first two episodes are one edge; what they do next is not, and keeps its advantage."""
    advantages = np.array([1.0, 2, -3, -4, 5, 6])
    assert salt(advantages, **FOUR.some("episode", "group", "state_key", "actions")).tolist() == [-1, 2, -1, -4, 5, 6]


def test_turn_level_by_hand():
    """Two turns each: outcomes 1, 0 and turn rewards 3, 1 at the first turn; the second has only the outcome's."""
    episode, group = np.array([0, 0, 1, 1]), np.array([0, 0])
    turn_rewards, outcomes = np.array([3.0, 9, 1, 8]), np.array([1.0, 0])
    advantages = turn_level(turn_rewards, outcomes, episode, group, coefficient=2.0, deviation=False)
    assert advantages.tolist() == [0.5 + 2, 0.5, -0.5 - 2, -0.5]


def test_minimum_by_hand():
    rewards, episode = np.array([2.0, -1, 3, 1, 5]), np.array([0, 0, 0, 1, 1])
    assert minimum_returns(rewards, episode).tolist() == [-1, -1, 3, 1, 5]
    # Weights of rewards 0 and ln 3 at temperature 1: 3/4 and 1/4.
    assert minimum_rewards(np.array([0, np.log(3)]), np.zeros(2, int), 1.0) == pytest.approx([0, np.log(3) / 4])
    cold = minimum_rewards(rewards, episode, 0.01)
    assert cold == pytest.approx([0, -1, 0, 1, 0])
    # Baselines of a decision: 1 / 3 from the other episode, and -1 / 3.
    advantages = minimum_form(rewards, episode, np.array([4, 4]), 0.01)
    assert advantages == pytest.approx([-1 - 1, -1 - 2 / 3, -1 / 3, 1 + 2 / 3, 1 / 3])
    assert minimum_form(rewards, episode, np.array([4, 6]), 0.01) == pytest.approx([-1, -1, 0, 1, 0])


def test_tempo_by_hand():
    """Returns 1, 0, 1, all from state 0. Two take action 0 there, worth 1/2, the third action 1, worth 1."""
    average, deviation = 2 / 3, 3**-0.5
    expected = [
        (1 / 3 + 1 / 2 - average) / deviation,  # the shared step: V' = 1/2
        (1 / 3 + 1 - 1 / 2) / deviation,  # the step that made the difference
        (-2 / 3 + 1 / 2 - average) / deviation,
        (-2 / 3 + 0 - 1 / 2) / deviation,
        (1 / 3 + 1 - average) / deviation,
        0,
    ]
    assert tempo(**FOUR.some("rewards", "episode", "group", "state_key", "actions")) == pytest.approx(
        expected, rel=1e-5
    )


@LITTLE
@given(seed=SEEDS, deviation=st.booleans())
def test_grpo_compares_returns(seed, deviation):
    play = drawn(seed)
    totals = [sum(one) for one in play.rewards]
    expected = [standard(totals[i], [totals[k] for k in play.peers(i)], deviation) for i, _ in play.steps()]
    assert grpo(**play.some("rewards", "episode", "group"), deviation=deviation) == pytest.approx(expected, **NEAR)


@LITTLE
@given(seed=SEEDS, deviation=st.booleans())
def test_grpo_process_adds_up_compared_rewards(seed, deviation):
    play = drawn(seed)
    expected = []
    for i, t in play.steps():
        scores = [reward for k in play.peers(i) for reward in play.rewards[k]]
        expected.append(sum(standard(reward, scores, deviation) for reward in play.rewards[i][t:]))
    process = grpo_process(**play.some("rewards", "episode", "group"), deviation=deviation)
    assert process == pytest.approx(expected, **NEAR)


@LITTLE
@given(seed=SEEDS, deviation=st.booleans())
def test_gigpo_compares_what_follows_the_same_state(seed, deviation):
    play, gamma, omega = drawn(seed), 0.9, 0.7
    following = {
        (i, t): sum(gamma ** (u - t) * play.rewards[i][u] for u in range(t, len(play.rewards[i])))
        for i, t in play.steps()
    }
    totals = [sum(one) for one in play.rewards]
    expected = []
    for i, t in play.steps():
        anchors = [
            following[k, u] for k, u in play.steps() if k in play.peers(i) and play.states[k][u] == play.states[i][t]
        ]
        episode = standard(totals[i], [totals[k] for k in play.peers(i)], deviation)
        # Sums in another order may differ in the last digit, and so are not the same number to a set.
        spread = max(anchors) - min(anchors) > 1e-9
        expected.append(episode + omega * (standard(following[i, t], anchors, deviation) if spread else 0.0))
    arguments = play.some("rewards", "episode", "group", "state_key")
    assert gigpo(**arguments, gamma=gamma, omega=omega, deviation=deviation) == pytest.approx(expected, **NEAR)


@LITTLE
@given(seed=SEEDS)
def test_salt_averages_over_the_graphs_edges(seed):
    play = drawn(seed)
    advantages = np.random.default_rng(seed).normal(size=len(play.steps()))
    edges = defaultdict(list)
    names = []
    for (i, t), advantage in zip(play.steps(), advantages, strict=True):
        following = play.states[i][t + 1] if t + 1 < len(play.states[i]) else None
        names.append((play.group[i], play.states[i][t], play.actions[i][t], following))
        edges[names[-1]].append(advantage)
    merged = salt(advantages, **play.some("episode", "group", "state_key", "actions"))
    assert merged == pytest.approx([mean(edges[name]) for name in names])


@LITTLE
@given(seed=SEEDS, deviation=st.booleans())
def test_turn_level_compares_turns_with_their_peers(seed, deviation):
    play, coefficient = drawn(seed), 0.3
    outcomes = np.random.default_rng(seed).integers(0, 2, len(play.group)).astype(float)
    expected = []
    for i, t in play.steps():
        advantage = standard(outcomes[i], [outcomes[k] for k in play.peers(i)], deviation)
        if t + 1 < len(play.rewards[i]):
            same = [play.rewards[k][t] for k in play.peers(i) if t < len(play.rewards[k])]
            advantage += coefficient * standard(play.rewards[i][t], same, deviation)
        expected.append(advantage)
    flat = play.flat()
    advantages = turn_level(flat["rewards"], outcomes, flat["episode"], flat["group"], coefficient, deviation)
    assert advantages == pytest.approx(expected, **NEAR)


@LITTLE
@given(seed=SEEDS, temperature=st.sampled_from([0.1, 1.0]))
def test_minimum_form_weighs_by_softmin(seed, temperature):
    play = drawn(seed)
    transformed = []
    for one in play.rewards:
        weights = np.exp(-np.array(one) / temperature)
        transformed.append((weights / weights.sum() * one).tolist())
    flat = play.some("rewards", "episode")
    assert minimum_rewards(**flat, temperature=temperature) == pytest.approx(np.concatenate(transformed))
    assert minimum_returns(**flat).tolist() == [min(play.rewards[i][t:]) for i, t in play.steps()]
    expected = []
    for i, t in play.steps():
        longest = max(len(play.rewards[k]) for k in play.peers(i))
        others = [sum(transformed[k]) / longest for k in play.peers(i) if k != i]
        baseline = mean(others) if others else 0.0
        expected.append(sum(reward - baseline for reward in transformed[i][t:]))
    assert minimum_form(**flat, group=play.group, temperature=temperature) == pytest.approx(expected, abs=1e-9)


@given(seed=SEEDS)
@LITTLE
def test_minimum_form_sums_to_the_worst_step_when_cold(seed):
    play = drawn(seed)
    flat = play.some("rewards", "episode")
    sums = episode_returns(minimum_rewards(**flat, temperature=0.01), flat["episode"])
    assert sums == pytest.approx([min(one) for one in play.rewards], abs=1e-9)


@LITTLE
@given(seed=SEEDS)
def test_tempo_follows_the_tree(seed):
    """V of a beginning is the mean return of the group's episodes that start with it."""
    play = drawn(seed)
    totals = [sum(one) for one in play.rewards]

    def beginning(i, t):
        return play.states[i][: t + 1], play.actions[i][:t]

    def value(i, t):
        if t == len(play.rewards[i]):
            return totals[i]
        return mean(totals[k] for k in play.peers(i) if t < len(play.rewards[k]) and beginning(k, t) == beginning(i, t))

    expected = []
    for i, t in play.steps():
        scores = [totals[k] for k in play.peers(i)]
        spread = stdev(scores) if len(scores) > 1 else 0.0
        centred = totals[i] - mean(scores) + value(i, t + 1) - value(i, t)
        expected.append(centred / spread if spread else 0.0)
    advantages = tempo(**play.some("rewards", "episode", "group", "state_key", "actions"))
    assert advantages == pytest.approx(expected, **NEAR)


def test_tempo_without_a_parting_is_grpo():
    """Two episodes from different states share nothing, so each step's V' is its V."""
    play = Play([[0, 1], [0, 0]], [[0, 1], [2, 3]], [[0, 0], [0, 0]], np.array([1, 1]))
    arguments = play.some("rewards", "episode", "group", "state_key", "actions")
    assert tempo(**arguments).tolist() == grpo(**play.some("rewards", "episode", "group")).tolist()


def kept(buffer: Successes):
    return [(one.task, one.score, one.advantage) for one in buffer.kept]


def filled(capacity: int = 4, window: int = 3) -> Successes:
    """Two groups: tasks 3 (returns 0, 1, means 1/2) and 8 (returns 2, 6, mean 4)."""
    buffer = Successes(capacity, window)
    columns = {"action": np.arange(6), "chance": np.arange(12.0).reshape(6, 2)}
    buffer.add(columns, np.array([0, 1, 1, 2, 3, 3]), np.array([3, 3, 8, 8]), np.array([0.0, 1, 2, 6]))
    return buffer


def test_successes_are_kept():
    buffer = filled()
    assert kept(buffer) == [(3, 1, 0.5), (8, 6, 2)]
    assert buffer.kept[0].columns["action"].tolist() == [1, 2]
    assert buffer.kept[1].columns["chance"].tolist() == [[8, 9], [10, 11]]
    assert buffer.standard() == median([0.5, 4])


def test_a_kept_episode_is_a_copy():
    """The rollout's arrays are written over in the next round."""
    buffer, column = Successes(1, 1), np.array([3, 4])
    buffer.add({"action": column}, np.arange(2), np.array([0, 0]), np.array([1.0, 0]))
    column[:] = 9
    assert buffer.kept[0].columns["action"].tolist() == [3]


def test_replay_judges_by_the_standard_of_now():
    buffer = filled()
    # The median of 1/2 and 4 is 2.25: only the 6 is still better.
    assert [(one.task, advantage) for one, advantage in buffer.replay()] == [(8, 3.75)]
    # Four equal groups teach nothing to keep, but the standard falls: only the last three means count.
    buffer.add({"action": np.arange(4)}, np.arange(4), np.array([1, 2, 4, 5]), np.array([9.0, 0, 0.25, 4.25]))
    assert kept(buffer) == [(3, 1, 0.5), (8, 6, 2)]
    assert buffer.standard() == 0.25
    assert [(one.task, advantage) for one, advantage in buffer.replay()] == [(3, 0.75), (8, 5.75)]


def test_the_oldest_success_goes_first():
    buffer = filled(capacity=1)
    assert kept(buffer) == [(8, 6, 2)]
    assert Successes(1, 1).replay() == []


def test_a_group_of_failures_gets_a_stored_success():
    buffer = filled()
    group = np.array([3, 3, 8, 8, 5, 5])
    returns = np.array([0, 0.5, 0, 1, 0, 0])
    rescues = buffer.rescues(returns, group, success=1.0, generator=np.random.default_rng(0))
    # Task 3 failed twice and has a success stored; 8 succeeded; 5 has nothing stored.
    (index,) = rescues
    assert index in (0, 1)
    assert rescues[index].score == 1
    assert buffer.rescues(returns, group, success=2.0, generator=np.random.default_rng(0)).keys() <= {2, 3}
    drawn = {next(iter(buffer.rescues(returns, group, 1.0, np.random.default_rng(seed)))) for seed in range(20)}
    assert drawn == {0, 1}


def test_successes_resume():
    buffer, other = filled(), filled(capacity=4, window=3)
    buffer.add({"action": np.arange(2), "chance": np.ones((2, 2))}, np.arange(2), np.array([3, 3]), np.array([4.0, 5]))
    file = io.BytesIO()
    torch.save(buffer.state(), file)
    file.seek(0)
    other.restore(torch.load(file, weights_only=True))
    assert kept(other) == kept(buffer)
    assert other.standard() == buffer.standard()
    for one, two in zip(other.kept, buffer.kept, strict=True):
        assert {name: array.tolist() for name, array in one.columns.items()} == {
            name: array.tolist() for name, array in two.columns.items()
        }


@pytest.mark.parametrize("episode", [[0, 0, 2, 2, 3, 4], [-1, 0, 1, 2, 3, 3], [1, 1, 2, 2, 3, 4], [0, 1, 0, 1, 2, 3]])
def test_episodes_out_of_order_are_refused(episode):
    with pytest.raises(ValueError, match="episode must be 0"):
        grpo(np.zeros(6), np.array(episode), np.zeros(4, int))


def test_what_does_not_fit_is_refused():
    flat = FOUR.flat()
    with pytest.raises(ValueError, match="group has shape"):
        grpo(flat["rewards"], flat["episode"], flat["group"][1:])
    with pytest.raises(ValueError, match="rewards has shape"):
        grpo(flat["rewards"][1:], flat["episode"], flat["group"])
    with pytest.raises(ValueError, match="outcomes has shape"):
        turn_level(flat["rewards"], np.zeros(3), flat["episode"], flat["group"])
    with pytest.raises(ValueError, match="temperature=0"):
        minimum_form(flat["rewards"], flat["episode"], flat["group"], 0)
    with pytest.raises(ValueError, match="capacity=0"):
        Successes(0, 1)
