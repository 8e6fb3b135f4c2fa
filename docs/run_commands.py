"""Follows docs/submit-an-agent.md as a newcomer would, and writes what its commands print into it.

``python docs/run_commands.py`` writes the page again; with ``--check`` it only compares. Files that the page shows are
written where the line above them names one in backticks; a shown ``act`` takes the place of the one that is there. What
ends with ``&`` runs on until the page has been followed.
"""

import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

PAGE = Path(__file__).parent / "submit-an-agent.md"
_BLOCK = re.compile(r"(```(?:console|python|toml)\n.*?```)", re.S)
_VARIES = re.compile(r"\d+ ms|level [\d.]+")  # from machine to machine


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place, ExitStack() as running:
        followed = follow(page, Path(place), running)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(followed, encoding="utf-8")
    elif _VARIES.sub("", followed) != _VARIES.sub("", page):
        raise SystemExit(f"{PAGE.name} shows something else than its commands print: run `python docs/run_commands.py`")


def follow(page: str, place: Path, running: ExitStack) -> str:
    """The page with what its commands print in ``place``; what runs on ends with ``running``."""
    parts = _BLOCK.split(page)
    for index, block in enumerate(parts):
        kind, _, body = block.removesuffix("```").partition("\n")
        if kind == "```console":
            line = body.splitlines()[0]
            printed = begin(line, place, running) if line.endswith("&") else run(line, place)
            parts[index] = f"```console\n{line}\n{printed}".rstrip() + "\n```"
        elif kind in ("```toml", "```python"):
            name = re.findall(r"`([\w./-]+\.(?:toml|py))`", parts[index - 1])
            if name:
                write(place / name[-1], body)
    return "".join(parts)


def begin(line: str, place: Path, running: ExitStack) -> str:
    """Starts what a line that ends with ``&`` says; the first line that it prints."""
    command = ["exec " + line[2:].removesuffix("&")]  # so that the shell is not left behind
    started = subprocess.Popen(command, shell=True, cwd=place, env=environment(), stdout=subprocess.PIPE, text=True)
    running.callback(started.wait)
    running.callback(started.terminate)
    assert started.stdout is not None
    running.enter_context(started.stdout)
    return started.stdout.readline().rstrip()


def environment() -> dict[str, str]:
    """That of this process, with the commands of this Python first."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
    }


def run(line: str, place: Path) -> str:
    """What a line that begins with ``$`` prints; of tables the first one."""
    done = subprocess.run(line[2:], shell=True, cwd=place, env=environment(), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{line} ended with {done.returncode}: {done.stdout}{done.stderr}")
    shown = "\n".join(printed.rstrip() for printed in done.stdout.strip().splitlines())
    if "\nRanking\n" in shown:
        shown = shown[shown.index("Ranking\n") : shown.index("\nRanked by")].rstrip() + "\n..."
    return shown


def write(path: Path, body: str) -> None:
    """Writes a shown file; a method takes the place of the one of its name and what follows it."""
    if path.suffix == ".py":
        before = path.read_text(encoding="utf-8")
        body = before[: before.index(body[: body.index("(")])] + body
    path.write_text(body, encoding="utf-8")


if __name__ == "__main__":
    main()
