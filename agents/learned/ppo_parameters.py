"""The settings of PPO, and which of them go together."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from agora.agents.learned import curiosity, groups
from agora.agents.learned.settings import Count, Positive, Schedule, Settings, Share
from agora.agents.learned.symmetries import SYMMETRIES
from agora.agents.population.pool import others
from agora.envs.api import Discrete
from agora.envs.game import Game

Weight = Annotated[float, Meta(ge=0)]


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]. A number that may be a table ``{ start, end }`` goes from one to the other."""

    rollout: Count = 32
    """T, decisions in each row between two rounds of learning; in groups at least so many, in whole episodes."""
    minibatch: Count = 4096
    """Decisions in one step of the optimiser."""
    epochs: Count = 2
    """Passes over a rollout."""
    learning_rate: Positive | Schedule = 1e-3
    """Of Adam."""
    gamma: Share = 0.99
    """Discount for each own turn of a seat."""
    advantage: Literal[
        "gae", "n-step", "v-trace", "monte-carlo", "grpo", "gigpo", "salt", "turn-level", "pure", "tempo"
    ] = "gae"
    """The first four: see returns/estimates.py; with ``critic = "action"`` expected SARSA(lambda). The others compare
    the episodes of a group, see groups.py; they need opponents that stay, and of them only ``turn-level`` and ``pure``
    a critic, whose gains stand for the rewards of single steps."""
    trace_decay: Share = 0.95
    """Lambda of GAE, V-trace and the traces of an action-value critic."""
    n: Count = 5
    """Turns of the n-step advantage."""
    group_size: Annotated[int, Meta(ge=2)] = 8
    """G, episodes from the same start."""
    group_deviation: bool = True
    """Whether advantages of a group are divided by its deviation; False: Dr. GRPO, and GiGPO's other variant."""
    ignored_pieces: list[str] = []
    """Pieces of the observation in which two equal states may differ, such as clocks: for states that are compared in
    groups, and for what counts as new in exploration."""
    self_imitation: Literal["none", "spear", "arpo"] = "none"
    """With groups: learns again from successes that were kept, see self_imitation.py."""
    success: float | None = None
    """The least return that is a success for ``arpo``; None: the best of the game."""
    exploration: curiosity.Exploration = "none"
    """The source of bonuses for what is new, see exploration.py."""
    exploration_weight: Positive = 0.01
    """Of the bonus, in the unit of the reward times ``reward_scale``."""
    normalise_advantages: bool = True
    """To mean 0 and deviation 1 over a rollout; not with groups, which do so in their own ways."""
    normalise_observations: bool = False
    """To mean 0 and deviation 1 by all that was seen so far."""
    objective: Literal["clip", "mirror-descent", "all-actions"] = "clip"
    """``clip``: PPO. ``mirror-descent``: the plain surrogate, held to the old policy by ``proximal``. ``all-actions``:
    the critic's values of all actions under the policy, held likewise; needs ``critic = "action"``."""
    clip: Positive | Schedule = 0.2
    """How far a ratio of probabilities may go from 1 and still gain."""
    proximal: Weight | Schedule = 0.0
    """Weight of the divergence from the policy that played: one over the step size of mirror descent."""
    entropy: Weight | Schedule = 0.01
    """Weight of the policy's entropy, in nats."""
    magnet: Literal["none", "uniform", "moving"] = "none"
    """The policy that the learner is drawn to. ``moving``: a copy of the agent, of the averaged weights
    if there are, taken every ``magnet_every`` rounds."""
    magnet_weight: Weight | Schedule = 0.0
    """Weight of the divergence from the magnet."""
    magnet_every: Count = 100
    """Rounds."""
    critic: Literal["state", "action"] = "state"
    """``action``: a value of the position after every action."""
    value_weight: Weight = 0.5
    """Of the critic's loss."""
    gradient_norm: Positive = 0.5
    """Largest norm of a gradient; longer ones are cut to it."""
    average: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    """The agent that is evaluated and saved has weights averaged over rounds: this share of the old average and the
    rest of the new weights; 0: the last weights."""
    cooperation: Share = 0.0
    """How much the rewards of the other seats count for a seat: 0: nothing; 1: as much as its own, so that all learn
    for the joint return. In self-play with ``latest`` alone. Returns in the curve stay each seat's own."""
    opening: Weight = 0.0
    """Mean number of random decisions with which a game begins and from which nothing is learned, geometrically
    distributed: positions that the learner would no longer reach by itself. In the games of self-play in which it plays
    every seat (``latest``)."""
    turn: bool = False
    """Whether positions are turned at random before each pass over them, where the board has symmetries: see
    symmetries.py."""
    bins: Annotated[int, Meta(ge=0)] = 0
    """With continuous actions: values that each number of an action can take; 0: a normal distribution."""


def check(settings: Settings, game: Game) -> None:
    """Raises ValueError if the parameters do not fit the game or each other."""
    parameters, rules = settings.parameters, settings.self_play
    discrete = isinstance(game.spec.action, Discrete)
    if parameters.critic == "action" and not discrete:
        raise ValueError(f"parameters.critic='action' needs discrete actions; {game.spec.id} has {game.spec.action}.")
    if parameters.objective == "all-actions" and parameters.critic != "action":
        raise ValueError("parameters.objective='all-actions' needs parameters.critic='action', which values them all.")
    if rules is not None and not rules.latest + others(rules) > 0:
        raise ValueError("self_play: all weights are 0; give latest, uniform, prioritised or an agent of scripted one.")
    groups.check(parameters, rules)
    if parameters.cooperation and (rules is None or others(rules)):
        raise ValueError(
            f"parameters.cooperation={parameters.cooperation} needs a learner in every seat: give [self_play] with "
            "latest alone."
        )
    if parameters.opening and (rules is None or not rules.latest):
        raise ValueError(
            f"parameters.opening={parameters.opening} needs games with a learner in every seat: give [self_play] with "
            "some weight for latest."
        )
    if parameters.opening and (settings.network.recurrent or parameters.exploration != "none"):
        raise ValueError(
            "parameters.opening goes neither with network.recurrent nor with parameters.exploration: leave it at 0."
        )
    if parameters.turn and (game.spec.id not in SYMMETRIES or settings.network.recurrent):
        raise ValueError(
            "parameters.turn needs a board whose symmetries are known, and a network without memory; known: "
            f"{', '.join(SYMMETRIES)}."
        )
    if parameters.bins == 1 or (parameters.bins and discrete):
        raise ValueError(f"parameters.bins={parameters.bins} is not allowed: at least 2, with continuous actions only.")
