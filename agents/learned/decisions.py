"""Decisions to learn from: what is left of rollouts once every decision has its credit, in one flat row after another.

``N`` is the number of decisions, ``M`` of those in a minibatch. With a memory, decisions are sorted into *sequences*:
those of one seat in one episode, in the order of play.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from agora.agents.learned import returns
from agora.agents.learned.distributions import Make
from agora.agents.learned.networks import ActorCritic, Output
from agora.agents.learned.rollout import Rollout
from agora.agents.learned.symmetries import Symmetries


class Part(NamedTuple):
    """A minibatch on the device that learns."""

    observation: torch.Tensor
    legal: torch.Tensor
    action: torch.Tensor
    log_probability: torch.Tensor
    policy: torch.Tensor
    advantage: torch.Tensor
    target: torch.Tensor


class Decisions(NamedTuple):
    """N decisions."""

    observation: torch.Tensor
    """(N, O), dtype of the environment."""
    legal: torch.Tensor
    """(N, A) bool."""
    action: torch.Tensor
    """(N,) or (N, K), as the distribution drew it."""
    log_probability: torch.Tensor
    """(N,) of the action, under the policy that drew it."""
    policy: torch.Tensor
    """(N, numbers of the distribution), of that policy."""
    advantage: torch.Tensor
    """(N,) float32."""
    target: torch.Tensor
    """(N,) float32, of the critic."""
    starts: torch.Tensor
    """(S,) int64, the first decision of each sequence; empty without a memory."""
    memory: torch.Tensor
    """(S, H), the memory before it."""

    def forward(
        self, model: Callable[..., Any] | ActorCritic, chosen: torch.Tensor, device: torch.device
    ) -> tuple[Part, Output]:
        """The minibatch of decisions ``chosen`` (M,), or of the sequences of those numbers, and what ``model`` says."""
        if not len(self.starts):
            part = self._part(chosen, device)
            return part, model(part.observation)
        ends = torch.cat([self.starts[1:], torch.tensor([len(self.advantage)])])
        lengths = (ends - self.starts)[chosen]
        # Sequences are filled up to the longest with decisions that are then taken out again.
        places = torch.arange(int(lengths.max()))
        index = (self.starts[chosen][:, None] + places).clamp(max=len(self.advantage) - 1)
        real = (places < lengths[:, None]).flatten()
        observation = self.observation[index].to(device, torch.float32)
        output = model.sequences(observation, self.memory[chosen].to(device))  # type: ignore[union-attr]
        kept = real.to(device)
        return self._part(index.flatten()[real], device), Output(output.policy[kept], output.value[kept], None)

    def _part(self, rows: torch.Tensor, device: torch.device) -> Part:
        # index_select copies whole rows, many times faster than rows in brackets.
        observation = self.observation.index_select(0, rows).to(device, torch.float32)
        others = (getattr(self, name).index_select(0, rows).to(device) for name in Part._fields[1:])
        return Part(observation, *others)


def credited(rollout: Rollout, parameters: Any, distribution: Make) -> Decisions:
    """The decisions of a rollout whose credit is known, as ``parameters`` of ppo.py say; advantages as they are."""
    turns = returns.own_turns(
        rollout.rewards, rollout.movers, rollout.ended, rollout.last_mover, rollout.bootstrap, parameters.gamma
    )
    credit = _credit(rollout, turns, parameters, distribution)
    rows = np.flatnonzero(credit.known)
    starts = np.zeros(0, np.int64)
    if rollout.memory.shape[-1]:
        rows, starts = _sorted(rows, rollout)
    index = torch.from_numpy(rows)

    def flat(array: np.ndarray | torch.Tensor) -> torch.Tensor:
        tensor = torch.from_numpy(array) if isinstance(array, np.ndarray) else array.cpu()
        return tensor.flatten(0, 1).index_select(0, index)

    return Decisions(
        flat(rollout.observation),
        flat(rollout.legal),
        flat(rollout.action),
        flat(rollout.log_probability),
        flat(rollout.policy),
        flat(credit.advantages),
        flat(credit.targets),
        torch.from_numpy(starts),
        flat(rollout.memory)[torch.from_numpy(starts)] if len(starts) else torch.zeros(0),
    )


def _credit(rollout: Rollout, turns: returns.OwnTurns, parameters: Any, distribution: Make) -> returns.Credit:
    gamma, lambda_ = parameters.gamma, parameters.trace_decay
    if parameters.critic == "action":
        policy = distribution(
            rollout.policy.flatten(0, 1), torch.from_numpy(rollout.legal).flatten(0, 1).to(rollout.policy.device)
        )
        chances = policy.probabilities.view(rollout.policy.shape).cpu().numpy()
        return returns.action_value_targets(
            turns, rollout.value, chances, rollout.action.cpu().numpy(), rollout.last_value, gamma, lambda_
        )
    if parameters.advantage == "gae":
        return returns.gae(turns, rollout.value, rollout.last_value, gamma, lambda_)
    if parameters.advantage == "n-step":
        return returns.n_step(turns, rollout.value, rollout.last_value, gamma, parameters.n)
    if parameters.advantage == "v-trace":
        on_policy = np.ones_like(rollout.value)
        return returns.v_trace(turns, rollout.value, rollout.last_value, on_policy, gamma, lambda_)
    return returns.monte_carlo(turns, gamma)


def _sorted(rows: np.ndarray, rollout: Rollout) -> tuple[np.ndarray, np.ndarray]:
    """``rows`` (N,) of a flattened rollout in sequences, and where each sequence begins."""
    count = rollout.ended.shape[1]
    steps, lanes = np.divmod(rows, count)
    episodes = np.cumsum(rollout.ended, axis=0) - rollout.ended  # of the rollout's row, at each step
    keys = (episodes.ravel()[rows], rollout.movers.ravel()[rows], lanes)
    order = np.lexsort((steps, *keys))
    new = np.ones(len(rows), np.bool_)
    new[1:] = np.logical_or.reduce([key[order][1:] != key[order][:-1] for key in keys])
    return rows[order], np.flatnonzero(new)


def gathered(parts: Sequence[Decisions], normalise: bool) -> Decisions:
    """Several lots of decisions as one, with advantages of mean 0 and deviation 1 if ``normalise``."""
    offsets = np.cumsum([0, *(len(part.advantage) for part in parts[:-1])]).tolist()
    starts = torch.cat([part.starts + offset for part, offset in zip(parts, offsets, strict=True)])
    joined = [torch.cat(column) for column in zip(*(part[:7] for part in parts), strict=True)]
    if normalise and len(joined[5]):
        joined[5] = (joined[5] - joined[5].mean()) / (joined[5].std(correction=0) + 1e-8)
    return Decisions._make([*joined, starts, torch.cat([part.memory for part in parts])])


def turned(decisions: Decisions, known: Symmetries, generator: torch.Generator) -> Decisions:
    """Decisions without a memory, each turned by a symmetry drawn at random."""
    drawn = torch.randint(len(known.action), (len(decisions.advantage),), generator=generator)
    observation, places = torch.from_numpy(known.observation)[drawn], torch.from_numpy(known.action)[drawn]
    return decisions._replace(
        observation=decisions.observation.gather(1, observation),
        legal=decisions.legal.gather(1, places),
        action=torch.from_numpy(known.moved)[drawn, decisions.action],
        policy=decisions.policy.gather(1, places),
    )
