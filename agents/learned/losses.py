"""The losses of policy-gradient methods as pure functions. ``N`` is the number of decisions in a minibatch.

Every function returns one number per decision, (N,), to be averaged by the caller; less is better.
"""

import torch


def clipped(ratio: torch.Tensor, advantage: torch.Tensor, clip: float) -> torch.Tensor:
    """PPO's clipped surrogate: J. Schulman et al., "Proximal policy optimization algorithms", 2017, equation 7.

    Args:
        ratio: (N,) new over old probability of the action taken.
        advantage: (N,).
        clip: how far a ratio may go from 1 and still gain.
    """
    return -torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)


def surrogate(ratio: torch.Tensor, advantage: torch.Tensor) -> torch.Tensor:
    """The plain surrogate, to which mirror-descent policy optimisation adds a divergence from the old policy:
    M. Tomar et al., "Mirror descent policy optimization", ICLR 2022, section 4.1."""
    return -ratio * advantage


def all_actions(probabilities: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """The expected value under the policy, over all actions at once: no draw of an action enters the gradient.

    Source: C. Allen et al., "Mean actor critic", 2017; with ``values`` of an action-value critic it is the gradient
    that magnetic mirror descent takes: S. Sokota et al., ICLR 2023, section 4.

    Args:
        probabilities: (N, A).
        values: (N, A), no gradient passes them.
    """
    return -(probabilities * values).sum(-1)


def squared(value: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Half the squared error of the critic."""
    return 0.5 * (value - target) ** 2


def approximate_divergence(log_ratio: torch.Tensor) -> torch.Tensor:
    """An estimate, from actions of the old policy, of its divergence from the new one, never negative.

    Source: J. Schulman, "Approximating KL divergence", 2020, estimator k3.

    Args:
        log_ratio: (N,) logarithm of new over old probability.
    """
    return log_ratio.exp() - 1 - log_ratio
