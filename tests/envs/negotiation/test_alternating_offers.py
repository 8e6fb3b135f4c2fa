"""Alternating offers: Rubinstein's solution, brute force over whole trees, and deviations that must not pay."""

from itertools import product

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.envs.negotiation.alternating_offers.reference import equilibrium

ID = "agora/AlternatingOffers-v0"
ACCEPT, REJECT, OFFER = 0, 1, 2


def make(**options):
    return agora.envs.game(ID, **options)


def best_of(**options):
    return make(**options).reference().best


def play(state, game, *actions):
    """The returns of both players after ``actions``."""
    return sum(game.step(state, action) for action in actions)


# The reference


@pytest.mark.parametrize(
    ("d1", "d2", "first"),
    [(0.9, 0.9, 10 / 19), (0.8, 0.6, 10 / 13), (0.5, 0.5, 2 / 3), (0.6, 0.8, 5 / 13), (0, 0.7, 0.3), (0.7, 0, 1)],
)
def test_closed_form_without_a_horizon(d1, d2, first):
    assert best_of(discount_1=d1, discount_2=d2) == pytest.approx((first, 1 - first), abs=1e-12)


@pytest.mark.parametrize(("horizon", "first"), [(1, 1), (2, 0.1), (3, 0.91), (4, 0.181), (5, 0.8371)])
def test_finite_horizon_by_hand(horizon, first):
    # In the last period the proposer keeps all, before it leaves what waiting is worth to the other: x = 1 - 0.9 x'.
    assert best_of(horizon=horizon) == pytest.approx((first, 1 - first), abs=1e-12)


def test_long_horizons_tend_to_the_closed_form():
    for horizon in (99, 100):
        long = best_of(horizon=horizon, discount_1=0.8, discount_2=0.95)
        assert long == pytest.approx(best_of(discount_1=0.8, discount_2=0.95), abs=1e-5)


def test_breakdown_is_like_a_lower_discount():
    for more in ({}, {"horizon": 5}, {"bins": 20}, {"bins": 20, "horizon": 6}):
        risky = best_of(discount_1=0.9, discount_2=0.8, breakdown=0.25, **more)
        assert risky == pytest.approx(best_of(discount_1=0.9 * 0.75, discount_2=0.8 * 0.75, **more))


def test_small_risk_of_breakdown_alone_tends_to_the_nash_solution():
    assert best_of(discount_1=1, discount_2=1, breakdown=0.1) == pytest.approx((1 / 1.9, 0.9 / 1.9))
    assert best_of(discount_1=1, discount_2=1, breakdown=0.001) == pytest.approx((0.5, 0.5), abs=3e-4)


def best_by_search(game, state):
    """What both players get when each plays to its advantage in the whole tree; indifferent ones prefer a deal."""
    mover, found = int(state.to_move), np.full(2, -1.0)
    for action in np.flatnonzero(game.legal(state)):
        after = game.clone(state)
        rewards = game.step(after, action)
        value = rewards if after.over else best_by_search(game, after)
        if (round(value[mover], 9), value.sum()) > (round(found[mover], 9), found.sum()):
            found = value
    return found


@pytest.mark.parametrize(
    "options",
    [
        {"horizon": 1, "bins": 10},
        {"horizon": 2, "bins": 10, "discount_2": 0.77},
        {"horizon": 3, "bins": 10, "discount_1": 0.83, "discount_2": 0.71},
        {"horizon": 3, "bins": 10, "discount_1": 0.59, "discount_2": 0.97},
    ],
)
def test_backward_induction_on_the_grid_is_what_a_search_of_the_tree_finds(options):
    game = make(**options)
    assert game.reference().best == pytest.approx(tuple(best_by_search(game, game.new(0))))


def test_grid_without_a_horizon_is_the_pair_nearest_to_the_closed_form():
    # 5 of 10 answers 5 of 10, since waiting is worth 0.45; so do 1 and 9, which are farther from 0.474.
    assert equilibrium(make(bins=10).world).tolist() == [0.5, 0.5]
    for bins in (1, 2, 9, 40, 100):
        world = make(bins=bins, discount_1=0.7, discount_2=0.8).world
        first, second = equilibrium(world)
        assert first >= 0.8 * (1 - second) > first - 1 / bins
        assert second >= 0.7 * (1 - first) > second - 1 / bins
    assert equilibrium(world) == pytest.approx(equilibrium(make(discount_1=0.7, discount_2=0.8).world), abs=0.03)


# Deviations, through the environment


def returns_after(batch, rows, agent):
    """Plays ``rows``, actions (lanes,) or (lanes, 2) for the next decisions, then ``agent`` for both: (lanes, 2)."""
    lanes = np.arange(batch.num_envs)
    agent.reset(batch.spec, lanes, 0)
    batch.reset(0)
    for actions in rows:
        batch.step(actions)
    while not batch.ended.all():
        batch.step(agent.act(batch.observation, batch.legal, lanes))
    return batch.final_returns.copy()


