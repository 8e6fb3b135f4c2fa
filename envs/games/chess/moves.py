"""Which moves are legal, by pins and checks: no move is tried out."""

from typing import NamedTuple

import numpy as np

from agora.envs.games.chess.board import ALL, NONE, bit, first, occupied, of_kind
from agora.envs.games.chess.tables import BISHOP, KING, KNIGHT, PAWN, ROOK
from agora.envs.jit import rule

COLUMN_A = np.int64(0x0101010101010101)
COLUMN_B = np.int64(0x0202020202020202)
ROW_OF_COLUMN = np.int64(0x0004081020408000)  # times column a: rows 2 to 7 in the six highest bits


class View(NamedTuple):
    """What the legality of a player's moves depends on; sets of squares but for ``king``."""

    own: np.int64
    other: np.int64
    king: np.int64  # the square of the own king
    checkers: np.int64  # pieces that give check
    allowed: np.int64  # where a piece other than the king must go, so that no check remains
    pinned: np.int64  # own pieces that may not leave their line with the king


@rule
def straight(world, square, blockers):
    """The squares that a rook attacks when ``blockers`` stand on the board."""
    tables, column = world.tables, square & 7
    in_row = tables.row[square]
    across = tables.row_reach[column, ((blockers & in_row) * COLUMN_B) >> 58 & 63] & in_row
    along = tables.column_reach[square >> 3, ((blockers >> column & COLUMN_A) * ROW_OF_COLUMN) >> 58 & 63]
    return across | along << column


@rule
def diagonal(world, square, blockers):
    """The squares that a bishop attacks when ``blockers`` stand on the board."""
    tables, column = world.tables, square & 7
    rising, falling = tables.rising[square], tables.falling[square]
    up = tables.row_reach[column, ((blockers & rising) * COLUMN_B) >> 58 & 63] & rising
    down = tables.row_reach[column, ((blockers & falling) * COLUMN_B) >> 58 & 63] & falling
    return up | down


@rule
def sliders(world, state, square, blockers, pieces):
    """Rooks, bishops and queens among ``pieces`` that attack ``square``."""
    diagonally = state.planes[0] & (state.planes[1] | state.planes[2]) & pieces  # bishops and queens
    straightly = state.planes[2] & ~state.planes[1] & pieces  # rooks and queens
    found = np.int64(0)
    if straightly:
        found |= straight(world, square, blockers) & straightly
    if diagonally:
        found |= diagonal(world, square, blockers) & diagonally
    return found


@rule
def jumpers(world, state, player, square):
    """Knights of both players, and pawns of the other than ``player``, that attack ``square``."""
    pawns = world.tables.pawn[player, square] & of_kind(state, PAWN)
    return world.tables.knight[square] & of_kind(state, KNIGHT) | pawns


@rule
def view_of(world, state, player):
    """Checks and pins against ``player``."""
    black = state.planes[3]
    own, other = (black, occupied(state) & ~black) if player else (occupied(state) & ~black, black)
    king = first(world, own & of_kind(state, KING))
    checkers, pinned = jumpers(world, state, player, king) & other, np.int64(0)
    snipers = sliders(world, state, king, other, other)  # as if own pieces were not there
    while snipers:
        square = first(world, snipers)
        snipers &= snipers - 1
        shields = world.tables.between[king, square] & own
        if shields == 0:
            checkers |= bit(square)
        elif shields & (shields - 1) == 0:
            pinned |= shields
    allowed = ALL
    if checkers:
        allowed = world.tables.between[king, first(world, checkers)] | checkers
        if checkers & (checkers - 1):
            allowed = np.int64(0)
    return View(own, other, king, checkers, allowed, pinned)


@rule
def targets(world, state, view, player, kind, square):
    """Where the piece of ``kind`` on ``square`` may go; the king and capture en passant have rules of their own."""
    if kind == PAWN:
        reached = pawn_targets(world, view, player, square)
    elif kind == KNIGHT:
        reached = world.tables.knight[square]
    else:
        reached = np.int64(0)
        if kind != ROOK:
            reached |= diagonal(world, square, view.own | view.other)
        if kind != BISHOP:
            reached |= straight(world, square, view.own | view.other)
    if view.pinned >> square & 1:
        reached &= world.tables.line[view.king, square]
    return reached & ~view.own & view.allowed


@rule
def pawn_targets(world, view, player, square):
    free, ahead = ~(view.own | view.other), 8 - 16 * player
    moves = bit(square + ahead) & free
    if moves and square >> 3 == 1 + 5 * player:
        moves |= bit(square + 2 * ahead) & free
    return moves | world.tables.pawn[player, square] & view.other


@rule
def takes_en_passant(world, state, view, player, square):
    """Whether the pawn on ``square``, beside one that has just gone two squares, may take it."""
    taken = bit(state.en_passant - 8 + 16 * player)
    blockers = (view.own | view.other) & ~taken & ~bit(square) | bit(state.en_passant)
    attackers = (
        sliders(world, state, view.king, blockers, view.other) | jumpers(world, state, player, view.king) & ~taken
    )
    return attackers & view.other == 0


@rule
def king_targets(world, state, view, player):
    """Where the king may go; castling is going two squares."""
    reached = world.tables.king[view.king] & ~view.own
    beside_rook = np.int64(0)  # where castling would take the king
    if view.checkers == 0:
        rights, blockers = state.castling >> 2 * player, (view.own | view.other) >> 56 * player & 255
        if rights & 1 and blockers & 96 == 0:
            beside_rook |= bit(6 + 56 * player)
        if rights & 2 and blockers & 14 == 0:
            beside_rook |= bit(2 + 56 * player)
    safe = np.int64(0)
    waiting = reached | beside_rook
    while waiting:
        square = first(world, waiting)
        waiting &= waiting - 1
        attackers = sliders(world, state, square, (view.own | view.other) & ~bit(view.king), view.other)
        attackers |= jumpers(world, state, player, square) | world.tables.king[square] & of_kind(state, KING)
        if attackers & view.other == 0:
            safe |= bit(square)
    crossed = safe & world.tables.king[view.king]
    return safe & (reached | beside_rook & (crossed << 1 | crossed >> 1))


@rule
def can_move(world, state, view, player):
    """Whether ``player`` has a legal move."""
    if state.en_passant != NONE:  # is only kept where such a capture is legal
        return True
    for kind in range(PAWN, KING):
        pieces = view.own & of_kind(state, kind)
        while pieces:
            if targets(world, state, view, player, kind, first(world, pieces)):
                return True
            pieces &= pieces - 1
    return king_targets(world, state, view, player) != 0
