"""Ranges of ranks, other ways to rank, pairs, authors and twins, from logs written by hand."""

import msgspec
import numpy as np
import pytest

from agora.leaderboard.log.records import Entrant
from agora.leaderboard.match import Played
from agora.leaderboard.numbers.duels import elo_of_pairs
from agora.leaderboard.numbers.statistics import SMOOTHING
from agora.leaderboard.tables.sections import make_sections


def meeting(one, other, deals, points):
    """Two agents on ``deals`` deals from both seats; ``points`` gives what the first gets in each of its two games."""
    games = []
    for deal in range(deals):
        first, second = points(deal)
        games.append(Played(deal, deal, [one, other], [first, -first], 2, "terminated", [10 + deal % 7, one, other]))
        games.append(Played(deal, deal, [other, one], [-second, second], 2, "terminated", [10 + deal % 7, other, one]))
    return games


def beats(one, other, deals=40):
    return meeting(one, other, deals, lambda deal: (1.0, 1.0))


@pytest.fixture
def section_of(results_of):
    return lambda *args, **changes: make_sections(results_of(*args, **changes))[0]


def values(table, key):
    return [cell.value for cell in table.column(key)]


def by_agent(table, key):
    return dict(zip(table.column("agent"), table.column(key), strict=True))


def test_agents_in_a_circle_are_alike_whatever_way_they_are_ranked(section_of):
    section = section_of([*beats(0, 1), *beats(1, 2), *beats(2, 0)], names=["rock", "paper", "scissors"])
    others = section.table("others")
    assert values(others, "nash") == pytest.approx([0, 0, 0], abs=1e-6)
    for key in ("weight", "lottery", "alpha"):
        assert values(others, key) == pytest.approx([1 / 3] * 3)
        assert all(0 <= cell.low <= cell.value <= cell.high <= 1 for cell in others.column(key))
    assert others.column("place") == [1, 1, 1]
    assert others.column("sure") == [1, 1, 1]
    assert "Sure circles of three: rock beats paper beats scissors beats rock." in others.caption


def test_agents_in_a_line_are_ranked_alike_by_all(section_of):
    section = section_of([*beats(1, 0), *beats(0, 2), *beats(1, 2)], names="abc")
    others = section.table("others")
    behind = 400 * np.log10(0.5 / 40.5)
    assert others.column("agent") == ["b", "a", "c"]
    assert values(others, "nash") == pytest.approx([0, behind, behind])
    assert values(others, "weight") == [1, 0, 0]
    assert values(others, "lottery") == [1, 0, 0]
    assert values(others, "alpha") == pytest.approx([0.998002, 0.00149775, 0.00050025], abs=1e-6)
    assert others.column("place") == [1, 2, 3]
    assert others.column("sure") == [2, 1, 0]
    assert "No circle of three is sure." in others.caption


def test_where_there_are_stakes_it_is_they_that_count(section_of):
    """``a`` wins three deals of four from ``b``, by 1, and loses the fourth by 9."""

    def often_little(deal):
        return (-9.0, -9.0) if deal % 4 == 3 else (1.0, 1.0)

    games = [*meeting(0, 1, 40, often_little), *beats(0, 2), *beats(1, 2)]
    section = section_of(games, names="abc", returns=(-10.0, 10.0))
    others = section.table("others")
    assert "Nash average (chips)" in [column.label for column in others.columns]
    assert by_agent(others, "lottery")["b"].value == 1
    assert by_agent(others, "weight")["b"].value == 1
    share = 0.5 - (3 * 1 - 9) / 4 * 2 / (2 * 20)  # of the points of b against a, a deal
    points = 40 * share + SMOOTHING
    assert by_agent(others, "nash")["a"].value == pytest.approx(-20 * (2 * points - 41) / 41)  # hardly less than 3
    only_won = section_of(games, names="abc", returns=(-1.0, 1.0)).table("others")
    assert by_agent(only_won, "lottery")["a"].value == 1


def test_a_bound_and_two_agents_are_no_field_of_three(section_of):
    games = [*beats(0, 1), *beats(2, 0), *beats(2, 1)]
    with_bound = section_of(games, names="abc", needs=["observation", "observation", "truth"])
    assert "others" not in [table.key for table in with_bound.tables]
    assert "others" in [table.key for table in section_of(games, names="abc").tables]


