"""Commands about a server: start one, make tokens, close its season."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agora.commands.shared import Budget, console

Data = Annotated[Path, typer.Option(metavar="DIR", help="Data folder of the server; made if there is none.")]
Database = Annotated[
    str,
    typer.Option(
        envvar="AGORA_DATABASE", help="sqlite:///FILE or postgresql://...; server.db in the data folder by default."
    ),
]
Season = Annotated[Path, typer.Argument(metavar="SEASON", help="Season file (TOML) that the server plays.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes that examine submissions and play.")]
Played = Annotated[Budget, typer.Option(help="How long to train and how much to play; never change it in a season.")]

token = typer.Typer(no_args_is_help=True, help="Make, list and revoke the tokens that a server takes submissions with.")


class Scope(StrEnum):
    submit = "submit"
    admin = "admin"


def serve(
    season: Season,
    data: Data,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at; 0 for any that is free.")] = 8000,
    database: Database = "",
    workers: Workers = 1,
    budget: Played = Budget.quick,
    name: Annotated[
        list[str] | None, typer.Option(help="Host name under which the public reaches the server; may be repeated.")
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(help="Address of a reverse proxy, believed in whom requests come from; may be repeated."),
    ] = None,
) -> None:
    """Take in agents of strangers, rank them in a season, and show the tables; see docs/run-a-server.md."""
    from agora.leaderboard.server.run import serve as run

    run(season, data, host, port, database, workers, budget.value, name or (), proxy or ())


def close(
    season: Season, data: Data, database: Database = "", workers: Workers = 1, budget: Played = Budget.quick
) -> None:
    """Close the season of a server: rank what waits, then reveal the secret and publish the log."""
    from agora.leaderboard.server.run import close_season

    log = close_season(season, data, database, workers, budget.value)
    typer.echo(f"Closed. Verify it: agora verify-log {log}")


@token.command()
def create(
    data: Data,
    author: Annotated[str, typer.Option(help="Under whose name its submissions stand.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it allows; may be repeated; submit by default.")
    ] = None,
    days: Annotated[int, typer.Option(help="Until it expires.")] = 90,
    name: Annotated[str, typer.Option(help="What it is for, for your list.")] = "",
    database: Database = "",
) -> None:
    """Make a token and print it, this once."""
    from agora.leaderboard.server.run import open_store
    from agora.leaderboard.server.tokens import create as make

    _, engine = open_store(data, database)
    typer.echo(make(engine, author, [each.value for each in scope or [Scope.submit]], days, name))


@token.command("list")
def list_tokens(data: Data, database: Database = "") -> None:
    """List all tokens by their first characters."""
    from agora.leaderboard.server.run import open_store
    from agora.leaderboard.server.tokens import table

    console().print(table(open_store(data, database)[1]))


@token.command()
def revoke(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As 'agora token list' shows it.")],
    data: Data,
    database: Database = "",
) -> None:
    """End a token now."""
    from agora.leaderboard.server.run import open_store
    from agora.leaderboard.server.tokens import revoke as end

    end(open_store(data, database)[1], number)
    typer.echo(f"Token {number} is revoked.")
