"""The scripted tic-tac-toe players."""

import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.solvers import best_response
from agora.agents.solvers.tree import build
from support import drawn_actions

ID = "agora/TicTacToe-v0"


def cells(agent, text):
    """The cells, 1 to 9 as one reads, that ``agent`` draws from in a position."""
    game = agora.envs.game(ID)
    state = game.position(text)
    return "".join(str(cell + 1) for cell in drawn_actions(agent, game, state))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/3/3 x", "123456789"),
        ("x2/3/3 o", "5"),  # only the centre holds a draw against a corner
        ("3/1x1/3 o", "1379"),  # only a corner holds against the centre
        ("x2/1o1/2x o", "2468"),  # a corner would lose to a fork
        ("xx1/oo1/3 x", "3"),
        ("xx1/1o1/3 o", "3"),
    ],
)
def test_perfect(text, expected):
    assert cells("scripted/perfect", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/3/3 x", "123456789"),
        ("xx1/oo1/3 x", "3"),  # wins rather than blocks
        ("xx1/1o1/3 o", "3"),  # blocks
        ("x2/1o1/2x o", "234678"),
        ("oxx/3/2o x", "5"),  # blocks the diagonal: its own row is full
    ],
)
def test_lines(text, expected):
    assert cells("scripted/lines", text) == expected


def test_perfect_is_never_beaten():
    """Against every reply, by an exact walk of all games."""
    game = agora.envs.game(ID)
    perfect = load("scripted/perfect", game.spec)
    assert best_response.nash_conv(build(game), perfect.policy) == pytest.approx(0, abs=1e-12)
