"""A league: main agents that must beat everybody, and exploiters that look for what beats them.

Every player is a learner (PPO) with opponents of its own choice among the live main agents and the frozen players of
the past:

- a *main agent* meets, with the weights of the paper (35 %, 50 %, 15 %), the live main agents, any frozen player by
  PFSP, and frozen main agents and main exploiters that it mostly loses to by PFSP; now and then a copy of it is frozen;
- a *main exploiter* meets the live main agents that it beats at least now and then, else their frozen copies by PFSP;
- a *league exploiter* meets all frozen players by PFSP.

An exploiter that beats what it exploits, or whose time is up, is frozen and starts anew: the main exploiter always, the
league exploiter now and then. What is played in the end is the first main agent.
Source: O. Vinyals et al., "Grandmaster level in StarCraft II using multi-agent reinforcement learning", Nature 575,
2019, "Multi-agent learning" in the methods, and its pseudocode, from memory; at small scale, and exploiters start anew
from random weights as there is no supervised player to go back to.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec import Struct

from agora.agents.api import Agent
from agora.agents.learned import ppo
from agora.agents.learned.settings import Count, SelfPlay, Settings, Share
from agora.agents.population.frozen import Stored, freeze, thaw, write
from agora.agents.population.learners import ppo_settings, steps_of_rounds
from agora.agents.population.pool import Curve, Member, Opponents, Pool, prioritised
from agora.envs.game import Game

Role = Literal["main", "main-exploiter", "league-exploiter", "first"]
"""``first``: the agent that draws uniformly, with whom the league's past begins."""

SELF_PLAY, PAST, FORGOTTEN = 0.35, 0.50, 0.15
"""How often a main agent meets the live main agents, all frozen players, and those that it has come to lose to."""

LOSING = 0.3
"""Share of wins below which a frozen player counts as one that a main agent has forgotten how to beat."""

WORTH_TRYING = 0.1
"""Share of wins from which a main exploiter meets the live main agents, and not their past."""


class Parameters(Struct, forbid_unknown_fields=True):
    """The table [parameters]."""

    main_agents: Count = 1
    """How many of each kind."""
    main_exploiters: int = 1
    league_exploiters: int = 1
    rounds: Count = 10
    """Rounds of PPO of every player in each iteration."""
    freeze_every: Count = 5
    """Iterations after which a main agent is frozen once more, and an exploiter's time is up."""
    beaten: Share = 0.7
    """Share of wins, against everybody it may meet, from which an exploiter is done."""
    reset: Share = 0.25
    """Probability that a league exploiter, when it is frozen, starts anew."""
    learner: ppo.Parameters = msgspec.field(default_factory=ppo.Parameters)
    """Of PPO."""


class Frozen(Struct):
    """A player of the past."""

    player: int
    """The number of the player that it was."""
    stored: Stored


def make(settings: Settings, game: Game) -> "League":
    """The learner that ``train.py`` runs; its steps are iterations of all players.

    Raises:
        ValueError: the game has one player.
    """
    if game.spec.players < 2:
        raise ValueError(f"A league needs several players; {game.spec.id} has one: take PPO.")
    return League(settings, game)


