"""Chess as a picture."""

from agora.envs.canvas import HIGHLIGHT, INK, MUTED, PAPER, Canvas
from agora.envs.games.boards import draw_moves
from agora.envs.games.chess.fen import board_of, legal_actions, square_name
from agora.envs.games.chess.rules import CHECKMATE, NONE, World
from agora.envs.games.chess.words import in_check, name, status

SIZE = (900, 620)
LIGHT, DARK, DANGER, LAST = "#eef1ea", "#9fb6a4", "#f2a07b", "#f3dc8a"
LEFT, TOP, CELL = 44, 84, 60  # the board, in pixels
PANEL = 560  # left edge of the list of moves
BASE = ((0.22, 0.9), (0.78, 0.9), (0.78, 0.83), (0.7, 0.76), (0.3, 0.76), (0.22, 0.83))

# Outlines in a square of side 1, the origin at the top left; then circles (x, y, radius); then lines.
PIECES: dict[str, tuple[tuple, tuple, tuple]] = {
    "P": (((0.43, 0.44), (0.57, 0.44), (0.6, 0.6), (0.69, 0.76), (0.31, 0.76), (0.4, 0.6)), ((0.5, 0.34, 0.14),), ()),
    "N": (
        ((0.34, 0.76), (0.37, 0.62), (0.52, 0.49), (0.51, 0.44), (0.38, 0.5), (0.31, 0.56), (0.23, 0.5), (0.24, 0.42),
         (0.34, 0.3), (0.36, 0.22), (0.4, 0.12), (0.46, 0.19), (0.59, 0.23), (0.69, 0.36), (0.73, 0.54), (0.72, 0.76)),
        (),
        (((0.39, 0.31), (0.42, 0.31)), ((0.28, 0.47), (0.3, 0.46))),
    ),
    "B": (
        ((0.5, 0.18), (0.6, 0.28), (0.66, 0.42), (0.59, 0.56), (0.65, 0.76), (0.35, 0.76), (0.41, 0.56), (0.34, 0.42),
         (0.4, 0.28)),
        ((0.5, 0.14, 0.05),),
        (((0.5, 0.32), (0.5, 0.46)), ((0.43, 0.39), (0.57, 0.39))),
    ),
    "R": (
        ((0.27, 0.2), (0.37, 0.2), (0.37, 0.27), (0.45, 0.27), (0.45, 0.2), (0.55, 0.2), (0.55, 0.27), (0.63, 0.27),
         (0.63, 0.2), (0.73, 0.2), (0.73, 0.36), (0.65, 0.43), (0.67, 0.76), (0.33, 0.76), (0.35, 0.43), (0.27, 0.36)),
        (),
        (((0.37, 0.44), (0.63, 0.44)),),
    ),
    "Q": (
        ((0.18, 0.3), (0.33, 0.52), (0.35, 0.22), (0.45, 0.5), (0.5, 0.18), (0.55, 0.5), (0.65, 0.22), (0.67, 0.52),
         (0.82, 0.3), (0.7, 0.76), (0.3, 0.76)),
        ((0.18, 0.28, 0.05), (0.35, 0.2, 0.05), (0.5, 0.15, 0.05), (0.65, 0.2, 0.05), (0.82, 0.28, 0.05)),
        (((0.33, 0.66), (0.67, 0.66)),),
    ),
    "K": (
        ((0.46, 0.3), (0.46, 0.21), (0.37, 0.21), (0.37, 0.13), (0.46, 0.13), (0.46, 0.05), (0.54, 0.05), (0.54, 0.13),
         (0.63, 0.13), (0.63, 0.21), (0.54, 0.21), (0.54, 0.3), (0.6, 0.36), (0.72, 0.34), (0.81, 0.45), (0.7, 0.62),
         (0.68, 0.76), (0.32, 0.76), (0.3, 0.62), (0.19, 0.45), (0.28, 0.34), (0.4, 0.36)),
        (),
        (((0.31, 0.66), (0.69, 0.66)),),
    ),
}  # fmt: skip


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board from the side of ``player``, White's for a spectator, and a button for each legal move."""
    canvas.rectangle(0, 0, *SIZE, fill=PAPER)
    board, turned = board_of(state), player == 1
    _draw_heading(world, state, player, canvas)
    _draw_squares(state, board, turned, canvas)
    for square, letter in enumerate(board):
        if letter != ".":
            _draw_piece(letter, *_corner(square, turned), CELL, canvas)
    if not state.over and player in (None, state.to_move):
        _draw_moves(world, state, canvas)


