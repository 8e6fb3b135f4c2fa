"""Commands about agents: solve, train, measure, compare."""

from pathlib import Path
from typing import Annotated

import typer

from agora.commands.shared import Id, Options, console, fail, full_id, read_options


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
    typer.echo(f"Saved agent: {run(game, method, iterations, seconds, seed, out, console())}")


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
        solving.print_exploitation(game, agent, console())
        return
    if not 1 <= budget < 1e15:
        raise ValueError(f"--budget {budget:g} is not allowed: give a number of decisions, such as 2e6.")
    solving.print_lower_bound(game, agent, int(budget), games, seed, console())


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
        fail(error, 1)
    typer.echo(f"Saved agent: {folder}")


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
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that play: 1 is this one, 0 stands for one on each processor.")
    ] = 1,
    option: Options = None,
) -> None:
    """Let agents play and print their table."""
    from agora.leaderboard.season import evaluate as run
    from agora.leaderboard.tables.writers import print_sections

    names = [name.strip() for name in agents.split(",") if name.strip()]
    section = run(full_id(id), names, games, seed, read_options(option), out, workers=workers)
    print_sections([section], console())


def compare(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="Agent, as for evaluate: the one that may be better.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="The one it is compared with.")],
    id: Id,
    elo0: Annotated[float, typer.Option(help="One hypothesis: the first is ahead by so many Elo points.")] = 0.0,
    elo1: Annotated[float, typer.Option(help="The other hypothesis.")] = 20.0,
    pairs: Annotated[int, typer.Option(min=1, help="Pairs of games, seats swapped, after which to stop.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Number that fixes deals and agents.")] = 0,
    option: Options = None,
) -> None:
    """Play two agents until a sequential test knows which hypothesis to believe, with 5 % error."""
    from agora.leaderboard.comparing import compare as run
    from agora.leaderboard.tables.words import show

    out = console()
    with out.status("playing") as status:
        found = run(
            full_id(id),
            first,
            second,
            elo0,
            elo1,
            pairs,
            seed,
            read_options(option),
            lambda counts, verdict: status.update(
                f"{counts.sum()} pairs, likelihood ratio {verdict.ratio:.2f} of {verdict.low:.2f} to {verdict.high:.2f}"
            ),
        )
    verdict = found.verdict
    out.print(f"Pairs by points of the first, 0 to 2 in halves: {', '.join(map(str, found.counts))}", highlight=False)
    out.print(f"The first is ahead by {show(found.difference, 'rating')} Elo.", highlight=False, markup=False)
    if any(found.forfeits):
        out.print(f"Forfeits: {found.forfeits[0]} and {found.forfeits[1]}.", highlight=False)
    believed = {"elo0": f"{elo0:g} Elo, not {elo1:g}", "elo1": f"{elo1:g} Elo, not {elo0:g}"}
    said = believed.get(verdict.decision, f"not decided after {pairs} pairs; give more with --pairs")
    out.print(f"Verdict: {said} (log likelihood ratio {verdict.ratio:.2f}).", highlight=False)
