"""Go: positions worked by hand, a second implementation written for this file, and SGF."""

import numpy as np
import pytest

import agora.envs


def setup(rows, mover="B", **options):
    """A game, 5x5 by default, set up from a diagram, the top line first: X black, O white, . empty."""
    game = agora.envs.game("agora/Go-v0", **{"size": 5, **options})
    stones = dict.fromkeys("XO", "")
    for row, line in enumerate(rows.split()):
        for column, stone in enumerate(line):
            if stone != ".":
                stones[stone] += f"[{chr(97 + column)}{chr(97 + row)}]"
    text = "".join(f"A{colour}{stones[stone]}" for colour, stone in zip("BW", "XO", strict=True) if stones[stone])
    return game, game.position(f"(;SZ[{game.world.size}]{text}PL[{mover}])")


def play(game, state, moves):
    """Plays vertices, and returns the rewards of the last one; all must be legal."""
    rewards = None
    for word in moves.split():
        action = game.words.parse(game.world, state, int(state.to_move), word)[0]
        assert game.legal(state)[action], word
        rewards = game.step(state, action)
    return rewards


def may(game, state, word):
    try:
        game.words.parse(game.world, state, int(state.to_move), word)
    except ValueError:
        legal = False
    else:
        legal = True
    row, column = int(word[1:]) - 1, "ABCDE".index(word[0])
    assert game.legal(state)[row * 5 + column] == legal
    return legal


def rows(game, state):
    return [line.split()[1:-1] for line in game.words.describe(game.world, state, None).splitlines()[1 : 1 + 5]]


def diagram(text):
    return [list(line) for line in text.split()]


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        ("OX... ..... ..... ..... .....", "A4", ".X... X.... ..... ..... ....."),  # in the corner
        ("..... X.... OX... ..... .....", "A2", "..... X.... .X... X.... ....."),  # at the edge
        ("..... .X... XOX.. ..... .....", "B2", "..... .X... X.X.. .X... ....."),  # in the middle
        # Two strings at once; the stone that does it has no liberties but theirs, and a third string keeps one.
        ("OXX.. O.O.. XOX.. .XXX. .....", "B4", ".XX.. .XO.. X.X.. .XXX. ....."),
    ],
)
def test_captures(before, word, after):
    game, state = setup(before)
    play(game, state, word)
    assert rows(game, state) == diagram(after)


KO = ".XO.. XO.O. .XO.. ..... ....."


def test_ko_cannot_be_retaken_at_once_but_after_a_threat():
    game, state = setup(KO, superko="none")
    play(game, state, "C4")
    assert not may(game, state, "B4")
    with pytest.raises(ValueError, match="the ko cannot be retaken at once"):
        game.words.parse(game.world, state, 1, "B4")
    play(game, state, "E1 A1")
    assert may(game, state, "B4")


SENDING_TWO = "..... ..... ..... XXO.. .O.O."


@pytest.mark.parametrize(("superko", "legal"), [("positional", False), ("situational", True), ("none", True)])
def test_sending_two_returning_one(superko, legal):
    """White adds a stone to B1, Black takes the two, White takes one back: the old board, with Black to move."""
    game, state = setup(SENDING_TWO, "W", superko=superko)
    play(game, state, "A1 C1")
    assert rows(game, state)[4] == list("..XO.")
    assert may(game, state, "B1") == legal
    if legal:
        play(game, state, "B1")
        assert rows(game, state) == diagram(SENDING_TWO)
    else:
        with pytest.raises(ValueError, match="that would repeat a position"):
            game.words.parse(game.world, state, 1, "B1")


def test_situational_superko_remembers_who_was_to_move():
    """The same, but the board has been seen with Black to move: White's move made it and Black passed."""
    game, state = setup(SENDING_TWO.replace(".O.O.", "...O."), "W", superko="situational")
    play(game, state, "B1 pass A1 C1")
    assert not may(game, state, "B1")


TRIPLE_KO = """
    .XO......
    XO.O.....
    .XO......
    .XO......
    XO.O.....
    .XO......
    .XO......
    X.XO.....
    .XO......"""


