"""What a jailed agent may use, and what it may take."""

import resource
from typing import NamedTuple

MEBIBYTE = 1 << 20


class Limits(NamedTuple):
    """Of what one jailed agent may use at a time."""

    memory: int = 4096 * MEBIBYTE
    """Bytes of address space."""
    scratch: int = 64 * MEBIBYTE
    """Bytes of /tmp, of /dev/shm and of any one file, where an agent may write at all."""
    descriptors: int = 256
    """Open files."""
    threads: int = 64
    """Where the kernel counts them for the jail alone, see docs/threat-model.md."""
    log: int = 64 * 1024
    """Bytes of standard output and error that are kept; the rest is read and thrown away."""


class Budget(NamedTuple):
    """Seconds that an agent has, on the judge's clock, from sending a message to having read the whole reply."""

    start: float = 60.0
    """For each ``reset``; the first one includes loading the agent."""
    move: float = 1.0
    """For each call of ``act`` ..."""
    lane: float = 0.01
    """... and for each lane in it."""
    bank: float = 10.0
    """What calls of ``act`` may overrun in all, since the last ``reset``."""
    total: float = 600.0
    """For all calls of ``act`` since the last ``reset``."""


REMOTE = Budget(start=120.0, move=10.0, lane=1.0, bank=120.0, total=7200.0)
"""For agents elsewhere, whose answers come over a network and out of large models."""


def resources(limits: Limits, own_processes: bool) -> dict[int, int]:
    """Limits of ``setrlimit``: resource -> most.

    Args:
        own_processes: the kernel counts threads for the jail alone. Elsewhere it would count all that the user runs.
    """
    chosen = {
        resource.RLIMIT_AS: limits.memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.scratch,
        resource.RLIMIT_NOFILE: limits.descriptors,
    }
    if own_processes:
        chosen[resource.RLIMIT_NPROC] = limits.threads
    return chosen
