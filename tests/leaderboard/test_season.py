"""From a season's file to tables: checked settings, killed runs, the same bytes every time."""

import importlib
import json
import stat
from pathlib import Path

import numpy as np
import pytest

from agora import envs
from agora.agents.api import SampledAgent, from_function, load, scripted_names
from agora.leaderboard import entries, seeds
from agora.leaderboard.entries import doubled, short_name
from agora.leaderboard.judge import agent_digest
from agora.leaderboard.log import records
from agora.leaderboard.log.verify import verify
from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.replaying import replay
from agora.leaderboard.season import evaluate, run_season
from agora.leaderboard.season_file import read_season

SEASON = """
title = "Test season"
seed = 5

[[environments]]
id = "agora/KuhnPoker-v0"
games = { quick = 400, full = 800 }
duplicates = []
agents = ["random", "random", { name = "uniform", agent = "random" }]

[[environments]]
id = "agora/KuhnPoker-v0"
games = 60
duplicates = []
agents = ["random", "random"]
options = { players = 3 }
"""
CHOSEN = """
[[environments]]
id = "agora/KuhnPoker-v0"
games = 200
schedule = "swiss"
duplicates = []
agents = ["random", "scripted/honest", "scripted/equilibrium", "scripted/always_bet", "random"]

[[environments]]
id = "agora/KuhnPoker-v0"
games = 400
schedule = "adaptive"
budget = { quick = 600, full = 2000 }
stop = 10
agents = ["random", "scripted/honest", "scripted/equilibrium", "scripted/always_bet"]
"""
WRITTEN = ["leaderboard.csv", "leaderboard.html", "leaderboard.json", "leaderboard.md", "log.jsonl"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "season.toml"
    path.write_text(SEASON)
    return path


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_season_writes_everything_and_the_same_bytes_twice(file, tmp_path):
    sections = run_season(file, tmp_path / "one", progress=False)
    run_season(file, tmp_path / "two", progress=False)
    one = contents(tmp_path / "one")
    assert list(one) == WRITTEN
    assert one == contents(tmp_path / "two")
    assert [section.games for section in sections] == [1200, 120]
    assert sections[0].table("ranking").column("agent").count("random (2)") == 1
    run_season(file, tmp_path / "one", progress=False)  # again: nothing is played, nothing changes
    assert contents(tmp_path / "one") == one


def test_the_budget_decides_how_much_is_played(file, tmp_path):
    sections = run_season(file, tmp_path / "out", budget="full", progress=False)
    assert [section.games for section in sections] == [2400, 120]


def test_every_deal_of_the_log_is_swapped_and_replays(file, tmp_path):
    run_season(file, tmp_path / "out", progress=False)
    games = records.read(tmp_path / "out" / "log.jsonl").games[0]
    for first, second in zip(games[::2], games[1::2], strict=True):
        assert (first.deal, first.seed) == (second.deal, second.seed)
        assert first.seating == second.seating[::-1]
    lineups = {frozenset(game.seating): [] for game in games}
    for game in games:
        lineups[frozenset(game.seating)].append(game.seed)
    assert len({tuple(seeds) for seeds in lineups.values()}) == 1  # all lineups play the same deals
    assert (replay(envs.game("agora/KuhnPoker-v0"), games) == [game.returns for game in games]).all()


def test_schedules_of_the_season_are_played(tmp_path):
    path = tmp_path / "season.toml"
    path.write_text(CHOSEN)
    swiss, adaptive = run_season(path, tmp_path / "out", progress=False)
    assert (swiss.contest.schedule, swiss.games, swiss.expected) == ("swiss", 4 * 2 * 200, 1600)
    assert (adaptive.contest.schedule, adaptive.contest.stop) == ("adaptive", 10)
    assert 400 <= adaptive.games == adaptive.expected <= adaptive.contest.budget == 600
    for section in (swiss, adaptive):
        assert section.score == "rating"  # payoffs against others of one's strength say nothing
        ranking = section.table("ranking")
        assert [type(cell) for cell in ranking.column("payoff")] == [Estimate] * len(section.contest.entrants)
    assert "not finished" not in (tmp_path / "out" / "leaderboard.md").read_text()


def test_a_duplicate_lands_in_the_interval_of_its_twin(tmp_path):
    path = tmp_path / "season.toml"
    path.write_text(
        '[[environments]]\nid = "agora/KuhnPoker-v0"\ngames = 600\n'
        'agents = ["random", "scripted/honest", "scripted/equilibrium"]\nduplicates = ["honest", "random"]'
    )
    (section,) = run_season(path, tmp_path / "out", progress=False)
    ranking = section.table("ranking")
    assert sorted(ranking.column("agent")) == [
        "equilibrium",
        "honest",
        "honest (duplicate)",
        *(["random", "random (duplicate)"]),
    ]
    payoff = dict(zip(ranking.column("agent"), ranking.column("payoff"), strict=True))
    for name in ("honest", "random"):
        one, twin = payoff[name], payoff[f"{name} (duplicate)"]
        assert one.low < twin.high
        assert twin.low < one.high
        assert one.value != twin.value  # they draw lots of their own


TWICE = {
    "random": ('agents = ["scripted/honest", "random"]', ["random (duplicate)"]),
    "the first if there is no random": ('agents = ["scripted/honest", "scripted/equilibrium"]', ["honest (duplicate)"]),
    "random by its name": ('agents = [{name = "uniform", agent = "random"}, "random"]', ["random (duplicate)"]),
    "the first training": ('agents = [{name = "me", train = "k.toml", seeds = 2}]', ["me (seed 1) (duplicate)"]),
    "nobody, as it says": ('duplicates = []\nagents = ["random"]', []),
    "no submission": ('agents = [{name = "random", submission = "s"}, "scripted/honest"]', ["honest (duplicate)"]),
    "submissions only": ('agents = [{name = "random", submission = "s"}]', []),
    "nobody who is held out": (
        'agents = [{name = "random", agent = "random", held_out = true}, "scripted/honest"]',
        ["honest (duplicate)"],
    ),
    "held out only": ('agents = [{name = "random", agent = "random", held_out = true}]', []),
    "who is named though held out": (
        'duplicates = ["x"]\nagents = [{name = "x", agent = "random", held_out = true}, "random"]',
        ["x (duplicate)"],
    ),
    "one by hand": ('agents = ["random", {name = "random (duplicate)", agent = "random"}]', []),
    "a name that a stranger has": ('agents = ["random", {name = "Random Duplicate", submission = "s"}]', []),
    "swiss": ('schedule = "swiss"\nagents = ["random", "random", "random"]', ["random (duplicate)"]),
    "adaptive": (
        'schedule = "adaptive"\nbudget = 20\nagents = ["random", "random", "random"]',
        ["random (duplicate)"],
    ),
    "nobody of nobody": ("agents = []", []),
}


@pytest.mark.parametrize("case", TWICE)
def test_somebody_is_entered_twice_unless_nobody_can_be(tmp_path, case):
    text, twins = TWICE[case]
    path = tmp_path / "season.toml"
    path.write_text(f'[[environments]]\nid = "agora/KuhnPoker-v0"\n{text}')
    (environment,) = read_season(path).environments
    (twice,) = doubled(read_season(path)).environments
    assert twice.agents[: len(environment.agents)] == environment.agents
    assert [each.name for each in twice.agents[len(environment.agents) :]] == twins


@pytest.mark.parametrize(
    ("text", "games"),
    [
        ('schedule = "swiss"\nbudget = 40\nagents = ["random", "scripted/honest", "scripted/always_bet"]', [40]),
        ('schedule = "adaptive"\nbudget = 2\nagents = ["random", "scripted/honest", "scripted/always_bet"]', [2]),
        ('agents = ["random", "scripted/honest"]', [60]),
        ('agents = ["scripted/honest"]', [20]),
    ],
)
def test_one_agent_more_leaves_a_season_valid(tmp_path, text, games):
    path = tmp_path / "season.toml"
    path.write_text(f'[[environments]]\nid = "agora/KuhnPoker-v0"\ngames = 20\n{text}')
    assert [section.games for section in run_season(path, tmp_path / "out", progress=False)] == games


def test_who_is_held_out_is_named_nowhere(tmp_path):
    path = tmp_path / "season.toml"
    path.write_text(
        '[[environments]]\nid = "agora/KuhnPoker-v0"\ngames = 40\nagents = ["random", '
        '{ name = "quokka", agent = "scripted/honest", held_out = true }, '
        '{ name = "numbat", agent = "scripted/always_bet", held_out = true }]'
    )
    (section,) = run_season(path, tmp_path / "out", progress=False)
    names = sorted(section.table("ranking").column("agent"))
    assert names == ["held out", "held out (2)", "random", "random (duplicate)"]
    written = b"".join(contents(tmp_path / "out").values())
    assert not any(name in written for name in (b"quokka", b"numbat", b"honest", b"always_bet"))
    assert all(entrant.digest for entrant in section.contest.entrants if entrant.source != "random")
    assert verify(tmp_path / "out" / "log.jsonl").ok


def test_where_agents_cooperate_all_pairs_of_strangers_play(tmp_path):
    path = tmp_path / "season.toml"
    path.write_text(
        '[[environments]]\nid = "agora/Hanabi-v0"\ngames = 4\nagents = ["random", "scripted/SCRIPTED"]\n'
        'duplicates = ["SCRIPTED"]'.replace("SCRIPTED", scripted_names("agora/Hanabi-v0")[0].split("/")[1])
    )
    (section,) = run_season(path, tmp_path / "out", progress=False)
    games = records.read(tmp_path / "out" / "log.jsonl").games[0]
    assert {tuple(game.seating) for game in games} == {(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)}
    assert section.score == "payoff"


def test_a_secret_of_its_own_is_kept_until_the_season_is_over(tmp_path):
    path = tmp_path / "season.toml"
    path.write_text('secret = "file"\n' + SEASON)
    run_season(path, tmp_path / "out", progress=False)
    (kept,) = (tmp_path / "out").glob("secret-*.txt")
    secret = kept.read_text().strip()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    first, *_, last = (tmp_path / "out" / "log.jsonl").read_bytes().splitlines()
    assert json.loads(first)["commitment"] == seeds.commitment(secret)
    assert secret.encode() not in first
    assert json.loads(last)["secret"] == secret
    whole = contents(tmp_path / "out")
    (tmp_path / "out" / "log.jsonl").unlink()
    run_season(path, tmp_path / "out", progress=False)  # the same secret: the same bytes
    assert contents(tmp_path / "out") == whole
    path.write_text('secret = "file"\n' + SEASON.replace("Test season", "Next season"))
    run_season(path, tmp_path / "out", progress=False)
    assert len(list((tmp_path / "out").glob("secret-*.txt"))) == 2  # one that was shown never serves again
    run_season(path, tmp_path / "other", progress=False)
    other = records.read(tmp_path / "other" / "log.jsonl").games[0]
    assert {game.seed for game in other}.isdisjoint(
        game.seed for game in records.read(tmp_path / "out" / "log.jsonl").games[0]
    )


def test_a_log_without_a_secret_to_come_says_that_it_is_not_finished(file, tmp_path):
    run_season(file, tmp_path / "out", progress=False)
    log = tmp_path / "out" / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    assert not records.read(log).closed
    run_season(file, tmp_path / "out", progress=False)
    assert records.read(log).closed


def test_agents_that_crash_leave_the_others_alone():
    def crash(observation, legal):
        raise RuntimeError("no")

    honest = {"a": "random", "b": SampledAgent(lambda observation, legal: legal * [0.7, 0.3])}
    alone = evaluate("agora/KuhnPoker-v0", honest, games=300, progress=False)
    crowd = evaluate("agora/KuhnPoker-v0", {**honest, "c": from_function(crash)}, games=300, progress=False)
    ranking = crowd.table("ranking")
    assert dict(zip(ranking.column("agent"), ranking.column("forfeits"), strict=True))["c"] > 0
    assert ranking.column("agent")[-1] == "c"
    assert crowd.table("matrix").rows[0][2] == alone.table("matrix").rows[0][2]


def test_an_agent_that_seeds_what_is_global_changes_nothing(tmp_path):
    def passes(observation, legal):
        return np.zeros(len(legal), np.int64)

    def meddles(observation, legal):
        importlib.import_module("random").seed(0)
        np.random.seed(0)  # noqa: NPY002
        return passes(observation, legal)

    for name, function in (("plain", passes), ("meddling", meddles)):
        agents = {"a": "random", "b": from_function(function)}
        evaluate("agora/KuhnPoker-v0", agents, 30, out=tmp_path / name, progress=False)
    plain, meddling = (records.read(tmp_path / name / "log.jsonl").games for name in ("plain", "meddling"))
    assert plain == meddling


def test_exploitability_of_strategies_that_can_be_read_is_exact():
    always_pass = from_function(lambda observation, legal: np.zeros(len(legal), np.int64))
    lots = np.random.default_rng(0)
    hidden = from_function(lambda observation, legal: lots.integers(2, size=len(legal)))
    agents = {"uniform": "random", "passes": always_pass, "hidden": hidden}
    section = evaluate("agora/KuhnPoker-v0", agents, 20, progress=False)
    ranking, distance = section.table("ranking"), section.table("distance")
    found = dict(zip(ranking.column("agent"), ranking.column("exploitability"), strict=True))
    assert found["uniform"].exact
    assert found["uniform"].value == pytest.approx(11 / 24)
    assert found["passes"].value == 1
    assert found["hidden"] is None
    assert [column.label for column in distance.columns] == ["Agent", "J", "Q", "K"]
    # Nearest is the member a = 0 of the family: of four situations each, J should bluff in one with chance 1/3, and K
    # should bet or call in three.
    assert distance.rows[1][1].value == pytest.approx(1 / 12, abs=1e-6)
    assert distance.rows[1][3].value == pytest.approx(3 / 4, abs=1e-6)
    assert distance.rows[2][1:] == (None, None, None)


def test_evaluate_keeps_nothing_unless_told_and_counts_duplicates(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    section = evaluate("agora/KuhnPoker-v0", ["random", "random", "random"], games=7, progress=False)
    assert sorted(section.table("ranking").column("agent")) == ["random", "random (2)", "random (3)"]
    assert section.contest.deals == 4
    assert list(tmp_path.iterdir()) == []
    evaluate("agora/KuhnPoker-v0", ["random"], games=7, out=tmp_path / "kept", progress=False)
    assert sorted(contents(tmp_path / "kept")) == WRITTEN


def test_options_and_seeds_reach_the_games(tmp_path):
    three = evaluate("agora/KuhnPoker-v0", ["random", "random"], 30, options={"players": 3}, progress=False)
    assert three.contest.players == 3
    assert three.contest.title == "agora/KuhnPoker-v0 (players=3)"
    for seed in (1, 2):
        evaluate("agora/KuhnPoker-v0", ["random"], 30, seed=seed, out=tmp_path / str(seed), progress=False)
    first, second = (records.read(tmp_path / str(seed) / "log.jsonl").games[0] for seed in (1, 2))
    assert {game.seed for game in first}.isdisjoint(game.seed for game in second)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sede = 1\nenvironments = []", "unknown field `sede`.*Did you mean 'seed'"),
        ('[[environments]]\nid = "x"\nagnets = []', "Did you mean 'agents'"),
        ('[[environments]]\nid = "x"', "missing required field `agents`"),
        ('[[environments]]\nid = "x"\nagents = []\ngames = 0', ">= 1"),
        ('[[environments]]\nid = "x"\nagents = [{name = "y"}]', "needs one of `agent`, `train`"),
        (
            '[[environments]]\nid = "x"\nagents = [{name = "y", agent = "r", train = "t"}]',
            "needs one of `agent`, `train`",
        ),
        ('[[environments]]\nid = "agora/KuhnPokr-v0"\nagents = ["random"]', "Did you mean 'agora/KuhnPoker-v0'"),
        ('[[environments]]\nid = "agora/KuhnPoker-v0"\nagents = []', "no agents"),
        ('[[environments]]\nid = "agora/KuhnPoker-v0"\nagents = ["rondom"]', "There is no agent 'rondom'"),
        ('[[environments]]\nid = "agora/KuhnPoker-v0"\nagents = [{name="x", train="none.toml"}]', "no settings file"),
        (
            '[[environments]]\nid = "agora/KuhnPoker-v0"\nagents = ["random"]\nduplicates = ["x"]',
            "no agent 'x'.*random",
        ),
        ("seed = ", "not valid TOML"),
        ('secret = "mine"\nenvironments = []', "Invalid enum value 'mine'"),
        ('[[environments]]\nid = "agora/KuhnPoker-v0"\nagents = ["random"]\nschedule = "swiss"', "more than 2 agents"),
        ('[[environments]]\nid = "agora/KuhnPoker-v0"\nagents = ["random"]\nbudget = 9', "for 'swiss' and 'adaptive'"),
    ],
)
def test_wrong_settings_are_told(tmp_path, text, message):
    path = tmp_path / "season.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        run_season(path, tmp_path / "out", progress=False)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ValueError, match="Cannot read the season"):
        read_season(tmp_path / "none.toml")