@pytest.mark.parametrize(
    ("repetition", "superko", "outcome"),
    [
        ("illegal", "positional", None),
        ("illegal", "situational", None),
        ("illegal", "none", (False, [0, 0])),
        ("draw", "positional", (True, [0, 0])),
        ("loss", "positional", (True, [1, -1])),
        ("loss", "situational", (True, [1, -1])),
        ("loss", "none", (False, [0, 0])),
    ],
)
def test_triple_ko(repetition, superko, outcome):
    """Three kos are taken in a circle; White's sixth move makes the first board again."""
    game, state = setup(TRIPLE_KO, size=9, repetition=repetition, superko=superko)
    play(game, state, "C8 B2 C5 B8 C2")
    assert not state.over
    assert bool(game.legal(state)[4 * 9 + 1]) == (outcome is not None)
    if outcome:
        assert (bool(state.over), play(game, state, "B5").tolist(), bool(state.over)) == (False, outcome[1], outcome[0])
    if repetition == "loss" and outcome[0]:
        assert game.words.status(game.world, state) == "White has repeated a position and lost."
        assert game.metrics(state) == {}


def test_suicide_of_one_stone_and_of_several():
    one, several = ".X... X.... ..... ..... .....", ".OX.. OOX.. XX... ..... ....."
    for before in (one, several):
        game, state = setup(before, "W", superko="none")
        assert not may(game, state, "A5")
        with pytest.raises(ValueError, match="suicide is forbidden"):
            game.words.parse(game.world, state, 1, "A5")
    game, state = setup(several, "W", suicide="allowed")
    play(game, state, "A5")
    assert rows(game, state) == diagram("..X.. ..X.. XX... ..... .....")
    assert state.to_move == 0


@pytest.mark.parametrize(("superko", "legal"), [("positional", False), ("situational", True), ("none", True)])
def test_suicide_of_one_stone_repeats_the_board(superko, legal):
    game, state = setup(".X... X.... ..... ..... .....", "W", suicide="allowed", superko=superko)
    assert may(game, state, "A5") == legal


def test_snapback():
    """White takes the stone thrown in and has one liberty left, where three stones are taken: that is no ko."""
    game, state = setup("..... ..... XX... OOX.. ..X..")
    play(game, state, "A1 B1")
    assert rows(game, state)[4] == list(".OX..")
    play(game, state, "A1")
    assert rows(game, state) == diagram("..... ..... XX... ..X.. X.X..")


def test_shared_points_of_a_seki_count_for_nobody():
    game, state = setup(".X.X. XXXXX OOOOO .XXX. XXXXX", komi=13)
    assert play(game, state, "pass pass").tolist() == [0, 0]
    assert state.over
    assert game.words.areas(game.world, state) == (18, 18)
    assert state.area[[5, 9]].tolist() == [3, 3]


def test_dead_stones_are_not_taken_off():
    """White's stone at A5 cannot live, but whoever wants it off the board has to take it."""
    game, state = setup("O.XO. .XXO. XXXOO OOOOO .O.O.", komi=5)
    assert play(game, state, "pass pass").tolist() == [-1, 1]
    assert game.words.areas(game.world, state) == (6, 22)
    assert game.metrics(state) == {"margin": -16}
    assert game.words.status(game.world, state) == "White has won, 22 points to 6."


def test_an_empty_board_belongs_to_nobody():
    game = agora.envs.game("agora/Go-v0", size=5, komi=0)
    state = game.new()
    assert play(game, state, "pass pass").tolist() == [0, 0]
    assert game.words.status(game.world, state) == "The game is a draw, 0 points each."


def test_one_black_stone_owns_the_board():
    game = agora.envs.game("agora/Go-v0", size=5, komi=24.5)
    state = game.new()
    assert play(game, state, "C3 pass pass").tolist() == [1, -1]


def test_passes_must_follow_one_another():
    game = agora.envs.game("agora/Go-v0", size=5)
    state = game.new()
    play(game, state, "pass C3 pass D3 pass")
    assert not state.over
    play(game, state, "pass")
    assert state.over


def test_a_game_is_counted_after_the_last_move_allowed():
    game = agora.envs.game("agora/Go-v0", size=2, max_moves=3, komi=0.5)
    state = game.new()
    assert play(game, state, "A1 A2").tolist() == [0, 0]
    assert not state.over
    assert play(game, state, "B2").tolist() == [1, -1]
    assert state.over


def _second_opinion(board, size, player, point, suicide):
    """The board after a move, or None where it is illegal whatever the ko rules say; written without the rules."""
    if board[point]:
        return None
    after = list(board)
    after[point] = player + 1
    for owner in (1 - player, player):
        for start in _around(point, size) if owner != player else [point]:
            if after[start] == owner + 1:
                string, liberties = _string(after, size, start)
                if not liberties:
                    if owner == player and not suicide:
                        return None
                    for stone in string:
                        after[stone] = 0
    return tuple(after)


