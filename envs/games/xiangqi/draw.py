"""Xiangqi as a picture."""

from agora.envs.canvas import HIGHLIGHT, INK, MUTED, PAPER, Canvas
from agora.envs.games.boards import draw_moves
from agora.envs.games.xiangqi.fen import in_check, legal_actions, letter_of, square_name
from agora.envs.games.xiangqi.rules import CHECKMATE, NONE, World
from agora.envs.games.xiangqi.tables import DIAGONAL, SQUARES
from agora.envs.games.xiangqi.words import NAMES, name, status

SIZE = (900, 704)
WOOD, GRAIN, LAST, DANGER = "#f2e2bd", "#8a6d3b", "#c99a2e", "#e0603c"
COLOURS = ("#b3261e", "#1f2933")  # Red's and Black's
LEFT, TOP, CELL = 72, 108, 58  # of the corner point of the board, in pixels
PANEL = 590  # left edge of the list of moves
MARKS = [(2, 1), (2, 7), (7, 1), (7, 7)] + [(row, column) for row in (3, 6) for column in range(0, 9, 2)]


def draw(world: World, state, player: int | None, canvas: Canvas) -> None:
    """The board from the side of ``player``, Red's for a spectator, and a button for each legal move."""
    turned = player == 1
    canvas.rectangle(0, 0, *SIZE, fill=PAPER)
    _draw_heading(world, state, player, canvas)
    _draw_board(turned, canvas)
    _draw_last(state, turned, canvas)
    for square in range(SQUARES):
        if state.board[square]:
            _draw_piece(int(state.board[square]), *_point(square, turned), 0.43 * CELL, canvas)
    if not state.over or state.ending == CHECKMATE:
        mover = int(state.to_move)
        if in_check(world, state, mover):
            canvas.circle(*_point(int(state.generals[mover]), turned), 0.48 * CELL, stroke=DANGER, width=4)
    if not state.over and player in (None, state.to_move):
        _draw_moves(world, state, canvas)


def _point(square: int, turned: bool) -> tuple[float, float]:
    """Where the lines of ``square`` cross, in pixels."""
    row, column = divmod(square, 9)
    return (LEFT + CELL * (8 - column if turned else column), TOP + CELL * (row if turned else 9 - row))


def _draw_heading(world: World, state, player: int | None, canvas: Canvas) -> None:
    """Who plays which pieces, whose turn it is, and how the game ended."""
    for seat in (0, 1):
        x = LEFT - 28 + 170 * seat
        if seat == state.to_move and not state.over:
            canvas.rectangle(x, 16, 160, 48, fill=HIGHLIGHT, stroke=MUTED, radius=10)
        _draw_piece(7 + 8 * seat, x + 28, 40, 18, canvas)
        you = " (you)" if seat == player else ""
        canvas.text(x + 56, 40, NAMES[seat] + you, size=16, bold=True, max_width=98)
    canvas.text(PANEL, 40, status(world, state), size=16, fill=INK, max_width=SIZE[0] - PANEL - 20)


def _draw_board(turned: bool, canvas: Canvas) -> None:
    right, bottom = LEFT + 8 * CELL, TOP + 9 * CELL
    canvas.rectangle(LEFT - 34, TOP - 34, 8 * CELL + 68, 9 * CELL + 68, fill=WOOD, stroke=GRAIN, width=2, radius=8)
    for row in range(10):
        y = TOP + CELL * row
        canvas.line([(LEFT, y), (right, y)], stroke=GRAIN, width=1.5)
        number = row if turned else 9 - row
        canvas.text(LEFT - 48, y, number, size=15, fill=MUTED, anchor="middle")
    for column in range(9):
        x = LEFT + CELL * column
        ends = [(TOP, bottom)] if column in (0, 8) else [(TOP, TOP + 4 * CELL), (TOP + 5 * CELL, bottom)]
        for start, end in ends:
            canvas.line([(x, start), (x, end)], stroke=GRAIN, width=1.5)
        letter = square_name(8 - column if turned else column)[0]
        canvas.text(x, bottom + 48, letter, size=15, fill=MUTED, anchor="middle")
    for row in (0, 7):  # the palaces
        for start, end in ((3, 5), (5, 3)):
            points = [(LEFT + CELL * start, TOP + CELL * row), (LEFT + CELL * end, TOP + CELL * (row + 2))]
            canvas.line(points, stroke=GRAIN, width=1.5)
    canvas.text(LEFT + 4 * CELL, TOP + 4.5 * CELL, "R I V E R", size=20, fill=GRAIN, anchor="middle")
    for row, column in MARKS:
        _draw_mark(LEFT + CELL * column, TOP + CELL * row, column, canvas)


def _draw_mark(x: float, y: float, column: int, canvas: Canvas) -> None:
    """Small corners around a point where a cannon or a soldier starts."""
    for up, right in DIAGONAL:
        if 0 <= column + right <= 8:
            corner = [(x + 5 * right, y + 14 * up), (x + 5 * right, y + 5 * up), (x + 14 * right, y + 5 * up)]
            canvas.line(corner, stroke=GRAIN, width=1.2)


def _draw_last(state, turned: bool, canvas: Canvas) -> None:
    """Brackets around the squares of the last move."""
    if state.last == NONE:
        return
    for square in (state.last & 127, state.last >> 7):
        x, y = _point(int(square), turned)
        far, near = 0.48 * CELL, 0.26 * CELL
        for up, right in DIAGONAL:
            corner = [
                (x + near * right, y + far * up),
                (x + far * right, y + far * up),
                (x + far * right, y + near * up),
            ]
            canvas.line(corner, stroke=LAST, width=3.5)


def _draw_piece(piece: int, x: float, y: float, radius: float, canvas: Canvas) -> None:
    """A disc with its letter; Black's have a double rim, so that the sides differ in more than colour."""
    seat = piece >> 3
    colour = COLOURS[seat]
    canvas.circle(x + 1.5, y + 2.5, radius, fill=GRAIN)
    canvas.circle(x, y, radius, fill="#fdf6e3" if seat == 0 else "#d7dde2", stroke=colour, width=0.09 * radius)
    canvas.circle(x, y, 0.8 * radius, stroke=colour, width=(0.04 + 0.05 * seat) * radius)
    canvas.text(x, y, letter_of(piece).upper(), size=1.05 * radius, fill=colour, anchor="middle", bold=True)


def _draw_moves(world: World, state, canvas: Canvas) -> None:
    """A button for each legal move, smaller where there are many."""
    actions, player = legal_actions(world, state), int(state.to_move)
    columns = 4 if len(actions) <= 72 else 6
    moves = [(name(world, state, player, action), int(action)) for action in actions]
    draw_moves(canvas, moves, columns, PANEL, TOP - 34, 9 * CELL, 31)
