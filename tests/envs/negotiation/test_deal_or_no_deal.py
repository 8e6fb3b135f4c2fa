"""Deal or No Deal: the space of scenarios, positions worked by hand, and what is known of all of them."""

from itertools import permutations, product

import numpy as np
import pytest

import agora.envs
from agora.envs.negotiation.deal_or_no_deal.reference import analyse
from agora.envs.negotiation.deal_or_no_deal.scenarios import scenarios

ID = "agora/DealOrNoDeal-v0"
ACCEPT, WALK = 216, 217


def keep(books, hats, balls):
    return 36 * books + 6 * hats + balls


def position(counts, first, second, speaks_first=0, **options):
    """A game of which the scenario is given: counts and both players' values."""
    game = agora.envs.game(ID, split="all", **options)
    same = (game.world.counts == counts).all(axis=1) & (game.world.values == [first, second]).all(axis=(1, 2))
    state = game.new(0)
    state.scenario = np.flatnonzero(same).item()
    state.speaks_first = state.to_move = speaks_first
    return game, state


def everything():
    """All scenarios by the rules, one after the other: pairs of counts and both players' values."""
    for counts in product(range(1, 6), repeat=3):
        if 5 <= sum(counts) <= 7:
            ten = [v for v in product(range(11), repeat=3) if np.dot(counts, v) == 10]
            for first, second in product(ten, ten):
                pairs = list(zip(first, second, strict=True))
                if all(a or b for a, b in pairs) and any(a and b for a, b in pairs):
                    yield (counts, first, second)


def rows(split):
    table = scenarios(split)
    pairs = zip(table.counts.tolist(), table.values.tolist(), strict=True)
    return [(tuple(counts), tuple(first), tuple(second)) for counts, (first, second) in pairs]


def test_the_space_is_everything_that_the_rules_allow():
    assert len(rows("all")) == 5793
    assert set(rows("all")) == set(everything())
    assert sum(max(counts) <= 4 for counts, _, _ in rows("all")) == 5295


def test_splits_are_exact_and_keep_each_problem_together():
    train, test = set(rows("train")), set(rows("test"))
    assert (len(train), len(test)) == (4602, 1191)
    assert train | test == set(rows("all"))
    for counts, first, second in test:
        for order in permutations(range(3)):
            moved = [tuple(numbers[item] for item in order) for numbers in (counts, first, second)]
            assert (moved[0], moved[1], moved[2]) in test
            assert (moved[0], moved[2], moved[1]) in test


def test_references_over_the_whole_space():
    game = agora.envs.game(ID, split="all")
    chosen = np.flatnonzero(game.world.counts.max(axis=1) <= 4)
    known = [analyse(game.world, scenario) for scenario in chosen]
    assert np.mean([a.best_joint for a in known]) == pytest.approx(15.06, abs=0.005)
    assert np.mean([sum(a.nash) for a in known]) == pytest.approx(15.01, abs=0.005)
    assert np.mean([a.best_lower for a in known]) == pytest.approx(6.58, abs=0.005)
    assert np.mean([len(a.divisions) for a in known]) == pytest.approx(21.2, abs=0.05)
    assert np.mean([a.points.sum(axis=1).mean() for a in known]) == pytest.approx(10.0)
    assert {len(a.divisions) for a in known} <= set(range(16, 37))
    assert min(a.nash[0] * a.nash[1] for a in known) > 0


def test_analysis_by_hand():
    # The books and hats are worth 10 together to the second player, the balls 9 to the first: no conflict but the book.
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0))
    known = analyse(game.world, state.scenario)
    assert (known.best_joint, known.best_lower, known.nash, known.envy_free) == (19, 9, (9, 10), True)
    assert sorted(known.points[known.pareto].tolist()) == [[9, 10], [10, 6]]
    # Only the book is worth something to the first player, and more than half to the second.
    game, state = position((1, 1, 3), (10, 0, 0), (6, 1, 1))
    known = analyse(game.world, state.scenario)
    assert (known.best_joint, known.best_lower, known.nash, known.envy_free) == (14, 4, (10, 4), False)


