"""``agora new-agent``: a folder with an agent that works, to begin with."""

from importlib.resources import files
from pathlib import Path

from agora.leaderboard.submission.manifest import FILE
from agora.leaderboard.submission.names import check_name

TEMPLATE = ("README.md", "agent.py", FILE, "test_agent.py")


def write_new_agent(folder: str | Path) -> list[Path]:
    """Writes the template into ``folder``; the agent is named like it, where that is a good name.

    Returns:
        The files written.

    Raises:
        ValueError: one of the files is there already.
    """
    folder = Path(folder)
    taken = [name for name in TEMPLATE if (folder / name).exists()]
    if taken:
        raise ValueError(f"{folder / taken[0]} is there already; choose another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    template = files("agora.leaderboard.submission").joinpath("template")
    for name in TEMPLATE:
        text = template.joinpath(name).read_text(encoding="utf-8")
        if name == FILE:
            text = text.replace('"NAME"', f'"{_good_name(folder.resolve().name)}"')
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in TEMPLATE]


def _good_name(name: str) -> str:
    try:
        return check_name(name) if name.isidentifier() or name.replace("-", "").isalnum() else "my agent"
    except ValueError:
        return "my agent"
