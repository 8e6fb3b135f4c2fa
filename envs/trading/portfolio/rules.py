"""Portfolio selection: divide wealth among assets, day after day.

# Description
Wealth of 1 in cash is divided among N assets at the start of each day. The day then multiplies every holding by its
price relative (the price at the end of the day over that of the day before), and the next division follows. Prices are
history: what an agent buys does not move them. Six data sets of the literature are included, see data/README.md
for their origin and known faults; other prices come in through `prices`.

# Observation
`relatives` (`window`, N): natural logarithms of the latest price relatives, oldest row first; days before the data
begin are 0. Rows older than the episode are history and are shown. `weights` (1 + `decision_lag`, N): first the share
of wealth in each asset after the last day's moves (all 0 while wealth is in cash); with a lag of one day then the
order already given for the day to come (all 0 for none). `progress` (1): share of the episode that has passed.

# Action
`Box(0, 1, (N,))`: weights, divided by their sum by the rules, so that every portfolio without debt can be said exactly.
All zeros stand for no trade: keep every holding, or, while wealth is in cash, buy equal weights.

# Reward
The natural logarithm of the day's growth after costs. With `cost` g, new weights b, old weights c and relatives x a day
multiplies wealth by (b.x)(1 - g/2 |b - c|), where |.| sums absolute differences: g/2 is paid for each unit bought or
sold, the first purchase included. Rewards of an episode sum to the logarithm of final wealth.

# End
After `length` days, by the time limit (truncated): the market goes on.

# Options
- `dataset` (default "nyse-o"): nyse-o (36 stocks, 1962 to 1984), nyse-n (23, 1985 to 2010), tse (88, 1994 to 1998),
  sp500 (25, 1998 to 2003), msci (24 indices, 2006 to 2010) or djia (30, 2001 to 2003), all daily.
- `split` (default "all"): "train" is the first 70 percent of the days, rounded down, "test" the others, "all" both.
- `cost` (0 to 0.5, default 0): g above; 0.0025 is a quarter of a percent.
- `window` (1 to 250, default 10): days in `relatives`.
- `decision_lag` (0 or 1, default 0): with 1 a decision takes effect one day after it is made, and the first day is
  spent with equal weights. Strategies that live on price errors and bid-ask bounce do not survive it.
- `data` (default "raw"): "repaired" replaces the cells listed in prices.REPAIRS, errors in tse and djia.
- `length` (0 to all days, default 0): days in an episode; 0 is the whole split.
- `random_start` (default False): an episode starts on any day of the split that leaves room for `length` days, each
  with the same probability; otherwise on the first.
- `prices` (default None): your own prices instead of `dataset`: an array (days + 1, N), oldest first, or the path of a
  CSV or Parquet file with a heading per asset and, if you like, a column `date`.

# Source
T. M. Cover, "Universal portfolios", Mathematical Finance 1, 1991. B. Li and S. C. H. Hoi, "Online portfolio selection:
a survey", ACM Computing Surveys 46, 2014. Data: B. Li, D. Sahoo and S. C. H. Hoi, "OLPS: a toolbox for on-line
portfolio selection", Journal of Machine Learning Research 17, 2016.
The future lies in the World: an agent that asks for states can look ahead and must count as one that needs the truth.

# Versions
- v0: first release.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from agora.envs.api import Box, Piece, Spec, check_choice, check_integer, check_number
from agora.envs.jit import rule
from agora.envs.rng import integer
from agora.envs.trading.portfolio import prices as sources

CURVE = 128  # most points kept of the curve of wealth
TRAIN_SHARE = 0.7


class World(NamedTuple):
    """``T`` days and ``N`` assets; arrays are read-only."""

    relatives: np.ndarray  # (T, N) float64
    logarithms: np.ndarray  # (window + T, N) float32, natural logarithms of relatives below `window` rows of 0
    names: np.ndarray  # (N,) str
    dates: np.ndarray  # (T,) str, empty where unknown
    begin: int  # first day of the split
    end: int  # the day after its last
    length: int  # days in an episode
    random_start: bool
    cost: float
    window: int
    decision_lag: int


def make_world(
    dataset: str = "nyse-o",
    split: str = "all",
    cost: float = 0.0,
    window: int = 10,
    decision_lag: int = 0,
    data: str = "raw",
    length: int = 0,
    random_start: bool = False,
    prices: Any = None,
) -> World:
    check_choice("dataset", dataset, sources.DATASETS)
    repaired = check_choice("data", data, ("raw", "repaired")) == "repaired"
    if prices is not None and repaired:
        raise ValueError("data='repaired' knows no faults of your own prices: leave data at 'raw'.")
    market = sources.load(dataset, repaired) if prices is None else sources.read(prices)
    window = check_integer("window", window, 1, 250)
    begin, end = days_of(check_choice("split", split, ("train", "test", "all")), len(market.relatives))
    logarithms = np.vstack([np.zeros((window, len(market.names))), np.log(market.relatives)]).astype(np.float32)
    logarithms.flags.writeable = False
    return World(
        relatives=market.relatives,
        logarithms=logarithms,
        names=market.names,
        dates=market.dates,
        begin=begin,
        end=end,
        length=check_integer("length", length, 0, end - begin) or end - begin,
        random_start=check_choice("random_start", random_start, (False, True)),
        cost=check_number("cost", cost, 0.0, 0.5),
        window=window,
        decision_lag=check_integer("decision_lag", decision_lag, 0, 1),
    )


def days_of(split: str, days: int) -> tuple[int, int]:
    """The first day of ``split`` and the day after its last, of ``days`` in all (at least 2)."""
    cut = max(1, int(TRAIN_SHARE * days))
    return {"train": (0, cut), "test": (cut, days), "all": (0, days)}[split]


def make_spec(world: World) -> Spec:
    assets, largest = len(world.names), float(np.abs(world.logarithms).max())
    return Spec(
        players=1,
        turns="sequential",
        information="perfect",
        payoff="single",
        chance="sampled" if world.random_start else "none",
        action=Box(0.0, 1.0, (assets,)),
        observation=(
            Piece("relatives", (world.window, assets), -largest, largest, "log price relatives, oldest first"),
            Piece("weights", (1 + world.decision_lag, assets), 0, 1, "share of wealth per asset: held, then ordered"),
            Piece("progress", (1,), 0, 1, "share of the episode that has passed"),
        ),
        returns=growth_range(world),
        unit="log-wealth",
        max_steps=world.length,
        seats=("investor",),
    )


def growth_range(world: World) -> tuple[float, float]:
    """Lowest and highest log growth of an episode: the worst asset each day at twice the cost, or the best for free."""
    days = world.relatives[world.begin : world.end]
    worst = np.log(days.min(axis=1)) + math.log(1.0 - world.cost)
    best = np.log(days.max(axis=1))
    low, high = (np.concatenate([[0.0], np.cumsum(growth)]) for growth in (worst, best))
    rounding = 1e-9 * world.length
    starts = len(days) - world.length + 1 if world.random_start else 1
    lowest = (low[world.length :] - low[: -world.length])[:starts].min()
    highest = (high[world.length :] - high[: -world.length])[:starts].max()
    return float(lowest) - rounding, float(highest) + rounding


def make_dtype(world: World) -> list:
    assets = len(world.names)
    return [
        ("weights", "f8", (assets,)),  # share of wealth per asset before the day's trade, sum 1; all 0 in cash
        ("ordered", "f8", (assets,)),  # weights that the next trade brings about, sum 1; all 0 for no trade
        ("start", "i4"),  # first day of the episode, a row of World.relatives
        ("day", "i4"),  # the day to come, up to `stop`
        ("stop", "i4"),  # the day after the last of the episode
        ("log_wealth", "f8"),  # natural logarithm, 0 at the start
        ("peak", "f8"),  # highest log_wealth so far
        ("drawdown", "f8"),  # largest fall of log_wealth below an earlier peak
        ("returns", "f8"),  # sum of the days' net returns (growth - 1)
        ("squares", "f8"),  # sum of their squares
        ("turnover", "f8"),  # sum over the days of half the absolute changes of weights
        ("curve", "f4", (CURVE,)),  # log_wealth at evenly spaced times, see `curve_points`
    ]


def curve_points(world: World) -> int:
    """Points in the curve of a whole episode; point k is as of day ceil((k + 1) length / points)."""
    return min(CURVE, world.length)


@rule
def reset(world, state):
    state.start = world.begin
    if world.random_start:
        state.start += integer(state, world.end - world.begin - world.length + 1)
    state.day = state.start
    state.stop = state.start + world.length


@rule
def step(world, state, actions, rewards):
    if state.day == state.stop:
        return  # the engine cuts here; whoever goes on by hand finds the market closed
    if world.decision_lag == 0:
        order(state, actions[0])
    rewards[0] = math.log(trade(world, state))
    if world.decision_lag == 1:
        order(state, actions[0])
    state.day += 1
    keep_account(world, state, rewards[0])


@rule
def order(state, action):
    """Makes ``action`` (N,), divided by its sum, the weights of the next trade; all zeros stay."""
    assets = action.shape[0]
    total = 0.0
    for asset in range(assets):
        total += float(action[asset])
    for asset in range(assets):
        state.ordered[asset] = float(action[asset]) / total if total > 0.0 else 0.0


@rule
def trade(world, state):
    """Brings the weights to those ordered, lets the day happen and returns its growth after costs."""
    assets = state.weights.shape[0]
    ordered, held, growth, change = 0.0, 0.0, 0.0, 0.0
    for asset in range(assets):
        ordered += state.ordered[asset]
        held += state.weights[asset]
    for asset in range(assets):
        weight = state.ordered[asset]
        if ordered == 0.0:
            weight = state.weights[asset] if held > 0.0 else 1.0 / assets
        change += abs(weight - state.weights[asset])
        state.weights[asset] = weight * world.relatives[state.day, asset]
        growth += state.weights[asset]
    for asset in range(assets):
        state.weights[asset] /= growth
    state.turnover += change / 2.0
    return growth * (1.0 - world.cost / 2.0 * change)


@rule
def keep_account(world, state, log_growth):
    net = math.exp(log_growth) - 1.0
    state.returns += net
    state.squares += net * net
    state.log_wealth += log_growth
    state.peak = max(state.peak, state.log_wealth)
    state.drawdown = max(state.drawdown, state.peak - state.log_wealth)
    point = (state.day - state.start - 1) * min(CURVE, world.length) // world.length
    state.curve[point] = state.log_wealth


@rule
def observe(world, state, player, out):
    assets = state.weights.shape[0]
    for row in range(world.window):
        for asset in range(assets):
            out.relatives[row, asset] = world.logarithms[state.day + row, asset]
    for asset in range(assets):
        out.weights[0, asset] = state.weights[asset]
    if world.decision_lag == 1:
        for asset in range(assets):
            out.weights[1, asset] = state.ordered[asset]
    out.progress[0] = (state.day - state.start) / world.length
