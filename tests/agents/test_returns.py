"""Returns and advantages of rollouts: arrays computed by hand, and direct sums from the papers' formulas."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agora.agents.learned.returns import action_value_targets, gae, monte_carlo, n_step, own_turns, v_trace

GAMMA, LAMBDA = 0.9, 0.8
SEEDS = st.integers(0, 2**32 - 1)
LITTLE = settings(max_examples=80, deadline=None)


class Rollout(NamedTuple):
    rewards: np.ndarray
    movers: np.ndarray
    ended: np.ndarray
    last_movers: np.ndarray
    bootstrap: np.ndarray | None
    values: np.ndarray
    last_values: np.ndarray
    ratios: np.ndarray
    action_values: np.ndarray
    policies: np.ndarray
    actions: np.ndarray

    def turns(self):
        return own_turns(self.rewards, self.movers, self.ended, self.last_movers, self.bootstrap, GAMMA)


class Chain(NamedTuple):
    """What one seat decided in one episode, as far as the rollout tells all about it."""

    lane: int
    rows: list[int]
    rewards: list[float]
    complete: bool  # every decision has its reward; else the last one is unknown
    after: float  # the value after the last decision: 0 at an end
    over: bool


def drawn(seed: int) -> Rollout:
    """A small rollout in which everything that can happen does: nobody moving, cuts, episodes of one row."""
    generator = np.random.default_rng(seed)
    steps, lanes, players, actions = generator.integers(1, [9, 4, 4, 4])
    shape = steps, lanes
    ended = generator.random(shape) < 0.3
    cut = ended & (generator.random(shape) < 0.5)
    logits = generator.normal(size=(*shape, actions))
    return Rollout(
        rewards=generator.normal(size=(*shape, players)),
        movers=generator.integers(-1, players, shape),
        ended=ended,
        last_movers=generator.integers(0, players, lanes),
        bootstrap=cut[..., None] * generator.normal(size=(*shape, players)),
        values=generator.normal(size=shape),
        last_values=generator.normal(size=lanes),
        ratios=generator.uniform(0, 3, shape),
        action_values=generator.normal(size=(*shape, actions)),
        policies=np.exp(logits) / np.exp(logits).sum(-1, keepdims=True),
        actions=generator.integers(0, actions, shape),
    )


def chains(rollout: Rollout) -> list[Chain]:
    """Walks forward through every lane and keeps a book for every seat."""
    steps, lanes, players = rollout.rewards.shape
    found = []
    for lane in range(lanes):
        for seat in range(players):
            rows, rewards = [], []
            for step in range(steps):
                if rollout.movers[step, lane] == seat:
                    rows.append(step)
                    rewards.append(0.0)
                if rows:
                    rewards[-1] += rollout.rewards[step, lane, seat]
                if rollout.ended[step, lane]:
                    if rows:
                        rewards[-1] += GAMMA * rollout.bootstrap[step, lane, seat]
                        found.append(Chain(lane, rows, rewards, True, 0.0, True))
                    rows, rewards = [], []
            if rows:
                complete = rollout.last_movers[lane] == seat
                found.append(Chain(lane, rows, rewards, bool(complete), float(rollout.last_values[lane]), False))
    return found


def compare(rollout: Rollout, credit, expected_of) -> None:
    """``expected_of`` gives advantages and targets of a chain's known decisions, ``values`` those at and after them."""
    known = np.zeros(rollout.values.shape, bool)
    for lane, rows, rewards, complete, after, _ in chains(rollout):
        values = [*rollout.values[rows, lane], after]
        if not complete:  # what the critic said at the last decision stands for all that follows
            rows, rewards, values = rows[:-1], rewards[:-1], values[:-1]
        known[rows, lane] = True
        advantages, targets = expected_of(lane, rows, rewards, values)
        assert credit.advantages[rows, lane] == pytest.approx(advantages, abs=1e-4)
        assert credit.targets[rows, lane] == pytest.approx(targets, abs=1e-4)
    assert (credit.known == known).all()


