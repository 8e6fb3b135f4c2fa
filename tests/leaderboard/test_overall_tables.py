"""One-player environments taken together, and algorithms that were trained with several seeds."""

import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console

from agora.leaderboard import entries
from agora.leaderboard.log.records import Results
from agora.leaderboard.match import Played
from agora.leaderboard.numbers.scores import MEASURES, probability_of_improvement
from agora.leaderboard.season import run_season
from agora.leaderboard.season_file import read_season
from agora.leaderboard.tables.layout import ACROSS
from agora.leaderboard.tables.overall import RUNS, THRESHOLDS, overall_tables
from agora.leaderboard.tables.report import html
from agora.leaderboard.tables.sections import make_sections
from agora.leaderboard.tables.writers import comma_separated, markdown, print_sections
from agora.leaderboard.tables.writers import json as to_json


@pytest.fixture
def contest_of(results_of):
    def make(key, names, returns, floor=0.0, ceiling=1.0, **changes):
        """``returns`` (D, n)."""
        games = [
            Played(deal, deal, [agent], [float(value)], 1, "terminated", [0])
            for deal, row in enumerate(returns)
            for agent, value in enumerate(row)
        ]
        fields = {"key": key, "id": key, "floor": [floor], "ceiling": [ceiling]}
        return results_of(games, names=names, players=1, **fields | changes)

    return make


def season(*contests):
    first = contests[0].header
    first.contests = [results.header.contests[0] for results in contests]
    return Results(first, [results.games[0] for results in contests], [[] for _ in contests])


@pytest.fixture
def two(contest_of):
    rng = np.random.default_rng(0)
    one, other = rng.uniform(-0.2, 1.1, (20, 3)), rng.uniform(-0.2, 1.1, (30, 3))
    return (
        one,
        other,
        season(
            contest_of("agora/X-v0", ["a", "b", "only here"], one),
            contest_of("agora/Y-v0", ["b", "a", "only there"], 10 + 5 * other, 10.0, 15.0),
        ),
    )


def test_scores_of_two_environments_are_put_together(two):
    one, other, results = two
    overall, profile = overall_tables(results)
    scores = {"a": np.stack([one[:, 0], other[:20, 1]], 1), "b": np.stack([one[:, 1], other[:20, 0]], 1)}
    iqm = MEASURES["interquartile mean"]
    names = sorted(scores, key=lambda name: -iqm(scores[name]))
    assert overall.column("agent") == names  # nobody who plays but one of them
    assert overall.column("runs") == [20, 20]
    for name, measure in MEASURES.items():
        cells = overall.column(name.replace(" ", "_"))
        assert [cell.value for cell in cells] == pytest.approx([measure(scores[agent]) for agent in names])
        assert all(cell.low < cell.value < cell.high for cell in cells)
    none, better = overall.column("improvement")
    assert none is None
    assert better.value == pytest.approx(probability_of_improvement(scores[names[1]], scores[names[0]]))
    assert overall.column("tasks")[0] == overall.column("tasks")[0]._replace(low=None, high=None, units=2)
    for threshold in THRESHOLDS:
        shares = [cell.value for cell in profile.column(f"above_{threshold:g}")]
        assert shares == pytest.approx([(scores[agent] > threshold).mean() for agent in names])
    assert overall_tables(results) == (overall, profile)


def test_tasks_with_several_players_few_episodes_or_no_scale_are_left_out(contest_of):
    returns = np.random.default_rng(0).random((12, 2))
    plain = contest_of("agora/X-v0", "ab", returns)
    flat = contest_of("agora/Y-v0", "ab", returns, 1.0, 1.0)
    short = contest_of("agora/Z-v0", "ab", returns[:2])
    assert overall_tables(season(plain)) == ()
    assert overall_tables(season(plain, flat, short)) == ()
    other_agents = contest_of("agora/Y-v0", "cd", returns)
    assert overall_tables(season(plain, other_agents)) == ()
    again = contest_of("agora/Y-v0", "ab", returns)
    assert [table.key for table in overall_tables(season(plain, again, flat, short))] == ["overall", "profile"]
    unfinished = contest_of("agora/Y-v0", "ab", returns, deals=13)
    assert overall_tables(season(plain, unfinished)) == ()


def test_no_more_than_so_many_runs_are_put_together(contest_of):
    returns = np.random.default_rng(0).random((RUNS + 50, 2))
    overall, _ = overall_tables(
        season(contest_of("agora/X-v0", "ab", returns), contest_of("agora/Y-v0", "ab", returns))
    )
    assert overall.column("runs") == [RUNS, RUNS]
    assert dict(zip(overall.column("agent"), (cell.value for cell in overall.column("mean")), strict=True)) == {
        "a": pytest.approx(returns[:RUNS, 0].mean()),
        "b": pytest.approx(returns[:RUNS, 1].mean()),
    }


