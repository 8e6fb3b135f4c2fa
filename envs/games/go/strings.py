"""Go: the board as strings of stones, kept up to date move by move, and who may play where.

A string is known by one of its points, its root. ``string[root]`` holds the stones, and the liberties beside them, each
counted once for every stone that touches it: their number, sum and sum of squares.
"""

import numpy as np

from agora.envs.jit import rule

EMPTY, BORDER = 0, 3  # on the board; a stone is 1 for Black, player 0, and 2 for White
STONES, LIBERTIES, TOTAL, SQUARES = 0, 1, 2, 3  # columns of `string`
LEGAL, CAPTURE, SUICIDE, CHECK = 1, 2, 4, 8  # bits of `may`


def fields(points: int) -> list:
    """The fields of a state that this file looks after."""
    return [
        ("board", "i1", (points + 1,)),  # EMPTY, 1 Black, 2 White; the last one is BORDER
        ("key", "u8"),  # Zobrist key of the board
        ("root", "i2", (points,)),  # of the string on each point; only valid where a stone is
        ("link", "i2", (points,)),  # the next stone of the same string, in a circle
        ("string", "i4", (points, 4)),  # valid at roots
        ("string_key", "u8", (points,)),  # keys of the string's stones together, valid at roots
        ("lost", "u1", (2, points)),  # 1 where that player has lost a stone before
        # Bits for each player and point: whether rules other than ko allow a stone there, whether it captures or is
        # suicide, and whether it might repeat a position.
        ("may", "u1", (2, points)),
        ("stale", "u1", (points,)),  # within a step: 1 where `may` has to be worked out anew
        ("queue", "i2", (points,)),  # within a step: those points
        ("queued", "i2"),  # how many
    ]


@rule
def place(world, state, player, point):
    """Puts a stone of ``player`` on a legal ``point``: strings, captures, ko and ``may``."""
    start_string(world, state, player, point)
    touch_neighbours(world, state, player, point)
    captured = capture_around(world, state, player, point)
    root = int(state.root[point])
    if state.string[root, LIBERTIES] == 0:
        take_off(world, state, player, root)
    else:
        mark_last_liberty(state, root)
        if captured >= 0 and state.string[root, STONES] == 1 and state.string[root, LIBERTIES] == 1:
            state.ko = captured
    refresh(world, state)


@rule
def start_string(world, state, player, point):
    key = world.keys[player, point]
    state.board[point] = player + 1
    state.key ^= key
    state.root[point] = point
    state.link[point] = point
    state.string_key[point] = key
    state.string[point, STONES] = 1
    state.string[point, LIBERTIES] = 0
    state.string[point, TOTAL] = 0
    state.string[point, SQUARES] = 0
    mark(state, point)


@rule
def touch_neighbours(world, state, player, point):
    """Takes ``point`` from the liberties around, and joins the own strings there to the new stone."""
    for side in range(4):
        near = int(world.neighbours[point, side])
        kind = state.board[near]
        if kind == EMPTY:
            add_liberty(state, int(state.root[point]), near, 1)
            mark(state, near)
        elif kind != BORDER:
            root = int(state.root[near])
            add_liberty(state, root, point, -1)
            if kind == player + 1:
                join(state, root, int(state.root[point]))
            elif state.string[root, LIBERTIES] > 0:
                mark_last_liberty(state, root)


@rule
def add_liberty(state, root, point, times):
    state.string[root, LIBERTIES] += times
    state.string[root, TOTAL] += times * point
    state.string[root, SQUARES] += times * point * point


@rule
def join(state, first, second):
    """Makes one string of two; the smaller one is renamed."""
    if first == second:
        return
    if state.string[first, STONES] > state.string[second, STONES]:
        first, second = second, first
    stone = first
    while True:
        state.root[stone] = second
        stone = int(state.link[stone])
        if stone == first:
            break
    state.link[first], state.link[second] = state.link[second], state.link[first]
    for column in range(4):
        state.string[second, column] += state.string[first, column]
    state.string_key[second] ^= state.string_key[first]


