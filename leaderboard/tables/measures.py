"""What is measured beside the result: by the environment of a whole game, and move by move by ``conduct.py``."""

from collections.abc import Sequence
from typing import NamedTuple

from agora.leaderboard.log.records import DISTANCE, Contest, Exact
from agora.leaderboard.numbers import statistics
from agora.leaderboard.numbers.statistics import mean_estimates, share_estimates
from agora.leaderboard.tables.captions import interval_rule
from agora.leaderboard.tables.evidence import Evidence
from agora.leaderboard.tables.layout import Cell, Column, Kind, Table, table_by_agent


class Heading(NamedTuple):
    """How a measure of ``conduct.py`` looks in a table."""

    label: str
    kind: Kind
    meaning: str


CONDUCT = {
    "optimal": Heading(
        "Optimal moves", "share", "Optimal: moves that keep the exact value, where all lines were searched."
    ),
    "lost": Heading("Lost a move ({unit})", "number", "Lost: value given away on those moves."),
    "invalid": Heading("Invalid moves", "share", "Invalid: answers that no rule allows, of all decisions."),
    "overspent": Heading("Over budget", "share", "Over budget: moves that cost more than the agent said they would."),
    "helped": Heading("Corrections that helped", "share", "Corrections: second thoughts, judged by exact values."),
    "harmed": Heading("Corrections that harmed", "share", ""),
    "slope": Heading("Slope over rounds ({unit})", "number", "Slope: what a round pays more than the one before."),
}


def measures_table(contest: Contest, evidence: Evidence, besides: Table | None) -> Table | None:
    """What ``reference.py`` of the environment measures beyond returns, but for what the table ``besides`` has."""
    shown = [] if besides is None else [column.key for column in besides.columns]
    measures = {name: sums for name, sums in evidence.measures.items() if name not in shown}
    if not measures:
        return None
    columns = [Column(name, name.replace("_", " ").capitalize(), "number") for name in measures]
    values = [mean_estimates(sums, counts, evidence.weights) for sums, counts in measures.values()]
    of = "the games that the agent took part in" if contest.players > 1 else "its episodes"
    caption = f"Means over {of}. {interval_rule(contest, brief=True)}"
    return table_by_agent("measures", "Further measures", contest, columns, values, caption)


def conduct_table(contest: Contest, evidence: Evidence) -> Table | None:
    """How agents played, move by move."""
    if not evidence.conduct:
        return None
    kinds = {measure: heading for measure, heading in CONDUCT.items() if measure in evidence.conduct}
    columns = [
        Column(measure, heading.label.format(unit=contest.unit), heading.kind) for measure, heading in kinds.items()
    ]
    values: list[Sequence[Cell]] = [
        share_estimates(*evidence.conduct[measure], evidence.weights, evidence.seed)
        if heading.kind == "share"
        else mean_estimates(*evidence.conduct[measure], evidence.weights)
        for measure, heading in kinds.items()
    ]
    judged = evidence.conduct.get("optimal")
    if judged is not None:
        columns.append(Column("judged", "Moves judged", "count"))
        values.append([int(count) for count in judged[1].sum(axis=0)])
    meanings = filter(None, (heading.meaning for heading in kinds.values()))
    caption = " ".join([*meanings, interval_rule(contest, brief=True)])
    return table_by_agent("conduct", "How they played", contest, columns, values, caption)


def distances_table(contest: Contest, exacts: Sequence[Exact]) -> Table | None:
    """How far agents play from equilibrium, by the hand they hold."""
    hands = list(dict.fromkeys(each.measure for each in exacts if each.measure.startswith(DISTANCE)))
    if not hands:
        return None
    columns = [Column(f"with_{index}", hand.removeprefix(DISTANCE), "number") for index, hand in enumerate(hands)]
    caption = (
        "Mean total variation between the agent's choices and those of the nearest equilibrium, over the situations "
        "that the equilibrium leads to with each hand: 0 plays an equilibrium, 1 never does what it does. Exact."
    )
    values = [computed(contest, exacts, hand) for hand in hands]
    return table_by_agent("distance", "Distance to equilibrium, by hand", contest, columns, values, caption)


def computed(contest: Contest, exacts: Sequence[Exact], measure: str, scale: float = 1.0) -> list[Cell]:
    """What was computed of each agent, times ``scale``; nothing where its strategy could not be read."""
    found = {each.agent: statistics.exact(round(each.value * scale, 12)) for each in exacts if each.measure == measure}
    return [found.get(agent) for agent in range(len(contest.entrants))]
