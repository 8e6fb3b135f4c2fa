"""A window that shows drawings, and in which a person plays by mouse and keyboard."""

from typing import Any

import numpy as np

from agora.envs import paint
from agora.envs.api import Discrete
from agora.envs.canvas import ACCENT, INK, LINE, MUTED, PANEL, PAPER, SEATS, Canvas, picture, text_width
from agora.envs.faces.text import FEW
from agora.envs.game import Game

LONG = 60  # characters of an example
STRIP = 104  # height of the part below the drawing in which a person types, in pixels
TYPED = 15  # size of what a person types, in pixels
WAIT = 50  # milliseconds between looks at the window's events, which keeps Ctrl-C working


class Window:
    """One window with ``title``; it opens with the first drawing.

    Raises:
        ImportError: pygame is not installed.
        OSError: there is no screen (raised when it should open).
    """

    def __init__(self, title: str):
        self._pygame = paint.load_pygame()
        self._title = title
        self._screen: Any = None
        self.closed = False
        """The person has closed the window; nothing opens it again."""

    def show(self, canvas: Canvas) -> None:
        """Shows a drawing and returns at once; once closed, it shows nothing any more."""
        self._put(canvas)
        if not self.closed and any(event.type == self._pygame.QUIT for event in self._events(0)):
            self.close()

    def close(self) -> None:
        """Closes the window for good."""
        if self._screen is not None:
            self._pygame.display.quit()
        self._screen = None
        self.closed = True

    def ask(self, game: Game, state: np.record, player: int, message: str = "") -> list[Any] | None:
        """Shows ``state`` as ``player`` sees it and waits for a click or a line that is an action.

        Args:
            message: what to tell the person first, such as why the last line was not accepted.

        Returns:
            The actions that were meant, to be played one after the other; None when the window was closed.
        """
        drawing, line = picture(game, state, player), ""
        hint = f"You can say: {listed(game, state, player)}"
        self._put(_with_strip(drawing, line, message, hint))
        while True:
            events = self._events(WAIT)
            for event in events:
                if event.type == self._pygame.QUIT:
                    self.close()
                    return None
                try:
                    actions, line = self._read(event, game, state, player, drawing, line)
                except ValueError as error:
                    actions, line, message = [], "", str(error)
                if actions:
                    return actions
            if events:
                self._put(_with_strip(drawing, line, message, hint))

    def wait(self, canvas: Canvas, message: str) -> None:
        """Shows a drawing and ``message`` until a key, a click or the window is closed."""
        pygame = self._pygame
        self._put(_with_strip(canvas, None, message, "Press any key, or close the window."))
        leaving = (pygame.QUIT, pygame.KEYDOWN, pygame.MOUSEBUTTONDOWN)
        while not self.closed and not any(event.type in leaving for event in self._events(WAIT)):
            pass

    def _read(
        self, event: Any, game: Game, state: np.record, player: int, drawing: Canvas, line: str
    ) -> tuple[list[Any], str]:
        """What an event makes of the line typed so far: (actions meant, if any, and the new line)."""
        pygame = self._pygame
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            action = drawing.action_at(*event.pos)
            return ([] if action is None else [checked(game, state, player, action)]), line
        if event.type == pygame.TEXTINPUT:
            return [], line + event.text
        if event.type == pygame.KEYDOWN and event.key == pygame.K_BACKSPACE:
            return [], line[:-1]
        if event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE:
            return [], ""
        if event.type == pygame.KEYDOWN and event.key in (pygame.K_RETURN, pygame.K_KP_ENTER) and line.strip():
            return game.words.parse(game.world, state, player, line), ""
        return [], line

    def _events(self, milliseconds: int) -> list[Any]:
        """All events at hand; if there are none and time is given, waits so long for one."""
        if self._screen is None:
            return []
        events = self._pygame.event.get()
        if not events and milliseconds:
            first = self._pygame.event.wait(milliseconds)
            events = [] if first.type == self._pygame.NOEVENT else [first]
        return events

    def _put(self, canvas: Canvas) -> None:
        if self.closed:
            return
        size = (canvas.width, canvas.height)
        if self._screen is None or self._screen.get_size() != size:
            self._open(size)
        self._screen.blit(paint.surface(canvas), (0, 0))
        self._pygame.display.flip()

    def _open(self, size: tuple[int, int]) -> None:
        try:
            self._pygame.display.init()
            self._screen = self._pygame.display.set_mode(size)
        except self._pygame.error as error:
            raise OSError(f"No window can be opened here ({error}); play in the terminal instead.") from None
        self._pygame.display.set_caption(self._title)


def checked(game: Game, state: np.record, player: int, action: Any) -> Any:
    """``action`` if ``player`` may choose it now; ValueError with the reason otherwise."""
    if not isinstance(game.spec.action, Discrete):
        return np.asarray(action, np.float32).reshape(game.spec.action.shape)
    if not game.legal(state, player)[action]:
        raise ValueError("That is not possible now.")
    return action


def listed(game: Game, state: np.record, player: int) -> str:
    """The names of the legal actions when they are few, else what they are, with an example."""
    action = game.spec.action
    if not isinstance(action, Discrete):
        (size,) = action.shape
        middle = np.full(size, (action.low + action.high) / 2, np.float32)
        example = _shortened(game.words.name(game.world, state, player, middle))
        return f"{size} number{'s' if size > 1 else ''} from {action.low:g} to {action.high:g}, such as {example}"
    allowed = np.flatnonzero(game.legal(state, player))
    if len(allowed) <= FEW:
        return ", ".join(game.words.name(game.world, state, player, int(choice)) for choice in allowed)
    first, last = (_shortened(game.words.name(game.world, state, player, int(allowed[end]))) for end in (0, -1))
    return f"one of {len(allowed)} actions, such as {first} or {last}"


def _shortened(name: str) -> str:
    return f"'{name}'" if len(name) <= LONG else f"'{name[:LONG].rstrip()}…'"


def _with_strip(drawing: Canvas, line: str | None, message: str, hint: str) -> Canvas:
    """The drawing with a strip below: what is typed (None: nothing can be), a message or else a hint."""
    page = Canvas(drawing.width, drawing.height + STRIP)
    page.shapes = list(drawing.shapes)
    top, width = drawing.height, drawing.width
    page.rectangle(0, top, width, STRIP, fill=PANEL)
    page.line([(0, top), (width, top)], stroke=LINE)
    if line is not None:
        page.rectangle(12, top + 12, width - 24, 34, fill=PAPER, stroke=ACCENT, width=1.5, radius=6)
        shown = _tail(f"{line}|", width - 48) if line else "Click above, or type here and press Enter"
        page.text(24, top + 29, shown, size=TYPED, fill=INK if line else MUTED, max_width=width - 48)
        top += 46
    page.text(14, top + 18, message, size=14, fill=SEATS[1] if line is not None else INK, max_width=width - 28)
    page.paragraph(14, top + (40 if message else 18), hint, width - 28, size=13, fill=MUTED, lines=1 if message else 2)
    return page


def _tail(line: str, width: float) -> str:
    """As much of the end of ``line`` as fits, since that is where a person types."""
    while text_width(line, TYPED) > width:
        line = line[1:]
    return line
