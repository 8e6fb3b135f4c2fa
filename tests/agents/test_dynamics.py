"""Dynamics on games where it is known, and often proven, whether the last iterates or the averages converge."""

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.dynamics import METHODS, State, projected, run
from agora.agents.solvers.fictitious_play import FictitiousPlay
from agora.agents.solvers.normal_form import nash_conv
from agora.agents.solvers.tree import build
from agora.envs.games.normal_form.table import NAMED

COINS, THROWS = ([0.7, 0.3], [0.6, 0.4]), ([0.5, 0.3, 0.2], [0.3, 0.3, 0.4])
STEP = 0.1


def named(name):
    return np.array(NAMED[name].payoffs, np.float64)


PENNIES, RPS, SHAPLEY = named("matching_pennies"), named("rock_paper_scissors"), named("shapley")
ZERO_SUM = pytest.mark.parametrize(("payoffs", "start"), [(PENNIES, COINS), (RPS, THROWS)], ids=["pennies", "rps"])


def last(record, time=-1):
    return [rows[time] for rows in record.last]


def average(record, time=-1):
    return [rows[time] for rows in record.average]


def after(method, payoffs, start, step=STEP, memory=None):
    """The state after one update."""
    start = [np.array(own, float) for own in start]
    memory = [np.zeros(len(own)) for own in start] if memory is None else [np.array(own, float) for own in memory]
    return METHODS[method](State(start, memory), payoffs, step)


# One step by hand: against (0.7, 0.3) and (0.6, 0.4) the payoffs of actions are 0.2, -0.2 and -0.4, 0.4.


def test_a_step_of_hedge():
    first, second = after("hedge", PENNIES, COINS).profile
    assert first[0] == pytest.approx(0.7 * np.exp(0.02) / (0.7 * np.exp(0.02) + 0.3 * np.exp(-0.02)))
    assert second[0] == pytest.approx(0.6 * np.exp(-0.04) / (0.6 * np.exp(-0.04) + 0.4 * np.exp(0.04)))


def test_a_step_of_optimistic_hedge():
    """With (0.1, 0.3) before, payoffs count as 2 (0.2, -0.2) - (0.1, 0.3) = (0.3, -0.7)."""
    state = after("optimistic-hedge", PENNIES, COINS, memory=[[0.1, 0.3], [0, 0]])
    assert state.profile[0][0] / state.profile[0][1] == pytest.approx(0.7 / 0.3 * np.exp(0.1))
    assert np.concatenate(state.memory) == pytest.approx([0.2, -0.2, -0.4, 0.4])


def test_a_step_of_gradient():
    """All numbers move by a tenth of the payoffs; those add up to 0, so nothing is projected away."""
    first, second = after("gradient", PENNIES, COINS).profile
    assert first == pytest.approx([0.72, 0.28])
    assert second == pytest.approx([0.56, 0.44])


def test_a_step_of_optimistic_gradient():
    """(0.3, -0.7) as above, less their mean: (0.5, -0.5)."""
    state = after("optimistic-gradient", PENNIES, COINS, memory=[[0.1, 0.3], [0, 0]])
    assert state.profile[0] == pytest.approx([0.75, 0.25])


def test_a_step_of_extragradient():
    """At the end of the trial step, (0.72, 0.28) and (0.56, 0.44), the payoffs are (0.12, -0.12), (-0.44, 0.44)."""
    first, second = after("extragradient", PENNIES, COINS).profile
    assert first == pytest.approx([0.712, 0.288])
    assert second == pytest.approx([0.556, 0.444])


def test_a_step_of_regret_matching():
    """Regrets: 0.2 - 0.08, -0.2 - 0.08; and with (1, 1) of them before, 1.12 and 0.72."""
    state = after("regret-matching", PENNIES, COINS)
    assert state.memory[0] == pytest.approx([0.12, -0.28])
    assert state.profile[0].tolist() == [1, 0]
    assert after("regret-matching", PENNIES, COINS, memory=[[1, 1], [0, 0]]).profile[0][0] == pytest.approx(1.12 / 1.84)