def test_a_deal_by_hand():
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0))
    assert game.step(state, keep(1, 0, 3)).tolist() == [0, 0]
    assert state.to_move == 1
    assert game.step(state, keep(1, 2, 0)).tolist() == [0, 0]
    assert game.step(state, ACCEPT).tolist() == [9, 10]
    assert state.over
    assert game.metrics(state) == {
        "agreement": 1,
        "joint": 19,
        "joint_ratio": 1,
        "pareto": 1,
        "nash_ratio": 1,
        "envy_free": 1,
    }


def test_a_poor_deal_is_measured():
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0), speaks_first=1)
    game.step(state, keep(0, 2, 1))  # leaves a book and two balls: 7 points; a ball is wasted on the second player
    assert game.step(state, ACCEPT).tolist() == [7, 6]
    expected = {"agreement": 1, "joint": 13, "joint_ratio": 13 / 19, "pareto": 0, "nash_ratio": 42 / 90, "envy_free": 1}
    assert game.metrics(state) == pytest.approx(expected)


def test_walking_away_and_running_out_of_turns_pay_nothing():
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0), max_turns=4)
    game.step(state, keep(0, 0, 3))
    assert game.step(state, WALK).tolist() == [0, 0]
    assert state.over
    assert set(game.metrics(state).values()) == {0}
    batch = agora.envs.batch(ID, 1, 0, max_turns=4, autoreset="disabled")
    for turn in range(4):
        assert not batch.ended[0], turn
        batch.step([0])
    assert batch.terminated[0]
    assert not batch.truncated[0]
    assert batch.final_returns.tolist() == [[0, 0]]


@pytest.mark.parametrize(("proposals", "factor"), [(1, 1.0), (2, 0.5), (3, 0.25), (9, 0.5**8)])
def test_discount_counts_from_the_second_proposal_on(proposals, factor):
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0), speaks_first=(proposals - 1) % 2, discount=0.5)
    for _ in range(proposals - 1):
        game.step(state, 0)
    game.step(state, keep(0, 0, 3))
    assert game.step(state, ACCEPT).tolist() == [9 * factor, 10 * factor]


def test_legal_actions_are_the_divisions_of_the_pool():
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0))
    divisions = {keep(a, b, c) for a in range(2) for b in range(3) for c in range(4)}
    assert set(np.flatnonzero(game.legal(state))) == divisions | {WALK}
    game.step(state, 0)
    assert set(np.flatnonzero(game.legal(state))) == divisions | {ACCEPT, WALK}


def test_observation_by_hand():
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0), speaks_first=1)
    game.step(state, keep(0, 2, 1))
    game.step(state, keep(1, 0, 3))
    first, second = (game.spec.pieces(game.observe(state, player)) for player in (0, 1))
    assert first["counts"] == pytest.approx([0.2, 0.4, 0.6])
    assert first["values"] == pytest.approx([0.1, 0, 0.3])
    assert second["values"] == pytest.approx([0.4, 0.3, 0])
    assert (first["first"][0], second["first"][0]) == (0, 1)
    assert first["turn"].argmax() == 2
    assert first["history"][0] == pytest.approx([1, 0, 0.2, 0, 0.6, 1.0])
    assert first["history"][1] == pytest.approx([0, 1, 0.2, 0, 0.4, 0.7])
    assert second["history"][0] == pytest.approx([0, 1, 0, 0.4, 0, 0.6])
    assert second["history"][1] == pytest.approx([1, 0, 0, 0.4, 0.2, 0.6])
    assert not first["history"][2:].any()
    assert not first["outcome"].any()
    game.step(state, WALK)
    assert game.spec.pieces(game.observe(state, 0))["outcome"].tolist() == [0, 1, 0]


@pytest.mark.parametrize("split", ["test", "all"])
@pytest.mark.parametrize("player", [0, 1])
def test_resample_reaches_every_scenario_that_the_player_cannot_tell_apart(split, player):
    game = agora.envs.game(ID, split=split)
    state = game.new(8)
    own = (game.world.counts == game.world.counts[state.scenario]).all(axis=1)
    own &= (game.world.values[:, player] == game.world.values[state.scenario, player]).all(axis=1)
    expected, seen = set(np.flatnonzero(own)), game.observe(state, player)
    reached = set()
    for _ in range(40 * len(expected)):
        game.resample(state, player)
        reached.add(int(state.scenario))
        assert (game.observe(state, player) == seen).all()
    assert len(expected) > 1
    assert reached == expected


