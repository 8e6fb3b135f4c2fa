"""Control groups, on a tree of plain folders that looks like the kernel's."""

import os

import pytest

from agora.leaderboard.jail import cgroup
from agora.leaderboard.jail.limits import Limits

LIMITS = Limits(memory=1000, scratch=10, threads=7)


def kernel(folder, monkeypatch, files):
    """Makes every new group hold ``files``, as the kernel does."""
    make = type(folder).mkdir

    def mkdir(path, *arguments, **keywords):
        make(path, *arguments, **keywords)
        for name in files:
            (path / name).write_text("")

    monkeypatch.setattr(type(folder), "mkdir", mkdir)


def test_version_2_makes_a_group_beside_the_judges(tmp_path, monkeypatch):
    root, own = tmp_path / "cgroup", tmp_path / "own"
    (root / "user" / "scope").mkdir(parents=True)
    (root / "cgroup.controllers").write_text("memory pids")
    own.write_text("0::/user/scope\n")
    kernel(tmp_path, monkeypatch, ["pids.max", "memory.max", "cgroup.procs"])
    (folder,) = cgroup.make(4321, LIMITS, root, own)
    assert folder.parent == root / "user"
    assert (folder / "pids.max").read_text() == "7"
    assert (folder / "memory.max").read_text() == "1020"
    assert (folder / "cgroup.procs").read_text() == "4321"


def test_version_1_makes_groups_beneath_the_judges(tmp_path, monkeypatch):
    root, own = tmp_path / "cgroup", tmp_path / "own"
    for path in ("pids", "memory/job", "cpu"):
        (root / path).mkdir(parents=True)
    own.write_text("9:cpu:/\n8:pids:/\n4:memory:/job\n0::/\n")
    kernel(tmp_path, monkeypatch, ["pids.max", "memory.limit_in_bytes", "cgroup.procs"])
    folders = cgroup.make(4321, LIMITS, root, own)
    assert {folder.parent for folder in folders} == {root / "pids", root / "memory" / "job"}


@pytest.mark.parametrize("files", [[], ["pids.max"], ["cgroup.procs"]])
def test_a_group_without_limits_or_that_takes_nobody_is_none(tmp_path, monkeypatch, files):
    root, own = tmp_path / "cgroup", tmp_path / "own"
    (root / "pids").mkdir(parents=True)
    own.write_text("8:pids:/\n")
    kernel(tmp_path, monkeypatch, files)
    monkeypatch.setattr(type(tmp_path), "rmdir", lambda path: None)  # the kernel's groups go with their files
    assert cgroup.make(4321, LIMITS, root, own) == []


def test_where_there_is_nothing_nothing_is_made(tmp_path):
    assert cgroup.make(4321, LIMITS, tmp_path, tmp_path / "none") == []
    (tmp_path / "own").write_text("0::/\n")
    assert cgroup.make(4321, LIMITS, tmp_path, tmp_path / "own") == []


def test_groups_of_dead_judges_are_taken_away(tmp_path):
    root, own = tmp_path / "cgroup", tmp_path / "own"
    dead, alive = root / "pids" / "agora-4999999-0", root / "pids" / f"agora-{os.getpid()}-0"
    for folder in (dead, alive):
        folder.mkdir(parents=True)
    own.write_text("8:pids:/\n")
    cgroup.make(4321, LIMITS, root, own)
    assert alive.exists()
    assert not dead.exists()


def test_removing_takes_empty_groups_away(tmp_path):
    folder = tmp_path / "agora-1-1"
    folder.mkdir()
    cgroup.remove([folder, tmp_path / "gone"])
    assert not folder.exists()
