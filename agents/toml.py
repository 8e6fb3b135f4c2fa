"""TOML out; ``tomllib`` reads it."""

import json
from typing import Any


def written(tables: dict[str, dict[str, Any]]) -> str:
    """Flat tables of numbers, strings, bools and lists of them as TOML; JSON writes those the same way.

    The table named by the empty string comes first, without a heading; empty tables are left out.
    """
    lines = []
    for table, entries in tables.items():
        if table and entries:
            lines += ["", f"[{table}]"]
        lines += [f"{key} = {json.dumps(value, default=str)}" for key, value in entries.items()]
    return "\n".join(lines) + "\n"
