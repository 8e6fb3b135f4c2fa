"""How much and how often: what one address, one token and one author may do."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from agora.leaderboard.submission.archive import ARCHIVE_BYTES

_KEYS = 10_000  # that are remembered at once


class Limits(NamedTuple):
    """What is allowed."""

    archive_bytes: int = ARCHIVE_BYTES
    """Of a submission that is sent by a program, whose token is checked before anything is read."""
    form_bytes: int = 32 << 20
    """Of a submission that is sent by the form, whose token is only known when all was read."""
    requests: int = 600
    """A minute, of one address."""
    uploads: int = 10
    """A minute, with one token."""
    per_day: int = 10
    """Submissions of one author within 24 hours; those that were withdrawn count too."""
    waiting: int = 5
    """Submissions of one author that are not finished."""
    queue: int = 200
    """Submissions of all authors that are not finished."""
    stall: float = 30.0
    """Seconds without a byte of an upload, after which it is given up."""


class Rate:
    """At most ``count`` events of a key a minute, evenly refilled (a token bucket)."""

    def __init__(self, count: int, clock: Callable[[], float] = time.monotonic):
        self._count, self._clock = count, clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> what is left, and when

    def wait(self, key: str) -> float:
        """0 if ``key`` may go on, which counts; else the seconds until it may."""
        with self._lock:
            now = self._clock()
            left, before = self._buckets.pop(key, (float(self._count), now))
            left = min(left + (now - before) * self._count / 60, self._count)
            allowed = left >= 1
            self._buckets[key] = (left - allowed, now)
            if len(self._buckets) > _KEYS:
                self._buckets.popitem(last=False)  # who has not come for longest
        return 0.0 if allowed else (1 - left) * 60 / self._count