@pytest.mark.parametrize("options", [{"horizon": 1}, {"horizon": 4, "discount_2": 0.7}, {}, {"discount_1": 0.6}])
def test_no_deviation_pays_with_divisible_pies(options):
    grid = np.linspace(0, 1, 21, dtype=np.float32)
    nodes = list(product(grid, grid, grid))  # the standing offer, and the deviation: offer and threshold
    stood, deviation = np.array([node[0] for node in nodes]), np.array([node[1:] for node in nodes])
    batch = agora.envs.batch(ID, len(nodes), 0, autoreset="disabled", **options)
    agent = load("scripted/equilibrium", batch.spec)
    turned_down = np.full((len(nodes), 2), [0, 1], np.float32)
    for decision in range(min(batch.spec.max_steps, 4)):
        leading = [turned_down] * max(decision - 1, 0)
        if decision > 0:
            leading.append(np.stack([stood, turned_down[:, 1]], axis=1))
        kept, deviated = returns_after(batch, leading, agent), returns_after(batch, [*leading, deviation], agent)
        gain = (deviated - kept)[:, decision % 2]
        assert gain.max() < 1e-6
        assert gain.min() < -0.05


@pytest.mark.parametrize("options", [{"horizon": 3}, {"horizon": 4, "discount_1": 0.6}, {}, {"discount_2": 0.97}])
def test_no_deviation_pays_with_bins(options):
    game = make(bins=10, **options)
    actions = np.arange(game.spec.action.n)
    batch = agora.envs.batch(ID, len(actions), 0, autoreset="disabled", illegal="forfeit", bins=10, **options)
    agent = load("scripted/equilibrium", batch.spec)
    for decision in range(min(batch.spec.max_steps, 4)):
        for stood in range(11) if decision else [0]:
            leading = [np.full(len(actions), OFFER)] * max(decision - 1, 0)
            if decision > 0:
                leading.append(np.full(len(actions), OFFER + stood))
            kept, deviated = returns_after(batch, leading, agent), returns_after(batch, [*leading, actions], agent)
            gain = (deviated - kept)[:, decision % 2]  # an illegal action forfeits, which pays nothing
            assert gain.max() < 1e-9
            assert kept.max() > 0


def test_equilibrium_play_is_worth_what_the_reference_says():
    for options in ({}, {"horizon": 6}, {"bins": 10}, {"bins": 10, "horizon": 3, "discount_2": 0.6}):
        batch = agora.envs.batch(ID, 2, 0, autoreset="disabled", **options)
        best = batch.game.reference().best
        assert returns_after(batch, [], load("scripted/equilibrium", batch.spec)) == pytest.approx(np.array([best] * 2))
        assert batch.final_steps.tolist() == [2, 2]
        assert batch.game.metrics(batch.states[0]) == pytest.approx(
            {"agreement": 1, "efficiency": 1, "distance": 0, "period": 1}, abs=1e-6
        )


# The rules


def test_a_deal_by_hand():
    game = make(discount_1=0.5, discount_2=0.8)
    state = game.new(0)
    assert play(state, game, [0.25, 0.0], [0.5, 0.375]).tolist() == [0, 0]  # 0.25 is less than 0.375
    assert state.pie.tolist() == [0.5, 0.8]
    assert play(state, game, [0.75, 0.625], [0.0, 0.75]).tolist() == [0.0625, pytest.approx(0.48)]
    assert state.over
    metrics = game.metrics(state)
    assert metrics["agreement"] == 1
    assert metrics["efficiency"] == pytest.approx(0.0625 + 0.48)
    assert metrics["distance"] == pytest.approx(abs(0.25 - 0.2 / 0.6))
    assert metrics["period"] == 3


def test_the_same_share_is_enough():
    game = make()
    assert play(game.new(0), game, np.float32([0.1, 0]), np.float32([0, 0.1]))[1] == pytest.approx(0.1)


def test_the_horizon_ends_the_game():
    game = make(horizon=2, bins=10)
    state = game.new(0)
    assert np.flatnonzero(game.legal(state)).tolist() == list(range(2, 13))
    play(state, game, OFFER + 1)
    assert np.flatnonzero(game.legal(state)).tolist() == [0, *range(2, 13)]
    play(state, game, OFFER + 10)
    assert np.flatnonzero(game.legal(state)).tolist() == [ACCEPT, REJECT]
    assert play(game.clone(state), game, ACCEPT) == pytest.approx([0.9, 0])
    assert play(state, game, REJECT).tolist() == [0, 0]
    assert state.over
    assert game.metrics(state) == pytest.approx({"agreement": 0, "efficiency": 0, "distance": 0.9, "period": 2})


def test_without_a_horizon_the_engine_cuts():
    batch = agora.envs.batch(ID, 1, 0, autoreset="disabled")
    for _ in range(batch.spec.max_steps):
        assert not batch.ended[0]
        batch.step([[0.0, 1.0]])
    assert batch.truncated[0]
    assert 0.9 ** (batch.spec.max_steps - 1) < 1e-6 < 0.9 ** (batch.spec.max_steps - 3)


