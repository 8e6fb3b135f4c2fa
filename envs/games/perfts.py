"""Counts of lines of play (perft) as rows of a table of known numbers."""

from collections.abc import Mapping
from typing import Any

from agora.envs.api import Known

SLOW = 20_000_000  # lines from which a count takes more than a few seconds


def known_perft(
    counts: Mapping[int, int],
    source: str,
    where: str = "",
    position: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> tuple[Known, ...]:
    """A row for each depth of ``counts``; ``where`` is added to its name, ``position`` is None for the opening."""
    start = {} if position is None else {"position": position}
    return tuple(
        Known(
            f"perft {depth}{where}", count, source, "perft", {"depth": depth, **start}, options or {}, slow=count > SLOW
        )
        for depth, count in counts.items()
    )


def by_depth(*counts: int) -> dict[int, int]:
    """Counts for depth 1, 2, ..."""
    return dict(enumerate(counts, start=1))
