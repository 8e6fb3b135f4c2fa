"""What the server writes to its logs: one line for each thing, nothing that a terminal obeys, and never a token."""

import logging
import re
import sys

_TOKEN = re.compile(r"agora_[A-Za-z0-9_-]{8,}")


def hidden(text: str) -> str:
    """``text`` without tokens, and without what cannot be printed.

    >>> hidden("GET /?token=agora_0123456789abcdef")
    'GET /?token=agora_...'
    """
    lines = "\n".join("".join(letter if letter.isprintable() else "?" for letter in line) for line in text.split("\n"))
    return _TOKEN.sub("agora_...", lines)


class Formatter(logging.Formatter):
    """Hides in every record, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return hidden(super().format(record))


def log_to_standard_error(level: int = logging.INFO) -> None:
    """All loggers of this process write there from now on, and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
