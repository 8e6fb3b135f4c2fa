"""Tables from the log alone: what was read in, numbers with intervals out.

What the numbers stand on is in ``evidence.py``.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from agora.leaderboard.log.records import DISTANCE, Contest, Exact, Results
from agora.leaderboard.match import Played
from agora.leaderboard.numbers import statistics
from agora.leaderboard.numbers.ratings import SMOOTHING, bootstrap_ratings, bradley_terry
from agora.leaderboard.numbers.statistics import Estimate, mean_estimates
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.evidence import Evidence, gather
from agora.leaderboard.tables.layout import Cell, Column, Kind, Section, Table


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


def make_sections(results: Results) -> list[Section]:
    """The tables of every environment in a log."""
    return [
        _section(contest, results.games[index], results.exacts[index], results.header.seed, results.closed)
        for index, contest in enumerate(results.header.contests)
    ]


def _section(contest: Contest, games: list[Played], exacts: list[Exact], seed: int, closed: bool) -> Section:
    ranked = np.array([entrant.needs != "truth" for entrant in contest.entrants])
    evidence = gather(contest, games, ranked, derive(seed, contest.key, "bootstrap"))
    score: str
    if contest.players > 1:
        score = ranked_by(contest)
        tables = [_ranking(contest, evidence, ranked, exacts, score, seed), _matrix(contest, evidence)]
    else:
        score = "mean"
        tables = [_scores(contest, evidence, ranked)]
    if evidence.measures:
        tables.append(_measures(contest, evidence))
    if evidence.conduct:
        tables.append(_conduct(contest, evidence))
    if any(each.measure.startswith(DISTANCE) for each in exacts):
        tables.append(_distances(contest, exacts))
    expected = len(games) if closed else contest.budget
    return Section(contest, tuple(tables), len(games), expected, score)


def ranked_by(contest: Contest) -> Literal["rating", "payoff"]:
    """Where a game is only won, drawn or lost the rating ranks; where it has stakes, the mean payoff does.

    Winning most deals by a little and losing the others by much, or getting more than the other of next to nothing, is
    not playing well. Where opponents are chosen by strength, payoffs against them cannot be compared.
    """
    only_won_or_lost = contest.payoff == "zero-sum" and contest.returns == (-1.0, 1.0)
    return "rating" if only_won_or_lost or contest.schedule != "round-robin" else "payoff"


def _ranking(
    contest: Contest, evidence: Evidence, ranked: np.ndarray, exacts: list[Exact], score: str, seed: int
) -> Table:
    """Several players: rating, outcomes, payoff, exploitability."""
    weights = evidence.weights
    payoffs = mean_estimates(evidence.payoffs, evidence.seats, weights)
    meetings = evidence.outcomes.sum(axis=0)
    shares = [mean_estimates(outcome, meetings, weights) for outcome in evidence.outcomes]
    ratings = _ratings(contest, evidence, ranked, seed)
    exploitability = _exploitability(contest, exacts)
    columns = [
        Column("rating", "Rating (Elo)", "rating"),
        Column("payoff", f"Mean payoff ({contest.unit})", "number"),
        Column("win", "Deals won", "share"),
        Column("draw", "Drawn", "share"),
        Column("loss", "Lost", "share"),
        Column("exploitability", f"Exploitability ({contest.unit})", "number"),
    ]
    values: list[Sequence[Cell]] = [ratings, payoffs, *shares, exploitability]
    if not any(number is not None for number in exploitability):
        columns, values = columns[:-1], values[:-1]
    caption = [
        _rank_rule(score),
        _interval_rule(contest),
        f"Rating: Bradley-Terry on the scale of Elo, 0 is the mean of the ranked agents, a draw is half a win, and "
        f"{SMOOTHING:g} wins are added for every ordered pair so that it stays finite. Won, drawn, lost: deals, by who "
        "got more from a deal over all its seats; the rating is made from them.",
        _games_rule(contest),
    ]
    if len(columns) == 6:
        caption.append("Exploitability: NashConv divided by the players, computed exactly over the whole game tree.")
    return _ranked_table(contest, evidence, ranked, columns, values, score, " ".join(caption))


def _ratings(contest: Contest, evidence: Evidence, ranked: np.ndarray, seed: int) -> list[Estimate | None]:
    ratings: list[Estimate | None] = [None] * len(ranked)
    chosen = np.flatnonzero(ranked)
    if len(chosen) < 2:
        return ratings
    wins = evidence.scores[:, chosen][:, :, chosen]
    units = int((evidence.meetings[:, chosen][:, :, chosen].sum(axis=(1, 2)) > 0).sum())
    values = bradley_terry(wins.sum(axis=0), SMOOTHING)
    replicates = bootstrap_ratings(wins, evidence.weights, derive(seed, contest.key, "prior"))
    for index, agent in enumerate(chosen):
        ratings[agent] = statistics.estimate(values[index], replicates[:, index], units)
    return ratings


def _exploitability(contest: Contest, exacts: list[Exact]) -> list[Cell]:
    return [
        statistics.exact(round(cell.value / contest.players, 12)) if isinstance(cell, Estimate) else None
        for cell in _computed(contest, exacts, "NashConv")
    ]


def _computed(contest: Contest, exacts: list[Exact], measure: str) -> list[Cell]:
    """What was computed of each agent, nothing where its strategy could not be read."""
    found = {each.agent: each.value for each in exacts if each.measure == measure}
    return [statistics.exact(found[agent]) if agent in found else None for agent in range(len(contest.entrants))]


def _distances(contest: Contest, exacts: list[Exact]) -> Table:
    """How far agents play from equilibrium, by the hand they hold."""
    hands = list(dict.fromkeys(each.measure for each in exacts if each.measure.startswith(DISTANCE)))
    columns = [Column("agent", "Agent", "text")]
    columns += [Column(f"with_{index}", hand.removeprefix(DISTANCE), "number") for index, hand in enumerate(hands)]
    numbers = [_computed(contest, exacts, hand) for hand in hands]
    rows = [(entrant.name, *(column[index] for column in numbers)) for index, entrant in enumerate(contest.entrants)]
    caption = (
        "Mean total variation between the agent's choices and those of the nearest equilibrium, over the situations "
        "that the equilibrium leads to with each hand: 0 plays an equilibrium, 1 never does what it does. Exact."
    )
    return Table("distance", "Distance to equilibrium, by hand", tuple(columns), tuple(rows), caption)


def _matrix(contest: Contest, evidence: Evidence) -> Table:
    """Share of the deals that each agent took from each other one."""
    agents = len(contest.entrants)
    cells = mean_estimates(
        evidence.scores.reshape(len(evidence.scores), -1),
        evidence.meetings.reshape(len(evidence.meetings), -1),
        evidence.weights,
    )
    names = [entrant.name for entrant in contest.entrants]
    columns = [Column("agent", "Agent", "text")]
    columns += [Column(f"against_{index}", name, "share") for index, name in enumerate(names)]
    rows = [(names[row], *cells[row * agents : (row + 1) * agents]) for row in range(agents)]
    points = "Share of the deals that the row won against the column; a draw is half a win."
    caption = f"{points} {_interval_rule(contest, brief=True)}"
    return Table("matrix", "Each against each", tuple(columns), tuple(rows), caption)


def _scores(contest: Contest, evidence: Evidence, ranked: np.ndarray) -> Table:
    """One player: mean, interquartile mean, normalised score, share of the optimum."""
    means = mean_estimates(evidence.payoffs, evidence.seats, evidence.weights)
    floor, ceiling = contest.floor[0], contest.ceiling[0]
    optimum = {"exact": "optimum", "bound": "bound"}.get(contest.certificate, "reference")
    columns = [
        Column("mean", f"Mean return ({contest.unit})", "number"),
        Column("iqm", "Interquartile mean", "number"),
        Column("normalised", "Normalised score", "number"),
        Column("share", f"Share of the {optimum}", "share"),
    ]
    values: list[Sequence[Cell]] = [
        means,
        _interquartile_means(evidence),
        [mean and statistics.scaled(mean, floor, ceiling) for mean in means],
        [mean and statistics.scaled(mean, 0.0, ceiling) if ceiling > 0 else None for mean in means],
    ]
    caption = [
        _rank_rule("mean"),
        _interval_rule(contest),
        f"Normalised: 0 is a random agent ({floor:.6g} {contest.unit}), 1 is the reference ({ceiling:.6g}; "
        f"{contest.certificate}: {contest.source.rstrip('.')}).",
        _games_rule(contest),
    ]
    return _ranked_table(contest, evidence, ranked, columns, values, "mean", " ".join(caption))


def _interquartile_means(evidence: Evidence) -> list[Estimate | None]:
    numbers: list[Estimate | None] = []
    for agent in range(evidence.payoffs.shape[1]):
        seen = evidence.seats[:, agent] > 0
        values = evidence.payoffs[seen, agent] / evidence.seats[seen, agent]
        if not len(values):
            numbers.append(None)
            continue
        weights = evidence.weights if seen.all() else statistics.resample(len(values), agent)
        replicates = statistics.interquartile_means(values, weights)
        numbers.append(statistics.estimate(statistics.interquartile_mean(values), replicates, len(values)))
    return numbers


def _measures(contest: Contest, evidence: Evidence) -> Table:
    """What ``reference.py`` measures beyond returns."""
    columns = [Column("agent", "Agent", "text")]
    columns += [Column(name, name.replace("_", " ").capitalize(), "number") for name in evidence.measures]
    numbers = [mean_estimates(sums, counts, evidence.weights) for sums, counts in evidence.measures.values()]
    names = [entrant.name for entrant in contest.entrants]
    rows = [(name, *(column[index] for column in numbers)) for index, name in enumerate(names)]
    of = "the games that the agent took part in" if contest.players > 1 else "its episodes"
    caption = f"Means over {of}. {_interval_rule(contest, brief=True)}"
    return Table("measures", "Further measures", tuple(columns), tuple(rows), caption)


def _conduct(contest: Contest, evidence: Evidence) -> Table:
    """How agents played, move by move."""
    kinds = {measure: heading for measure, heading in CONDUCT.items() if measure in evidence.conduct}
    columns = [Column("agent", "Agent", "text")]
    columns += [
        Column(measure, heading.label.format(unit=contest.unit), heading.kind) for measure, heading in kinds.items()
    ]
    numbers: list[Sequence[Cell]] = [mean_estimates(*evidence.conduct[measure], evidence.weights) for measure in kinds]
    judged = evidence.conduct.get("optimal")
    if judged is not None:
        columns.append(Column("judged", "Moves judged", "count"))
        numbers.append([int(count) for count in judged[1].sum(axis=0)])
    names = [entrant.name for entrant in contest.entrants]
    rows = [(name, *(column[index] for column in numbers)) for index, name in enumerate(names)]
    caption = " ".join(
        [*filter(None, (heading.meaning for heading in kinds.values())), _interval_rule(contest, brief=True)]
    )
    return Table("conduct", "How they played", tuple(columns), tuple(rows), caption)


def _ranked_table(
    contest: Contest,
    evidence: Evidence,
    ranked: np.ndarray,
    columns: list[Column],
    values: list[Sequence[Cell]],
    score: str,
    caption: str,
) -> Table:
    """Rows in the order of ``score``, bounds last, with ranks in front and counts behind."""
    jails = [entrant.jail for entrant in contest.entrants]
    if any(jail is not None for jail in jails):
        columns = [*columns, Column("jail", "Jail", "text")]
        values = [*values, [None if jail is None else f"{jail:g}" for jail in jails]]
        caption += (
            " Jail: the level that a submission was held in, proven before the games: 2 bubblewrap, 1.5 Landlock, "
            "1 limits only, 0 none."
        )
    numbers = values[[column.key for column in columns].index(score)]
    estimates = [number if isinstance(number, Estimate) else None for number in numbers]
    ranks = statistics.ranks([number if mark else None for number, mark in zip(estimates, ranked, strict=True)])
    rows: list[tuple[Cell, ...]] = []
    for agent, entrant in enumerate(contest.entrants):
        rank: Cell = ranks[agent] if ranked[agent] else "bound"
        own = [column[agent] for column in values]
        rows.append((rank, entrant.name, *own, int(evidence.games[agent]), int(evidence.forfeits[agent])))
    order = sorted(range(len(rows)), key=lambda agent: (not ranked[agent], -_value(estimates[agent]), agent))
    if not ranked.all():
        caption += " A bound knows what players cannot know, and is not ranked."
    all_columns = (
        Column("rank", "Rank", "count"),
        Column("agent", "Agent", "text"),
        *columns,
        Column("games", "Games" if contest.players > 1 else "Episodes", "count"),
        Column("forfeits", "Forfeits", "count"),
    )
    return Table("ranking", "Ranking", all_columns, tuple(rows[agent] for agent in order), caption)


def _value(number: Estimate | None) -> float:
    return -np.inf if number is None else number.value


def _rank_rule(score: str) -> str:
    by = {"rating": "rating", "payoff": "mean payoff", "mean": "mean return"}[score]
    return f"Ranked by {by}: a rank is 1 plus the number of agents whose interval lies wholly above, so ties share it."


def deal_count(contest: Contest) -> str:
    """``1,000 deals``, or ``50 evaluation seeds`` where one plays alone."""
    kind = "deal" if contest.players > 1 else "evaluation seed"
    return f"{contest.deals:,} {kind}{'s' if contest.deals != 1 else ''}"


def _interval_rule(contest: Contest, brief: bool = False) -> str:
    """What the intervals cover; ``brief`` below the tables that follow the first."""
    rule = f"Brackets: {100 * statistics.CONFIDENCE:.0f} % percentile bootstrap over {deal_count(contest)}"
    if brief:
        return f"{rule}, as above."
    unit = "a deal with all its seatings and lineups is one unit" if contest.players > 1 else "the same for all agents"
    return (
        f"{rule} ({unit}; {statistics.REPLICATES:,} resamples). They cover the luck of the deals and of the agents' "
        "own draws, not that of training: a learned agent is one checkpoint. "
        f"n/a: fewer than {statistics.FEWEST} units; †: fewer than {statistics.FEW}, likely too narrow."
    )


def _games_rule(contest: Contest) -> str:
    if contest.players == 1:
        return "A forfeit (an illegal action, a crash, a garbled answer) gets the worst return."
    schedule = {
        "round-robin": "Every lineup plays the same deals",
        "swiss": "Swiss system: in each round agents of about equal points meet, on the same deals",
        "adaptive": "Adaptive schedule: agents that cannot be told apart meet again, which is why payoffs do not rank",
    }[contest.schedule]
    return (
        f"{schedule}; each deal is played from balanced seats. "
        "Who forfeits (by an illegal action, a crash, a garbled answer) gets the worst return."
    )
