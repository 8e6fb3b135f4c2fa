"""Checks a log as somebody does who was not there: nothing is believed that can be computed again.

In this order: the bytes against their chain; the secret against what was promised of it; what the log says of each
environment against the one installed here; every unit against the schedule; deal, seed and seats of every game; every
game against a replay of its moves; exact numbers where they are cheap; and, if all this is well, every table made again
and compared byte for byte with the files beside the log.

What no log can show is in ``docs/verify-a-table.md``.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agora import envs
from agora.agents.api import load
from agora.envs.game import Game
from agora.leaderboard.exact import computed, small_tree
from agora.leaderboard.judge import agent_digest, describe, unit_seeds
from agora.leaderboard.log.records import Closed, Contents, Contest, Exact, parse, read_bytes, results_of
from agora.leaderboard.log.replays import differences
from agora.leaderboard.match import Played, deciding_returns
from agora.leaderboard.schedules.designs import make_plan, next_units, outcome_of
from agora.leaderboard.schedules.units import SEED_BITS, Outcome, Unit, games_per_deal, seats_and_deals
from agora.leaderboard.seeds import commitment
from agora.leaderboard.tables.overall import overall_tables
from agora.leaderboard.tables.sections import make_sections
from agora.leaderboard.tables.words import clean_lines
from agora.leaderboard.tables.writers import write_all

if TYPE_CHECKING:
    from agora.agents.solvers.tree import Tree

CHEAP = 20_000
"""Nodes of a game up to which exact numbers are computed again."""

_SAME = 1e-9  # of exact numbers, which different processors round differently
_SHOWN = 20  # problems that are printed


@dataclass
class Report:
    """What was found."""

    path: Path
    problems: list[str] = field(default_factory=list)
    """What is wrong, and where."""
    notes: list[str] = field(default_factory=list)
    """What could not be checked, and why."""
    checked: list[str] = field(default_factory=list)
    """What is as it should be."""

    @property
    def ok(self) -> bool:
        """Whether everything that could be checked is as it should be."""
        return not self.problems

    def __str__(self) -> str:
        lines = [str(self.path)]
        lines += [f"  ok       {line}" for line in self.checked]
        lines += [f"  note     {line}" for line in self.notes]
        lines += [f"  PROBLEM  {line}" for line in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"  ... and {len(self.problems) - _SHOWN} problems more")
        count = len(self.problems)
        lines.append("Verified." if self.ok else f"NOT verified: {count} problem{'s' if count > 1 else ''}.")
        return "\n".join(map(clean_lines, lines))  # names in it come from outside


def verify(path: str | Path, out: str | Path | None = None) -> Report:
    """Checks the log at ``path``, and the tables in the folder ``out``, that of the log if None.

    Raises:
        ValueError: there is no file at ``path``.
    """
    report = Report(Path(path))
    data = read_bytes(path)
    try:
        contents = parse(data, Path(path).name, report.problems.append)
    except ValueError as error:
        report.problems.append(str(error))
        return report
    if contents is None:
        report.problems.append(f"{path} is not a log of the leaderboard: it does not begin with a header.")
        return report
    if contents.whole < len(data):
        report.problems.append(f"The last {len(data) - contents.whole} bytes belong to no closed unit.")
    if not report.problems:
        report.checked.append(f"chain: {len(contents.units)} units, last link {contents.link}")
    _check_secret(contents, report)
    _note_versions(contents, report)
    for number in range(len(contents.header.contests)):
        _check_contest(contents, number, report)
    if report.ok:
        _check_tables(contents, Path(path).parent if out is None else Path(out), report)
    else:
        report.notes.append("The tables were not made again, since the log is not in order.")
    return report


def _check_secret(contents: Contents, report: Report) -> None:
    if not contents.secret:
        report.problems.append(
            "The season is not over: its secret is not revealed, so nobody can tell whether the seeds are those that "
            "had to be played."
        )
    elif commitment(contents.secret) != contents.header.commitment:
        report.problems.append("The secret in the last line is not the one that the first line promised.")
    else:
        report.checked.append(f"secret: its SHA-256 is the one promised, {contents.header.commitment}")


def _note_versions(contents: Contents, report: Report) -> None:
    used, here = contents.header.versions.get("agora-rl"), version("agora-rl")
    if used != here:
        report.notes.append(f"The log was made with agora-rl {used}, and this is {here}.")


def _check_contest(contents: Contents, number: int, report: Report) -> None:
    contest = contents.header.contests[number]
    try:
        game = envs.game(contest.id, **contest.options)
        unlike = _unlike(contest, game, report)
    except (ValueError, TypeError) as error:
        report.problems.append(f"{contest.key!r} cannot be set up here: {error}")
        return
    if unlike:
        report.problems.append(f"{contest.key}: the header is not what this environment is: {', '.join(unlike)}.")
        return
    units = {unit.unit: unit for unit in contents.units if unit.contest == number}
    _check_games(contents, contest, game, units, report)
    _check_exacts(contest, game, units, report)


def _unlike(contest: Contest, game: Game, report: Report) -> list[str]:
    """What the header says otherwise than the environment installed here, or than any schedule does."""
    expected = describe(game, contest.entrants, contest.plan, contest.title)
    if expected.digest != contest.digest:
        report.notes.append(
            f"{contest.key}: its source files are not those that the log was made with, so replays may differ."
        )
    plan, rows = contest.plan, games_per_deal(game.spec.players)
    deals = plan.deals_per_round if plan.kind == "swiss" else plan.deals
    budget = 0 if plan.kind == "round-robin" else plan.budget
    made = make_plan(
        plan.kind,
        plan.agents,
        game.spec.players,
        deals * rows,
        plan.deals_at_once,
        budget,
        plan.stop,
        plan.fresh * rows,
    )
    names = [name for name in contest.__struct_fields__ if name != "digest"]
    unlike = [name for name in names if getattr(contest, name) != getattr(expected, name)]
    unlike += [name for name in plan._fields if getattr(plan, name) != getattr(made, name)]
    return unlike + ["deals_at_once"] * (plan.deals_at_once < 1)


def _check_games(contents: Contents, contest: Contest, game: Game, units: dict[str, Closed], report: Report) -> None:
    """All units of the schedule, and no others."""
    outcomes: list[Outcome] = []
    before, games = len(report.problems), 0
    while scheduled := next_units(contest.plan, outcomes):
        for unit in scheduled:
            if unit.key in units:
                returns = _check_unit(contents, contest, game, unit, units[unit.key], report)
                if returns is None:
                    return  # without its results nobody knows what had to follow
                games += len(returns)
                outcomes.append(outcome_of(unit, returns))
        missing = [unit.key for unit in scheduled if unit.key not in units]
        if missing:
            report.problems.append(
                f"{contest.key}: {len(missing)} units of the schedule are missing, the first is {missing[0]}."
            )
            return
    strange = set(units) - {outcome.unit.key for outcome in outcomes}
    for key in sorted(key for key in strange if not key.startswith("exact/")):
        report.problems.append(f"{contest.key}: unit {key!r} from line {units[key].line} on is not in the schedule.")
    if len(report.problems) == before:
        report.checked.append(f"{contest.key}: {games:,} games in {len(outcomes)} units, all of the schedule, replayed")


def _check_unit(
    contents: Contents, contest: Contest, game: Game, unit: Unit, closed: Closed, report: Report
) -> np.ndarray | None:
    """What decides a unit (G, P), see ``match.deciding_returns``; None if its games are not those of any such unit."""
    seating, deals = seats_and_deals(unit)
    games = [record for record in closed.records if isinstance(record, Played)]
    if len(games) != len(closed.records) or len(games) != len(seating):
        report.problems.append(
            f"{contest.key}: unit {unit.key} from line {closed.line} on has {len(games)} games and "
            f"{len(closed.records) - len(games)} other lines, and should have {len(seating)} games."
        )
        return None
    known = contents.secret and commitment(contents.secret) == contents.header.commitment
    title = contents.header.title
    seeds = unit_seeds(unit, contents.secret, title, contest.key).tolist() if known else [one.seed for one in games]

    def complain(row: int, what: str, recorded: Any, right: Any) -> None:
        seats = " and ".join(contest.entrants[agent].name for agent in seating[row].tolist())
        report.problems.append(
            f"line {closed.line + row}, {contest.key}, deal {deals[row]}, {seats}: {what} is recorded as "
            f"{_short(recorded)}, and should be {_short(right)}."
        )

    sound, seats = True, {str(seat) for seat in range(contest.players)}
    for row, one in enumerate(games):
        right = {"deal": int(deals[row]), "seating": seating[row].tolist(), "seed": seeds[row]}
        for name, value in right.items():
            if getattr(one, name) != value:
                complain(row, name, getattr(one, name), value)
        if len(one.returns) != contest.players or not 0 <= one.seed < 1 << SEED_BITS:
            complain(row, "returns or seed", [one.returns, one.seed], "a return for each seat, and a seed of 53 bits")
            sound = False
        if not seats.issuperset(one.faults):
            complain(row, "faults", one.faults, "causes by seat")
            sound = False
    if not sound:
        return None
    for found in differences(game, games):
        complain(*found)
    return deciding_returns(games)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else f"{text[:120]}..."


def _check_exacts(contest: Contest, game: Game, units: dict[str, Closed], report: Report) -> None:
    exacts = {key: unit for key, unit in units.items() if key.startswith("exact/")}
    tree = small_tree(game, CHEAP)
    if tree is None:
        if exacts:
            report.notes.append(f"{contest.key}: exact numbers are not computed again, which would take long.")
        return
    for agent, entrant in enumerate(contest.entrants):
        unit = exacts.pop(f"exact/{agent}", None)
        if unit is None:
            report.problems.append(f"{contest.key}: the exact numbers of {entrant.name} are missing.")
        elif entrant.source != "random" and not entrant.source.startswith("scripted/"):
            report.notes.append(f"{contest.key}: the exact numbers of {entrant.name} need the agent itself.")
        else:
            _check_exact(contest, game, agent, unit, tree, report)
    for key, unit in exacts.items():
        report.problems.append(f"{contest.key}: unit {key!r} in line {unit.line} is of no agent.")


def _check_exact(contest: Contest, game: Game, agent: int, unit: Closed, tree: "Tree", report: Report) -> None:
    """The exact numbers of an agent that comes with Agora."""
    entrant = contest.entrants[agent]
    try:
        player, digest = load(entrant.source, game.spec), agent_digest(entrant.source, contest.id)
    except ValueError:
        report.problems.append(
            f"{contest.key}: there is no agent {entrant.source!r}, which {entrant.name} is said to be."
        )
        return
    if digest != entrant.digest:
        report.notes.append(f"{contest.key}: {entrant.name} is another here; its exact numbers are not compared.")
    elif not _same(unit.records, computed(game, agent, player, tree)):
        report.problems.append(
            f"{contest.key}: the exact numbers of {entrant.name}, from line {unit.line} on, are not right."
        )


def _same(recorded: Sequence[Played | Exact], right: Sequence[Exact]) -> bool:
    return len(recorded) == len(right) and all(
        isinstance(one, Exact)
        and (one.agent, one.measure) == (other.agent, other.measure)
        and abs(one.value - other.value) <= _SAME
        for one, other in zip(recorded, right, strict=True)
    )


def _check_tables(contents: Contents, out: Path, report: Report) -> None:
    results = results_of(contents)
    with tempfile.TemporaryDirectory(prefix="agora-") as fresh:
        write_all(make_sections(results), results.header, fresh, overall_tables(results))
        files = sorted(path for path in Path(fresh).rglob("*") if path.is_file())
        names = [str(path.relative_to(fresh)) for path in files]
        there = [name for name in names if (out / name).is_file()]
        if there != names:
            absent = ", ".join(name for name in names if name not in there)
            report.notes.append(f"Not in {out}, and so not compared: {absent}.")
        same = [name for name in there if (out / name).read_bytes() == (Path(fresh) / name).read_bytes()]
        for name in there:
            if name not in same:
                line = _first_difference((out / name).read_bytes(), (Path(fresh) / name).read_bytes())
                report.problems.append(f"{out / name} is not what the log says, from line {line} on.")
    if same:
        report.checked.append(f"tables, byte for byte: {', '.join(same)}")


def _first_difference(one: bytes, other: bytes) -> int:
    """Number of the first line that is not the same."""
    lines = zip([*one.splitlines(), b""], [*other.splitlines(), b""], strict=False)
    return next((number for number, (mine, its) in enumerate(lines, start=1) if mine != its), 1)
