"""Sealed-bid auctions against rounds worked by hand and the theory of auctions."""

import numpy as np
import pytest
from scipy import stats

import agora.envs
from agora.agents.api import load
from agora.envs.api import EVERYONE
from agora.envs.canvas import picture

ID = "agora/SealedAuction-v0"
FORMATS = ("first_price", "second_price", "all_pay")


def play_by_hand(values, bids, **options):
    """One round with these values and bids: rewards and the state after it."""
    game = agora.envs.game(ID, bidders=len(values), **options)
    state = game.new(1)
    state.value[:] = values
    return game.step(state, np.reshape(bids, (-1, 1))), state


def reference(**options):
    game = agora.envs.game(ID, **options)
    return game.reference_module, game.world


def equilibrium_rounds(rounds: int, seed: int = 0, shift=None, **options) -> tuple[np.ndarray, np.ndarray]:
    """Rewards (R, P) and revenue (R,) of ``rounds`` in equilibrium; ``shift`` changes the first bidder's bids."""
    batch = agora.envs.batch(ID, rounds, seed, threads=1, autoreset="disabled", **options)
    agent = load("scripted/equilibrium", batch.spec)
    flat = batch.observation.reshape(-1, batch.spec.observation_size)
    bids = agent.act(flat, np.zeros((len(flat), 0), bool), np.arange(len(flat))).reshape(rounds, -1, 1)
    if shift is not None:
        bids[:, 0, 0] = np.clip(shift(bids[:, 0, 0]), 0, 1)
    batch.step(bids)
    return batch.rewards.copy(), batch.states.revenue.copy()


def test_first_price_by_hand():
    rewards, state = play_by_hand([0.9, 0.5, 0.7], [0.6, 0.45, 0.65])
    np.testing.assert_allclose(rewards, [0, 0, 0.7 - 0.65], atol=1e-7)
    assert (state.winner, state.over) == (2, True)
    assert state.revenue == pytest.approx(0.65)
    assert state.welfare / state.possible == pytest.approx(7 / 9)


def test_second_price_by_hand():
    rewards, state = play_by_hand([0.9, 0.5, 0.7], [0.9, 0.5, 0.7], format="second_price")
    np.testing.assert_allclose(rewards, [0.2, 0, 0], atol=1e-7)
    assert state.price == pytest.approx(0.7)


def test_second_price_pays_the_reserve_when_nobody_else_reaches_it():
    rewards, state = play_by_hand([0.9, 0.3], [0.8, 0.3], format="second_price", reserve=0.5)
    np.testing.assert_allclose(rewards, [0.4, 0], atol=1e-12)
    assert state.revenue == 0.5


def test_all_pay_by_hand():
    rewards, state = play_by_hand([0.9, 0.5, 0.7], [0.5, 0.25, 0.125], format="all_pay", reserve=0.2)
    np.testing.assert_allclose(rewards, [0.4, -0.25, 0], atol=1e-12)
    assert state.revenue == 0.75


@pytest.mark.parametrize("format", FORMATS)
def test_no_sale_below_the_reserve(format):
    rewards, state = play_by_hand([0.9, 0.5], [0.49, 0.2], format=format, reserve=0.5)
    assert rewards.tolist() == [0, 0]
    assert (state.winner, state.price, state.revenue, state.welfare) == (-1, 0, 0, 0)
    assert state.possible == 0.9


def test_a_bid_at_the_reserve_counts():
    assert play_by_hand([0.9, 0.5], [0.5, 0.2], reserve=0.5)[1].winner == 0


def test_ties_are_broken_evenly():
    batch = agora.envs.batch(ID, 30_000, 0, bidders=3, threads=1, autoreset="disabled")
    batch.step(np.full((30_000, 3, 1), 0.5))
    wins = np.bincount(batch.states.winner, minlength=3)
    assert stats.chisquare(wins).pvalue > 0.001


