"""A newcomer's agent is ranked: submissions as participants of a season, and as its visitors."""

import pytest
from typer.testing import CliRunner

from agora.agents.scripted import kuhn_poker
from agora.cli import app
from agora.leaderboard.log import records
from agora.leaderboard.machines import here
from agora.leaderboard.season import run_season
from agora.leaderboard.submission import opening
from agora.leaderboard.submission.packing import pack
from submissions import HEAD, KUHN, submission

CRASHES = HEAD.replace("        return legal", "        raise KeyError('no')\n        return legal")

TWO = [KUHN, "agora/TicTacToe-v0"]


@pytest.fixture
def season(tmp_path):
    """Writes a season of Kuhn poker with these agents (TOML), and one of tic-tac-toe."""

    def write(*agents):
        path = tmp_path / "season.toml"
        path.write_text(
            f'[[environments]]\nid = "{KUHN}"\ngames = 40\nduplicates = []\nagents = [{", ".join(agents)}]\n'
            '[[environments]]\nid = "agora/TicTacToe-v0"\ngames = 4\nduplicates = []\nagents = ["random"]\n'
        )
        return path

    return write


def ranked(sections):
    table = sections[0].table("ranking")
    return dict(zip(table.column("agent"), table.column("forfeits"), strict=True))


def test_a_submission_is_ranked_and_known_by_author_and_digest(season, tmp_path):
    folder = submission(tmp_path / "mine")
    path = season('"random"', f'{{ name = "Bold", submission = "{folder}" }}')
    sections = run_season(path, tmp_path / "out", progress=False, trust=True)
    assert set(ranked(sections)) == {"random", "Bold"}
    assert ranked(sections)["Bold"] == 0
    (_, entrant) = records.read(tmp_path / "out" / "log.jsonl").header.contests[0].entrants
    with opening.prepared(folder) as found:
        assert (entrant.name, entrant.source, entrant.digest) == ("Bold", "submission by me", found.digest)
    assert entrant.author == "me"


def test_an_archive_plays_the_same_games_as_its_folder(season, tmp_path):
    folder = submission(tmp_path / "mine")
    archive = pack(folder, tmp_path / "mine.zip")
    logs = []
    for path in (folder, archive):
        out = tmp_path / f"of-{path.name}"
        run_season(season('"random"', f'{{ name = "m", submission = "{path}" }}'), out, progress=False, trust=True)
        logs.append((out / "log.jsonl").read_bytes())
    assert logs[0] == logs[1]


def test_another_version_of_a_submission_begins_another_log(season, tmp_path):
    path = season('"random"', f'{{ name = "m", submission = "{tmp_path / "mine"}" }}')
    for code in (HEAD, HEAD + "# changed"):
        submission(tmp_path / "mine", code)
        run_season(path, tmp_path / "out", progress=False, trust=True)
    assert (tmp_path / "out" / "log-1.jsonl").exists()


def test_who_crashes_loses_its_games_and_nobody_elses(season, tmp_path):
    good = f'{{ name = "good", submission = "{submission(tmp_path / "good")}" }}'
    bad = f'{{ name = "bad", submission = "{submission(tmp_path / "bad", CRASHES)}" }}'
    sections = run_season(season('"random"', good, bad), tmp_path / "out", progress=False)  # in the jail
    forfeits = ranked(sections)
    assert forfeits["good"] == forfeits["random"] == 0
    assert forfeits["bad"] == sections[0].games * 2 / 3
    assert sections[0].table("ranking").column("agent")[-1] == "bad"


def test_a_visitor_joins_where_it_plays_and_the_rest_is_left_out(season, tmp_path):
    folder = submission(tmp_path / "mine", name="guest")
    sections = run_season(season('"random"'), tmp_path / "out", progress=False, visitors=[folder], trust=True)
    assert [section.contest.id for section in sections] == [KUHN]
    assert set(ranked(sections)) == {"random", "guest"}


def test_visitors_come_after_all_others_in_their_order(season, tmp_path):
    guests = [submission(tmp_path / name, name=name, ids=ids) for name, ids in (("zebra", TWO), ("gnu", [KUHN]))]
    sections = run_season(season('"random"'), tmp_path / "out", progress=False, visitors=guests, trust=True)
    names = [[entrant.name for entrant in section.contest.entrants] for section in sections]
    assert names == [["random", "zebra", "gnu"], ["random", "zebra"]]


def test_the_whole_season_stays_where_that_is_asked_for(season, tmp_path):
    guest = submission(tmp_path / "guest", name="gnu")
    sections = run_season(
        season('"random"'), tmp_path / "out", progress=False, visitors=[guest], whole=True, trust=True
    )
    names = [[entrant.name for entrant in section.contest.entrants] for section in sections]
    assert names == [["random", "gnu"], ["random"]]


def test_two_visitors_of_one_name_are_refused(season, tmp_path):
    guests = [submission(tmp_path / folder, name=name) for folder, name in (("a", "gnu"), ("b", "Gnu"))]
    with pytest.raises(ValueError, match="'gnu' could be taken for 'Gnu'"):
        run_season(season('"random"'), tmp_path / "out", progress=False, visitors=guests)


