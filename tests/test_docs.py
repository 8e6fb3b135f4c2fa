"""The README's code runs, and what is generated is up to date."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


@pytest.mark.parametrize("block", BLOCKS, ids=[block.splitlines()[0][:30] for block in BLOCKS])
def test_readme_code_runs(block, tmp_path):
    command = [sys.executable, "-P", "-W", "error", "-c", block]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_generated_pages_are_up_to_date():
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "docs" / "make_pages.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout}: run `python docs/make_pages.py`"


def test_contributing_is_short():
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) < 75