def test_every_medium_shows_what_belongs_to_no_single_environment(two):
    results = two[2]
    sections, overall = make_sections(results), overall_tables(results)
    assert f"## {ACROSS}" in markdown(sections, results.header, overall)
    assert f"## {ACROSS}" not in markdown(sections, results.header)
    rows = list(csv.DictReader(io.StringIO(comma_separated(sections, results.header, overall))))
    assert {row["table"] for row in rows if row["environment"] == ACROSS} == {"overall", "profile"}
    keys = [table["key"] for table in json.loads(to_json(sections, results.header, overall))["overall"]]
    assert keys == ["overall", "profile"]
    assert html(sections, results.header, overall).count(f"<h2>{ACROSS}</h2>") == 1
    assert ACROSS not in html(sections, results.header)
    console = Console(record=True, width=200, file=io.StringIO())
    print_sections(sections, console, overall)
    assert ACROSS in console.export_text()


def test_gaps_do_not_let_good_episodes_make_up_for_bad_ones(contest_of):
    returns = np.array([[2.0, 0.5]] * 5 + [[0.0, 0.5]] * 5)
    ranking = make_sections(contest_of("agora/X-v0", "ab", returns))[0].table("ranking")
    gaps = {name: cell.value for name, cell in zip(ranking.column("agent"), ranking.column("gap"), strict=True)}
    assert gaps == {"a": 0.5, "b": 0.5}
    flat = make_sections(contest_of("agora/X-v0", "ab", returns, 1.0, 1.0))[0].table("ranking")
    assert flat.column("gap") == [None, None]


SEEDS = ["x (seed 1)", "x (seed 2)", "x (seed 3)", "y"]


def test_training_seeds_are_runs_of_one_algorithm(contest_of):
    rng = np.random.default_rng(0)
    returns = np.concatenate([rng.normal([0.1, 0.5, 0.9], 0.01, (40, 3)), np.full((40, 1), 0.5)], axis=1)
    table = make_sections(contest_of("agora/X-v0", SEEDS, returns))[0].table("training")
    assert [row[:2] for row in table.rows] == [("x", 3)]
    mean = table.column("mean")[0]
    assert mean.value == pytest.approx(returns[:, :3].mean())
    assert mean.units == 3
    assert mean.few
    # The luck of training is in the interval: of three runs at 0.1, 0.5 and 0.9.
    assert mean.high - mean.low > 0.4
    overall, _ = overall_tables(
        season(
            contest_of("agora/X-v0", SEEDS, returns), contest_of("agora/Y-v0", SEEDS[:2] + SEEDS[3:], returns[:, :3])
        )
    )
    assert dict(zip(overall.column("agent"), overall.column("runs"), strict=True)) == {"x": 2, "y": 40}


def test_a_stranger_cannot_pass_for_a_run_of_somebody_else(contest_of):
    results = contest_of("agora/X-v0", SEEDS[:2], np.random.default_rng(0).random((9, 2)))
    assert "training" in [table.key for table in make_sections(results)[0].tables]
    for field, value in (("author", "ann"), ("jail", 2.0)):
        entrant = results.header.contests[0].entrants[1]
        before = getattr(entrant, field)
        setattr(entrant, field, value)
        assert "training" not in [table.key for table in make_sections(results)[0].tables]
        setattr(entrant, field, before)


def test_a_season_trains_an_algorithm_with_several_seeds(tmp_path, monkeypatch):
    calls = []

    def train(settings, *arguments):
        calls.append((settings, arguments[-1]))
        return "random"

    monkeypatch.setattr(entries, "_train", train)
    (tmp_path / "season.toml").write_text(
        '[[environments]]\nid = "agora/Shop-v0"\ngames = 3\n'
        'agents = [{name = "x", train = "x.toml", seeds = 3}, "random", {name = "y", train = "y.toml", seed = 7}]'
    )
    (section,) = run_season(tmp_path / "season.toml", tmp_path / "out", progress=False)
    assert calls == [("x.toml", 1), ("x.toml", 2), ("x.toml", 3), ("y.toml", 7)]
    names = [entrant.name for entrant in section.contest.entrants]
    assert names == ["x (seed 1)", "x (seed 2)", "x (seed 3)", "random", "y", "random (duplicate)"]
    assert [row[:2] for row in section.table("training").rows] == [("x", 3)]


@pytest.mark.parametrize(
    ("agent", "message"),
    [
        ('{name = "x", agent = "random", seeds = 3}', "`seed` and `seeds` go with `train`"),
        ('{name = "x", agent = "random", seed = 0}', "`seed` and `seeds` go with `train`"),
        ('{name = "x", train = "x.toml", seeds = 3, seed = 1}', "give one of them"),
        ('{name = "x", train = "x.toml", seeds = 0}', ">= 1"),
    ],
)
def test_seeds_that_cannot_be_meant_are_refused(tmp_path, agent, message):
    (tmp_path / "season.toml").write_text(f'[[environments]]\nid = "agora/Shop-v0"\nagents = [{agent}]')
    with pytest.raises(ValueError, match=message):
        read_season(tmp_path / "season.toml")
