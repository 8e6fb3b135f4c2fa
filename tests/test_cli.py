"""The ``agora`` command: what it prints, its exit codes, and games against a person."""

import re
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

import agora.envs
from agora.cli import app
from agora.commands.shared import read_options
from agora.envs.seats import SeatedBatch
from agora.play import play_actions

KUHN = "agora/KuhnPoker-v0"


def run(*arguments, typed=None):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


def one_line_error(result):
    """The message of a command that failed as it should: exit code 2 and one line."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("agora: ")
    return result.stderr


def test_list_names_every_id_in_100_columns():
    result = run("list")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[0] for row in rows if row[0].startswith("agora/")] == agora.envs.ids()
    assert max(map(len, result.stdout.splitlines())) <= 100
    kuhn = next(row for row in rows if row[0] == KUHN)
    assert kuhn[1:5] == ["games", "2", "sequential", "imperfect"]
    assert kuhn[5:8] == ["-0.0556,", "0.0556", "chips"]


def test_list_of_one_family():
    result = run("list", "--family", "games")
    assert KUHN in result.stdout
    assert "agora/Shop-v0" not in result.stdout
    assert "games, negotiation, trading, web" in one_line_error(run("list", "--family", "sports"))


def test_show_prints_page_facts_and_options(id):
    result = run("show", id)
    assert result.exit_code == 0
    for heading in ("Description", "Observation", "Action", "Reward", "End", "Options", "Source", "Versions"):
        assert re.search(rf"^{heading} *$", result.stdout, re.MULTILINE), heading
    assert "random play gets" in result.stdout


def test_show_takes_short_ids_and_options():
    result = run("show", "KuhnPoker", "--option", "players=3")
    assert result.exit_code == 0
    assert "3: player 1, player 2, player 3" in result.stdout
    assert "3, by default 2" in result.stdout


def test_an_unknown_id_is_named_with_the_nearest_one():
    assert "'agora/KunPoker-v0'. Did you mean 'agora/KuhnPoker-v0'?" in one_line_error(run("show", "agora/KunPoker-v0"))
    assert "There is no environment 'chess'" in one_line_error(run("play", "chess"))


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("players=9", "players=9 is not allowed: give a whole number from 2 to 4."),
        ("players=two", "players='two' is not allowed"),
        ("player=3", "Did you mean 'players'?"),
        ("players", "not of the form name=value"),
    ],
)
def test_bad_options_are_one_line(option, message):
    assert message in one_line_error(run("show", KUHN, "--option", option))


def test_options_are_toml_or_plain_text():
    pairs = ["a=3", "b=0.5", "c=true", "d=train", 'e="x=y"', "f=[1, 2]", "g=some/path.csv"]
    values = [3, 0.5, True, "train", "x=y", [1, 2], "some/path.csv"]
    assert read_options(pairs) == dict(zip("abcdefg", values, strict=True))


def test_a_game_in_the_terminal_gives_reasons_and_a_result():
    result = run("play", KUHN, "--terminal", "--seed", 3, typed="raise\nbet\n")
    assert result.exit_code == 0
    assert "Player 1 (you): J" in result.stdout
    assert "Player 2: hidden" in result.stdout
    assert "You can say: check, bet" in result.stdout
    assert "Not played: 'raise' is no action here: say 'check' or 'bet'." in result.stdout
    assert re.search(r"Returns in chips: player 1 \(you\) [+-][12], player 2 [+-][12]\.", result.stdout)


def test_the_same_seed_deals_the_same_game():
    first, second = (run("play", KUHN, "--terminal", "--seed", 5, typed="check\nfold\n").stdout for _ in range(2))
    assert first == second


def test_the_other_seat_can_be_taken():
    result = run("play", KUHN, "--terminal", "--seat", 1, "--seed", 1, typed="q\n")
    assert "Player 2 (you): " in result.stdout
    assert "Player 1: hidden" in result.stdout


@pytest.mark.parametrize("typed", ["q\n", "quit\n", ""])
def test_a_person_can_leave(typed):
    result = run("play", KUHN, "--terminal", typed=typed)
    assert result.exit_code == 0
    assert "You left the game." in result.stdout
    assert "Returns" not in result.stdout


def test_of_several_actions_none_is_played_if_one_is_illegal():
    seated = SeatedBatch(agora.envs.game("agora/ConnectFour-v0", rows=1, columns=7), 1, seed=0, illegal="raise")
    before = seated.batch.snapshot()
    with pytest.raises(ValueError, match="not possible now"):
        play_actions(seated, [0, 0])
    assert seated.batch.snapshot() == before
    assert play_actions(seated, [0]) == ""
    assert seated.batch.snapshot() != before


def test_a_number_out_of_range_is_played_as_the_nearest_and_said_so():
    seated = SeatedBatch(agora.envs.game("agora/SealedAuction-v0"), 1, seed=0, illegal="raise")
    assert "the nearest one within it was played" in play_actions(seated, [np.array([7.0])])


def test_play_refuses_seats_and_opponents_that_do_not_exist():
    assert "give 0 to 1" in one_line_error(run("play", KUHN, "--terminal", "--seat", 2))
    result = run("play", KUHN, "--terminal", "--opponent", "nobody")
    assert result.exit_code == 2
    assert "There is no agent 'nobody'" in result.stderr


def test_every_environment_can_be_played_in_the_terminal(id):
    result = run("play", id, "--terminal", "--seed", 0, typed="no such thing\nq\n")
    assert result.exit_code == 0, result.output
    assert "You can say: " in result.stdout
    assert "You left the game." in result.stdout


def test_solve_saves_an_agent_that_can_be_judged_and_played(tmp_path):
    folder = tmp_path / "solved"
    result = run("solve", "KuhnPoker", "--method", "cfr+", "--iterations", 500, "--out", folder)
    assert result.exit_code == 0, result.output
    assert f"{KUHN}: 58 nodes, 12 information states" in result.stdout
    assert "500 iterations, exploitability" in result.stdout
    assert re.search(r"Returns in chips: player 1 -0\.0555\d*, player 2 \+0\.0555", result.stdout)
    assert f"Saved agent: {folder}" in result.stdout.replace("\n", "")
    assert {path.name for path in folder.iterdir()} == {"agent.toml", "table.npz", "convergence.csv", "convergence.png"}
    judged = run("exploit", folder, "KuhnPoker")
    assert judged.exit_code == 0, judged.output
    assert float(re.search(r"NashConv (\S+), exploitability", judged.stdout).group(1)) < 1e-3
    assert run("play", KUHN, "--terminal", "--opponent", folder, typed="q\n").exit_code == 0
    assert run("evaluate", KUHN, "--agents", f"random,{folder}", "--games", 20).exit_code == 0


def test_solve_keeps_options_and_names_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("solve", KUHN, "--method", "lp", "--option", "players=2")
    assert result.exit_code == 0, result.output
    assert "players = 2" in (tmp_path / "runs" / "kuhn_poker-lp" / "agent.toml").read_text()


def test_solve_and_exploit_refuse_in_one_line():
    assert "no method 'magic'; choose one of lp, cfr" in error_of(run("solve", KUHN, "--method", "magic"))
    assert "not zero-sum between two" in error_of(run("solve", KUHN, "--method", "lp", "--option", "players=3"))
    assert "iterations=0 is no budget" in error_of(run("solve", KUHN, "--iterations", 0))
    assert "about" in error_of(run("solve", "ConnectFour"))
    assert "a trained best response" in error_of(run("exploit", "random", "ConnectFour"))
    assert "There is no agent 'nobody'" in error_of(run("exploit", "nobody", KUHN))


def error_of(result):
    """The last line of a command that failed after it had begun to work."""
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.stderr.splitlines()[-1]


def test_exploit_prints_every_seat():
    result = run("exploit", "scripted/honest", KUHN)
    assert result.exit_code == 0, result.output
    assert re.search(r"player 1 +\+0\.000000 +\+0\.166667 +0\.166667", result.stdout)
    assert "NashConv 0.5, exploitability 0.25" in result.stdout


def test_train_refuses_settings_that_are_not_there(tmp_path):
    assert "missing.toml" in one_line_error(run("train", tmp_path / "missing.toml"))


def test_evaluate_prints_a_table_and_keeps_what_it_is_told_to(tmp_path):
    result = run("evaluate", KUHN, "--agents", "random,scripted/equilibrium", "--games", 40, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "equilibrium" in result.stdout
    assert {"log.jsonl", "leaderboard.md", "leaderboard.html"} <= {path.name for path in tmp_path.iterdir()}


def test_evaluate_refuses_agents_that_do_not_exist():
    result = run("evaluate", KUHN, "--agents", "random,nobody", "--games", 10)
    assert result.exit_code == 2
    assert "There is no agent 'nobody'" in result.stderr.splitlines()[-1]


def test_leaderboard_plays_a_season(tmp_path):
    season = tmp_path / "season.toml"
    season.write_text(f'[[environments]]\nid = "{KUHN}"\ngames = 20\nagents = ["random", "scripted/equilibrium"]\n')
    result = run("leaderboard", season, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "equilibrium" in result.stdout
    assert (tmp_path / "out" / "leaderboard.md").is_file()
    assert "missing.toml" in one_line_error(run("leaderboard", tmp_path / "missing.toml"))


def test_bench_refuses_parts_that_do_not_exist():
    message = one_line_error(run("bench", "nothing"))
    assert "no part 'nothing'" in message
    text = run("bench", "--help").stdout
    for part in ("games", "trading", "matches", "training", "startup"):
        assert part in message
        assert part in text


PLAYING = ("list", "show", "play", "train", "solve", "exploit", "evaluate", "leaderboard", "bench")
HANDING_IN = ("new-agent", "check", "submit", "verify-log", "doctor")


def test_version_and_help():
    assert run("--version").stdout.startswith("agora 0.")
    text = run("--help").stdout
    for command in (
        "list",
        "show",
        "play",
        "train",
        "solve",
        "exploit",
        "evaluate",
        "leaderboard",
        "bench",
        *HANDING_IN,
    ):
        assert re.search(rf"^  {command} ", text, re.MULTILINE), command


def test_help_is_quick_to_load():
    heavy = "{'numba', 'torch', 'pygame', 'scipy', 'matplotlib', 'rich.markdown'}"
    code = f"import sys, agora.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == "[]"


def test_ctrl_c_exits_with_130(monkeypatch):
    def interrupted(family=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(agora.envs, "ids", interrupted)
    result = run("list")
    assert result.exit_code == 130
    assert "Traceback" not in result.output