def two_players() -> dict:
    """Players 0, 1, 0 move, and the game ends; 1, 0 move in the next, which goes on with 1."""
    return {
        "rewards": np.array([[1, 10], [2, 20], [3, 30], [4, 40], [5, 50]], float)[:, None],
        "movers": np.array([[0], [1], [0], [1], [0]]),
        "ended": np.array([[False], [False], [True], [False], [False]]),
        "last_movers": np.array([1]),
    }


def test_own_turns_by_hand():
    turns = own_turns(**two_players())
    # 0 gets 1 + 2 from its first decision, 3 from its second; 1 gets 20 + 30, then 40 + 50; 0's last is unknown.
    assert turns.rewards[:, 0].tolist() == [3, 50, 3, 90, 5]
    assert turns.following[:, 0].tolist() == [2, -1, -1, 5, -2]
    assert turns.known[:, 0].tolist() == [True, True, True, True, False]


def test_a_cut_episode_is_worth_what_would_have_followed():
    bootstrap = np.zeros((5, 1, 2))
    bootstrap[2, 0] = 100, 1000
    turns = own_turns(**two_players(), bootstrap=bootstrap, gamma=0.5)
    assert turns.rewards[:, 0].tolist() == [3, 550, 53, 90, 5]


def test_gae_by_hand():
    turns = own_turns(**two_players())
    credit = gae(turns, np.array([[1.0], [2], [3], [4], [5]]), np.array([6.0]), 0.5, 0.5)
    # Row 2: 3 - 3 = 0. Row 0: 3 + 0.5 * 3 - 1 + 0.25 * 0 = 3.5. Row 1: 50 - 2. Row 3: 90 + 0.5 * 6 - 4.
    assert credit.advantages[:4, 0].tolist() == [3.5, 48, 0, 89]
    assert credit.targets[:4, 0].tolist() == [4.5, 50, 3, 93]


def test_one_player_by_hand():
    """The classical case: rewards 1, 2, 4 with values 1, 1, 1, going on at value 8; gamma 1/2, lambda 1/2."""
    turns = own_turns(
        np.array([1.0, 2, 4]).reshape(3, 1, 1), np.zeros((3, 1), int), np.zeros((3, 1), bool), np.array([0])
    )
    values, last = np.ones((3, 1)), np.array([8.0])
    # deltas 0.5, 1.5, 7; A = delta + A' / 4
    assert gae(turns, values, last, 0.5, 0.5).advantages[:, 0].tolist() == [0.5 + 3.25 / 4, 1.5 + 7 / 4, 7]
    # two turns: 1 + 2 / 2 + 1 / 4; 2 + 4 / 2 + 8 / 4; 4 + 8 / 2
    assert n_step(turns, values, last, 0.5, 2).targets[:, 0].tolist() == [2.25, 6, 8]
    # ratios 2, 1/2, 1 clipped at 1: v'' = 1 + 7 = 8; v' = 1 + 0.75 + 0.5 * 0.5 * 7 = 3.5; v = 1 + 0.5 + 0.5 * 2.5
    traced = v_trace(turns, values, last, np.array([[2.0], [0.5], [1]]), 0.5)
    assert traced.targets[:, 0].tolist() == [2.75, 3.5, 8]
    # rho (r + gamma v' - V): 1 + 1.75 - 1; 0.5 (2 + 4 - 1); 4 + 4 - 1
    assert traced.advantages[:, 0].tolist() == [1.75, 2.5, 7]
    assert not monte_carlo(turns, 0.5).known.any()


def test_monte_carlo_by_hand():
    turns = own_turns(**two_players())
    credit = monte_carlo(turns, 0.5)
    assert credit.known[:, 0].tolist() == [True, True, True, False, False]
    assert credit.targets[:3, 0].tolist() == [4.5, 50, 3]
    assert (credit.advantages == credit.targets).all()