def test_the_round_before_is_shown_and_no_more():
    game = agora.envs.game(ID, bidders=3, rounds=2)
    state = game.new(3)
    value = float(state.value[0])
    first = game.spec.pieces(game.observe(state, 0))
    assert first["winner"].tolist() == [0, 0, 0, 1]
    assert (first["price"][0], first["progress"][0], first["last"].tolist()) == (0, 0, [0, 0])
    game.step(state, [[0.25], [0.75], [0.5]])
    assert state.to_move == EVERYONE
    assert not state.over
    second = game.spec.pieces(game.observe(state, 0))
    assert second["winner"].tolist() == [0, 1, 0, 0]
    assert (second["price"][0], second["progress"][0]) == (0.75, 0.5)
    assert second["value"][0] == np.float32(state.value[0]) != np.float32(value)
    np.testing.assert_array_equal(second["last"], np.float32([value, 0.25]))
    assert second["seat"].tolist() == [1, 0, 0]
    game.step(state, [[0.25], [0.75], [0.5]])
    assert state.over


@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (2, 3.5), (0.4, 0.7), (30, 10), (1, 2)])
def test_values_have_the_distribution_asked_for(alpha, beta):
    batch = agora.envs.batch(ID, 20_000, 0, threads=1, alpha=alpha, beta=beta)
    assert stats.kstest(batch.states.value.ravel(), stats.beta(alpha, beta).cdf).pvalue > 0.001


@pytest.mark.parametrize("bidders", [2, 3, 5, 10])
def test_equilibrium_bids_in_closed_form(bidders):
    v, n, r = np.linspace(0.001, 1, 50), bidders, 0.3
    first, world = reference(bidders=n)
    np.testing.assert_allclose(first.bid(world, v), (n - 1) * v / n, atol=1e-12)
    _, world = reference(bidders=n, reserve=r)
    expected = np.where(v >= r, (n - 1) * v / n + r**n / (n * v ** (n - 1)), 0)
    np.testing.assert_allclose(first.bid(world, v), expected, atol=1e-12)
    _, world = reference(bidders=n, format="all_pay")
    np.testing.assert_allclose(first.bid(world, v), (n - 1) * v**n / n, atol=1e-12)
    _, world = reference(bidders=n, format="second_price", reserve=r)
    np.testing.assert_allclose(first.bid(world, v), np.where(v >= r, v, 0), atol=0)


@pytest.mark.parametrize("format", FORMATS)
def test_bids_solve_the_first_order_condition_for_beta(format):
    """No other value's bid pays more: pi(z; v) = (v G(z) - payment(z)) is highest at z = v."""
    module, world = reference(format=format, bidders=3, alpha=2.0, beta=3.5)
    z = np.linspace(0, 1, 2001)
    won = module.distribution(world, z) ** 2
    bids = module.bid(world, z)
    payment = {"first_price": bids * won, "all_pay": bids}.get(format)
    if payment is None:  # the mean of the highest other value when it is below z
        payment = np.concatenate([[0], np.cumsum((z[1:] + z[:-1]) / 2 * np.diff(won))])
    for mine in (0.2, 0.5, 0.8):
        assert z[np.argmax(mine * won - payment)] == pytest.approx(mine, abs=2e-3)


@pytest.mark.parametrize(("bidders", "printed"), [(2, 0.3333), (3, 0.5), (5, 0.6667), (10, 0.8182)])
@pytest.mark.parametrize("format", FORMATS)
def test_revenue_and_surplus_in_closed_form(format, bidders, printed):
    module, world = reference(format=format, bidders=bidders)
    assert module.revenue(world) == pytest.approx(printed, abs=5e-5)
    assert module.surplus(world) == pytest.approx(1 / (bidders * (bidders + 1)), abs=1e-10)


