"""Commands about environments: see them, play them, check their numbers."""

import secrets
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from agora.commands.shared import Id, Options, console, full_id, read_options

if TYPE_CHECKING:
    from agora.envs.api import Spec


def list_environments(
    family: Annotated[str | None, typer.Option(help="Only this one: games, negotiation, trading or web.")] = None,
) -> None:
    """List the environments.

    The last column is the best known return at each seat (one number if it is the same for all), and how it is known.
    """
    from agora.show import environments

    console().print(environments(family))


def show(id: Id, option: Options = None) -> None:
    """Show an environment's page: its rules, options and source."""
    import re

    from rich.markdown import Markdown

    from agora import envs
    from agora.show import facts

    game = envs.game(full_id(id), **read_options(option))
    page = re.sub(r"^# (.+)$", r"**\1**\n", game.rules.__doc__ or "", flags=re.MULTILINE)
    out = console()
    out.print(f"[bold]{game.spec.id}[/bold]\n")
    out.print(Markdown(f"{page}\n\n**In short**"))
    out.print(facts(game))
    out.print(f"\nPlay it: agora play {game.spec.id}", highlight=False)


def play(
    id: Id,
    opponent: Annotated[
        str,
        typer.Option(
            help="Who plays the other seats: random, scripted/NAME, search/mcts:200, or a saved agent's folder."
        ),
    ] = "random",
    seat: Annotated[int, typer.Option(help="Your seat, 0 being the first.")] = 0,
    seed: Annotated[int | None, typer.Option(min=0, help="Number that fixes the deal; a new one by default.")] = None,
    window: Annotated[
        bool | None, typer.Option("--window/--terminal", help="Where to play; in a window if there is a screen.")
    ] = None,
    option: Options = None,
) -> None:
    """Play against an agent, in a window or in the terminal."""
    from agora import envs
    from agora import play as playing

    id = full_id(id)
    game = envs.game(id, **{**envs.words_options(id), **read_options(option)})
    seed = secrets.randbits(32) if seed is None else seed
    typer.echo(f"{id}, you are {_seat_name(game.spec, seat)}, seed {seed}")
    if _has_screen() if window is None else window:
        returns = playing.in_window(game, opponent, seat, seed, typer.echo)
    else:
        returns = playing.in_terminal(game, opponent, seat, seed, lambda: input("> "), typer.echo)
    if returns is None:
        typer.echo("You left the game.")


def verify(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Environment; all of them by default.")] = None,
    slow: Annotated[bool, typer.Option("--slow", help="Also the numbers that take minutes.")] = False,
) -> None:
    """Find the known numbers of the literature again, with the rules as installed here."""
    from agora import envs
    from agora.verify import print_findings, verify_all

    disagreements = print_findings(verify_all([full_id(id)] if id else envs.ids(), slow), console())
    if disagreements:
        raise typer.Exit(1)


def _seat_name(spec: "Spec", seat: int) -> str:
    if not 0 <= seat < spec.players:
        raise ValueError(f"--seat {seat} is not a seat of {spec.id}: give 0 to {spec.players - 1}.")
    return spec.seats[seat]


def _has_screen() -> bool:
    """Whether a window could open: always taken for granted on Windows and macOS."""
    import os

    return not sys.platform.startswith("linux") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")
    )
