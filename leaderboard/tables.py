"""Tables from the log alone: what was read in, numbers with intervals out.

A unit of the statistics is a deal as everybody played it: all lineups, from all seats. One unit is kept whole when
deals are resampled, so that luck which struck several games at once is not counted several times.

Who beat whom is decided deal by deal, as in duplicate bridge: an agent wins a deal against another one of its lineup if
it got more there, over all the seats it had. Luck with the cards or with the first move is nobody's merit then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from agora.leaderboard import statistics
from agora.leaderboard.match import Played
from agora.leaderboard.ratings import SMOOTHING, bootstrap_ratings, bradley_terry, pair_scores
from agora.leaderboard.schedule import derive, lineups
from agora.leaderboard.statistics import Estimate, mean_estimates
from agora.leaderboard.store import Contest, Exact, Results

Kind = Literal["text", "count", "number", "share", "rating"]
Cell = str | int | Estimate | None
"""Text; a count; a number with its interval; or nothing, where there is nothing to say."""


class Column(NamedTuple):
    key: str
    """For programs."""
    label: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    """Values by row and column; how they look is the writers' matter."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str
    """What the numbers are, and what their intervals cover."""

    def column(self, key: str) -> list[Cell]:
        index = [column.key for column in self.columns].index(key)
        return [row[index] for row in self.rows]


@dataclass(frozen=True)
class Section:
    """Everything about one environment."""

    contest: Contest
    tables: tuple[Table, ...]
    games: int
    """In the log."""
    expected: int
    """Games that the schedule has."""
    score: str
    """Key of the column in the first table that the ranks come from."""

    def table(self, key: str) -> Table:
        return next(table for table in self.tables if table.key == key)


@dataclass(frozen=True)
class _Evidence:
    """The games of one contest as sums per deal. D deals, n agents."""

    weights: np.ndarray  # (B, D) resamples
    seats: np.ndarray  # (D, n) how often an agent sat in a game that counts
    payoffs: np.ndarray  # (D, n) sums of its returns there
    scores: np.ndarray  # (D, n, n) points of row against column: 1, 0.5 or 0 for each lineup with both
    meetings: np.ndarray  # (D, n, n)
    outcomes: np.ndarray  # (3, D, n) deals won, drawn and lost against ranked agents
    measures: dict[str, tuple[np.ndarray, np.ndarray]]  # name -> sums and counts, (D, n) each
    forfeits: np.ndarray  # (n,)
    games: np.ndarray  # (n,)


def make_sections(results: Results) -> list[Section]:
    """The tables of every environment in a log."""
    return [
        _section(contest, results.games[index], results.exacts[index], results.header.seed)
        for index, contest in enumerate(results.header.contests)
    ]


def _section(contest: Contest, games: list[Played], exacts: list[Exact], seed: int) -> Section:
    ranked = np.array([entrant.needs != "truth" for entrant in contest.entrants])
    evidence = _evidence(contest, games, ranked, derive(seed, contest.key, "bootstrap"))
    score: str
    if contest.players > 1:
        score = ranked_by(contest)
        tables = [_ranking(contest, evidence, ranked, exacts, score, seed), _matrix(contest, evidence)]
    else:
        score = "mean"
        tables = [_scores(contest, evidence, ranked)]
    if evidence.measures:
        tables.append(_measures(contest, evidence))
    expected = len(lineups(len(contest.entrants), contest.players)) * contest.deals * contest.players
    return Section(contest, tuple(tables), len(games), expected, score)


def ranked_by(contest: Contest) -> Literal["rating", "payoff"]:
    """Where a game is only won, drawn or lost the rating ranks; where it has stakes, the mean payoff does.

    Winning most deals by a little and losing the others by much, or getting more than the other of next to nothing, is
    not playing well.
    """
    return "rating" if contest.payoff == "zero-sum" and contest.returns == (-1.0, 1.0) else "payoff"


def _evidence(contest: Contest, games: list[Played], ranked: np.ndarray, seed: int) -> _Evidence:
    agents, players, deals = len(contest.entrants), contest.players, contest.deals
    deal = np.array([game.deal for game in games], np.int64)
    seating = np.array([game.seating for game in games], np.int64).reshape(-1, players)
    returns = np.array([game.returns for game in games], np.float64).reshape(-1, players)
    bounds = ~ranked[seating]
    counts = (bounds.sum(axis=1, keepdims=True) - bounds) == 0  # all others at the table are ranked
    where = (np.broadcast_to(deal[:, None], seating.shape)[counts], seating[counts])
    seats, payoffs = np.zeros((2, deals, agents))
    np.add.at(seats, where, 1.0)
    np.add.at(payoffs, where, returns[counts])
    scores, meetings, outcomes = _meetings(deal, seating, returns, ranked, deals)
    forfeits = np.zeros(agents, np.int64)
    for game in games:
        for seat in game.faults:
            forfeits[game.seating[int(seat)]] += 1
    return _Evidence(
        statistics.resample(deals, seed),
        seats,
        payoffs,
        scores,
        meetings,
        outcomes,
        _sum_measures(games, deal, seating, counts, (deals, agents)),
        forfeits,
        np.bincount(seating.ravel(), minlength=agents),
    )