class League:
    """``players`` learn. Member n of everybody's pool has role ``member_roles[n]``; those that are stored as a number
    are the live main agents."""

    def __init__(self, settings: Settings, game: Game):
        self.settings, self.game = settings, game
        self.parameters: Parameters = settings.parameters
        counts: dict[Role, int] = {
            "main": self.parameters.main_agents,
            "main-exploiter": self.parameters.main_exploiters,
            "league-exploiter": self.parameters.league_exploiters,
        }
        self.roles: list[Role] = [role for role, count in counts.items() for _ in range(count)]
        self.past: list[Frozen] = []
        self.steps = 0
        self.begun = [0] * len(self.roles)
        """Iteration in which each player began, or was frozen last."""
        self.lives = [0] * len(self.roles)
        """How often each player has started anew."""
        self.generator = np.random.default_rng(settings.seed)
        self.pools = [self._pool(player) for player in range(len(self.roles))]
        self.member_roles: list[Role] = []
        self._enter("random", "first")
        self.players = [self._born(player) for player in range(len(self.roles))]
        for player, role in enumerate(self.roles):
            if role == "main":
                self._enter(player, "main")

    def _enter(self, stored: int | Stored, role: Role) -> None:
        """Everybody may meet one more."""
        self.member_roles.append(role)
        for pool in self.pools:
            pool.add(stored)

    def _pool(self, player: int) -> Pool:
        """The opponents of one player; there is room for everybody."""
        weigh = partial(weights, self.roles[player], lambda member: self.member_roles[member])
        everybody = SelfPlay(latest=0.0, uniform=1.0, size=2**31)
        return Pool(self.game.spec, everybody, self._build, self._seed(player), weigh)

    def _build(self, stored: int | Stored) -> Agent:
        """Of a number: that main agent, live. Else a frozen player."""
        return self.players[stored].agent() if isinstance(stored, int) else thaw(stored, self.game.spec).agent

    def _seed(self, player: int) -> int:
        key = [self.settings.seed, player, self.lives[player]]
        return int(np.random.SeedSequence(key).generate_state(1)[0])

    def _born(self, player: int) -> ppo.PPO:
        """A new learner, which begins with the opponents of the player's pool."""
        ppo_parameters = self.parameters.learner
        steps = steps_of_rounds(self.settings, ppo_parameters, self.parameters.rounds)
        own = ppo_settings(self.settings, ppo_parameters, steps, self._seed(player))
        return ppo.make(own, self.game, Opponents(self.pools[player]))

    def iterate(self) -> dict[str, float]:
        """Every player learns; those whose time has come are frozen."""
        for learner in self.players:
            for _ in range(self.parameters.rounds):
                learner.iterate()
                learner.check_finite()
        self.steps += 1
        for player in range(len(self.players)):
            if self._is_due(player):
                self._freeze(player)
        rates = [member.record.win_rate for member in _split(self.pools[0].members)[1]]
        return {"frozen": float(len(self.past)), "least win rate of main": min(rates), "elo": self.pools[0].rating}

    def _is_due(self, player: int) -> bool:
        if self.steps - self.begun[player] >= self.parameters.freeze_every:
            return True
        if self.roles[player] == "main":
            return False
        live, past = _split(self.pools[player].members)
        aims = live if self.roles[player] == "main-exploiter" else past
        return min(member.record.win_rate for member in aims) >= self.parameters.beaten

    def _freeze(self, player: int) -> None:
        """A copy of a player joins the past; an exploiter then may start anew."""
        stored, role = freeze(self.players[player].save, self.game.spec).stored, self.roles[player]
        self.past.append(Frozen(player, stored))
        self._enter(stored, role)
        self.begun[player] = self.steps
        again = role == "main-exploiter" or (
            role == "league-exploiter" and self.generator.random() < self.parameters.reset
        )
        if again:
            self.lives[player] += 1
            for member in self.pools[player].members:
                member.record.wins = member.record.games = 0.0
            self.players[player] = self._born(player)

    def agent(self) -> Agent:
        return self.players[0].agent()

    def save(self, folder: Path) -> Path:
        """Writes the first main agent and, beside it, every frozen player as an agent's folder in ``players``, called
        by its number and role."""
        for number, frozen in enumerate(self.past):
            assert not isinstance(frozen.stored, str)
            write(frozen.stored, folder / "players" / f"{number:03d}-{self.roles[frozen.player]}")
        return self.players[0].save(folder)

    def state(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "begun": list(self.begun),
            "lives": list(self.lives),
            "past": [[frozen.player, frozen.stored] for frozen in self.past],
            "generator": self.generator.bit_generator.state,
            "pools": [pool.state() for pool in self.pools],  # before the players', who then deal new games
            "players": [learner.state() for learner in self.players],
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.steps, self.begun, self.lives = state["steps"], list(state["begun"]), list(state["lives"])
        self.past = [Frozen(player, stored) for player, stored in state["past"]]
        self.member_roles[1 + self.parameters.main_agents :] = [self.roles[frozen.player] for frozen in self.past]
        self.generator.bit_generator.state = state["generator"]
        self.players = [self._born(player) for player in range(len(self.roles))]
        for pool, stored in zip(self.pools, state["pools"], strict=True):
            pool.restore(stored)
        for learner, stored in zip(self.players, state["players"], strict=True):
            learner.restore(stored)

    def check_finite(self) -> None:
        for learner in self.players:
            learner.check_finite()


def _split(members: Sequence[Member]) -> tuple[list[Member], list[Member]]:
    """The live main agents, and the frozen players."""
    live = [member for member in members if isinstance(member.stored, int)]
    return live, [member for member in members if not isinstance(member.stored, int)]


def weights(role: Role, role_of: Callable[[int], Role], members: Sequence[Member]) -> dict[int, float]:
    """How often a player of ``role`` meets each of ``members``: weights by number.

    Args:
        role_of: from a member's number to its role.
    """
    live, past = _split(members)
    if role == "main-exploiter" and live:
        own_past = [member for member in past if role_of(member.number) == "main"]
        if not own_past or min(member.record.win_rate for member in live) >= WORTH_TRYING:
            return {member.number: 1.0 for member in live}
        return _by_losses(own_past, "variance", 1.0)
    if role != "main" or not live:
        return _by_losses(past, "hard", 1.0)
    forgotten = [
        member
        for member in past
        if role_of(member.number) in ("main", "main-exploiter") and member.record.win_rate < LOSING
    ]
    met = {member.number: (SELF_PLAY if forgotten else SELF_PLAY + FORGOTTEN) / len(live) for member in live}
    met |= _by_losses(past, "hard", PAST)
    if forgotten:
        for number, weight in _by_losses(forgotten, "hard", FORGOTTEN).items():
            met[number] += weight
    return met


def _by_losses(members: Sequence[Member], curve: Curve, weight: float) -> dict[int, float]:
    """PFSP over ``members``, ``weight`` in all."""
    chances = prioritised(np.array([member.record.win_rate for member in members]), curve)
    return {member.number: weight * float(chance) for member, chance in zip(members, chances, strict=True)}
