"""The scripted Go player: captures, saves, keeps its eyes, passes when the count is won."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.random import RandomAgent


def points(rows, passed=False, komi=0.5):
    """The points that Black's `greedy` draws from on a 5x5 board, top line first; X is Black."""
    game = agora.envs.game("agora/Go-v0", size=5, komi=komi)
    stones = {"X": "", "O": ""}
    for row, line in enumerate(rows.split()):
        for column, stone in enumerate(line):
            if stone != ".":
                stones[stone] += f"[{chr(97 + column)}{chr(97 + row)}]"
    setup = "".join(f"A{colour}{stones[stone]}" for colour, stone in zip("BW", "XO", strict=True) if stones[stone])
    state = game.position(f"(;{setup}{'PL[W];W[]' if passed else 'PL[B]'})")
    chances = load("scripted/greedy", game.spec).policy(game.observe(state, 0)[None], game.legal(state)[None])[0]
    assert chances.sum() == pytest.approx(1)
    assert len(set(chances[chances > 0])) == 1
    return [game.words.name(game.world, state, 0, action) for action in np.flatnonzero(chances)]


def test_opens_off_the_first_line():
    assert points("..... ..... ..... ..... .....") == ["B2", "C2", "D2", "B3", "C3", "D3", "B4", "C4", "D4"]


def test_captures_the_larger_string():
    assert points("OX..O OX..X ..... ..... .....") == ["A3"]


def test_saves_a_string_in_atari_where_that_gives_it_liberties():
    assert points("..... ..O.. .OXO. ..... .....") == ["C2"]
    assert "A4" not in points("XO... .O... O.... ..... .....")  # still no liberty there


def test_keeps_its_eyes_and_passes_when_nothing_is_left():
    eyes = ".X.XO XXXXO XXXOO XXO.O XXOO."
    assert points(eyes, komi=24) == ["pass"]


def test_passes_when_the_other_has_and_the_count_is_won():
    board = "..XO. ..XO. ..XO. ..XO. ..XO."
    assert points(board, passed=True) == ["pass"]
    assert points(board, passed=True, komi=20) != ["pass"]


def test_beats_random_play():
    lanes = np.arange(100)
    batch = agora.envs.batch("agora/Go-v0", 100, seed=0, autoreset="disabled", threads=1, size=5)
    batch.reset()
    agents = load("scripted/greedy", batch.spec), RandomAgent()
    for seed, agent in enumerate(agents):
        agent.reset(batch.spec, lanes, seed)
    ply = 0
    while not batch.ended.all():
        playing = np.flatnonzero(~batch.ended)
        batch.step(agents[ply % 2].act(batch.observation[playing], batch.legal[playing], playing), playing)
        assert not batch.illegal.any()
        ply += 1
    assert batch.final_returns[:, 0].mean() > 0.5
