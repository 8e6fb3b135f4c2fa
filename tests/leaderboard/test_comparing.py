"""``agora compare``: two agents until a sequential test decides."""

import numpy as np
import pytest
from typer.testing import CliRunner

from agora.cli import app
from agora.leaderboard.comparing import AT_ONCE, compare


def test_a_better_agent_is_found_out_and_equal_ones_are_too():
    better = compare("agora/TicTacToe-v0", "scripted/perfect", "random", elo0=0, elo1=60)
    assert better.verdict.decision == "elo1"
    assert better.difference.low > 0
    assert better.forfeits == (0, 0)
    worse = compare("agora/TicTacToe-v0", "random", "scripted/perfect", elo0=0, elo1=60)
    assert worse.verdict.decision == "elo0"
    same = compare("agora/TicTacToe-v0", "random", "random", elo0=0, elo1=60, seed=1)
    assert same.verdict.decision == "elo0"
    assert same.difference.low < 0 < same.difference.high


def test_counts_are_points_of_the_first_over_both_seats():
    asked = []
    found = compare(
        "agora/ConnectFour-v0",
        "scripted/greedy",
        lambda observation, legal: legal.argmax(axis=1),
        pairs=AT_ONCE + 1,
        on_played=lambda counts, verdict: asked.append(int(counts.sum())),
    )
    assert asked[0] == AT_ONCE
    assert found.counts.sum() == asked[-1] <= AT_ONCE + 1
    assert np.argmax(found.counts) == 4  # who fills the columns from the left loses from both seats


def test_forfeits_are_counted_with_whom_they_belong_to():
    def crashes(observation, legal):
        raise RuntimeError("no")

    found = compare("agora/TicTacToe-v0", crashes, "random", pairs=AT_ONCE)
    assert found.forfeits[0] > 0
    assert found.forfeits[1] == 0
    assert found.difference.value < 0


def test_games_that_are_no_contest_of_two_are_refused():
    for id in ("agora/Hanabi-v0", "agora/Shop-v0", "agora/KuhnPoker-v0"):
        with pytest.raises(ValueError, match="only won, drawn or lost"):
            compare(id, "random", "random")
    with pytest.raises(ValueError, match="pairs=0"):
        compare("agora/TicTacToe-v0", "random", "random", pairs=0)


def test_the_command_says_what_to_believe():
    command = ["compare", "scripted/perfect", "random", "TicTacToe", "--elo1", "60"]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert "Verdict: 60 Elo, not 0" in told.output
    undecided = CliRunner().invoke(app, [*command, "--pairs", "1"])
    assert "not decided after 1 pairs" in undecided.output