@pytest.mark.parametrize(("bidders", "printed"), [(2, 0.4167), (3, 0.5312), (5, 0.6719)])
@pytest.mark.parametrize("format", ["first_price", "second_price"])
def test_revenue_with_the_best_reserve(format, bidders, printed):
    module, world = reference(format=format, bidders=bidders, reserve=0.5)
    assert module.revenue(world) == pytest.approx(printed, abs=6e-5)


def test_an_all_pay_reserve_works_like_a_higher_one():
    """Whoever bids r for sure pays more than r when it wins: v* = r^(1/n), and revenue is that of reserve v*."""
    module, all_pay = reference(format="all_pay", bidders=3, reserve=0.125)
    assert module.lowest_bidding_value(all_pay) == pytest.approx(0.5, abs=1e-10)
    assert module.revenue(all_pay) == pytest.approx(0.53125, abs=1e-9)


@pytest.mark.parametrize("options", [{}, {"reserve": 0.5}, {"alpha": 2.0, "beta": 3.5}, {"alpha": 0.5, "beta": 0.5}])
@pytest.mark.parametrize("bidders", [2, 5])
def test_revenue_equivalence_in_play(bidders, options):
    """Mean revenue and surplus of 40,000 rounds lie within 4 standard errors (0.005 at most) of the theory."""
    for seed, format in enumerate(FORMATS):
        module, world = reference(format=format, bidders=bidders, **options)
        rewards, revenue = equilibrium_rounds(40_000, seed, format=format, bidders=bidders, **options)
        for played, expected in ((revenue, module.revenue(world)), (rewards.mean(axis=1), module.surplus(world))):
            error = played.std() / np.sqrt(len(played))
            assert error < 0.005
            assert abs(played.mean() - expected) < 4 * error


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("options", [{}, {"bidders": 5, "alpha": 2.0, "beta": 3.5, "reserve": 0.2}])
def test_no_deviation_from_equilibrium_pays(format, options):
    """Against equilibrium bids no scaling or shift of the own bid gains more than 3 standard errors of the difference.

    The same 40,000 rounds with and without the change, so that the standard error is at most 0.002; the largest ones
    must lose clearly.
    """
    best = equilibrium_rounds(40_000, 7, format=format, **options)[0][:, 0]
    losses = {}
    for scale, shift in [(0.5, 0), (0.8, 0), (0.95, 0), (1.05, 0), (1.25, 0), (2, 0), (1, 0.05), (1, -0.05), (1, 0.3)]:
        changed = equilibrium_rounds(40_000, 7, lambda bid, a=scale, b=shift: a * bid + b, format=format, **options)[0][
            :, 0
        ]
        gain = changed - best
        error = gain.std() / np.sqrt(len(gain))
        assert error < 0.002
        assert gain.mean() < 3 * error, (scale, shift)
        losses[scale, shift] = -gain.mean() / error
    assert losses[2, 0] > 5
    assert losses[1, 0.3] > 5


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("options", [{}, {"bidders": 5, "alpha": 3.0, "reserve": 0.4}])
def test_the_random_reference_is_what_random_bids_earn(format, options):
    """40,000 rounds, within 4 standard errors."""
    game = agora.envs.game(ID, format=format, **options)
    batch = agora.envs.batch(ID, 40_000, 3, threads=1, autoreset="disabled", format=format, **options)
    batch.step(np.random.default_rng(0).random((40_000, game.spec.players, 1)))
    earned = batch.rewards.mean(axis=1)
    error = earned.std() / np.sqrt(len(earned))
    assert abs(earned.mean() - game.reference().random[0]) < 4 * error


def test_reference_counts_all_rounds():
    once, often = (agora.envs.game(ID, bidders=3, rounds=rounds).reference() for rounds in (1, 10))
    assert once.best == pytest.approx((1 / 12,) * 3, abs=1e-10)
    assert often.best == pytest.approx((10 / 12,) * 3, abs=1e-9)
    assert often.random[0] == pytest.approx(10 * once.random[0])