def test_pairs_count_single_games_of_both_seats(section_of):
    # Of 20 deals a takes both games of ten, three halves of a pair in four, one game in five, and nothing of one.
    results = [(1.0, 1.0)] * 10 + [(1.0, 0.0)] * 4 + [(1.0, -1.0)] * 5 + [(-1.0, -1.0)]
    duels = section_of(meeting(0, 1, 20, results.__getitem__)).table("duels")
    wanted = elo_of_pairs([1, 0, 5, 4, 10])
    assert duels.rows[0][2] == wanted
    assert duels.rows[0][2].units == 20
    assert duels.rows[1][1].value == pytest.approx(-wanted.value)
    assert duels.rows[0][1] is None


def test_only_games_that_are_won_or_lost_make_pairs(section_of):
    games = beats(0, 1)
    assert "duels" in [table.key for table in section_of(games).tables]
    assert "duels" not in [table.key for table in section_of(games, returns=(-8.0, 8.0)).tables]


def test_ranges_of_ranks_and_ties(section_of):
    # a and b are even; both beat c always.
    even = meeting(0, 1, 40, lambda deal: [(1.0, 1.0), (-1.0, -1.0)][deal % 2])
    ranking = section_of([*even, *beats(0, 2), *beats(1, 2)], names="abc").table("ranking")
    assert by_agent(ranking, "rank") == {"a": 1, "b": 1, "c": 3}
    assert by_agent(ranking, "range") == {"a": "1–2", "b": "1–2", "c": "3"}
    assert by_agent(ranking, "ties") == {"a": "a", "b": "a", "c": None}
    line = [*beats(0, 1), *beats(1, 2), *beats(0, 2)]
    clear = section_of(line, names="abc", returns=(-8.0, 8.0)).table("ranking")
    assert not {"range", "ties"} & {column.key for column in clear.columns}


def test_what_could_have_been_seen_shrinks_with_the_root_of_deals(section_of):
    def told(deals):
        totals = np.random.default_rng(0).choice([-1.0, 1.0], deals)
        games = meeting(0, 1, deals, lambda deal: (totals[deal], totals[deal]))
        caption = section_of(games, returns=(-8.0, 8.0)).table("ranking").caption
        return float(caption.split("these games tell a difference of ")[1].split(" chips")[0])

    # Payoffs of a and b are opposite, so their difference varies by 2 of each deal: (1.96 + 0.84) * 2 / sqrt(D).
    assert told(100) == pytest.approx(0.56, rel=0.1)
    assert told(900) == pytest.approx(0.187, rel=0.1)


def with_authors(results, authors, **fields):
    entrants = results.header.contests[0].entrants
    for entrant, author in zip(entrants, authors, strict=True):
        entrant.author, entrant.digest, entrant.source = author, entrant.name, f"submission by {author}"
        for name, value in fields.items():
            setattr(entrant, name, value)
    return make_sections(results)[0]


def test_a_friend_that_throws_its_games_moves_no_rating_without_own_games(results_of):
    even = [(1.0, 1.0), (-1.0, -1.0)]
    games = [*beats(0, 1), *meeting(0, 2, 40, lambda deal: even[deal % 2])]
    games += meeting(1, 2, 40, lambda deal: even[deal % 2])
    section = with_authors(results_of(games, names="abc"), ["ann", "ann", "bob"])
    authors = section.table("authors")
    assert authors.column("author") == ["ann", "ann", "bob"]
    assert authors.column("entries") == [2, 2, 1]
    assert values(authors, "rating") == pytest.approx([0, 0, 0], abs=1e-6)
    assert by_agent(section.table("ranking"), "rating")["a"].value > 100
    assert "The best of 2 equal entries" in authors.caption


def test_games_among_agents_of_nobody_count_without_own_games(results_of):
    games = [*beats(0, 1), *beats(2, 3)]
    games += [game for one in (0, 1) for other in (2, 3) for game in meeting(one, other, 40, lambda deal: (1.0, -1.0))]
    section = with_authors(results_of(games, names="abcd"), ["ann", "ann", "", ""])
    rated = by_agent(section.table("authors"), "rating")
    assert rated["a"].value == pytest.approx(rated["b"].value, abs=1e-6)
    assert rated["c"].value > rated["d"].value + 100


def test_authors_with_one_entry_need_no_other_rating(results_of):
    section = with_authors(results_of(beats(0, 1), names="ab"), ["ann", "bob"])
    assert [column.key for column in section.table("authors").columns] == ["agent", "author", "entries"]
    assert "authors" not in [table.key for table in make_sections(results_of(beats(0, 1)))[0].tables]