@pytest.mark.parametrize(
    ("trace", "targets"),
    # Values 2 and 3 of the actions at both turns, 1 is taken with chance 1/4, so V = 2.25; gamma 1/2, lambda 1/2.
    # Second turn: 4 + 8 / 2 = 8. First: 1 + (2.25 + c (8 - 3)) / 2 with c 1/2, and 1/2 * 1/4.
    [("expected-sarsa", [1 + (2.25 + 2.5) / 2, 8]), ("tree-backup", [1 + (2.25 + 0.625) / 2, 8])],
)
def test_action_value_targets_by_hand(trace, targets):
    turns = own_turns(np.array([1.0, 4]).reshape(2, 1, 1), np.zeros((2, 1), int), np.zeros((2, 1), bool), np.array([0]))
    values, policies = np.tile([2.0, 3], (2, 1, 1)), np.tile([0.75, 0.25], (2, 1, 1))
    credit = action_value_targets(turns, values, policies, np.ones((2, 1), int), np.array([8.0]), 0.5, 0.5, trace)
    assert credit.targets[:, 0].tolist() == targets
    assert credit.advantages[:, 0].tolist() == [target - 2.25 for target in targets]


@LITTLE
@given(seed=SEEDS)
def test_own_turns_add_up_what_each_seat_got(seed):
    rollout = drawn(seed)
    turns = rollout.turns()
    known = np.zeros(rollout.values.shape, bool)
    for lane, rows, rewards, complete, _, over in chains(rollout):
        assert turns.rewards[rows, lane] == pytest.approx(rewards, abs=1e-5)
        ending = -2 if not complete else -1 if over else len(rollout.rewards)
        assert turns.following[rows, lane].tolist() == [*rows[1:], ending]
        known[rows[: len(rows) if complete else -1], lane] = True
    assert (turns.known == known).all()


@LITTLE
@given(seed=SEEDS, lambda_=st.sampled_from([0.0, 0.5, LAMBDA, 1.0]))
def test_gae_is_the_sum_of_discounted_errors(seed, lambda_):
    """A = sum over l of (gamma lambda)^l delta_{t+l}, equation 16."""
    rollout = drawn(seed)

    def expected(lane, rows, rewards, values):
        count = len(rows)
        errors = [rewards[i] + GAMMA * values[i + 1] - values[i] for i in range(count)]
        sums = [sum((GAMMA * lambda_) ** (j - i) * errors[j] for j in range(i, count)) for i in range(count)]
        return sums, [sums[i] + values[i] for i in range(count)]

    compare(rollout, gae(rollout.turns(), rollout.values, rollout.last_values, GAMMA, lambda_), expected)


def returns_of_n(rewards, values, start, n):
    """The n-step return of a chain's decision ``start``; at most to its end."""
    stop = min(start + n, len(rewards))
    total = sum(GAMMA ** (i - start) * rewards[i] for i in range(start, stop))
    return total + GAMMA ** (stop - start) * values[stop]


@LITTLE
@given(seed=SEEDS)
def test_gae_mixes_returns_of_all_lengths(seed):
    """The lambda-return: (1 - lambda) sum of lambda^(n-1) G_n, with the rest of the weight on the longest."""
    rollout = drawn(seed)

    def expected(lane, rows, rewards, values):
        count, targets = len(rows), []
        for i in range(count):
            longest = count - i
            mixed = sum(
                (1 - LAMBDA) * LAMBDA ** (n - 1) * returns_of_n(rewards, values, i, n) for n in range(1, longest)
            )
            targets.append(mixed + LAMBDA ** (longest - 1) * returns_of_n(rewards, values, i, longest))
        return np.subtract(targets, values[:-1]), targets

    compare(rollout, gae(rollout.turns(), rollout.values, rollout.last_values, GAMMA, LAMBDA), expected)


@LITTLE
@given(seed=SEEDS, n=st.integers(1, 5))
def test_n_step_returns_are_what_they_say(seed, n):
    rollout = drawn(seed)

    def expected(lane, rows, rewards, values):
        targets = [returns_of_n(rewards, values, i, n) for i in range(len(rows))]
        return np.subtract(targets, values[:-1]), targets

    compare(rollout, n_step(rollout.turns(), rollout.values, rollout.last_values, GAMMA, n), expected)


