"""The log: whole units only, whatever is cut off; never two writers; damage is told."""

import pytest

from agora.leaderboard import store
from agora.leaderboard.match import Played
from agora.leaderboard.store import Contest, Entrant, Exact, Header


def header(seed=1):
    entrants = [Entrant("a", "random", "observation", ""), Entrant("b", "random", "observation", "")]
    contest = Contest(
        title="agora/X-v0",
        key="agora/X-v0",
        id="agora/X-v0",
        family="games",
        options={},
        players=2,
        payoff="zero-sum",
        unit="chips",
        returns=(-1.0, 1.0),
        seats=("first", "second"),
        floor=[0.0, 0.0],
        ceiling=[0.0, 0.0],
        certificate="exact",
        source="nobody",
        entrants=entrants,
        deals=3,
        deals_at_once=1,
        digest="",
    )
    return Header(store.FORMAT, "Season", seed, "quick", {"agora-rl": "0"}, [contest])


def game(deal, flip=False):
    return Played(deal, deal + 100, [1, 0] if flip else [0, 1], [1.0, -1.0], 2, "terminated", [0, 1])


UNITS = [
    ("exact/0", [Exact(0, "NashConv", 0.5)]),
    *((f"0-1/{deal}", [game(deal), game(deal, True)]) for deal in range(3)),
]


def write(path, units, the_header=None):
    with store.open_log(path, the_header or header()) as log:
        for name, records in units:
            if (0, name) not in log.done:
                log.append(0, name, records)
        return log.notes


def test_what_was_written_is_read(tmp_path):
    write(tmp_path / "log.jsonl", UNITS)
    results = store.read(tmp_path / "log.jsonl")
    assert results.header == header()
    assert results.games == [[game(deal, flip) for deal in range(3) for flip in (False, True)]]
    assert results.exacts == [[Exact(0, "NashConv", 0.5)]]
    assert results.done == {(0, name) for name, _ in UNITS}


def test_a_log_cut_at_any_byte_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    monkeypatch.setattr(store.os, "fsync", lambda file: None)  # a second per thousand cuts
    path = tmp_path / "log.jsonl"
    assert write(path, UNITS) == []
    whole = path.read_bytes()
    done = {0}
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        notes = write(path, UNITS)
        assert path.read_bytes() == whole
        done.add(len(notes))
    assert done == {0, 1}  # told where something was dropped, silent between two units
    assert list(tmp_path.iterdir()) == [path]


def test_reading_leaves_out_an_unfinished_unit(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, UNITS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert len(store.read(path).games[0]) == 4
    path.write_bytes(b"".join(lines)[:-1])
    assert len(store.read(path).games[0]) == 4


def test_a_log_with_another_header_is_kept_beside(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, UNITS)
    first = path.read_bytes()
    notes = write(path, UNITS, header(seed=2))
    assert "kept as log-1.jsonl" in notes[0]
    assert (tmp_path / "log-1.jsonl").read_bytes() == first
    assert store.read(path).header.seed == 2
    assert "kept as log-2.jsonl" in write(path, UNITS)[0]


def test_only_one_run_may_write(tmp_path):
    path, told = tmp_path / "log.jsonl", pytest.raises(ValueError, match="written by another run")
    with store.open_log(path, header()), told:
        write(path, UNITS)
    write(tmp_path / "log.jsonl", UNITS)


@pytest.mark.parametrize("line", [b"{}\n", b"nonsense\n", b'{"record":"game"}\n', b"\xff\n"])
def test_a_damaged_line_within_is_told_with_its_number(tmp_path, line):
    path = tmp_path / "log.jsonl"
    write(path, UNITS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:4], line, *lines[4:]]))
    with pytest.raises(ValueError, match="line 5 is damaged"):
        store.read(path)
    with pytest.raises(ValueError, match="line 5 is damaged"):
        write(path, UNITS)


def test_what_is_no_log_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Cannot read the log"):
        store.read(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(ValueError, match="does not begin with a header"):
        store.read(tmp_path / "empty.jsonl")
