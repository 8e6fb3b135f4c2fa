"""Alpha-rank against its paper's and OpenSpiel's numbers, and circles of three."""

import itertools

import numpy as np
import pytest

from agora.agents.population.alpha_rank import fixation
from agora.leaderboard.numbers.cycles import alpha_rank, alpha_rank_limit, surely_beats, three_cycles
from agora.leaderboard.numbers.nash_averaging import margins
from agora.leaderboard.numbers.ratings import bootstrap_wins, measured
from agora.leaderboard.numbers.statistics import resample

HAN = np.array([[0.875, 0.75, 0, 2.75, 0.75], [1, 1, -1, -1, -1], [0, 2, 0, 0, 0], [-2, 2, 0, 0, 0], [1, 2, 0, 0, 0]])
"""Payoffs of T. Han et al., "Good agreements make good friends", Scientific Reports 3, 2013."""

CYCLE = np.array([[0, 4.6, -4.6], [-4.6, 0, 4.6], [4.6, -4.6, 0]])
LINE = np.array([[0, 4.6, 4.6], [-4.6, 0, 4.6], [-4.6, -4.6, 0]])


def test_a_published_population():
    shares = [0.40966787, 0.07959841, 0.20506998, 0.08505983, 0.2206039]
    assert alpha_rank(HAN, alpha=0.1, population=20) == pytest.approx(shares, abs=1e-8)


@pytest.mark.parametrize("alpha", [0.0, 0.01, 1.0, 100.0])
def test_a_cycle_shares_time_evenly_at_any_intensity(alpha):
    assert alpha_rank(CYCLE, alpha) == pytest.approx([1 / 3] * 3)


def test_a_line_in_the_limit():
    assert alpha_rank_limit(LINE, 1e-3) == pytest.approx([0.998002, 0.00149775, 0.00050025], abs=1e-8)
    assert alpha_rank(LINE, 10.0)[0] == pytest.approx(1)


def test_copies_do_move_others():
    """Unlike in Nash averaging: hence no column to rank by."""
    with_copy = CYCLE[np.ix_([0, 1, 2, 2], [0, 1, 2, 2])]
    assert alpha_rank_limit(with_copy, 1e-9) == pytest.approx([0.2, 0.4, 0.2, 0.2], abs=1e-6)


def test_large_payoffs_give_numbers():
    """Where OpenSpiel has none: payoffs of 50, alpha 100, 50 individuals."""
    found = alpha_rank(50 * LINE / 4.6, 100.0, 50)
    assert found == pytest.approx([1, 0, 0])
    assert alpha_rank(50 * CYCLE / 4.6, 100.0, 50) == pytest.approx([1 / 3] * 3)


def test_two_agents_of_constant_sum_have_the_closed_form():
    """u = alpha m / (m - 1) (M - S / 2); the shares are as the two chances to take over."""
    payoffs, alpha, population = np.array([[0.5, 0.6], [0.4, 0.5]]), 0.3, 12
    up = fixation(alpha * population / (population - 1) * np.array([0.1, -0.1]), population)
    found = alpha_rank(payoffs, alpha, population)
    assert found[0] / found[1] == pytest.approx(up[0] / up[1])


def test_the_limit_is_the_limit():
    """Where nobody is even with anybody, and the rarest takeover decides."""
    four = np.array([[0, 1, 2, -1], [-1, 0, 1, 2], [-2, -1, 0, 1], [1, -2, -1, 0]], float)
    assert alpha_rank_limit(four, 1e-9) == pytest.approx(alpha_rank(four, 50.0), abs=1e-6)


def test_between_equals_time_drifts():
    """0 and 1 are even, 0 beats 2, 2 beats 1: x0 / 2 = x2 + x1 / 2, x1 (1 + 1 / 2) = x0 / 2, x2 = x1."""
    advantages = np.array([[0, 0, 1], [0, 0, -1], [-1, 1, 0]])
    assert alpha_rank_limit(advantages, 1e-12) == pytest.approx([0.6, 0.2, 0.2])


def test_two_individuals_are_enough():
    """The mutant's payoff against the other is all there is: 1 / (1 + exp(-alpha gain))."""
    up, down = 1 / (1 + np.exp(-0.7)), 1 / (1 + np.exp(0.7))
    assert alpha_rank(np.array([[0, 0.7], [0, 0]]), 1.0, 2) == pytest.approx([up, down])


