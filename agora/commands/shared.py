"""What commands share: arguments that mean the same everywhere, and how errors end."""

import sys
import tomllib
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

PAGE_WIDTH = 100  # characters, where the output is not a terminal


class Budget(StrEnum):
    quick = "quick"
    full = "full"


Id = Annotated[
    str, typer.Argument(metavar="ID", help="Environment, as 'agora list' names it; 'agora/' and '-v0' may be left out.")
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option", help="Option of the environment, as name=value; may be repeated. 'agora show' lists them."
    ),
]


def fail(error: Exception, code: int) -> NoReturn:
    """Ends the command with one line."""
    typer.echo(f"agora: {' '.join(str(error).split()) or type(error).__name__}", err=True)
    raise typer.Exit(code) from None


def console() -> "Console":
    """Where tables are printed."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PAGE_WIDTH)


def full_id(id: str) -> str:
    """``KuhnPoker`` or ``KuhnPoker-v0`` to ``agora/KuhnPoker-v0``; anything else stays, for the table to judge."""
    from agora import envs

    for known in envs.TABLE:
        if id in (known, known.split("/")[1], known.split("/")[1].rsplit("-v", 1)[0]):
            return known
    return id


def read_options(pairs: list[str] | None) -> dict[str, Any]:
    """``["players=3", "split=train"]`` as keywords; values are TOML, or plain text where they are not."""
    options: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ValueError(f"--option {pair!r} is not of the form name=value.")
        try:
            options[name.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            options[name.strip()] = value.strip()
    return options
