"""Where the seeds of matches come from: a secret that is fixed before the first game and shown after the last.

The log begins with the SHA-256 of the secret, so that it cannot be chosen afterwards, and ends with the secret itself,
so that anybody can compute every seed again. In between nobody who does not hold the secret can tell a deal in advance:
a seed is the first 53 bits of HMAC-SHA256 (RFC 2104), the key being the secret as text and the message the parts as
text, joined by line feeds.

==================  ======================================================
seed of             parts
==================  ======================================================
a deal              season, environment with its options, number of deal
the agents          season, environment with its options, ``agents``, unit
==================  ======================================================
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Any, Literal

from agora.leaderboard.schedules.units import SEED_BITS

Source = Literal["seed", "file"]
"""``seed``: the secret follows from the season's public seed, for seasons that anybody can play again, among agents
that one trusts. ``file``: it is drawn once and kept beside the log, for agents of strangers."""

_SECRET = re.compile(r"[0-9a-f]{64}")


def seed_of(secret: str, *parts: Any) -> int:
    """The seed that ``secret`` gives to ``parts``."""
    digest = hmac.digest(secret.encode(), "\n".join(map(str, parts)).encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> (64 - SEED_BITS)


def deal_seed(secret: str, season: str, environment: str, deal: int) -> int:
    """The seed of a deal; all lineups and seatings of an environment share it."""
    return seed_of(secret, season, environment, deal)


def agents_seed(secret: str, season: str, environment: str, unit: str) -> int:
    """From which all agents draw theirs in one unit."""
    return seed_of(secret, season, environment, "agents", unit)


def commitment(secret: str) -> str:
    """What is published before the first game: SHA-256 of the secret's text, in hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_from_seed(seed: int) -> str:
    """The secret of a season whose seed is public."""
    return hashlib.sha256(f"the secret of a season\n{seed}".encode()).hexdigest()


def secret_from_file(path: Path) -> str:
    """The secret in ``path``, 64 hexadecimal digits; drawn and written for its owner's eyes only if there is none.

    Raises:
        ValueError: what the file holds is no secret, or others may read it.
    """
    if not path.exists():
        _create(path)
    secret = path.read_text(encoding="utf-8", errors="replace").strip()
    if not _SECRET.fullmatch(secret):
        raise ValueError(f"{path} does not hold a secret (64 hexadecimal digits); delete it to draw a new one.")
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} holds the secret of the season and others may read it; say `chmod 600` on it.")
    return secret


def _create(path: Path) -> None:
    """Whole or not at all, whenever the process is killed, and the first of two processes wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