def test_bad_payoffs_are_refused():
    for bad in (np.zeros((2, 3)), np.zeros(3), np.zeros((0, 0))):
        with pytest.raises(ValueError, match="shape"):
            alpha_rank(bad, 1.0)
    with pytest.raises(ValueError, match="not finite"):
        alpha_rank_limit(np.array([[0, np.nan], [0, 0]]))
    for alpha, population in ((-1.0, 50), (np.inf, 50), (1.0, 1)):
        with pytest.raises(ValueError, match="not allowed"):
            alpha_rank(CYCLE, alpha, population)


def test_circles_of_three_by_hand():
    assert three_cycles(CYCLE > 0) == [(0, 1, 2)]
    assert three_cycles(CYCLE < 0) == [(0, 2, 1)]
    assert three_cycles(LINE > 0) == []
    ring_of_four = np.roll(np.eye(4, dtype=bool), 1, axis=1)
    assert three_cycles(ring_of_four) == []


def test_circles_of_three_against_counting():
    beats = np.triu(np.random.default_rng(0).random((9, 9)) < 0.5, 1)
    beats |= ~(beats | beats.T | np.eye(9, dtype=bool)) & np.tri(9, dtype=bool)
    found = three_cycles(beats)
    wins = beats.sum(axis=1)
    assert len(found) == 84 - (wins * (wins - 1) // 2).sum()  # Kendall and Babington Smith, 1940
    assert len(set(found)) == len(found)
    assert all(beats[a, b] and beats[b, c] and beats[c, a] and a == min(a, b, c) for a, b, c in found)


def played(chances, deals, seed):
    """(D, n, n) of deals in which all meet all; draws none."""
    rng, agents = np.random.default_rng(seed), len(chances)
    wins = np.zeros((deals, agents, agents))
    for one, other in itertools.combinations(range(agents), 2):
        wins[:, one, other] = rng.random(deals) < chances[one, other]
        wins[:, other, one] = 1 - wins[:, one, other]
    return wins


def sure(wins):
    return surely_beats(wins, wins + wins.transpose(0, 2, 1), wins.shape[1])


def test_a_planted_circle_is_found_and_is_sure():
    chances = np.array([[0.5, 0.8, 0.2], [0.2, 0.5, 0.8], [0.8, 0.2, 0.5]])
    assert three_cycles(sure(played(chances, 200, 0))) == [(0, 1, 2)]


def test_even_agents_show_circles_but_no_sure_ones():
    seen, claimed = 0, 0
    for seed in range(60):
        wins = played(np.full((6, 6), 0.5), 50, seed)
        seen += bool(three_cycles(margins(wins.sum(axis=0)) > 0))
        claimed += sure(wins).any()
    assert seen > 50
    assert claimed <= 6


def test_only_deals_in_which_they_met_count():
    wins = np.zeros((40, 2, 2))
    wins[:20, 0, 1] = 1
    assert sure(wins).tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize("deals", range(2, 30))
def test_who_won_every_deal_is_sure_soon_after_a_sign_test_is(deals):
    chance = 2 * 0.5**deals
    wins = played(np.array([[0.5, 1.0], [0.0, 0.5]]), deals, 0)
    if chance > 0.06:
        assert not sure(wins).any()
    if chance < 0.005:
        assert sure(wins).tolist() == [[False, True], [False, False]]


def test_more_agents_need_more_to_be_sure():
    two = played(np.array([[0.5, 1.0], [0.0, 0.5]]), 9, 0)
    ten = np.zeros((9, 10, 10))
    ten[:, 0, 1] = 1
    assert sure(two).any()
    assert not sure(ten).any()


def test_a_deal_with_several_lineups_is_one_unit():
    """Ten meetings in each of two deals are two units, not twenty."""
    wins = np.zeros((2, 2, 2))
    wins[:, 0, 1] = 10
    assert not sure(wins).any()
    with pytest.raises(ValueError, match="wins up to meetings"):
        surely_beats(wins, wins / 2, wins.shape[1])


def test_agents_that_never_met_are_not_told_apart():
    wins = played(np.array([[0.5, 0.9, 0.9], [0.1, 0.5, 0.5], [0.1, 0.5, 0.5]]), 60, 0)
    wins[:, 1, 2] = wins[:, 2, 1] = 0
    assert sure(wins).tolist() == [[False, True, True], [False, False, False], [False, False, False]]


def test_alpha_rank_over_resampled_deals_tells_how_little_it_knows():
    """Two agents that are nearly even: all time goes to one of them, in any resample to another."""
    wins = played(np.full((3, 3), 0.5), 40, 1)
    replicates = bootstrap_wins(wins.reshape(40, -1), resample(40, 0, 300), 0)
    found = measured(lambda each: alpha_rank_limit(margins(each)), wins.sum(axis=0), replicates, 40)
    assert sum(number.value for number in found) == pytest.approx(1)
    assert max(number.high - number.low for number in found) > 0.9