def _around(point, size):
    row, column = divmod(point, size)
    near = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    return [r * size + c for r, c in near if 0 <= r < size and 0 <= c < size]


def _string(board, size, start):
    string, liberties, todo = {start}, set(), [start]
    while todo:
        for near in _around(todo.pop(), size):
            if board[near] == 0:
                liberties.add(near)
            elif board[near] == board[start] and near not in string:
                string.add(near)
                todo.append(near)
    return string, liberties


@pytest.mark.parametrize("superko", ["positional", "situational", "none"])
@pytest.mark.parametrize("suicide", ["forbidden", "allowed"])
@pytest.mark.parametrize(("size", "max_moves"), [(3, 60), (5, None)])
def test_a_second_implementation_agrees(size, max_moves, suicide, superko):
    """Without passing unless nothing else is left, so that boards fill, are cleared and repeat."""
    game = agora.envs.game("agora/Go-v0", size=size, max_moves=max_moves, suicide=suicide, superko=superko)
    generator = np.random.default_rng(size)
    barred = 0
    for _ in range(12):
        state, board = game.new(), (0,) * size**2
        seen = {(board, 0)}
        while not state.over:
            player = int(state.to_move)
            legal = game.legal(state)
            for point in range(size**2):
                after = _second_opinion(board, size, player, point, suicide == "allowed")
                known = after is not None and _is_repetition(seen, after, 1 - player, superko)
                barred += known
                if point != state.ko:
                    assert legal[point] == (after is not None and not known)
            choices = np.flatnonzero(legal[:-1])
            move = int(generator.choice(choices)) if len(choices) else size**2
            game.step(state, move)
            if move < size**2:
                board = _second_opinion(board, size, player, move, suicide == "allowed")
            seen.add((board, 1 - player))
            assert tuple(state.board[:-1]) == board
    assert (barred > 0) == (superko != "none")


def _is_repetition(seen, board, mover, superko):
    if superko == "positional":
        return (board, 0) in seen or (board, 1) in seen
    return superko == "situational" and (board, mover) in seen


SGF = r"""
(;FF[4]GM[1]SZ[5]KM[7.5]C[A game; with brackets [ and \] and (parentheses)]
  AB[aa:ba] [ee]
  AW[cc]
  PL[W];W[bb]C[first];B[];W[tt](;B[dd])(;B[de];W[ea]))
"""


def test_sgf_is_read():
    game = agora.envs.game("agora/Go-v0", size=5)
    with pytest.raises(ValueError, match="Move 4 comes after the end"):
        game.position(SGF)
    state = game.position(SGF.replace("W[tt]", "W[ba]").replace("AB[aa:ba]", "AB[aa]"))
    assert rows(game, state) == diagram("XO... .O... ..O.. ...X. ....X")
    assert (state.to_move, state.plays, state.steps) == (1, 4, 4)
    assert game.notation(state) == "(;GM[1]FF[4]SZ[5]KM[7.5]AB[ee][aa]AW[cc]PL[W];W[bb];B[];W[ba];B[dd])"


@pytest.mark.parametrize("options", [{}, {"superko": "situational", "suicide": "allowed"}])
def test_sgf_gives_back_the_whole_state(options):
    """Positions reached by play, with their history: all fields but the generator are equal, also after the end."""
    game = agora.envs.game("agora/Go-v0", size=5, **options)
    generator = np.random.default_rng(3)
    for start in ("(;SZ[5])", "(;SZ[5]AB[bb][cb]AW[dd]PL[W])"):
        state = game.position(start)
        while not state.over:
            game.step(state, generator.choice(np.flatnonzero(game.legal(state))))
            again = game.position(game.notation(state))
            for name in game.dtype.names:
                assert name == "rng" or np.array_equal(again[name], state[name]), name
    assert "RU[" not in game.notation(state) or options


