"""The scripted Go player: captures, saves, keeps its eyes, passes when the count is won."""

import agora.envs
from support import action_names, drawn_actions, returns_against_random


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
    return action_names(game, state, drawn_actions("scripted/greedy", game, state))


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
    assert returns_against_random("scripted/greedy", "agora/Go-v0", 100, size=5).mean() > 0.5
