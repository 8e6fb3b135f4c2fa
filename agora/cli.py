"""The ``agora`` command. What a command needs is imported when it runs, so that ``agora --help`` is quick."""

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from agora.commands import agents, environments, leaderboard, machine, server
from agora.commands.shared import fail


class OneLineErrors(TyperGroup):
    """Turns what comes of bad input into one line and exit code 2, and Ctrl-C into 130."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (ValueError, OSError, ImportError) as error:
            fail(error, 2)
        except KeyboardInterrupt:
            typer.echo("agora: stopped", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Reinforcement-learning environments, agents that learn them, and a leaderboard. "
    "Start with 'agora list', then 'agora show agora/KuhnPoker-v0' or 'agora play agora/KuhnPoker-v0'.",
)

COMMANDS: dict[str, Callable[..., None]] = {
    "list": environments.list_environments,
    "show": environments.show,
    "play": environments.play,
    "verify": environments.verify,
    "solve": agents.solve,
    "exploit": agents.exploit,
    "train": agents.train,
    "evaluate": agents.evaluate,
    "compare": agents.compare,
    "leaderboard": leaderboard.leaderboard,
    "new-agent": leaderboard.new_agent,
    "check": leaderboard.check,
    "submit": leaderboard.submit,
    "serve-agent": leaderboard.serve_agent,
    "verify-log": leaderboard.verify_log,
    "serve": server.serve,
    "close": server.close,
    "doctor": machine.doctor,
    "bench": machine.bench,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(server.token, name="token")


def main() -> None:
    """Entry point of the ``agora`` command."""
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"agora {version('agora-rl')}")
        raise typer.Exit


@app.callback()
def agora(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    pass