def test_metrics():
    game = agora.envs.game(ID, bidders=2, rounds=2)
    state = game.new(0)
    for values, bids in (([0.5, 1.0], [0.25, 0.125]), ([0.5, 0.25], [0.75, 0.25])):
        state.value[:] = values
        game.step(state, np.reshape(bids, (2, 1)))
    assert game.metrics(state) == {"revenue": 0.5, "efficiency": pytest.approx(1.0 / 1.5)}


def test_resample_keeps_what_the_player_knows_and_draws_the_rest():
    game = agora.envs.game(ID, bidders=3, rounds=3, alpha=2.0, beta=3.0)
    state = game.new(5)
    game.step(state, [[0.25], [0.75], [0.5]])
    others = []
    other = game.clone(state)
    for _ in range(2000):
        game.resample(other, 1)
        np.testing.assert_array_equal(game.observe(other, 1), game.observe(state, 1))
        others.append(other.value[[0, 2]].copy())
    assert game.words.describe(game.world, other, 1) == game.words.describe(game.world, state, 1)
    assert picture(game, other, 1).svg() == picture(game, state, 1).svg()
    assert other.last_bid[[0, 2]].tolist() == [-1, -1]
    assert stats.kstest(np.ravel(others), stats.beta(2, 3).cdf).pvalue > 0.001


def test_words():
    game = agora.envs.game(ID, bidders=3, rounds=2, reserve=0.2, format="all_pay")
    state = game.new(5)
    text = game.words.describe(game.world, state, 1)
    assert f"Bidder 2 (you) values the item at {state.value[1]:.4f}." in text
    assert f"{state.value[0]:.4f}" not in text
    assert "Bids below 0.2 do not count." in text
    bid = np.array([0.1], np.float32)
    assert game.words.parse(game.world, state, 0, game.words.name(game.world, state, 0, bid)) == [bid]
    assert game.words.parse(game.world, state, 0, " Bid 0.5 ")[0].tolist() == [0.5]
    game.step(state, [[0.25], [0.75], [0.5]])
    assert "Round 1 of 2: bidder 2 won and paid 0.7500." in game.words.describe(game.world, state, 0)
    assert game.words.describe(game.world, state, None).count("bid 0.") == 3
    assert game.words.describe(game.world, state, 0).count("bid 0.") == 1
    game.step(state, [[0.0], [0.0], [0.0]])
    assert "no sale" in game.words.describe(game.world, state, 0)
    assert "The auction is over." in game.words.describe(game.world, state, 0)


@pytest.mark.parametrize("line", ["", "all in", "bid", "bid 1.5", "bid -0.1", "nan", "inf"])
def test_parse_says_why_not(line):
    game = agora.envs.game(ID)
    with pytest.raises(ValueError, match=r"no bid|not allowed"):
        game.words.parse(game.world, game.new(0), 0, line)


def test_drawing_hides_the_others():
    game = agora.envs.game(ID, bidders=10, rounds=2, reserve=0.3, alpha=3.0)
    state = game.new(0)
    before = picture(game, state, 4)
    assert before.action_at(900 - 590 + 15, 460)[0] == np.float32(0.25 * state.value[4])
    assert before.svg().count(">?<") == 10 + 9
    game.step(state, np.linspace(0, 0.9, 10)[:, None])
    assert picture(game, state, 4).svg().count(">?<") == 9 + 9
    assert picture(game, state, None).svg().count(">?<") == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bidders": 1}, "bidders=1 .*2 to 10"),
        ({"format": "dutch"}, "format='dutch' .*'first_price', 'second_price', 'all_pay'"),
        ({"reserve": 1.5}, "reserve=1.5 .*0 to 1"),
        ({"alpha": 0.0}, "alpha=0.0 .*0.1 to 50"),
        ({"beta": float("nan")}, "beta=nan"),
        ({"rounds": 0}, "rounds=0 .*1 to 100"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)
