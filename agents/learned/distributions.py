"""What a policy's numbers mean: distributions over masked, several discrete, or continuous actions.

``N`` is the number of decisions. All draw from a generator that the caller gives; torch's own distributions know
neither masks nor generators.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch

from agora.envs.api import Box, Discrete, Spec

IMPOSSIBLE = -1e9  # logit of an illegal action: its probability is exactly 0, and no gradient becomes NaN
DEVIATION = 0.5  # of a Gaussian whose numbers are 0, in halves of the Box
DEVIATIONS = (-5.0, 1.0)  # bounds of the logarithm of that factor


class Distribution(Protocol):
    """Of N actions. Entropy and divergence are in nats."""

    def sample(self, generator: torch.Generator) -> torch.Tensor:
        """Draws actions, (N,) int64 or (N, K)."""

    def mode(self) -> torch.Tensor:
        """The most likely actions, as from ``sample``."""

    def log_probability(self, action: torch.Tensor) -> torch.Tensor:
        """(N,) of actions as from ``sample``."""

    def entropy(self) -> torch.Tensor:
        """(N,)."""

    def divergence(self, other: Any) -> torch.Tensor:
        """Kullback-Leibler divergence (N,) of this one from ``other``, of the same class: how much is lost when the
        other stands for this one."""


class Categorical:
    """One of A actions.

    Args:
        logits: (N, A).
        legal: (N, A) bool.
    """

    def __init__(self, logits: torch.Tensor, legal: torch.Tensor):
        self.legal = legal
        self.logarithms = torch.log_softmax(torch.where(legal, logits, IMPOSSIBLE), -1)
        """(N, A)."""

    @property
    def probabilities(self) -> torch.Tensor:
        """(N, A); rows sum to 1, illegal actions have 0."""
        return self.logarithms.exp()

    def sample(self, generator: torch.Generator) -> torch.Tensor:
        # The largest of logits plus Gumbel noise is a draw from the softmax: E. Gumbel, 1954.
        noise = torch.empty_like(self.logarithms).exponential_(generator=generator)
        return (self.logarithms - noise.log_()).argmax(-1)

    def mode(self) -> torch.Tensor:
        return self.logarithms.argmax(-1)

    def log_probability(self, action: torch.Tensor) -> torch.Tensor:
        return self.logarithms.gather(-1, action[..., None])[..., 0]

    def entropy(self) -> torch.Tensor:
        return -(self.probabilities * self.logarithms).sum(-1)

    def divergence(self, other: "Categorical") -> torch.Tensor:
        return (self.probabilities * (self.logarithms - other.logarithms)).sum(-1)


class MultiCategorical:
    """K independent choices of one of ``bins`` values, for continuous actions cut into bins.

    Args:
        logits: (N, K * bins).
    """

    def __init__(self, logits: torch.Tensor, legal: torch.Tensor, bins: int):
        split = logits.view(len(logits), -1, bins)
        self.each = Categorical(split, torch.ones_like(split, dtype=torch.bool))

    def sample(self, generator: torch.Generator) -> torch.Tensor:
        return self.each.sample(generator)

    def mode(self) -> torch.Tensor:
        return self.each.mode()

    def log_probability(self, action: torch.Tensor) -> torch.Tensor:
        return self.each.log_probability(action).sum(-1)

    def entropy(self) -> torch.Tensor:
        return self.each.entropy().sum(-1)

    def divergence(self, other: "MultiCategorical") -> torch.Tensor:
        return self.each.divergence(other.each).sum(-1)


class Gaussian:
    """K independent normal numbers, in halves of the Box from its middle.

    Args:
        numbers: (N, 2 K): means, then logarithms of the deviations over ``DEVIATION``.
    """

    def __init__(self, numbers: torch.Tensor, legal: torch.Tensor):
        self.mean, deviation = numbers.chunk(2, -1)
        self.log_deviation = deviation.clamp(*DEVIATIONS) + math.log(DEVIATION)

    def sample(self, generator: torch.Generator) -> torch.Tensor:
        noise = torch.empty_like(self.mean).normal_(generator=generator)
        return self.mean + noise * self.log_deviation.exp()

    def mode(self) -> torch.Tensor:
        return self.mean

    def log_probability(self, action: torch.Tensor) -> torch.Tensor:
        distance = (action - self.mean) / self.log_deviation.exp()
        return -(0.5 * distance**2 + self.log_deviation + 0.5 * math.log(2 * math.pi)).sum(-1)

    def entropy(self) -> torch.Tensor:
        return (self.log_deviation + 0.5 * math.log(2 * math.pi * math.e)).sum(-1)

    def divergence(self, other: "Gaussian") -> torch.Tensor:
        ratio = 2 * (self.log_deviation - other.log_deviation)
        distance = (self.mean - other.mean) / other.log_deviation.exp()
        return 0.5 * (ratio.exp() + distance**2 - 1 - ratio).sum(-1)


Make = Callable[[torch.Tensor, torch.Tensor], Any]
"""From a policy's numbers (N, ...) and the mask (N, A) to its distribution."""


def policy_form(spec: Spec, bins: int = 0) -> tuple[int, Make]:
    """How many numbers a policy needs for the actions of ``spec``, and what they mean.

    Args:
        bins: with continuous actions, values that each number of an action can take; 0: normal distributions.
    """
    if isinstance(spec.action, Discrete):
        return spec.action.n, Categorical
    count = int(np.prod(spec.action.shape))
    return (count * bins, partial(MultiCategorical, bins=bins)) if bins else (2 * count, Gaussian)


def to_play(action: torch.Tensor, spec: Spec, bins: int = 0) -> np.ndarray:
    """Actions of a distribution as the environment takes them: (N,) int64, or (N, K) float32 within the Box."""
    numbers = action.cpu().numpy()
    if isinstance(spec.action, Discrete):
        return numbers
    box: Box = spec.action
    share = numbers / (bins - 1) if bins else 0.5 * (np.clip(numbers, -1, 1) + 1)
    return (box.low + share * (box.high - box.low)).astype(np.float32)
