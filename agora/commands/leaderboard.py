"""Commands about the leaderboard: play a season, hand in an agent, check a log."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agora.commands.shared import Budget, console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agora.leaderboard.tables.layout import Section


Workers = Annotated[
    int | None,
    typer.Option(
        min=0, help="Processes that play; 1 is this one; by default one for each processor, unless --cluster."
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(help="Play on a Ray cluster instead: HOST:PORT, auto, ray://HOST:PORT, or local to start one here."),
]
Store = Annotated[
    str | None,
    typer.Option(help="Database of games, an SQLite file or postgresql://...: what is in it is not played again."),
]


def leaderboard(
    season: Annotated[
        Path, typer.Argument(metavar="SEASON", help="Season file (TOML): environments and the agents that play there.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the log and the tables; a season begun there goes on.")] = Path(
        "leaderboard/results"
    ),
    budget: Annotated[Budget, typer.Option(help="How long to train and how much to play.")] = Budget.quick,
    site: Annotated[
        Path | None,
        typer.Option(
            help="Also write the pages of a site, with replays, into this folder: new, empty or an older site."
        ),
    ] = None,
    workers: Workers = None,
    cluster: Cluster = None,
    store: Store = None,
) -> None:
    """Play a whole season and write the leaderboard."""
    from agora.leaderboard.season import run_season

    if site is not None:  # before hours are spent
        from agora.leaderboard.log.records import read
        from agora.leaderboard.site.write import check_place, write_site

        check_place(site)
    processes = (0 if cluster is None else 1) if workers is None else workers
    sections = run_season(season, out, budget.value, workers=processes, cluster=cluster, store=store)
    _tell(sections, out)
    if site is not None:
        write_site(read(out / "log.jsonl"), sections, site, log=out / "log.jsonl", agents=out / "agents")
        typer.echo(f"Site: {site / 'index.html'}")


def _tell(sections: "Sequence[Section]", out: Path) -> None:
    """Prints the tables, and where they are."""
    from agora.leaderboard.log.records import read
    from agora.leaderboard.tables.overall import overall_tables
    from agora.leaderboard.tables.writers import print_sections

    print_sections(sections, console(), overall_tables(read(out / "log.jsonl")))
    typer.echo(f"Written to {out}: leaderboard.html, .md, .csv, .json and log.jsonl")


def new_agent(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; the agent is named like it.")],
) -> None:
    """Begin an agent for the leaderboard: a folder with one that works, a test and a page of explanation."""
    from agora.leaderboard.submission.new_agent import write_new_agent

    for path in write_new_agent(folder):
        typer.echo(f"Written: {path}")
    typer.echo(f"Try it: agora check {folder}")


Submission = Annotated[Path, typer.Argument(metavar="DIR", help="Folder or archive (.zip, .tar.gz) of a submission.")]
Trust = Annotated[
    bool, typer.Option("--trust", help="Run the agent in this process, without a jail: only for agents of your own.")
]


def check(submission: Submission, trust: Trust = False) -> None:
    """Play a submission as the server will, and say what is wrong with it. Exit code 1 if that costs it games."""
    from agora.leaderboard.submission.check import check as find

    failed = False
    for kind, text in find(submission, trust):
        typer.echo(text if kind == "note" else f"{kind.upper()}: {text}")
        failed = failed or kind == "error"
    if failed:
        raise typer.Exit(1)
    typer.echo("It can be handed in.")


def submit(
    submission: Submission,
    season: Annotated[
        Path | None, typer.Option(help="Season file (TOML): rank the submission in it, on this machine.")
    ] = None,
    out: Annotated[Path, typer.Option(help="With --season: folder for the log and the tables.")] = Path(
        "runs/submission"
    ),
    budget: Annotated[
        Budget, typer.Option(help="With --season: how long to train and how much to play.")
    ] = Budget.quick,
    trust: Trust = False,
    workers: Workers = None,
    server: Annotated[str | None, typer.Option(help="Address of a server: hand the submission in there.")] = None,
    token: Annotated[
        str,
        typer.Option(envvar="AGORA_TOKEN", help="With --server; better in the environment than on the command line."),
    ] = "",
) -> None:
    """Rank a submission against the agents of a season, or hand it in to a server."""
    if (season is None) == (server is None):
        raise ValueError("Give either --season SEASON.toml, to rank it here, or --server URL, to hand it in.")
    if server is not None:
        from agora.leaderboard.submission.sending import submit_to

        receipt = submit_to(submission, server, token)
        typer.echo(f"Handed in as {receipt.id}. {receipt.page}".rstrip())
        return
    from agora.leaderboard.season import run_season

    assert season is not None
    _tell(run_season(season, out, budget.value, trust=trust, visitors=[submission], workers=workers or 0), out)


def serve_agent(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the agent, with its manifest.")],
    host: Annotated[str, typer.Option(help="Address to answer at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to answer at; 0 for any that is free.")] = 8000,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the token that whoever asks must show; nobody must without.")
    ] = None,
) -> None:
    """Put the agent of a submission behind HTTP, so that a submission of kind remote can name its address."""
    from agora.leaderboard.submission.serving import folder_server

    with folder_server(folder, host, port, token_file) as server:
        typer.echo(f"Answering at http://{host}:{server.server_address[1]} until you press Ctrl-C.")
        server.serve_forever()


def verify_log(
    log: Annotated[Path, typer.Argument(metavar="FILE", help="Log of a season: log.jsonl.")],
    tables: Annotated[Path | None, typer.Option(help="Folder of the tables; that of the log by default.")] = None,
) -> None:
    """Replay every game of a log, check its chain and make its tables again. Exit code 1 if anything is not right."""
    from agora.leaderboard.log.verify import verify as examine

    report = examine(log, tables)
    # The log may come from anybody: nothing in it is to command this terminal.
    typer.echo("".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in str(report)))
    if not report.ok:
        raise typer.Exit(1)