def test_breakdown_strikes_as_often_as_it_should():
    games, risk = 20_000, 0.3
    batch = agora.envs.batch(ID, games, 5, autoreset="disabled", breakdown=risk, horizon=3)
    batch.step(np.full((games, 2), [0, 1]))
    periods = []
    while not batch.ended.all():
        batch.step(np.full((games, 2), [0, 1]))
        periods.append(batch.ended.mean())
    error = 4 * np.sqrt(0.25 / games)
    assert periods == pytest.approx([0.3, 1 - 0.7**2, 1], abs=error)
    assert not batch.final_returns.any()


@pytest.mark.parametrize(
    "options",
    [{}, {"bins": 10}, {"horizon": 3, "discount_2": 0.6}, {"bins": 10, "horizon": 2, "breakdown": 0.2}],
)
def test_random_reference_is_what_random_play_gets(options):
    games, generator = 20_000, np.random.default_rng(1)
    batch = agora.envs.batch(ID, games, 0, autoreset="disabled", **options)
    while not batch.ended.all():
        if "bins" in options:
            batch.step((generator.random(batch.legal.shape) * batch.legal).argmax(axis=1))
        else:
            batch.step(generator.random((games, 2)))
    error = batch.final_returns.std(axis=0) / np.sqrt(games)
    assert (np.abs(batch.final_returns.mean(axis=0) - batch.game.reference().random) < 4 * error).all()


def test_observation_by_hand():
    game = make(horizon=3, discount_1=0.5)
    state = game.new(0)
    first = game.spec.pieces(game.observe(state, 0))
    assert [first[name].tolist() for name in ("seat", "standing", "share", "pie")] == [[1, 0], [0, 0], [0], [1, 1]]
    play(state, game, [0.25, 0], [0.75, 1.0])
    first, second = (game.spec.pieces(game.observe(state, player)) for player in (0, 1))
    assert (first["standing"].tolist(), second["standing"].tolist()) == ([1, 0], [0, 1])
    assert (first["share"].tolist(), second["share"].tolist()) == ([0.75], [0.25])
    assert first["pie"] == pytest.approx([0.5, 0.9])
    assert second["pie"] == pytest.approx([0.9, 0.5])
    assert first["period"] == pytest.approx([2 / 4])
    play(state, game, [0, 0])
    assert game.spec.pieces(game.observe(state, 1))["outcome"].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"discount_1": 1.1}, "discount_1=1.1.*from 0 to 1"),
        ({"discount_2": "0.9"}, "discount_2='0.9'"),
        ({"discount_1": 1.0}, "no horizon would let talks go on for ever.*give a horizon"),
        ({"horizon": -1}, "horizon=-1.*from 0 to 100"),
        ({"breakdown": 2}, "breakdown=2"),
        ({"bins": 2.5}, "bins=2.5.*whole number from 0 to 100"),
        ({"discount": 0.9}, "has no option 'discount'.*Did you mean 'discount_"),
    ],
)
def test_bad_options_say_what_is_allowed(options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_never_ending_patience_is_fine_with_an_end():
    assert best_of(discount_1=1, discount_2=1, horizon=3) == (1, 0)
    assert make(discount_1=1, breakdown=0.5).spec.max_steps == 21


# Words


def test_description_by_hand():
    game = make(bins=10, horizon=3, breakdown=0.5)
    state = game.new(1)
    play(state, game, OFFER + 3)
    page = game.words.describe(game.world, state, 1).split("\n")
    assert page[:3] == [
        "You are player 2.",
        "Period 1 of 3: player 1 offers 3 of 10 pieces to player 2.",
        "The whole pie is worth 1 to player 1 and 1 to player 2.",
    ]
    assert page[3].endswith("talks break down with probability 0.5.")
    assert page[-1] == "To move: player 2"


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("offer 0.4, accept 0.5 or more", [0.4, 0.5]),
        ("Offer .4 accept 0.5.", [0.4, 0.5]),
        ("offer 0.4", [0.4, 1]),
        ("accept", [0, 0]),
    ],
)
def test_lines_that_are_understood(line, action):
    game = make()
    state = game.new(0)
    play(state, game, [0.5, 0])
    parsed = game.words.parse(game.world, state, 1, line)
    assert len(parsed) == 1
    assert parsed[0].dtype == np.float32
    assert parsed[0] == pytest.approx(action)


def test_names_parse_back_exactly():
    game = make()
    state, generator = game.new(0), np.random.default_rng(0)
    for action in (generator.random((50, 2)) ** 9).astype(np.float32):
        assert (
            game.words.parse(game.world, state, 0, game.words.name(game.world, state, 0, action))[0] == action
        ).all()


@pytest.mark.parametrize(
    ("bins", "line", "reason"),
    [
        (0, "accept", "no offer to accept yet"),
        (0, "reject", "by making another one"),
        (0, "offer 1.5", "more than the whole pie"),
        (0, "offer much", "is no action here"),
        (10, "offer 11", "the pie has 10"),
        (10, "offer 0.5", "is no action here"),
    ],
)
def test_lines_that_are_not(bins, line, reason):
    game = make(bins=bins)
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, game.new(0), 0, line)
