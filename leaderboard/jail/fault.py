"""How a jailed agent ends a game that it should have played on."""

from typing import Literal

Cause = Literal["crash", "time", "illegal", "protocol", "memory"]
"""What an agent did wrong: it died or raised; took too long; answered with something that is no action; broke the
rules of the messages; wanted more memory than it has."""

_LONGEST = 200  # characters of a message that are kept


class Fault(Exception):
    """An agent's own fault, for which it forfeits. ``message`` is one printable line, the same in every run."""

    def __init__(self, cause: Cause, message: str):
        self.cause: Cause = cause
        self.message = one_line(message)
        super().__init__(self.message)


class JailError(OSError):
    """The jail itself did not start. That is nobody's forfeit: the match stops, and can be played again."""


def one_line(text: str) -> str:
    """The first line of ``text`` without what cannot be printed, at most 200 characters.

    >>> one_line("a\x1b[31mb\\nc")
    'a[31mb'
    """
    first = (text.splitlines() or [""])[0]
    return "".join(letter for letter in first if letter.isprintable())[:_LONGEST]