def _meetings(
    deal: np.ndarray, seating: np.ndarray, returns: np.ndarray, ranked: np.ndarray, deals: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points and meetings (D, n, n), and wins, draws and losses against ranked agents (3, D, n)."""
    agents = len(ranked)
    scores, meetings = np.zeros((2, deals, agents, agents))
    outcomes = np.zeros((3, deals, agents))
    tables, lineup = np.unique(np.sort(seating, axis=1), axis=0, return_inverse=True)
    for number, members in enumerate(map(np.unique, tables)):
        chosen = lineup.ravel() == number
        means = _means_by_deal(deal[chosen], seating[chosen], returns[chosen], (deals, agents))[:, members]
        played = np.isfinite(means).all(axis=1)
        points = pair_scores(means[played])
        for row, mine in enumerate(members):
            for column, other in enumerate(members):
                if mine != other:
                    scores[played, mine, other] += points[:, row, column]
                    meetings[played, mine, other] += 1.0
                    for index, value in enumerate((1.0, 0.5, 0.0)):
                        outcomes[index, played, mine] += ranked[other] * (points[:, row, column] == value)
    return scores, meetings, outcomes


def _means_by_deal(deal: np.ndarray, seating: np.ndarray, returns: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(D, n) mean return of each agent over the seats it had in each deal; NaN where it had none."""
    sums, counts = np.zeros((2, *shape))
    where = (np.broadcast_to(deal[:, None], seating.shape), seating)
    np.add.at(sums, where, returns)
    np.add.at(counts, where, 1.0)
    return np.divide(sums, counts, out=np.full(shape, np.nan), where=counts > 0)


def _sum_measures(
    games: list[Played], deal: np.ndarray, seating: np.ndarray, counts: np.ndarray, shape: tuple[int, int]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Sums over the games an agent took part in: once a game, however many seats it had."""
    names = list(dict.fromkeys(name for game in games for name in game.metrics))
    measures = {}
    for name in names:
        values = np.array([_number(game.metrics.get(name)) for game in games])
        sums, numbers = np.zeros((2, *shape))
        for seat in range(seating.shape[1]):
            first = ~(seating[:, :seat] == seating[:, seat : seat + 1]).any(axis=1)
            chosen = np.isfinite(values) & counts[:, seat] & first
            where = (deal[chosen], seating[chosen, seat])
            np.add.at(sums, where, values[chosen])
            np.add.at(numbers, where, 1.0)
        measures[name] = (sums, numbers)
    return measures


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _ranking(
    contest: Contest, evidence: _Evidence, ranked: np.ndarray, exacts: list[Exact], score: str, seed: int
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


def _ratings(contest: Contest, evidence: _Evidence, ranked: np.ndarray, seed: int) -> list[Estimate | None]:
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
    found = {each.agent: round(each.value / contest.players, 12) for each in exacts if each.measure == "NashConv"}
    return [statistics.exact(found[agent]) if agent in found else None for agent in range(len(contest.entrants))]


def _matrix(contest: Contest, evidence: _Evidence) -> Table:
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


def _scores(contest: Contest, evidence: _Evidence, ranked: np.ndarray) -> Table:
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


def _interquartile_means(evidence: _Evidence) -> list[Estimate | None]:
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


def _measures(contest: Contest, evidence: _Evidence) -> Table:
    """What ``reference.py`` measures beyond returns."""
    columns = [Column("agent", "Agent", "text")]
    columns += [Column(name, name.replace("_", " ").capitalize(), "number") for name in evidence.measures]
    numbers = [mean_estimates(sums, counts, evidence.weights) for sums, counts in evidence.measures.values()]
    names = [entrant.name for entrant in contest.entrants]
    rows = [(name, *(column[index] for column in numbers)) for index, name in enumerate(names)]
    of = "the games that the agent took part in" if contest.players > 1 else "its episodes"
    caption = f"Means over {of}. {_interval_rule(contest, brief=True)}"
    return Table("measures", "Further measures", tuple(columns), tuple(rows), caption)


def _ranked_table(
    contest: Contest,
    evidence: _Evidence,
    ranked: np.ndarray,
    columns: list[Column],
    values: list[Sequence[Cell]],
    score: str,
    caption: str,
) -> Table:
    """Rows in the order of ``score``, bounds last, with ranks in front and counts behind."""
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
    return (
        "Every lineup plays the same deals, and each deal from all rotations of the seats. "
        "Who forfeits (by an illegal action, a crash, a garbled answer) gets the worst return."
    )