def _corner(square: int, turned: bool) -> tuple[float, float]:
    """The top left corner of ``square`` in pixels."""
    row, column = square // 8, square % 8
    return (LEFT + CELL * (7 - column if turned else column), TOP + CELL * (row if turned else 7 - row))


def _draw_heading(world: World, state, player: int | None, canvas: Canvas) -> None:
    """Who plays which pieces, whose turn it is, and how the game ended."""
    for seat, letter in enumerate("Kk"):
        x = LEFT + 158 * seat
        if seat == state.to_move and not state.over:
            canvas.rectangle(x, 18, 150, 48, fill=HIGHLIGHT, stroke=MUTED, radius=10)
        _draw_piece(letter, x + 6, 20, 42, canvas)
        you = " (you)" if seat == player else ""
        canvas.text(x + 54, 42, ("White", "Black")[seat] + you, size=16, bold=True, max_width=92)
    canvas.text(PANEL, 42, status(world, state), size=16, fill=INK, max_width=SIZE[0] - PANEL - 24)


def _draw_squares(state, board: list[str], turned: bool, canvas: Canvas) -> None:
    last = {state.last & 63, state.last >> 6} if state.last != NONE else set()
    attacked = board.index("Kk"[state.to_move]) if state.ending == CHECKMATE or in_check(state) else NONE
    canvas.rectangle(LEFT - 3, TOP - 3, 8 * CELL + 6, 8 * CELL + 6, fill=INK, radius=3)
    for square in range(64):
        x, y = _corner(square, turned)
        fill = LIGHT if (square // 8 + square) % 2 else DARK
        fill = DANGER if square == attacked else LAST if square in last else fill
        canvas.rectangle(x, y, CELL, CELL, fill=fill)
        if square % 8 == (7 if turned else 0):
            canvas.text(LEFT - 20, y + CELL / 2, square_name(square)[1], size=15, fill=MUTED, anchor="middle")
        if square // 8 == (7 if turned else 0):
            canvas.text(x + CELL / 2, TOP + 8 * CELL + 20, square_name(square)[0], size=15, fill=MUTED, anchor="middle")


def _draw_piece(letter: str, x: float, y: float, side: float, canvas: Canvas) -> None:
    """A piece in the square of ``side`` pixels whose top left corner is ``x, y``."""
    fill, edge = (PAPER, INK) if letter.isupper() else (INK, PAPER)
    outline, circles, lines = PIECES[letter.upper()]
    width = side / 34
    for points in (outline, BASE):
        canvas.polygon([(x + side * a, y + side * b) for a, b in points], fill=fill, stroke=edge, width=width)
    for a, b, radius in circles:
        canvas.circle(x + side * a, y + side * b, side * radius, fill=fill, stroke=edge, width=width)
    for points in lines:
        canvas.line([(x + side * a, y + side * b) for a, b in points], stroke=edge, width=width)


def _draw_moves(world: World, state, canvas: Canvas) -> None:
    """A button for each legal move, smaller where there are many."""
    actions, player = legal_actions(world, state), int(state.to_move)
    columns = 4 if len(actions) <= 64 else 6 if len(actions) <= 132 else 8
    moves = [(name(world, state, player, action), int(action)) for action in actions]
    draw_moves(canvas, moves, columns, PANEL, TOP, 8 * CELL, 32)