def test_what_is_to_be_trained_is_trained_first(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(entries, "_train", lambda *arguments: calls.append(arguments) or "random")
    path = tmp_path / "season.toml"
    path.write_text(
        '[[environments]]\nid = "agora/KuhnPoker-v0"\ngames = 4\nduplicates = []\n'
        'agents = [{name="me", train="k.toml"}]'
    )
    ranking = run_season(path, tmp_path / "out", progress=False)[0].table("ranking")
    assert ranking.column("agent") == ["me"]
    assert [call[0] for call in calls] == ["k.toml"]


def test_short_names():
    assert short_name("scripted/fair") == "fair"
    assert short_name(Path("runs/leduc/agent")) == "leduc"
    assert short_name("somewhere/mine") == "mine"
    assert short_name(from_function(len)) == "FunctionAgent"


def test_a_secret_that_is_given_is_the_one_that_counts(tmp_path):
    path, secret = tmp_path / "season.toml", "0123456789abcdef" * 4
    path.write_text('secret = "file"\n[[environments]]\nid = "agora/KuhnPoker-v0"\ngames = 4\nagents = ["random"]')
    run_season(path, tmp_path / "out", progress=False, secret=secret)
    results = records.read(tmp_path / "out" / "log.jsonl")
    assert results.header.commitment == seeds.commitment(secret)
    assert results.games[0][0].seed == seeds.deal_seed(secret, "Leaderboard", results.header.contests[0].key, 0)
    assert not list((tmp_path / "out").glob("secret*"))
    for wrong in (secret[1:], secret.upper(), f"{secret}\n"):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            run_season(path, tmp_path / "wrong", progress=False, secret=wrong)


def test_a_season_that_stays_open_keeps_its_secret(file, tmp_path):
    secret = "5" * 64
    run_season(file, tmp_path / "out", progress=False, secret=secret, reveal=False)
    assert not records.read(tmp_path / "out" / "log.jsonl").closed
    assert not any(secret.encode() in written for written in contents(tmp_path / "out").values())
    run_season(file, tmp_path / "out", progress=False, secret=secret)  # closed later, and nothing else has changed
    run_season(file, tmp_path / "at once", progress=False, secret=secret)
    assert contents(tmp_path / "out") == contents(tmp_path / "at once")
    assert records.read(tmp_path / "out" / "log.jsonl").closed


def test_every_file_of_a_saved_agent_is_in_its_digest(tmp_path):
    """A table of probabilities beside the settings, and agents within agents."""
    (tmp_path / "policies").mkdir()
    files = [tmp_path / "agent.toml", tmp_path / "table.npz", tmp_path / "policies" / "000.npz"]
    digests = set()
    for file in files:
        file.write_text("first")
        digests.add(agent_digest(tmp_path, "agora/KuhnPoker-v0"))
    for file in files:
        file.write_text("second")
        digests.add(agent_digest(str(tmp_path), "agora/KuhnPoker-v0"))
    assert len(digests) == 6


def test_no_games_is_refused():
    with pytest.raises(ValueError, match="games=0"):
        evaluate("agora/KuhnPoker-v0", ["random"], games=0, progress=False)


def test_the_seasons_that_ship_are_valid_and_have_every_environment():
    folder, played = Path(__file__).parents[2] / "leaderboard", set()
    for file in ("season.toml", "games.toml"):
        season = read_season(folder / file)
        assert all(twice.agents[-1].name == "random (duplicate)" for twice in doubled(season).environments)
        for environment in season.environments:
            played.add(environment.id)
            spec = envs.spec(environment.id, **environment.options)
            named = [name for name in environment.agents if isinstance(name, str)]
            unsearched = {name for name in named if not name.startswith("search/")}
            assert unsearched == {"random", *scripted_names(environment.id)}
            assert all(load(name, spec) for name in named)
            trained = [each.train for each in environment.agents if not isinstance(each, str)]
            assert all((folder / settings).is_file() for settings in trained)
    assert played == set(envs.ids())