def test_scenarios_and_first_speakers_are_drawn_uniformly():
    batch = agora.envs.batch(ID, 50_000, 1, split="test")
    drawn = np.bincount(batch.states.scenario, minlength=1191)
    expected = 50_000 / 1191
    assert ((drawn - expected) ** 2 / expected).sum() < 1191 + 5 * np.sqrt(2 * 1191)  # chi-square, 5 deviations
    assert abs(batch.states.speaks_first.mean() - 0.5) < 5 * 0.5 / np.sqrt(50_000)


@pytest.mark.parametrize("options", [{}, {"max_turns": 4, "discount": 0.8, "split": "test"}])
def test_random_reference_is_what_random_play_gets(options):
    games = 20_000
    batch = agora.envs.batch(ID, games, 3, autoreset="disabled", **options)
    generator = np.random.default_rng(4)
    while not batch.ended.all():
        batch.step((generator.random(batch.legal.shape) * batch.legal).argmax(axis=1))
    error = batch.final_returns.std(axis=0) / np.sqrt(games)
    floor = batch.game.reference().random
    assert (np.abs(batch.final_returns.mean(axis=0) - floor) < 4 * error).all()


def test_random_reference_is_exact_with_few_turns():
    counts = agora.envs.game(ID, split="all").world.counts
    d = np.array([len(list(product(*map(range, pool + 1)))) for pool in counts])
    second = d / (d + 1) / (d + 2) * 5  # a proposal, then one acceptance among all legal actions, worth 5 on average
    third = d / (d + 1) * d / (d + 2) / (d + 2) * 5 * 0.8
    for turns, expected in ((2, second), (3, second + third)):
        floor = agora.envs.game(ID, split="all", max_turns=turns, discount=0.8).reference().random
        assert floor == pytest.approx((expected.mean(),) * 2, rel=1e-12)


def test_best_reference_is_half_of_the_best_joint_score():
    game = agora.envs.game(ID, split="all")
    joint = np.mean([analyse(game.world, scenario).best_joint for scenario in range(5793)])
    assert game.reference().best == pytest.approx((joint / 2, joint / 2))
    assert joint == pytest.approx(15.0637, abs=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "validation"}, "split='validation'.*'train', 'test', 'all'"),
        ({"max_turns": 1}, "max_turns=1.*from 2 to 50"),
        ({"max_turns": 10.0}, "max_turns=10.0"),
        ({"discount": 1.5}, "discount=1.5.*from 0 to 1"),
        ({"discount": float("nan")}, "discount=nan"),
        ({"turns": 4}, "has no option 'turns'.*max_turns"),
    ],
)
def test_bad_options_say_what_is_allowed(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game(ID, **options)


def test_words_hide_the_other_values():
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0), speaks_first=1)
    game.step(state, keep(0, 2, 1))
    page = game.words.describe(game.world, state, 0)
    assert "Player 1 (you) values: book 1, hat 0, ball 3" in page
    assert "Player 2 values: hidden" in page
    line = "1. Player 2 would keep 0 books, 2 hats, 1 ball and leave 1 book, 0 hats, 2 balls: 7 points for player 1"
    assert line in page.split("\n")
    assert "Turn 2 of 10. To move: player 1" in page
    assert "Player 2 values: book 4, hat 3, ball 0" in game.words.describe(game.world, state, None)


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("keep 1 book, 2 hats, 0 balls", keep(1, 2, 0)),
        ("Keep 2 hats and 1 book.", keep(1, 2, 0)),
        ("keep 1 2 0", keep(1, 2, 0)),
        ("keep 3 balls", keep(0, 0, 3)),
        ("accept", ACCEPT),
        ("walk away", WALK),
    ],
)
def test_lines_that_are_understood(line, action):
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0))
    game.step(state, 0)
    assert game.words.parse(game.world, state, 1, line) == [action]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("accept", "nothing to accept yet"),
        ("keep 2 books", "cannot keep 2 books"),
        ("keep 1 book, 1 book", "names an item twice"),
        ("keep some", "is no action here"),
    ],
)
def test_lines_that_are_not(line, reason):
    game, state = position((1, 2, 3), (1, 0, 3), (4, 3, 0))
    with pytest.raises(ValueError, match=reason):
        game.words.parse(game.world, state, 0, line)
