"""Addresses of pages, made by the site alone: nothing that a stranger wrote can lead out of its folder.

An address is the letters and digits of a name, and a number that no name decides. Agents have a hash there, so that
their pages stay where they are when others join.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from agora.leaderboard.log.records import Contest, Entrant

_LENGTH = 40  # letters of a name that an address keeps
_HASH = 10  # hexadecimal digits


class Who(NamedTuple):
    """What makes an agent the same one in two environments."""

    name: str
    author: str
    jailed: bool


def who(entrant: Entrant) -> Who:
    return Who(entrant.name, entrant.author, entrant.jail is not None)


def slug(text: str) -> str:
    """The letters and digits of ``text`` as ASCII, at most 40; ``x`` if there are none.

    >>> slug("../Über Poker?")
    'uber-poker'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LENGTH].strip("-") or "x"


def environments(contests: Sequence[Contest]) -> list[str]:
    """``3-kuhn-poker``: the number of each contest, and its title."""
    return [f"{number}-{slug(contest.title)}" for number, contest in enumerate(contests, start=1)]


def agents(contests: Sequence[Contest]) -> dict[Who, str]:
    """``random-0a1b2c3d4e``: an address for each agent of the season, in the order in which they first occur."""
    found = dict.fromkeys(who(entrant) for contest in contests for entrant in contest.entrants)
    given: dict[Who, str] = {}
    for each in found:
        text = "\0".join([each.name, each.author, str(each.jailed)])
        address = f"{slug(each.name)}-{hashlib.sha256(text.encode()).hexdigest()[:_HASH]}"
        # two names with one hash can be searched for: whoever came first keeps the page
        taken = sum(other.startswith(address) for other in given.values())
        given[each] = f"{address}-{taken + 1}" if taken else address
    return given