def test_a_new_visitor_changes_no_game_of_the_others(season, tmp_path, monkeypatch):
    """An edition with a store plays what the new agent is in, and nothing else."""
    pytest.importorskip("sqlalchemy")
    guests = [submission(tmp_path / name, name=name) for name in ("gnu", "zebra")]
    played, logs = [], []

    def noted(stage, job, *more):
        played.append(job.unit.key)
        return play(stage, job, *more)

    play = here.play_job
    monkeypatch.setattr(here, "play_job", noted)
    for edition in (1, 2):
        out, given = tmp_path / f"{edition}", {"visitors": guests[:edition], "store": str(tmp_path / "store.db")}
        run_season(season('"random"'), out, progress=False, trust=True, secret="5" * 64, reveal=False, **given)
        logs.append(records.read(out / "log.jsonl").games[0])
    assert played == ["0-1/0", "0-2/0", "1-2/0"]
    assert logs[0] == [game for game in logs[1] if 2 not in game.seating]


def test_a_visitor_that_plays_nothing_of_the_season_is_told(season, tmp_path):
    folder = submission(tmp_path / "mine", ids=["agora/Go-v0"])
    with pytest.raises(ValueError, match=r"plays agora/Go-v0, and none of them is in .* which has agora/KuhnPoker"):
        run_season(season('"random"'), tmp_path / "out", progress=False, visitors=[folder])


@pytest.mark.parametrize("name", ["random", "Rand0m", "equilibrium", "EQUІLІBRІUM"], ids=ascii)
def test_a_name_that_passes_for_another_is_refused(name, season, tmp_path):
    folder = submission(tmp_path / "mine", name=name)
    with pytest.raises(ValueError, match=r"could be taken for '(random|equilibrium)'"):
        run_season(season('"random"', '"scripted/equilibrium"'), tmp_path / "out", progress=False, visitors=[folder])
    assert not (tmp_path / "out").exists()
    assert "equilibrium" in kuhn_poker.AGENTS


def test_a_submission_for_other_environments_is_refused(season, tmp_path):
    folder = submission(tmp_path / "mine", ids=["agora/Go-v0"])
    with pytest.raises(ValueError, match="x plays agora/Go-v0, not agora/KuhnPoker-v0"):
        run_season(season(f'{{ name = "x", submission = "{folder}" }}'), tmp_path / "out", progress=False)


def test_a_byte_identical_duplicate_lands_inside_the_others_interval(season, tmp_path):
    """G50: the same files twice, under two names."""
    draws = "(self.generator.random(legal.shape) * legal).argmax(axis=1)"
    code = HEAD.replace("legal.argmax(axis=1)", draws).replace("pass", "self.generator = np.random.default_rng(seed)")
    first, second = submission(tmp_path / "a", code), submission(tmp_path / "b", code, name="again")
    twice = [f'{{ name = "{name}", submission = "{path}" }}' for name, path in (("one", first), ("two", second))]
    sections = run_season(season('"random"', *twice), tmp_path / "out", progress=False, trust=True)
    table = sections[0].table("ranking")
    means = dict(zip(table.column("agent"), table.column("payoff"), strict=True))
    for one, other in (("one", "two"), ("two", "one")):
        assert means[one].low <= means[other].value <= means[one].high
    entrants = records.read(tmp_path / "out" / "log.jsonl").header.contests[0].entrants
    assert entrants[1].digest == entrants[2].digest


def test_the_submit_command_prints_the_table(season, tmp_path):
    folder = submission(tmp_path / "mine", name="newcomer")
    arguments = ["submit", folder, "--season", season('"random"'), "--out", tmp_path / "out"]
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    assert "newcomer" in result.stdout
    assert (tmp_path / "out" / "leaderboard.html").is_file()


def test_one_submission_under_two_names_is_two_agents(season, tmp_path):
    """Each has a process of its own: the second one's start does not end the first."""
    code = HEAD.replace("        pass", "        self.lanes = set(lanes.tolist())").replace(
        "        return legal", "        assert self.lanes >= set(lanes.tolist())\n        return legal"
    )
    folder = submission(tmp_path / "mine", code)
    path = season(*(f'{{ name = "{name}", submission = "{folder}" }}' for name in ("one", "another")))
    assert ranked(run_season(path, tmp_path / "out", progress=False)) == {"one": 0, "another": 0}


def test_the_level_of_the_jail_is_in_log_and_table(season, tmp_path):
    folder, level = submission(tmp_path / "mine"), opening.isolation_level()
    path = season('"random"', f'{{ name = "mine", submission = "{folder}" }}')
    for trust, expected in ((True, 0.0), (False, level)):
        out = tmp_path / str(trust)
        section = run_season(path, out, progress=False, trust=trust)[0]
        table = section.table("ranking")
        assert dict(zip(table.column("agent"), table.column("jail"), strict=True)) == {
            "random": None,
            "mine": f"{expected:g}",
        }
        assert [entrant.jail for entrant in records.read(out / "log.jsonl").header.contests[0].entrants] == [
            None,
            expected,
        ]
    assert level >= 1