@LITTLE
@given(seed=SEEDS)
def test_v_trace_is_the_sum_of_traced_errors(seed):
    """v_s = V_s + sum over t of gamma^(t-s) (product of c_i from s to t-1) rho_t (r_t + gamma V_{t+1} - V_t)."""
    rollout = drawn(seed)
    rho_bar, c_bar = 1.5, 1.0

    def expected(lane, rows, rewards, values):
        count = len(rows)
        ratios = rollout.ratios[rows, lane]
        rhos, traces = np.minimum(rho_bar, ratios), LAMBDA * np.minimum(c_bar, ratios)
        errors = [rhos[i] * (rewards[i] + GAMMA * values[i + 1] - values[i]) for i in range(count)]
        targets = [
            values[s] + sum(GAMMA ** (t - s) * np.prod(traces[s:t]) * errors[t] for t in range(s, count))
            for s in range(count)
        ]
        after = [*targets[1:], values[-1]]
        return [rhos[i] * (rewards[i] + GAMMA * after[i] - values[i]) for i in range(count)], targets

    credit = v_trace(
        rollout.turns(), rollout.values, rollout.last_values, rollout.ratios, GAMMA, LAMBDA, rho_bar, c_bar
    )
    compare(rollout, credit, expected)


@LITTLE
@given(seed=SEEDS)
def test_v_trace_of_the_same_policy_is_gae(seed):
    """With ratios of 1 the target is the lambda-return."""
    rollout = drawn(seed)
    turns, values, last = rollout.turns(), rollout.values, rollout.last_values
    traced = v_trace(turns, values, last, np.ones(values.shape), GAMMA, LAMBDA)
    assert traced.targets == pytest.approx(gae(turns, values, last, GAMMA, LAMBDA).targets, abs=1e-4)


@LITTLE
@given(seed=SEEDS)
def test_monte_carlo_is_the_discounted_return(seed):
    rollout = drawn(seed)
    credit = monte_carlo(rollout.turns(), GAMMA)
    known = np.zeros(rollout.values.shape, bool)
    for lane, rows, rewards, _, _, over in chains(rollout):
        if over:
            known[rows, lane] = True
            expected = [returns_of_n(rewards, [0.0] * (len(rows) + 1), i, len(rows)) for i in range(len(rows))]
            assert credit.targets[rows, lane] == pytest.approx(expected, abs=1e-4)
    assert (credit.known == known).all()


@LITTLE
@given(seed=SEEDS, trace=st.sampled_from(["expected-sarsa", "tree-backup"]))
def test_action_values_follow_the_general_operator(seed, trace):
    """Munos et al., equation 3: q + sum over s of gamma^(s-t) (product of c_i, i > t) (r_s + gamma E q_{s+1} - q_s)."""
    rollout = drawn(seed)
    expectation = (rollout.action_values * rollout.policies).sum(-1)
    rollout = rollout._replace(values=expectation)  # so that a chain's values are the expectations

    def expected(lane, rows, rewards, values):
        count = len(rows)
        taken = rollout.actions[rows, lane]
        estimates = rollout.action_values[rows, lane, taken]
        traces = LAMBDA * (rollout.policies[rows, lane, taken] if trace == "tree-backup" else np.ones(count))
        errors = [rewards[i] + GAMMA * values[i + 1] - estimates[i] for i in range(count)]
        targets = [
            estimates[t] + sum(GAMMA ** (s - t) * np.prod(traces[t + 1 : s + 1]) * errors[s] for s in range(t, count))
            for t in range(count)
        ]
        return np.subtract(targets, values[:-1]), targets

    credit = action_value_targets(
        rollout.turns(),
        rollout.action_values,
        rollout.policies,
        rollout.actions,
        rollout.last_values,
        GAMMA,
        LAMBDA,
        trace,
    )
    compare(rollout, credit, expected)


def test_tree_backup_of_full_length_expands_every_action():
    """Sutton and Barto, equation 7.16: G = r + gamma (sum over the actions not taken of pi q + pi(taken) G')."""
    generator = np.random.default_rng(5)
    steps, actions = 6, 3
    values, rewards = generator.normal(size=(steps, 1, actions)), generator.normal(size=(steps, 1, 1))
    policies = generator.dirichlet(np.ones(actions), (steps, 1))
    taken = generator.integers(0, actions, (steps, 1))
    ended = np.arange(steps)[:, None] == steps - 1
    turns = own_turns(rewards, np.zeros((steps, 1), int), ended, np.zeros(1, int))
    credit = action_value_targets(turns, values, policies, taken, np.zeros(1), GAMMA, 1.0, "tree-backup")
    following = 0.0
    for step in reversed(range(steps)):
        target = rewards[step, 0, 0] + GAMMA * following
        assert credit.targets[step, 0] == pytest.approx(target, abs=1e-5)
        following = sum(
            policies[step, 0, action] * (target if action == taken[step, 0] else values[step, 0, action])
            for action in range(actions)
        )


