"""Which moves are legal, and which positions have come back. A piece is its kind, with 8 added for Black's."""

from agora.envs.games.xiangqi.tables import CANNON, CHARIOT, GENERAL, HORSE, NOWHERE, SOLDIER, SQUARES
from agora.envs.jit import rule

STEPS = (1, 9, -1, -9)  # along STRAIGHT of tables.py


@rule
def is_attacked(world, state, player):
    """Whether the general of ``player`` is attacked, by another general on an open column too."""
    general, other = int(state.generals[player]), 8 * (1 - player)
    for direction in range(4):
        place, screens = general, 0
        for _ in range(world.tables.room[general, direction]):
            place += STEPS[direction]
            piece = int(state.board[place])
            if piece == 0:
                continue
            if screens == 1:
                if piece == CANNON | other:
                    return True
                break
            if piece == CHARIOT | other or piece == GENERAL | other:
                return True
            screens = 1
    return is_jumped_at(world, state, player, general)


@rule
def is_jumped_at(world, state, player, general):
    """Whether a horse or a soldier attacks the general of ``player``."""
    other, tables = 8 * (1 - player), world.tables
    for index in range(8):
        place = int(tables.leap[player, HORSE, general, index])
        if place == NOWHERE:
            break
        if state.board[place] == HORSE | other:
            # The leg of a horse that comes from there: on the general's side of it, diagonally beside the general.
            row, column = general // 9, general % 9
            down, right = place // 9 - row, place % 9 - column
            if state.board[9 * (row + (1 if down > 0 else -1)) + column + (1 if right > 0 else -1)] == 0:
                return True
    ahead = general + 9 - 18 * player
    soldier = SOLDIER | other
    return state.board[ahead] == soldier or state.board[general - 1] == soldier or state.board[general + 1] == soldier


@rule
def is_safe(world, state, player, checked, origin, target):
    """Whether a move leaves the own general unattacked; ``checked``: it is attacked now."""
    general, piece, taken = int(state.generals[player]), int(state.board[origin]), int(state.board[target])
    touched = world.tables.near[general, origin] or world.tables.near[general, target]
    if not (checked or touched):
        return True
    state.board[origin], state.board[target] = 0, piece
    if origin == general:
        state.generals[player] = target
    safe = not is_attacked(world, state, player)
    state.board[origin], state.board[target] = piece, taken
    state.generals[player] = general
    return safe


@rule
def find_moves(world, state, player, out):
    """Marks the legal moves of ``player`` in ``out`` (A,); with None in its place only says whether there is one."""
    tables, checked = world.tables, is_attacked(world, state, player)
    for origin in range(SQUARES):
        piece = int(state.board[origin])
        if piece == 0 or piece >> 3 != player:
            continue
        kind = piece & 7
        slides = CANNON <= kind <= CHARIOT
        for index in range(4 if slides else 8):
            if slides:
                stride, length = STEPS[index], int(tables.room[origin, index])
            else:
                stride, length = int(tables.leap[player, kind, origin, index]) - origin, 1
                leg = int(tables.leg[player, kind, origin, index])
                if stride + origin == NOWHERE:
                    break
                if leg != NOWHERE and state.board[leg] != 0:
                    continue
            target, jumped = origin, kind != CANNON
            for _ in range(length):
                target += stride
                taken = int(state.board[target])
                if kind == CANNON and taken == 0 and jumped:
                    continue
                if taken and not jumped:
                    jumped = True
                    continue
                if taken and taken >> 3 == player:
                    break
                if is_safe(world, state, player, checked, origin, target):
                    if out is None:
                        return True
                    out[tables.action[tables.flip[player, origin], tables.flip[player, target]]] = True
                if taken:
                    break
    return False


@rule
def count_repeats(world, state):
    """How often the position has occurred before, and how many moves ago it did so the second time, going back."""
    repeats, second, changed = 0, 0, world.tables.key[0] ^ world.tables.key[0]
    for back in range(1, state.path_length + 1):
        move = int(state.path[state.path_length - back])
        changed ^= world.tables.key[move & 127] ^ world.tables.key[move >> 7 & 127]
        if changed == 0 and back % 2 == 0 and same_before(state, back):
            repeats += 1
            if repeats == 2:
                second = back
    return repeats, second


@rule
def same_before(state, moves):
    """Whether the last ``moves`` of the path, none of which took a piece, led back to the same position.

    They did if a piece like it stands where each piece that moved stood at first.
    """
    begin, end = state.path_length - moves, int(state.path_length)
    for index in range(begin, end):
        first, last = state.path[index] & 127, state.path[index] >> 7 & 127
        for earlier in range(index - 1, begin - 1, -1):
            if state.path[earlier] >> 7 & 127 == first:
                first = state.path[earlier] & 127
        for later in range(index + 1, end):
            if state.path[later] & 127 == last:
                last = state.path[later] >> 7 & 127
        if state.board[first] != state.board[last]:
            return False
    return True


@rule
def checks_always(state, moves, parity):
    """Whether each of the last ``moves`` of the path, of the player who made those of ``parity``, gave check."""
    for back in range(1 + parity, moves + 1, 2):
        if state.path[state.path_length - back] >> 14 == 0:
            return False
    return True