@rule
def capture_around(world, state, player, point):
    """Takes off the other's strings without liberties; the point if it was a single stone, else -1."""
    captured = -1
    stones = 0
    for side in range(4):
        near = int(world.neighbours[point, side])
        if state.board[near] == 2 - player:
            root = int(state.root[near])
            if state.string[root, LIBERTIES] == 0:
                stones += state.string[root, STONES]
                captured = near
                take_off(world, state, 1 - player, root)
    return captured if stones == 1 else -1


@rule
def take_off(world, state, owner, root):
    """Removes a string; what was beside it gains liberties."""
    state.key ^= state.string_key[root]
    stone = root
    while True:
        state.board[stone] = EMPTY
        state.lost[owner, stone] = 1
        mark(state, stone)
        for side in range(4):
            near = int(world.neighbours[stone, side])
            if state.board[near] == 2 - owner:
                other = int(state.root[near])
                if state.string[other, LIBERTIES] > 0:
                    mark_last_liberty(state, other)
                add_liberty(state, other, stone, 1)
        stone = int(state.link[stone])
        if stone == root:
            break


@rule
def in_atari(state, root):
    """Whether all liberties of a string lie on one point."""
    total = np.int64(state.string[root, TOTAL])
    return np.int64(state.string[root, LIBERTIES]) * state.string[root, SQUARES] == total * total


@rule
def mark_last_liberty(state, root):
    if in_atari(state, root):
        mark(state, state.string[root, TOTAL] // state.string[root, LIBERTIES])


@rule
def mark(state, point):
    """Has ``may`` of ``point`` worked out anew at the end of the step."""
    if state.stale[point] == 0:
        state.stale[point] = 1
        state.queue[state.queued] = point
        state.queued += 1


@rule
def refresh(world, state):
    for index in range(state.queued):
        point = int(state.queue[index])
        state.stale[point] = 0
        black = white = 0
        if state.board[point] == EMPTY:
            black, white = judge_point(world, state, point)
        state.may[0, point] = black
        state.may[1, point] = white
    state.queued = 0


@rule
def judge_point(world, state, point):
    """The bits of ``may`` of an empty point, for Black and for White."""
    free = False
    black_lives = white_lives = black_captures = white_captures = False
    for side in range(4):
        near = int(world.neighbours[point, side])
        kind = state.board[near]
        if kind == EMPTY:
            free = True
        elif kind != BORDER:
            atari = in_atari(state, int(state.root[near]))
            if kind == 1:
                black_lives = black_lives or not atari
                white_captures = white_captures or atari
            else:
                white_lives = white_lives or not atari
                black_captures = black_captures or atari
    black = bits_of(world, free or black_lives, black_captures, state.lost[0, point])
    white = bits_of(world, free or white_lives, white_captures, state.lost[1, point])
    return black, white


@rule
def bits_of(world, lives, captures, lost):
    if not lives and not captures:
        return LEGAL | SUICIDE | CHECK if world.suicide else 0
    return LEGAL | (CAPTURE if captures else 0) | (CHECK if lost else 0)


@rule
def result_key(world, state, player, point):
    """The Zobrist key of the board after a stone of ``player`` on ``point``."""
    key = state.key ^ world.keys[player, point]
    bits = state.may[player, point]
    if bits & CAPTURE:
        return key ^ keys_around(world, state, 2 - player, point)
    if bits & SUICIDE:
        return state.key ^ keys_around(world, state, player + 1, point)
    return key


@rule
def keys_around(world, state, kind, point):
    """The keys of the strings of ``kind`` in atari beside ``point``, each once."""
    key = np.uint64(0)
    for side in range(4):
        near = int(world.neighbours[point, side])
        if state.board[near] == kind:
            root = int(state.root[near])
            seen = not in_atari(state, root)
            for before in range(side):
                other = int(world.neighbours[point, before])
                seen = seen or (state.board[other] == kind and state.root[other] == root)
            if not seen:
                key ^= state.string_key[root]
    return key
