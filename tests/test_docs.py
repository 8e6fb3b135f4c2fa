"""The README's code runs, and what is generated is up to date."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import agora.envs

ROOT = Path(__file__).parents[1]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


@pytest.mark.parametrize("block", BLOCKS, ids=[block.splitlines()[0][:30] for block in BLOCKS])
def test_readme_code_runs(block, tmp_path):
    command = [sys.executable, "-P", "-W", "error", "-c", block]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_generated_pages_are_up_to_date():
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "make_pages.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout}: run `python docs/make_pages.py`"


PRELUDE = """
from typing import NamedTuple

from agora.envs.api import EVERYONE, Discrete, Piece, Spec, check_integer
from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.rng import integer
"""


def test_the_example_of_contributing_is_a_game(tmp_path, monkeypatch):
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    assert len(guide.splitlines()) < 60
    code = textwrap.dedent(re.search(r"```python\n(.*?)```", guide, re.S).group(1))
    (tmp_path / "higher_number").mkdir()
    (tmp_path / "higher_number" / "__init__.py").touch()
    (tmp_path / "higher_number" / "rules.py").write_text(PRELUDE + code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(agora.envs.TABLE, "agora/HigherNumber-v0", "higher_number")
    batch = agora.envs.batch("agora/HigherNumber-v0", 1000, 0, autoreset="disabled", top=3)
    numbers = batch.states.number.astype(int)
    assert (batch.observation[:, 0, 0] == numbers[:, 0]).all()
    batch.step(np.ones((1000, 2), int))
    assert batch.terminated.all()
    assert (batch.rewards[:, 0] == np.sign(numbers[:, 0] - numbers[:, 1])).all()
    assert set(numbers.ravel()) == {0, 1, 2, 3}
