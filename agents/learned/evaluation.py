"""How well an agent plays: its returns against opponents, and measures by name.

Every function takes ``(agent, game, games, seed)`` and gives numbers by name, each with its standard error under
``error_name`` of that name where it is an estimate from more than one deal. Deals come from ``seed`` alone, so two
agents that are measured with the same seed are dealt alike.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from agora.agents.api import Agent, empty_actions, load
from agora.agents.resampling import block_resamples
from agora.envs.api import Discrete
from agora.envs.batch import Batch
from agora.envs.game import Game
from agora.envs.negotiation.alternating_offers import reference as bargaining
from agora.envs.negotiation.alternating_offers.rules import ACCEPT, OFFER
from agora.envs.seats import ask, memory_keys
from agora.envs.trading.sealed_auction import reference as auction

if TYPE_CHECKING:
    from agora.agents.learned.settings import Evaluation

ALONE = "nobody"
"""The opponent's name in a game of one player."""

DAYS_A_YEAR = 252
GRID = 1001  # offers that the least accepted one is looked for among

Measure = Callable[[Agent, Game, int, int], dict[str, float]]


def error_name(name: str) -> str:
    """What the standard error of the number ``name`` is called."""
    return f"{name}: standard error"


def evaluate(agent: Agent, game: Game, settings: "Evaluation", seed: int) -> dict[str, float]:
    """Everything that the table [evaluation] asks for; ``game`` is with its options."""
    numbers: dict[str, float] = {}
    for opponent in settings.opponents if game.spec.players > 1 else [ALONE]:
        numbers |= against(agent, game, opponent, settings.games, seed)
    return numbers | measured(agent, game, settings.measures, settings.games, seed)


def measured(agent: Agent, game: Game, names: Sequence[str], games: int, seed: int) -> dict[str, float]:
    """The numbers of each of ``MEASURES``, or of the game's metrics, in ``names``; the headline is called as in there.

    Raises:
        ValueError: there is no such measure, or it is none of this game.
    """
    numbers: dict[str, float] = {}
    for name in names:
        if name in MEASURES:
            numbers |= MEASURES[name](agent, game, games, seed)
    wanted = [name for name in names if name not in MEASURES]
    if wanted:
        found = metrics(agent, game, games, seed)
        for name in wanted:
            if name not in found:
                known = [*MEASURES, *(each for each in found if not each.endswith(error_name("")))]
                raise ValueError(f"There is no measure {name!r} of {game.spec.id}; known: {', '.join(known)}.")
            numbers |= {key: found[key] for key in (name, error_name(name)) if key in found}
    return numbers


