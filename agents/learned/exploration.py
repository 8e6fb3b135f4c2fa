"""Exploration bonuses: what is new to the learner is worth something to it, on top of the rewards.

``N`` is the number of observations, ``O`` of numbers in one. Every bonus has the same five members, see ``Bonus``.
"""

import copy
from collections import defaultdict
from typing import Any, Protocol

import numpy as np
import torch

from agora.agents.learned.networks import Normaliser, initialise, mlp

_SEED = 0x5EED  # of the multipliers of ``state_keys``: fixed, so that a key means the same in every process
_SMALL = 1e-8  # deviation below which all errors count as equal, and are not scaled


class Bonus(Protocol):
    """A source of bonuses; ``state`` and ``restore`` go on exactly, byte for byte on the CPU."""

    def bonus(self, observation: np.ndarray, lanes: np.ndarray, new_episode: np.ndarray) -> np.ndarray:
        """The bonuses (N,) float32 of observations (N, O), 0 or more; the visits count from now on.

        Args:
            observation: (N, O) float.
            lanes: (N,) int, where each was seen: one id for every (game, seat) that plays.
            new_episode: (N,) bool, it is the first of its episode in that lane.
        """

    def learn(self, observation: np.ndarray) -> float:
        """Learns that observations (N, O) are no longer new, in one step; returns the loss, 0 if nothing is learned."""

    def state(self) -> dict[str, Any]:
        """Everything needed to go on, as tensors and plain values."""

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from what ``state`` gave."""


def state_keys(observation: np.ndarray) -> np.ndarray:
    """Keys (N,) uint64 of observations (N, O): equal for equal numbers (as float32; 0 and -0 are equal).

    A multilinear hash of the numbers' bits: two given different observations share a key with a chance of about 2^-32
    over the multipliers, which are fixed.
    Source: D. Lemire and O. Kaser, "Strongly universal string hashing is fast", 2014; from memory.
    """
    numbers = np.ascontiguousarray(observation, np.float32) + np.float32(0)  # turns -0 into 0
    bits = numbers.view(np.uint32).astype(np.uint64)
    multipliers = np.random.default_rng(_SEED).integers(0, 2**64, bits.shape[1] + 1, np.uint64)
    keys = bits @ multipliers[1:] + multipliers[0]
    # The multiplication leaves the chance in the high bits; fold them down for whoever looks at the low ones.
    return keys ^ (keys >> np.uint64(32))


class GlobalCounts:
    """``scale`` / sqrt(n) for an observation that is seen for the n-th time in the whole training.

    Source: the form of A. Strehl and M. Littman, "An analysis of model-based interval estimation", 2008 (MBIE-EB);
    counts by hash: H. Tang et al., "#Exploration", NeurIPS 2017. From memory; whole observations are hashed here, so
    it is for games whose observations repeat.

    Args:
        scale: bonus of a first visit, in the unit of the reward.
    """

    def __init__(self, scale: float):
        self.scale = scale
        self.counts: dict[int, int] = {}

    def bonus(self, observation: np.ndarray, lanes: np.ndarray, new_episode: np.ndarray) -> np.ndarray:
        del lanes, new_episode
        return _bonus(self.scale, [_visit(self.counts, key) for key in state_keys(observation).tolist()])

    def learn(self, observation: np.ndarray) -> float:
        del observation
        return 0.0

    def state(self) -> dict[str, Any]:
        return {"counts": _table(self.counts)}

    def restore(self, state: dict[str, Any]) -> None:
        self.counts = _counts(state["counts"])


class EpisodicCounts:
    """``scale`` / sqrt(n) for an observation that is seen for the n-th time in its episode.

    Source: episodic counts as in R. Raileanu and T. Rocktäschel, "RIDE", ICLR 2020, section 4, where they scale another
    bonus; from memory. Here they are the bonus.

    Args:
        scale: bonus of a first visit, in the unit of the reward.
    """

    def __init__(self, scale: float):
        self.scale = scale
        self.counts: defaultdict[int, dict[int, int]] = defaultdict(dict)  # by lane

    def bonus(self, observation: np.ndarray, lanes: np.ndarray, new_episode: np.ndarray) -> np.ndarray:
        visits = []
        for lane, key, new in zip(lanes.tolist(), state_keys(observation).tolist(), new_episode.tolist(), strict=True):
            if new:
                self.counts[lane].clear()
            visits.append(_visit(self.counts[lane], key))
        return _bonus(self.scale, visits)

    def learn(self, observation: np.ndarray) -> float:
        del observation
        return 0.0

    def state(self) -> dict[str, Any]:
        return {"counts": {lane: _table(counts) for lane, counts in self.counts.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        self.counts = defaultdict(dict, {lane: _counts(table) for lane, table in state["counts"].items()})


def _visit(counts: dict[int, int], key: int) -> int:
    """Counts a visit; returns how many there have been."""
    counts[key] = count = counts.get(key, 0) + 1
    return count


def _bonus(scale: float, visits: list[int]) -> np.ndarray:
    return (scale / np.sqrt(np.array(visits, np.float64))).astype(np.float32)


def _table(counts: dict[int, int]) -> torch.Tensor:
    """Keys and counts as a tensor (2, M) int64, keys by their bits."""
    keys = np.fromiter(counts.keys(), np.uint64, len(counts)).view(np.int64)
    return torch.from_numpy(np.stack([keys, np.fromiter(counts.values(), np.int64, len(counts))]))


def _counts(table: torch.Tensor) -> dict[int, int]:
    """The inverse of ``_table``."""
    keys, counts = table.numpy()
    return dict(zip(keys.view(np.uint64).tolist(), counts.tolist(), strict=True))


class RandomNetworkDistillation:
    """How badly a network predicts what a fixed random network makes of an observation: badly where it is new.

    The bonus is ``scale`` times the mean squared error over the features, divided by the running deviation of the
    errors met so far (root of their mean square about the mean), so that it is of the size of ``scale``. Observations
    are normalised by their running moments.

    Source: Y. Burda et al., "Exploration by random network distillation", ICLR 2019, sections 2.2 and 2.4; from memory.
    Departures: the paper divides by the deviation of the discounted sums of errors, and clips observations at 5
    deviations, ``Normaliser`` at 10.

    Args:
        size: O.
        generator: draws all weights.
        scale: weight of the bonus, in the unit of the reward.
        features: numbers that the fixed network makes.
        hidden: width of the hidden layers, one in the fixed network, two in the predicting one.
        learning_rate: of Adam.
        device: where both networks live; weights are drawn on the generator's device first.
    """

    def __init__(
        self,
        size: int,
        generator: torch.Generator,
        scale: float = 1.0,
        features: int = 64,
        hidden: int = 128,
        learning_rate: float = 1e-3,
        device: str = "cpu",
    ):
        self.scale = scale
        self.device = device
        self.normaliser = Normaliser(size)
        self.target = mlp([size, hidden, features], "relu")
        self.predictor = mlp([size, hidden, hidden, features], "relu")
        for network in (self.target, self.predictor):
            initialise(network, generator)
        self.target.requires_grad_(False)
        self._modules = torch.nn.ModuleDict(
            {"normaliser": self.normaliser, "target": self.target, "predictor": self.predictor}
        ).to(device)
        self.optimizer = torch.optim.Adam(self.predictor.parameters(), learning_rate)
        self.errors = Normaliser(1)  # the moments of the errors

    def _error(self, observation: np.ndarray) -> torch.Tensor:
        """(N,) of observations (N, O)."""
        inputs = self.normaliser(self._tensor(observation))
        return (self.predictor(inputs) - self.target(inputs)).square().mean(1)

    def _tensor(self, observation: np.ndarray) -> torch.Tensor:
        return torch.as_tensor(np.ascontiguousarray(observation, np.float32), device=self.device)

    def bonus(self, observation: np.ndarray, lanes: np.ndarray, new_episode: np.ndarray) -> np.ndarray:
        del lanes, new_episode
        self.normaliser.learn(self._tensor(observation))
        with torch.no_grad():
            error = self._error(observation).cpu()
        self.errors.learn(error[:, None])
        deviation = float(self.errors.variance.sqrt())
        return (self.scale * error / (deviation if deviation > _SMALL else 1.0)).numpy()

    def learn(self, observation: np.ndarray) -> float:
        loss = self._error(observation).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def state(self) -> dict[str, Any]:
        modules = {name: tensor.clone() for name, tensor in self._modules.state_dict().items()}
        errors = {name: tensor.clone() for name, tensor in self.errors.state_dict().items()}
        return {"modules": modules, "errors": errors, "optimizer": copy.deepcopy(self.optimizer.state_dict())}

    def restore(self, state: dict[str, Any]) -> None:
        self._modules.load_state_dict(state["modules"])
        self.errors.load_state_dict(state["errors"])
        self.optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))
