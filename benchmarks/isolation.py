"""What a jail costs: decisions a second of a fast agent in 256 games at once, jailed beside unjailed, and its start.

``python -P -m agora.benchmarks.isolation`` prints a line for each level that this machine can hold.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from agora import envs
from agora.agents.api import Agent, from_function
from agora.benchmarks.measure import Row, alone, short, side_by_side
from agora.leaderboard.jail.jailed import JailedAgent
from agora.leaderboard.jail.levels import LEVELS, NAMES, lacks
from agora.leaderboard.match import play

GAMES = 256
ROUNDS = 10  # of all the games, in one measurement
IDS = ("agora/ConnectFour-v0", "agora/KuhnPoker-v0")

AGENT = """
import numpy as np

def highest(observation, legal):
    return legal.shape[1] - 1 - legal[:, ::-1].argmax(axis=1)
"""


def rows(repeats: int = 11) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "agent.py").write_text(AGENT)
        for level in LEVELS:
            if lacks(level):
                continue
            name = f"level {level:g} ({NAMES[level]})"
            for id in IDS:
                with JailedAgent(folder, "agent.py:highest", level) as jailed:
                    yield side_by_side(
                        f"{short(id)}: jailed, {name}",
                        lambda: decisions(id, jailed),  # noqa: B023
                        lambda: decisions(id, from_function(highest)),  # noqa: B023
                        peer="unjailed",
                        unit="decisions/s",
                        target=0.6,
                        pairs=repeats,
                    )
            starts = [start(folder, level) for _ in range(repeats)]
            yield alone(f"Start to first action, {name}", starts, unit="s", target=1.5)


def highest(observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """As the agent in the jail."""
    return legal.shape[1] - 1 - legal[:, ::-1].argmax(axis=1)


def decisions(id: str, agent: Agent) -> int:
    """Plays ``ROUNDS`` times ``GAMES`` games of the agent with itself: how many decisions that took."""
    game = envs.game(id)
    seating = np.zeros((GAMES, game.spec.players), np.int64)
    played = [play(game, [agent], seating, np.arange(GAMES) + GAMES * turn) for turn in range(ROUNDS)]
    return sum(one.steps for games in played for one in games)


def start(folder: str, level: float) -> float:
    """Seconds from nothing to the first action."""
    game = envs.game(IDS[0])
    batch = envs.batch(IDS[0], GAMES, 0)
    before = time.perf_counter()
    with JailedAgent(folder, "agent.py:highest", level) as agent:
        agent.reset(game.spec, np.arange(GAMES), 0)
        agent.act(batch.observation, batch.legal, np.arange(GAMES))
        return time.perf_counter() - before


if __name__ == "__main__":
    for row in rows():
        beside = f"{row.ratio:.2f} of {row.peer} ({row.low:.2f} to {row.high:.2f})" if row.peer else ""
        print(f"{row.name:50} {row.ours:12,.2f} {row.unit:12} {beside}  target {row.target:g}")
