"""Investors of one history: what the only row of days there is says of them, and what luck there is in it.

Where episodes begin on days drawn at random, deals differ, and the environment's own measures have intervals over them;
here all deals are the same days, so the days themselves are drawn, a month at a time. Growth and turnover of each day
are made again from the moves in the log.
"""

from collections.abc import Sequence

import numpy as np

from agora import envs
from agora.envs.batch import Batch
from agora.envs.game import Game
from agora.leaderboard.log.records import Contest
from agora.leaderboard.match import Played, unpack
from agora.leaderboard.numbers.statistics import Estimate, exact
from agora.leaderboard.numbers.trading import (
    BLOCK,
    block_estimate,
    break_even_cost,
    deflated_sharpe_ratios,
    maximum_drawdown,
    sharpe_ratio,
)
from agora.leaderboard.schedules.units import derive
from agora.leaderboard.tables.layout import Cell, Column, Table, table_by_agent

PORTFOLIO = "agora/Portfolio-v0"

RESAMPLES = 500
"""Histories behind an interval; years of days each."""


COLUMNS = (
    Column("sharpe", "Sharpe ratio", "number"),
    Column("maximum_drawdown", "Maximum drawdown", "share"),
    Column("turnover", "Turnover a day", "share"),
    Column("break_even", "Break-even cost", "share"),
    Column("deflated", "Deflated Sharpe ratio", "share"),
)


def trading_table(contest: Contest, games: Sequence[Played], ranked: np.ndarray, seed: int) -> Table | None:
    """Sharpe ratio, drawdown, turnover, break-even cost and deflated Sharpe ratio; None of other contests."""
    if contest.id != PORTFOLIO:
        return None
    game = envs.game(contest.id, **contest.options)
    firsts = {one.seating[0]: one for one in reversed(games) if one.ended != "forfeit"}  # the first deal of each agent
    if game.spec.chance != "none" or not firsts:
        return None
    agents = sorted(firsts)
    growth, turned = histories(game, [firsts[agent] for agent in agents])
    market = still(game, firsts[agents[0]])
    before_costs = growth - np.log1p(-game.world.cost * turned)
    tried = ranked[agents]
    deflated: list[Cell] = [None] * len(agents)
    if tried.any():
        chances = iter(deflated_sharpe_ratios(np.expm1(growth[tried])).tolist())
        deflated = [exact(next(chances)) if mark else None for mark in tried]
    lots = derive(seed, contest.key, "blocks")  # the same months for all
    rows: dict[int, tuple[Cell, ...]] = {}
    for row, agent in enumerate(agents):
        rows[agent] = (
            block_estimate(lambda days: sharpe_ratio(np.expm1(days)), growth[row], lots, replicates=RESAMPLES),
            block_estimate(maximum_drawdown, growth[row], lots, replicates=RESAMPLES),
            block_estimate(lambda days: days.mean(axis=-1), turned[row], lots, replicates=RESAMPLES),
            _break_even(before_costs[row] - market, turned[row], lots),
            deflated[row],
        )
    nothing: tuple[Cell, ...] = (None,) * len(COLUMNS)
    values = list(zip(*(rows.get(agent, nothing) for agent in range(len(contest.entrants))), strict=True))
    caption = _caption(growth.shape[1], int(tried.sum()))
    return table_by_agent("trading", "Trading", contest, COLUMNS, values, caption)


def _break_even(excess: np.ndarray, turnover: np.ndarray, seed: int) -> Estimate | None:
    """``break_even_cost`` of one investor's days (T,), with an interval; resamples without a lead count as 0."""
    if break_even_cost(excess, turnover) is None:
        return None

    def of(days: np.ndarray) -> np.ndarray:
        rows = days.astype(np.int64).reshape(-1, days.shape[-1])
        return np.reshape([break_even_cost(excess[row], turnover[row]) or 0.0 for row in rows], days.shape[:-1])

    return block_estimate(of, np.arange(len(excess)), seed, replicates=RESAMPLES)


def _caption(days: int, tried: int) -> str:
    return (
        f"Of one history of {days:,} days, from each agent's first episode. Brackets: 95 % percentile bootstrap over "
        f"blocks of {BLOCK} days, {RESAMPLES} resamples; they do not know the crisis to come. Sharpe ratio: mean daily "
        "return by its standard deviation, a year of 252 days, nothing free of risk. Turnover: share of wealth that "
        "changes assets, the first purchase included, which is half. Break-even cost: of what is turned over, at which "
        "the lead over equal weights that are bought once and never traded is gone; without a lead it is 0. Deflated: "
        f"how likely the true Sharpe ratio is above what the best of {tried} entries without skill would show; below "
        "95 % this is no evidence of skill."
    )


def histories(game: Game, played: Sequence[Played]) -> tuple[np.ndarray, np.ndarray]:
    """Growth, as natural logarithms after costs, and turnover of each day, (G, T) each, of whole episodes."""
    moves = np.stack([unpack(one.moves, game.spec) for one in played], axis=1)  # (T, G, N)
    return _replayed(game, [one.seed for one in played], moves)


def still(game: Game, like: Played) -> np.ndarray:
    """(T,) growth before costs of equal weights, bought on the first day of the episode ``like`` and never traded."""
    no_trade = np.zeros((like.steps, 1, *game.spec.action.shape), np.float32)
    growth, turned = _replayed(game, [like.seed], no_trade)
    return growth[0] - np.log1p(-game.world.cost * turned[0])


def _replayed(game: Game, seeds: Sequence[int], moves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    batch = Batch(game, len(seeds), np.array(seeds, np.uint64), autoreset="disabled", illegal="forfeit")
    growth, total = [], [np.zeros(len(seeds))]
    for actions in moves:
        batch.step(actions)
        growth.append(batch.rewards[:, 0].copy())
        total.append(batch.states["turnover"].copy())
    return np.array(growth).T, np.diff(np.array(total), axis=0).T
