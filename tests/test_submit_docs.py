"""docs/submit-an-agent.md: its commands print what it shows, and its limits are those of the code."""

import re
import subprocess
import sys
from pathlib import Path

from agora.leaderboard.jail.limits import REMOTE, Budget, Limits
from agora.leaderboard.submission import archive, members, names

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "submit-an-agent.md").read_text(encoding="utf-8")


def test_the_commands_print_what_the_page_shows():
    command = [sys.executable, str(ROOT / "docs" / "run_commands.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_page_states_the_limits_of_archives_and_names():
    text = " ".join(PAGE.split())
    size, total = archive.ARCHIVE_BYTES >> 20, members.TOTAL_BYTES >> 20
    assert f"at most {size} MiB, {total} MiB unpacked, {members.FILES:,} files and folders" in text
    assert f"paths of at most {archive.PATH_BYTES} bytes and {archive.DEPTH} names" in text
    assert f"no more than {archive.RATIO} bytes for one packed byte once it is {archive.RATIO_FROM >> 20} MiB" in text
    assert f"up to {names.NAME_LENGTH} characters" in text
    assert f"the same, up to {names.AUTHOR_LENGTH}" in text


def test_the_page_states_the_limits_of_the_jail():
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", PAGE, re.MULTILINE))
    budget, limits = Budget(), Limits()
    assert rows["each `reset`, the first one with all imports"] == f"{budget.start:g} s"
    assert rows["each call of `act`"] == f"{budget.move:g} s, and {1000 * budget.lane:g} ms for each game in it"
    assert rows["what calls of `act` may overrun in all"] == f"{budget.bank:g} s"
    assert rows["all calls of `act` in one match"] == f"{budget.total:g} s"
    assert rows["memory (address space)"] == f"{limits.memory >> 30} GiB"
    assert rows["files it writes"] == f"{limits.scratch >> 20} MiB, gone after the match"


def test_the_page_states_the_time_of_agents_elsewhere():
    text = " ".join(PAGE.split())
    assert (
        f"has {REMOTE.start:g} s for each `reset`, {REMOTE.move:g} s for each call of `act` and {REMOTE.lane:g} s"
        in text
    )
    assert f"{REMOTE.bank:g} s that calls of `act` may overrun in all, and {REMOTE.total:,.0f} s for all calls" in text