def test_a_step_of_regret_matching_plus():
    assert after("regret-matching+", PENNIES, COINS).memory[0] == pytest.approx([0.12, 0])


def test_a_step_of_fictitious_play():
    """The first sees the second play (0.6, 0.4) now and (0, 2) before."""
    state = after("fictitious-play", PENNIES, COINS, memory=[[0, 0], [0, 2]])
    assert [own.tolist() for own in state.profile] == [[0, 1], [0, 1]]
    assert state.memory[1] == pytest.approx([0.6, 2.4])


def test_a_short_step_of_the_replicator():
    """x (u - x'u) = 0.7 (0.2 - 0.08) = 0.084 in unit time."""
    first, _ = after("replicator", PENNIES, COINS, step=1e-6).profile
    assert first[0] - 0.7 == pytest.approx(0.084e-6, rel=1e-4)


def test_the_replicator_in_closed_form():
    """Against a choice that does not matter the odds grow by exp(difference of payoffs times time)."""
    payoffs = np.array([[[2, 0]], [[1, 0]]], np.float64)
    record = run(payoffs, "replicator", 20, 0.1, ([0.2, 0.8], [1.0]))
    odds = 0.25 * np.exp(2)
    assert last(record)[0][0] == pytest.approx(odds / (1 + odds), abs=1e-7)


@pytest.mark.parametrize(
    ("point", "nearest"),
    [([0.2, 0.8], [0.2, 0.8]), ([0.5, 0.9], [0.3, 0.7]), ([2, 0.5], [1, 0]), ([-1, -1, -1], [1 / 3] * 3)],
)
def test_projection(point, nearest):
    assert projected(np.array(point)) == pytest.approx(np.array(nearest))


def test_projection_when_one_is_out():
    """(0.9, 0.7, -0.5): without the third, both others fall by 0.3."""
    assert projected(np.array([0.9, 0.7, -0.5])) == pytest.approx([0.6, 0.4, 0])


@ZERO_SUM
@pytest.mark.parametrize("method", ["hedge", "gradient", "regret-matching", "fictitious-play"])
def test_averages_converge_where_last_iterates_do_not(method, payoffs, start):
    record = run(payoffs, method, 3000, STEP, start)
    assert nash_conv(payoffs, average(record)) < 0.04
    assert min(nash_conv(payoffs, last(record, time)) for time in range(2900, 3001)) > 0.3


@ZERO_SUM
def test_hedge_spirals_outward(payoffs, start):
    """J. Bailey and G. Piliouras, EC 2018: the divergence from the equilibrium inside grows with every step."""
    record = run(payoffs, "hedge", 1000, STEP, start)
    divergence = -sum(np.log(rows).mean(axis=1) for rows in record.last)
    assert (np.diff(divergence) > 0).all()


@ZERO_SUM
@pytest.mark.parametrize("method", ["optimistic-hedge", "optimistic-gradient", "extragradient"])
def test_last_iterates_converge(method, payoffs, start):
    record = run(payoffs, method, 5000, STEP, start)
    assert nash_conv(payoffs, last(record)) < 1e-3
    assert nash_conv(payoffs, last(record)) < nash_conv(payoffs, average(record))


def test_biased_equilibrium_by_extragradient():
    """Largest singular value of the payoffs: sqrt(25^2 + 50^2 + 5^2) < 57."""
    record = run(named("biased_rock_paper_scissors"), "extragradient", 4000, 1 / 57, THROWS)
    assert np.stack(last(record)) == pytest.approx(np.array([[1, 10, 5]] * 2) / 16, abs=1e-6)


