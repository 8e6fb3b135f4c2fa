"""Histories drawn from one history: the block bootstrap."""

import numpy as np

BLOCK = 21
"""Periods kept together: a month of days."""

REPLICATES = 2000


def block_resamples(periods: int, seed: int, block: int = BLOCK, replicates: int = REPLICATES) -> np.ndarray:
    """(B, T) int: periods of histories made of blocks, drawn with replacement, that run on from the end to the start.

    Source: D. Politis, J. Romano, "A circular block-resampling procedure for stationary data", 1992.
    """
    if not 1 <= block <= periods:
        raise ValueError(f"Blocks of {block} periods do not fit a history of {periods}: give 1 to {periods}.")
    starts = np.random.default_rng(seed).integers(periods, size=(replicates, -(-periods // block)))
    return ((starts[:, :, None] + np.arange(block)) % periods).reshape(replicates, -1)[:, :periods]
