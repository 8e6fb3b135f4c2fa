"""Returns and advantages as pure functions: NumPy arrays in, NumPy arrays out, nothing else touched.

Two layouts, and every function takes one of them.

**Rollouts**: T rows of B games (lanes) in lock-step, in which somebody decides in every row. ``own_turns`` turns the
rewards of a rollout into what every decision brought the seat that took it, and the estimators take it from there:

==================  ======================  ===========================================================================
``rewards``         (T, B, P) float         paid to every seat after the row's decision
``movers``          (T, B) int              the seat that decided; -1 where nobody did
``ended``           (T, B) bool             the episode ended after the decision: the next row belongs to a new one
``values``          (T, B) float            the critic's value of what the mover saw at the decision
``last_movers``     (B,) int                the seat that is to move after the last row
``last_values``     (B,) float              the critic's value of what that seat sees
==================  ======================  ===========================================================================

A game in which all seats choose at once is B P lanes with one seat each: rewards (T, B P, 1) and movers all 0.

**Episodes**: N decisions in a flat list, those of an episode together and in the order of play. An episode is what one
seat did and got in one game; in a game of several seats, every seat's decisions are an episode of their own.

==================  ======================  ===========================================================================
``episode``         (N,) int                which of the E episodes: 0 to E - 1, never falling, none left out
``group``           (E,) int                which episodes began the same way (the same task, the same deal); any ids
``rewards``         (N,) float              what the seat got from the decision until its next one
``returns``         (E,) float              an episode's sum of rewards
``state_key``       (N,) uint64             equal where the seat saw the same, see ``state_keys`` in exploration.py
``actions``         (N,) int                what was chosen; continuous actions as keys
==================  ======================  ===========================================================================

Rewards and values pass through in their unit; ``gamma`` (0 to 1) discounts once per own turn of a seat.
Every docstring says what the function was written from: the paper itself, an abstract or summary of it, or memory.
"""

from agora.agents.learned.returns.action_values import action_value_targets
from agora.agents.learned.returns.anchors import gigpo
from agora.agents.learned.returns.estimates import Credit, gae, monte_carlo, n_step, v_trace
from agora.agents.learned.returns.graph import salt
from agora.agents.learned.returns.groups import discounted_returns, episode_returns, grpo, grpo_process
from agora.agents.learned.returns.imitation import Replayed, Successes
from agora.agents.learned.returns.minimum import minimum_form, minimum_returns, minimum_rewards
from agora.agents.learned.returns.seats import OwnTurns, own_turns
from agora.agents.learned.returns.tree import tempo
from agora.agents.learned.returns.turns import turn_level

__all__ = [
    "Credit",
    "OwnTurns",
    "Replayed",
    "Successes",
    "action_value_targets",
    "discounted_returns",
    "episode_returns",
    "gae",
    "gigpo",
    "grpo",
    "grpo_process",
    "minimum_form",
    "minimum_returns",
    "minimum_rewards",
    "monte_carlo",
    "n_step",
    "own_turns",
    "salt",
    "tempo",
    "turn_level",
    "v_trace",
]