def test_sgf_names_the_rules():
    game = agora.envs.game("agora/Go-v0", size=5, suicide="allowed", komi=0)
    assert game.notation(game.new()) == "(;GM[1]FF[4]SZ[5]KM[0]RU[Tromp-Taylor])"
    assert game.position("(;W[aa];B[bb])").first == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ends too early"),
        ("hello", "'hello' is not SGF"),
        (";B[aa]", "is not SGF"),
        ("(;B[aa]", "ends too early"),
        ("(;SZ[9])", r"SZ\[9\] is another board: this one has size=5"),
        ("(;KM[0.5])", r"KM\[0.5\] is another komi"),
        ("(;KM[x])", "is no number"),
        ("(;GM[2])", "is not Go"),
        ("(;PL[x])", "is no player"),
        ("(;B[zz])", "is no point of this board: give two letters from a to e"),
        ("(;B[a])", "is no point"),
        ("(;B[aa];W[aa])", r"Move 2, W\[aa\], is illegal"),
        ("(;B[aa];B[bb])", "Move 2 is B's, but the players take turns"),
        ("(;B[aa];AW[bb])", "AW after the first move"),
        ("(;AB[aa]AW[ab][ba])", "without a liberty"),
    ],
)
def test_bad_sgf_gets_a_reason(text, reason):
    game = agora.envs.game("agora/Go-v0", size=5)
    with pytest.raises(ValueError, match=reason):
        game.position(text)


def test_words():
    game = agora.envs.game("agora/Go-v0")
    state = game.new()
    play(game, state, "j9 D4")
    lines = game.words.describe(game.world, state, 0).splitlines()
    assert lines[0].split() == lines[10].split() == list("ABCDEFGHJ")
    assert lines[1].split() == ["9", *"........X", "9"]
    assert lines[6].split() == ["4", *"...O.....", "4"]
    assert lines[11:] == [
        "Black (you) is X, White is O; White gets 7.5 points komi.",
        "Last move: D4",
        "To move: Black",
    ]
    assert game.words.name(game.world, state, 0, 80) == "J9"
    assert game.words.name(game.world, state, 0, 81) == "pass"
    assert game.words.parse(game.world, state, 0, " Pass ") == [81]
    for line, reason in (("I5", "there is no column I"), ("A10", "from A1 to J9"), ("d4", "White has a stone there")):
        with pytest.raises(ValueError, match=reason):
            game.words.parse(game.world, state, 0, line)


def test_observation():
    game = agora.envs.game("agora/Go-v0", size=5)
    state = game.new()
    play(game, state, "A1 B3")
    black, white = (game.spec.pieces(game.observe(state, player)) for player in (0, 1))
    assert np.argwhere(black["board"]).tolist() == [[0, 0, 0], [1, 2, 1]]
    assert np.array_equal(black["board"], white["board"][::-1])
    assert np.argwhere(white["last"]).tolist() == [[2, 1]]
    assert [seen[name].tolist() for seen in (black, white) for name in ("black", "passed")] == [[1], [0], [0], [0]]
    play(game, state, "pass")
    seen = game.spec.pieces(game.observe(state, 1))
    assert seen["passed"].tolist() == [1]
    assert not seen["last"].any()


def test_picture_has_a_target_for_each_point_that_is_free():
    from agora.envs.canvas import picture

    game, state = setup(KO)
    play(game, state, "C4")
    assert len(picture(game, state, 1).targets) == int(game.legal(state).sum())
    assert picture(game, state, 0).targets == []


def test_reference():
    assert agora.envs.game("agora/Go-v0").reference().best == (1, 1)
    reference = agora.envs.game("agora/Go-v0", size=2, komi=0.5, max_moves=3).reference()
    assert reference.kind == "exact"
    assert reference.best == (1, -1)
    assert -1 < reference.random[0] < 1


def test_random_play():
    """Uniform play: Black wins 37.2 %, here to four standard deviations."""
    batch = agora.envs.batch("agora/Go-v0", 2000, seed=1, autoreset="disabled", threads=1)
    while not batch.ended.all():
        batch.step(batch.sample())
    assert batch.final_returns[:, 0].mean() == pytest.approx(-0.2555, abs=0.087)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 1}, "size=1 is not allowed: give a whole number from 2 to 19"),
        ({"size": 20}, "size=20 is not allowed"),
        ({"komi": 400}, "komi=400 is not allowed"),
        ({"suicide": True}, "suicide=True is not allowed: choose one of 'forbidden', 'allowed'"),
        ({"superko": "simple"}, "superko='simple' is not allowed"),
        ({"repetition": "win"}, "repetition='win' is not allowed"),
        ({"max_moves": 0}, "max_moves=0 is not allowed"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        agora.envs.game("agora/Go-v0", **options)