@ZERO_SUM
def test_the_replicator_keeps_its_distance(payoffs, start):
    """J. Hofbauer and K. Sigmund 1998, section 11.2: with a uniform equilibrium the sum of logarithms is constant."""
    record = run(payoffs, "replicator", 3000, 0.02, start)
    constant = sum(np.log(rows).mean(axis=1) for rows in record.last)
    assert np.ptp(constant) < 1e-7
    assert np.ptp(record.last[0][:, 0]) > 0.2  # while it goes round
    assert nash_conv(payoffs, average(record)) < nash_conv(payoffs, np.array(start)) / 3


def test_fictitious_play_cycles_on_shapleys_game():
    """L. S. Shapley 1964: each round of the cycle is longer than the one before, and averages never settle."""
    record = run(SHAPLEY, "fictitious-play", 20_000, start=THROWS)
    ends = np.flatnonzero(np.diff(record.last[0][1:].argmax(axis=1)))
    lengths = np.diff(ends)
    assert len(lengths) == 10
    assert (lengths[1:] > 2 * lengths[:-1]).all()
    assert min(nash_conv(SHAPLEY, average(record, time)) for time in range(5000, 20_001, 50)) > 0.25


def gain_beforehand(payoffs, together):
    """What each player gains by leaving a mediator before the draw, at best."""
    mean = np.tensordot(together, payoffs, together.ndim)
    best = [(payoffs[..., 0] @ together.sum(axis=0)).max(), (together.sum(axis=1) @ payoffs[..., 1]).max()]
    return best - mean


@pytest.mark.parametrize("method", ["hedge", "regret-matching", "regret-matching+", "gradient"])
@pytest.mark.parametrize("payoffs", [SHAPLEY, RPS], ids=["shapley", "rps"])
def test_what_is_played_together_becomes_a_coarse_correlated_equilibrium(method, payoffs):
    early, late = (gain_beforehand(payoffs, run(payoffs, method, many, STEP, THROWS).together) for many in (30, 3000))
    assert late.max() < 0.03
    assert late.max() < max(early.max(), 0.001)


def test_together_and_averages_by_hand():
    """Fictitious play of pennies from heads, tails: the first switches to tails, at a tie the second to heads."""
    record = run(PENNIES, "fictitious-play", 1, start=([1.0, 0.0], [0.0, 1.0]))
    assert last(record)[0].tolist() == [0, 1]
    assert last(record)[1].tolist() == [0, 1]
    assert np.stack(average(record)).tolist() == [[0.5, 0.5], [0, 1]]
    assert record.together.tolist() == [[0, 0.5], [0, 0.5]]


def test_fictitious_play_is_that_of_the_tree():
    payoffs = np.random.default_rng(0).random((3, 3, 2))  # drawn, so that rounding decides no ties
    tree = build(agora.envs.game("agora/NormalForm-v0", payoffs=payoffs.tolist()))
    solver = FictitiousPlay(tree)
    solver.advance(200)
    record = run(payoffs, "fictitious-play", 200)
    assert np.stack(average(record)) == pytest.approx(solver.strategy[np.argsort(tree.owner)])


def test_three_players():
    """Each of three wants to match the next; from heads' side all come to heads."""
    payoffs = np.zeros((2, 2, 2, 3))
    for choices in np.ndindex(2, 2, 2):
        payoffs[choices] = [choices[player] == choices[(player + 1) % 3] for player in range(3)]
    record = run(payoffs, "replicator", 400, 0.1, [[0.6, 0.4]] * 3)
    assert [own[0] for own in last(record)] == pytest.approx([1, 1, 1], abs=1e-6)


def test_errors():
    with pytest.raises(ValueError, match="There is no method 'cfr'; choose one of replicator, hedge"):
        run(PENNIES, "cfr", 10)
    with pytest.raises(ValueError, match="both must be positive"):
        run(PENNIES, "hedge", 10, step=0)
    with pytest.raises(ValueError, match="probabilities for each of 2, 2 actions"):
        run(PENNIES, "hedge", 10, start=([0.5, 0.6], [0.5, 0.5]))
    with pytest.raises(ValueError, match="probabilities for each of 2, 2 actions"):
        run(PENNIES, "hedge", 10, start=([1.0], [0.5, 0.5]))
