"""The moves of several agents at once: each row of observations has its own agent."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from agora.agents.api import Agent, PolicyAgent, draw_rows, empty_actions
from agora.envs.api import Discrete, Spec


def moves(
    spec: Spec,
    agents: Mapping[int, Agent],
    chosen: np.ndarray,
    observation: np.ndarray,
    legal: np.ndarray,
    keys: np.ndarray,
    generator: np.random.Generator,
    states: Any = None,
) -> np.ndarray:
    """What ``agents[chosen[row]]`` plays in each row.

    Agents that show their policy are drawn for from ``generator``, so that their own generators do not matter; others
    are asked to act.

    Args:
        agents: by number.
        chosen: (L,), numbers.
        observation: (L, O)
        legal: (L, A) bool
        keys: (L,), the lanes as agents know them, see ``memory_keys``.
        states: (L,) records, or None where no agent needs them.

    Returns:
        (L,) int64, or (L, K) float32 with continuous actions.
    """
    actions, shown = empty_actions(spec, len(chosen)), np.zeros(len(chosen), np.bool_)
    chances = np.zeros(legal.shape)
    for number in np.unique(chosen).tolist():
        agent, rows = agents[number], np.flatnonzero(chosen == number)
        if shows_policy(agent, spec):
            chances[rows], shown[rows] = agent.policy(observation[rows], legal[rows]), True  # type: ignore[attr-defined]
        elif agent.needs == "observation":
            actions[rows] = agent.act(observation[rows], legal[rows], keys[rows])
        else:
            actions[rows] = agent.act(observation[rows], legal[rows], keys[rows], states[rows])
    if shown.any():
        actions[shown] = draw_rows(chances[shown], generator)
    return actions


def shows_policy(agent: Agent, spec: Spec) -> bool:
    """Whether all of the agent's play is in its ``policy``, so that it has nothing to remember or to draw itself."""
    return isinstance(agent, PolicyAgent) and isinstance(spec.action, Discrete)