def test_seats_that_choose_at_once_are_lanes_of_their_own():
    """B games of P seats that all decide in every row give what each seat alone would."""
    generator = np.random.default_rng(2)
    steps, lanes, players = 6, 3, 2
    rewards, values = generator.normal(size=(2, steps, lanes, players))
    ended = generator.random((steps, lanes)) < 0.3
    together = own_turns(
        rewards.reshape(steps, lanes * players, 1),
        np.zeros((steps, lanes * players), int),
        np.repeat(ended, players, axis=1),
        np.zeros(lanes * players, int),
    )
    credit = gae(together, values.reshape(steps, -1), np.zeros(lanes * players), GAMMA, LAMBDA)
    assert credit.known.all()
    for seat in range(players):
        alone = own_turns(rewards[:, :, [seat]], np.zeros((steps, lanes), int), ended, np.zeros(lanes, int))
        expected = gae(alone, values[:, :, seat], np.zeros(lanes), GAMMA, LAMBDA)
        assert (credit.advantages[:, seat::players] == expected.advantages).all()


def test_the_unknown_is_not_learned_from():
    """What a critic says at the last decision of a seat that is not to move, or its reward, changes nothing known."""
    turns = own_turns(**two_players())
    values = np.arange(5.0)[:, None]
    with_noise = turns._replace(rewards=turns.rewards + np.float32(100) * ~turns.known)
    for first, second in zip(
        gae(turns, values, np.zeros(1), GAMMA, LAMBDA), gae(with_noise, values, np.zeros(1), GAMMA, LAMBDA), strict=True
    ):
        assert (first[turns.known] == second[turns.known]).all()


def test_what_is_no_number_stays_none():
    turns = own_turns(**two_players())
    values, ratios = np.zeros((5, 1)), np.ones((5, 1))
    ratios[0] = np.nan
    traced = v_trace(turns, values, np.zeros(1), ratios, GAMMA)
    assert np.isnan(traced.targets[0, 0])
    assert np.isnan(traced.advantages[0, 0])
    values[0] = np.nan
    assert np.isnan(gae(turns, values, np.zeros(1), GAMMA, LAMBDA).advantages[0, 0])


def test_what_does_not_fit_is_refused():
    fitting = two_players()
    with pytest.raises(ValueError, match="rewards has shape"):
        own_turns(**{**fitting, "rewards": fitting["rewards"][..., 0]})
    with pytest.raises(ValueError, match="ended has shape"):
        own_turns(**{**fitting, "ended": fitting["ended"][1:]})
    with pytest.raises(ValueError, match="Seat 2 moves"):
        own_turns(**{**fitting, "movers": fitting["movers"] + 1})
    with pytest.raises(ValueError, match="bootstrap has shape"):
        own_turns(**fitting, bootstrap=np.zeros((5, 1)))
    turns = own_turns(**fitting)
    with pytest.raises(ValueError, match="values has shape"):
        gae(turns, np.zeros(5), np.zeros(1), GAMMA, LAMBDA)
    with pytest.raises(ValueError, match="last_values has shape"):
        gae(turns, np.zeros((5, 1)), np.zeros(2), GAMMA, LAMBDA)
    with pytest.raises(ValueError, match="n=0"):
        n_step(turns, np.zeros((5, 1)), np.zeros(1), GAMMA, 0)
    several = np.ones((5, 1, 2))
    with pytest.raises(ValueError, match="trace='sarsa'"):
        action_value_targets(turns, several, several, np.zeros((5, 1), int), np.zeros(1), GAMMA, LAMBDA, "sarsa")
    with pytest.raises(ValueError, match="actions must be 0 to 1"):
        action_value_targets(turns, several, several, np.full((5, 1), 2), np.zeros(1), GAMMA, LAMBDA)
