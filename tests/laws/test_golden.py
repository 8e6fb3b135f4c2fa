"""A version of an id is its traces."""

from golden import FOLDER, golden_file, golden_trace
from support import IDS


def test_golden_trace(id):
    assert golden_file(id).exists(), "no golden trace: run `python tests/golden.py` and look at what it wrote"
    assert golden_trace(id) == golden_file(id).read_text(), "traces changed: that needs a new version of the id"


def test_no_trace_without_an_id():
    assert {path.name for path in FOLDER.glob("*.txt")} == {golden_file(id).name for id in IDS}
