"""The ``agora`` command. What a command needs is imported when it runs, so that ``agora --help`` is quick."""

import secrets
import sys
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from agora.envs.api import Spec

PAGE_WIDTH = 100  # characters, where the output is not a terminal


class OneLineErrors(TyperGroup):
    """Turns what comes of bad input into one line and exit code 2, and Ctrl-C into 130."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except (ValueError, OSError, ImportError) as error:
            _fail(error, 2)
        except KeyboardInterrupt:
            typer.echo("agora: stopped", err=True)
            raise typer.Exit(130) from None


def _fail(error: Exception, code: int) -> NoReturn:
    typer.echo(f"agora: {' '.join(str(error).split()) or type(error).__name__}", err=True)
    raise typer.Exit(code) from None


app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Reinforcement-learning environments, agents that learn them, and a leaderboard. "
    "Start with 'agora list', then 'agora show agora/KuhnPoker-v0' or 'agora play agora/KuhnPoker-v0'.",
)


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


@app.command("list")
def list_environments(
    family: Annotated[str | None, typer.Option(help="Only this one: games, negotiation, trading or web.")] = None,
) -> None:
    """List the environments.

    The last column is the best known return at each seat (one number if it is the same for all), and how it is known.
    """
    from agora.show import environments

    _console().print(environments(family))


@app.command()
def show(id: Id, option: Options = None) -> None:
    """Show an environment's page: its rules, options and source."""
    import re

    from rich.markdown import Markdown

    from agora import envs
    from agora.show import facts

    game = envs.game(full_id(id), **read_options(option))
    page = re.sub(r"^# (.+)$", r"**\1**\n", game.rules.__doc__ or "", flags=re.MULTILINE)
    console = _console()
    console.print(f"[bold]{game.spec.id}[/bold]\n")
    console.print(Markdown(f"{page}\n\n**In short**"))
    console.print(facts(game))
    console.print(f"\nPlay it: agora play {game.spec.id}", highlight=False)


@app.command()
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


@app.command()
def verify(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Environment; all of them by default.")] = None,
    slow: Annotated[bool, typer.Option("--slow", help="Also the numbers that take minutes.")] = False,
) -> None:
    """Find the known numbers of the literature again, with the rules as installed here."""
    from agora import envs
    from agora.verify import print_findings, verify_all

    disagreements = print_findings(verify_all([full_id(id)] if id else envs.ids(), slow), _console())
    if disagreements:
        raise typer.Exit(1)


@app.command()
def solve(
    id: Id,
    method: Annotated[
        str,
        typer.Option(
            help="cfr+, cfr, linear-cfr, discounted-cfr, cfr-br, external-sampling, outcome-sampling, "
            "fictitious-play, mirror-descent, balanced-ftrl, adaptive-ftrl, or lp for the exact linear program."
        ),
    ] = "cfr+",
    iterations: Annotated[int | None, typer.Option(help="After which to stop; 1000 by default.")] = None,
    seconds: Annotated[float | None, typer.Option(help="After which to stop.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Number that fixes what the method draws.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the agent; runs/GAME-METHOD by default.")] = None,
    option: Options = None,
) -> None:
    """Find an equilibrium of a small game and save the agent that plays it."""
    from agora import envs
    from agora.solving import run

    game = envs.game(full_id(id), **read_options(option))
    typer.echo(f"Saved agent: {run(game, method, iterations, seconds, seed, out, _console())}")


@app.command()
def exploit(
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="random, scripted/NAME or the folder of a saved one.")],
    id: Id,
    budget: Annotated[
        float | None,
        typer.Option(help="Decisions, such as 2e6, to train best responses with: a lower bound. Exact by default."),
    ] = None,
    games: Annotated[int, typer.Option(min=2, help="With a budget: deals to judge each response on.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="With a budget: number that fixes training and deals.")] = 0,
    option: Options = None,
) -> None:
    """Measure how much a best response gains against an agent: exactly, or from below where the game is too large."""
    from agora import envs, solving

    game = envs.game(full_id(id), **read_options(option))
    if budget is None:
        solving.print_exploitation(game, agent, _console())
        return
    if not 1 <= budget < 1e15:
        raise ValueError(f"--budget {budget:g} is not allowed: give a number of decisions, such as 2e6.")
    solving.print_lower_bound(game, agent, int(budget), games, seed, _console())


@app.command()
def train(
    settings: Annotated[
        Path, typer.Argument(metavar="SETTINGS", help="Settings file (TOML); those of the baselines are in baselines/.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for the results; runs/NAME by default.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in that folder.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Train as briefly as the table [quick] says.")] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Number that fixes the training; the settings' own.")] = None,
) -> None:
    """Train an agent as a settings file says, and draw its learning curve."""
    from agora.agents.learned.train import train as run

    try:
        folder = run(settings, out, resume, quick=quick, seed=seed)
    except FloatingPointError as error:
        _fail(error, 1)
    typer.echo(f"Saved agent: {folder}")


@app.command()
def evaluate(
    id: Id,
    agents: Annotated[
        str,
        typer.Option(
            help="Who plays, separated by commas: random, scripted/NAME, search/mcts:200, saved agents' folders."
        ),
    ],
    games: Annotated[int, typer.Option(min=1, help="Games of every line-up; seats rotate over the same deals.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Number that fixes deals and agents.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the log and the tables; nothing is kept without.")
    ] = None,
    option: Options = None,
) -> None:
    """Let agents play and print their table."""
    from agora.leaderboard.season import evaluate as run
    from agora.leaderboard.tables.writers import print_sections

    names = [name.strip() for name in agents.split(",") if name.strip()]
    print_sections([run(full_id(id), names, games, seed, read_options(option), out)], _console())


@app.command()
def leaderboard(
    season: Annotated[
        Path, typer.Argument(metavar="SEASON", help="Season file (TOML): environments and the agents that play there.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the log and the tables; a season begun there goes on.")] = Path(
        "leaderboard/results"
    ),
    budget: Annotated[Budget, typer.Option(help="How long to train and how much to play.")] = Budget.quick,
) -> None:
    """Play a whole season and write the leaderboard."""
    from agora.leaderboard.season import run_season
    from agora.leaderboard.tables.writers import print_sections

    sections = run_season(season, out, budget.value)
    print_sections(sections, _console())
    typer.echo(f"Written to {out}: leaderboard.html, .md, .csv, .json and log.jsonl")


@app.command("new-agent")
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


@app.command()
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


@app.command()
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
    from agora.leaderboard.tables.writers import print_sections

    assert season is not None
    print_sections(run_season(season, out, budget.value, visitor=submission, trust=trust), _console())
    typer.echo(f"Written to {out}: leaderboard.html, .md, .csv, .json and log.jsonl")


@app.command("verify-log")
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


@app.command()
def doctor() -> None:
    """Say what this machine can do: versions, and the jail that submissions would play in, each claim tried out."""
    from agora.doctor import examine

    examine(_console())


@app.command()
def bench(
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PART", help="games, suite, search, solvers, trading, matches, training or startup; all by default."
        ),
    ] = None,
    train: Annotated[bool, typer.Option("--train", help="The part training alone: steps a second of PPO.")] = False,
    out: Annotated[Path | None, typer.Option(help="File for the numbers, as JSON.")] = None,
) -> None:
    """Measure speed and memory against other libraries."""
    from agora.benchmarks.run import main as run

    run([*(parts or []), "training"] if train else parts, out, _console())


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


def _console() -> "Console":
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PAGE_WIDTH)
