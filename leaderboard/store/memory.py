"""Units that were played before are not played again: games out of the table ``units`` instead of out of agents.

The key of a unit is the SHA-256 of everything that its games depend on: the commitment to the secret, the title of the
season, the environment with its options and the digest of its sources, the unit with its number of deals, the versions
and sources of agora-rl and of what computes for it, and of each agent of the lineup its number and its identity. Only
an agent that is made from files, whose name fixes all that it does, or that was handed in has an identity; a unit with
any other is always played.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agora.leaderboard.judge import Stage, agent_digest, digest
from agora.leaderboard.log.records import Contest, Header, games_in, lines_of
from agora.leaderboard.machines.jobs import Job, Player
from agora.leaderboard.machines.recipe import software
from agora.leaderboard.match import Played
from agora.leaderboard.schedules.units import Unit
from agora.leaderboard.store.database import transaction
from agora.leaderboard.submission.opening import FreshAgent

if TYPE_CHECKING:
    from sqlalchemy import Engine

_KEYS_AT_ONCE = 500  # in one question to the database


def remembered(player: Player, engine: "Engine", header: Header, stages: Sequence[Stage]) -> Player:
    """A player that takes from the store what is there, lets ``player`` play the rest, and keeps it.

    A unit is kept, in a transaction of its own, the moment ``player`` yields it. Where two processes play the same
    unit, what is kept first counts for both.

    Args:
        player: plays what is not in the store.
        engine: of ``store.database.open_database``.
        header: of the log, with its commitment.
        stages: the contests of the header.

    Raises:
        ValueError: while playing: a unit in the store is not as it was written, or the store cannot be reached.
    """
    made_with = software()
    settings = [_setting(header, contest, made_with) for contest in header.contests]
    identities = [[identity(given, stage.contest.id) for given in stage.given] for stage in stages]

    def play(jobs: Sequence[Job]) -> Iterator[list[Played]]:
        keys = [_key(settings[contest], unit, identities[contest]) for contest, unit in jobs]
        known = _known(engine, keys)
        played = player([job for job, key in zip(jobs, keys, strict=True) if key not in known])
        for job, key in zip(jobs, keys, strict=True):
            if key in known:
                yield _recall(engine, key)
            elif key:
                yield _keep(engine, key, job, header, next(played))
            else:
                yield next(played)

    return play


def identity(given: Any, id: str) -> str:
    """What an agent for ``id``, as ``agents.api.load`` takes it, is; empty if it may play otherwise another time.

    An agent elsewhere is whoever answers at its address, as for the log: what it has played stays played.
    """
    if isinstance(given, FreshAgent):
        manifest = given.submission.manifest
        # the digest of a submission leaves its manifest out, and with it what is called in its files
        return f"{manifest.kind} {manifest.entry} {given.submission.digest} {given.level}"
    if not isinstance(given, str | Path):
        return ""
    name = str(given)
    if name == "random":
        return name
    if name.startswith("scripted/"):
        return f"{name} {agent_digest(given, id)}"
    if name.startswith("search/"):
        return "" if name.endswith("ms") else name  # with a budget of time, the machine decides
    return f"saved {digest(sorted(path for path in Path(given).rglob('*') if path.is_file()))}"


def _setting(header: Header, contest: Contest, made_with: Mapping[str, str]) -> dict[str, Any]:
    """What all units of a contest depend on."""
    files = [Path(value) for value in contest.options.values() if isinstance(value, str) and Path(value).is_file()]
    return {
        "commitment": header.commitment,
        "season": header.title,
        "made with": made_with,
        "contest": contest.key,
        "environment": contest.digest,
        "files": digest(files),  # that options name
    }


def _key(setting: Mapping[str, Any], unit: Unit, identities: Sequence[str]) -> str:
    """64 hexadecimal digits; empty if somebody in the lineup has no identity."""
    if not all(identities[agent] for agent in unit.lineup):
        return ""
    lineup = [identities[agent] for agent in unit.lineup]  # their numbers are in the unit's key
    parts = {**setting, "unit": unit.key, "deals": unit.deals, "lineup": lineup}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _known(engine: "Engine", keys: Sequence[str]) -> set[str]:
    """Those of ``keys`` that are in the store."""
    from sqlalchemy import select

    from agora.leaderboard.store.schema import units

    known: set[str] = set()
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        with transaction(engine) as connection:
            known |= set(connection.scalars(select(units.c.key).where(units.c.key.in_(some))))
    return known


def _recall(engine: "Engine", key: str) -> list[Played]:
    from sqlalchemy import select

    from agora.leaderboard.store.schema import units

    with transaction(engine) as connection:
        row = connection.execute(select(units).where(units.c.key == key)).one_or_none()
    if row is None or row.digest != _checksum(key, row.lines):
        raise ValueError(
            f"The store {engine.url.render_as_string()}: the unit with key {key} is not as it was written; delete this "
            "row, or the store, and it is played again."
        )
    return games_in(row.lines)


def _keep(engine: "Engine", key: str, job: Job, header: Header, games: list[Played]) -> list[Played]:
    """Keeps ``games`` and returns them, or those of whoever was first."""
    from sqlalchemy import insert
    from sqlalchemy.exc import IntegrityError

    from agora.leaderboard.store.schema import now, units

    lines = lines_of(games)
    row = {
        "key": key,
        "season": header.title,
        "contest": header.contests[job.contest].key,
        "unit": job.unit.key,
        "lines": lines,
        "digest": _checksum(key, lines),
        "created": now(),
    }
    try:
        with transaction(engine) as connection:
            connection.execute(insert(units), row)
            return games
    except IntegrityError:  # somebody else was first
        pass
    return _recall(engine, key)


def _checksum(key: str, lines: bytes) -> str:
    """Speaks for the key too, so that lines cannot be moved from one unit to another."""
    return hashlib.sha256(key.encode() + lines).hexdigest()