def against(agent: Agent, game: Game, opponent: Any, games: int, seed: int) -> dict[str, float]:
    """The agent's mean return ``against NAME`` when ``opponent`` (a name, or an agent) has all other seats.

    Every deal is played from every seat; ``games`` is rounded up to whole deals. In games that are only won, drawn or
    lost also ``win rate against NAME``, where a draw counts half.
    """
    spec = game.spec
    deals = -(-games // spec.players)
    seats = np.tile(np.arange(spec.players), deals)
    seating = (np.arange(spec.players) != seats[:, None]).astype(np.int64)  # 0: the agent, 1: the opponent
    players = [agent] if spec.players == 1 else [agent, load(opponent, spec)]
    batch = play(game, players, seating, np.repeat(deal_seeds(seed, deals), spec.players), seed)
    returns = batch.final_returns[np.arange(len(seats)), seats].reshape(deals, spec.players)
    name = f"against {opponent if isinstance(opponent, str) else type(opponent).__name__}"
    numbers = estimate(name, returns.mean(axis=1))
    if spec.payoff == "zero-sum" and spec.returns == (-1.0, 1.0):
        numbers |= estimate(f"win rate {name}", ((np.sign(returns) + 1) / 2).mean(axis=1))
    return numbers


def nash_conv(agent: Agent, game: Game, games: int, seed: int) -> dict[str, float]:
    """``nash_conv``: what best responses gain over all seats, exactly, by the tree; nothing is played.

    Raises:
        ValueError: the tree does not fit, or the agent does not tell its policy.
    """
    from agora.agents.solvers.exploit import exploit

    return {"nash_conv": exploit(agent, game).nash_conv}


def joint(agent: Agent, game: Game, games: int, seed: int) -> dict[str, float]:
    """The agent in all seats: ``joint`` (all returns together), ``return SEAT``, and the game's metrics."""
    batch = play_all_seats(agent, game, games, seed)
    numbers = estimate("joint", batch.final_returns.sum(axis=1))
    for player, seat in enumerate(game.spec.seats):
        numbers |= estimate(f"return {seat}", batch.final_returns[:, player])
    return _metrics(batch) | numbers


def metrics(agent: Agent, game: Game, games: int, seed: int) -> dict[str, float]:
    """The agent in all seats: the means of what ``Game.metrics`` says of the ended games, by its names."""
    return _metrics(play_all_seats(agent, game, games, seed))


def equilibrium_share(agent: Agent, game: Game, games: int, seed: int) -> dict[str, float]:
    """Alternating offers: how far the agent is from the subgame-perfect equilibrium, in shares of the pie.

    ``equilibrium_share``: of what the players of a game get from each other, the farther of the two (the metric
    ``distance``, the agent in both seats). ``offer_error``: of its opening offer. ``acceptance_error``: of the least
    opening offer that it accepts as player 2 (1 if it accepts none).
    """
    if not game.package.endswith(".alternating_offers"):
        raise ValueError(f"The measure equilibrium_share is one of AlternatingOffers, not of {game.spec.id}.")
    distances = _metric_rows(play_all_seats(agent, game, games, seed))["distance"]
    wanted = float(bargaining.equilibrium(game.world)[0])
    return {
        **estimate("equilibrium_share", distances),
        "offer_error": abs(_opening_offer(agent, game, seed) - wanted),
        "acceptance_error": abs(_least_accepted(agent, game, seed) - wanted),
    }


def bid_error(agent: Agent, game: Game, games: int, seed: int) -> dict[str, float]:
    """Sealed auction: ``bid_error``, the mean distance of the agent's bids from the symmetric equilibrium's.

    Over values as they are drawn, in every seat, in the last round.
    """
    if not game.package.endswith(".sealed_auction"):
        raise ValueError(f"The measure bid_error is one of SealedAuction, not of {game.spec.id}.")
    states = play_all_seats(agent, game, games, seed).states
    distances = np.abs(states["last_bid"] - auction.bid(game.world, states["last_value"]))
    return estimate("bid_error", distances.mean(axis=1))


def growth(agent: Agent, game: Game, games: int, seed: int) -> dict[str, float]:
    """Portfolio: ``growth``, the logarithm of what wealth grows by in a year of 252 days, and ``growth over market``.

    One episode. Standard errors are those of the circular block bootstrap over its days, with blocks of 21 (D. Politis,
    J. Romano, "A circular block-resampling procedure for stationary data", 1992); those over the market are of the
    differences day by day.
    """
    if not game.package.endswith(".portfolio"):
        raise ValueError(f"The measure growth is one of Portfolio, not of {game.spec.id}.")
    own, market = (_daily_rewards(one, game, seed) for one in (agent, load("scripted/market", game.spec)))
    numbers: dict[str, float] = {}
    for name, daily in (("growth", own), ("growth over market", own - market)):
        numbers[name] = DAYS_A_YEAR * float(daily.mean())
        numbers[error_name(name)] = DAYS_A_YEAR * float(block_means(daily, seed).std(ddof=1))
    return numbers


def block_means(values: np.ndarray, seed: int) -> np.ndarray:
    """Means (REPLICATES,) of series drawn from ``values`` (T,) in blocks that run on from its end to its start."""
    return values[block_resamples(len(values), seed)].mean(axis=1)


def _daily_rewards(agent: Agent, game: Game, seed: int) -> np.ndarray:
    """The rewards (T,) of one episode of a game of one player."""
    batch, lane = Batch(game, 1, deal_seeds(seed, 1), autoreset="disabled"), np.zeros(1, np.int64)
    agent.reset(game.spec, lane, seed)
    rewards = []
    while not batch.ended[0]:
        batch.step(ask(agent, batch, lane, 0), lane)
        rewards.append(float(batch.rewards[0, 0]))
    return np.array(rewards)


MEASURES: dict[str, Measure] = {
    "nash_conv": nash_conv,
    "joint": joint,
    "equilibrium_share": equilibrium_share,
    "bid_error": bid_error,
    "growth": growth,
}
"""What [evaluation] ``measures`` and the targets of the baselines name, beside the metrics of a game."""


def estimate(name: str, values: np.ndarray) -> dict[str, float]:
    """The mean of ``values`` (N,), independent of each other, and its standard error if N > 1."""
    numbers = {name: float(values.mean())}
    if len(values) > 1:
        numbers[error_name(name)] = float(values.std(ddof=1) / np.sqrt(len(values)))
    return numbers


def deal_seeds(seed: int, deals: int) -> np.ndarray:
    """(deals,) uint64: seeds of games, independent from those of any other ``seed``."""
    return np.random.SeedSequence(seed).generate_state(deals, np.uint64)


def play_all_seats(agent: Agent, game: Game, games: int, seed: int) -> Batch:
    """``games`` ended games in which the agent played every seat."""
    seating = np.zeros((games, game.spec.players), np.int64)
    return play(game, [agent], seating, deal_seeds(seed, games), seed)


def play(game: Game, agents: Sequence[Agent], seating: np.ndarray, seeds: np.ndarray, seed: int) -> Batch:
    """Plays G games to their end, all at once; an illegal action is a forfeit.

    Args:
        agents: who plays; agent i is reset with ``seed + i``.
        seating: (G, P) int, the index in ``agents`` of who sits in each seat.
        seeds: (G,) uint64, of the games.
    """
    batch, lanes = Batch(game, len(seeds), seeds, autoreset="disabled", illegal="forfeit"), np.arange(len(seeds))
    for index, agent in enumerate(agents):
        theirs, seats = np.nonzero(seating == index)
        agent.reset(game.spec, memory_keys(game.spec, theirs, seats), seed + index)
    while len(lanes):
        batch.step(_decisions(batch, agents, seating, lanes), lanes)
        lanes = lanes[~batch.ended[lanes]]
    return batch


def _decisions(batch: Batch, agents: Sequence[Agent], seating: np.ndarray, lanes: np.ndarray) -> np.ndarray:
    """What the movers in ``lanes`` (L,) do: (L,) or (L, K), with an axis P after L where all move at once."""
    spec = batch.spec
    columns = [empty_actions(spec, len(lanes)) for _ in range(spec.players)]
    movers = batch.to_move[lanes]
    for player in range(spec.players):
        asked = np.full(len(lanes), True) if spec.turns == "simultaneous" else movers == player
        for index in np.unique(seating[lanes[asked], player]).tolist():
            rows = np.flatnonzero(asked & (seating[lanes, player] == index))
            columns[player][rows] = ask(agents[index], batch, lanes[rows], player)
    actions = np.stack(columns, axis=1)
    return actions if spec.turns == "simultaneous" else actions[np.arange(len(lanes)), movers]


def _metrics(batch: Batch) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for name, values in _metric_rows(batch).items():
        numbers |= estimate(name, values)
    return numbers


def _metric_rows(batch: Batch) -> dict[str, np.ndarray]:
    """What ``Game.metrics`` says of every ended game: name -> (G,)."""
    rows = [batch.game.metrics(state) for state in batch.states]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _opening_offer(agent: Agent, game: Game, seed: int) -> float:
    """The share that the agent offers in the first period of alternating offers."""
    state = game.new(seed)
    lanes = np.zeros(1, np.int64)
    agent.reset(game.spec, lanes, seed)
    action = agent.act(game.observe(state, 0)[None], game.legal(state)[None], lanes, np.array([state]))
    game.step(state, action[0])
    return float(state.offer)


def _least_accepted(agent: Agent, game: Game, seed: int) -> float:
    """The least opening offer, among evenly spaced ones, that the agent takes as player 2; 1 if none."""
    shares, pieces = np.linspace(0.0, 1.0, GRID), game.world.bins
    if pieces:
        shares = np.arange(pieces + 1) / pieces
    states = [game.new(seed) for _ in shares]
    for row, (state, share) in enumerate(zip(states, shares, strict=True)):
        game.step(state, OFFER + row if pieces else np.array([share, 1.0], np.float32))
    observation = np.stack([game.observe(state, 1) for state in states])
    legal = np.stack([game.legal(state) for state in states])
    lanes = np.arange(len(shares))
    agent.reset(game.spec, lanes, seed)
    actions = agent.act(observation, legal, lanes, np.array(states))
    taken = actions == ACCEPT if isinstance(game.spec.action, Discrete) else shares >= actions[:, 1]
    return float(shares[taken].min()) if taken.any() else 1.0