def entered(*entrants):
    return [Entrant(*each) for each in entrants]


def test_a_duplicate_is_the_noise_floor(section_of):
    totals = np.random.default_rng(3).choice([-1.0, 1.0], 100)
    games = meeting(0, 1, 100, lambda deal: (totals[deal], totals[deal]))
    twice = entered(("x", "scripted/x", "observation", "1"), ("x (duplicate)", "scripted/x", "observation", "1"))
    section = section_of(games, returns=(-8.0, 8.0), entrants=twice)
    twins = section.table("twins")
    assert [row[:3] for row in twins.rows] == [("x", "x (duplicate)", "entered twice")]
    gap = twins.rows[0][3]
    assert gap.value == pytest.approx(2 * totals.mean())
    assert (gap.high - gap.low) / 2 == pytest.approx(1.96 * 2 * totals.std() / 10, rel=0.1)
    assert twins.rows[0][4] == "yes"
    lost = section_of(beats(0, 1), returns=(-8.0, 8.0), entrants=twice).table("twins")
    assert lost.rows[0][3].value == 2.0
    assert lost.rows[0][4] == "no"


def test_equal_files_are_named_and_unknown_ones_are_not(section_of):
    games = [*beats(0, 1), *beats(1, 2), *beats(0, 2)]

    def twins(*entrants):
        tables = section_of(games, names="abc", entrants=entered(*entrants)).tables
        return [row[:3] for table in tables if table.key == "twins" for row in table.rows]

    jailed = [("a", "submission by ann", "observation", "1", 2.0), ("b", "submission by bob", "observation", "1", 2.0)]
    assert twins(*jailed, ("c", "random", "observation", "")) == [("a", "b", "the same agent")]
    one_file = [("a", "scripted/x", "observation", "1"), ("b", "scripted/y", "observation", "1")]  # two agents of it
    assert twins(*one_file, ("c", "random", "observation", "")) == []
    objects = [(name, "FunctionAgent", "observation", "") for name in "abc"]
    assert twins(*objects) == []
    hidden = [("held out", "held out", "observation", "1"), ("held out (2)", "held out", "observation", "1")]
    assert twins(*hidden, ("c", "random", "observation", "")) == []
    thrice = [(name, "random", "observation", "") for name in "abc"]
    assert twins(*thrice) == [("a", "b", "the same agent"), ("a", "c", "the same agent")]


def alone(agent, moves):
    """One episode of each deal."""
    return [Played(deal, deal, [agent], [1.0], len(made), "terminated", made) for deal, made in enumerate(moves)]


def alike(section):
    return [row[:3] for table in section.tables if table.key == "twins" for row in table.rows]


def test_the_same_moves_throughout_are_named(section_of):
    moves = [[deal, 1, 2] for deal in range(12)]
    one_differs = [*moves[:11], [11, 1, 3]]
    entrants = entered(*((name, f"agents/{name}", "observation", name) for name in "abc"))
    games = alone(0, moves) + alone(1, one_differs) + alone(2, moves)
    section = section_of(games, names="abc", players=1, ceiling=[1.0], entrants=entrants)
    assert alike(section) == [("a", "c", "the same moves in 12 different games")]
    always_one_game = [[1, 2, 3]] * 12  # twelve deals, and nothing to tell them by
    few = alone(0, moves[:9]) + alone(1, moves[:9])
    for games in (alone(0, always_one_game) + alone(1, always_one_game), few):
        assert alike(section_of(games, players=1, ceiling=[1.0], entrants=entrants[:2])) == []


def test_moves_are_compared_where_seats_and_others_are_the_same(section_of):
    # c does against a, from each seat, what b does; what these two do against each other is compared with nobody.
    entrants = entered(*((name, f"agents/{name}", "observation", name) for name in "abc"))
    as_b = [msgspec.structs.replace(game, moves=[move - (move == 2) for move in game.moves]) for game in beats(0, 2, 7)]
    games = [*beats(0, 1, 7), *as_b, *beats(1, 2, 7)]
    section = section_of(games, names="abc", entrants=entrants)
    assert alike(section) == [("b", "c", "the same moves in 14 different games")]
    other = msgspec.structs.replace(games[3], moves=[9, 9, 9])
    assert alike(section_of([*games[:3], other, *games[4:]], names="abc", entrants=entrants)) == []
