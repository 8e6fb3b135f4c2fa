"""The log: whole units only, whatever is cut off; never two writers; any change of its bytes is told."""

import hashlib
import json

import pytest

from agora.leaderboard.log import records, writing
from agora.leaderboard.log.records import Contest, Done, Entrant, Exact, Header, Reveal
from agora.leaderboard.log.writing import open_log
from agora.leaderboard.match import Played


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
    return Header(records.FORMAT, "Season", seed, "quick", {"agora-rl": "0"}, [contest])


def game(deal, flip=False):
    return Played(deal, deal + 100, [1, 0] if flip else [0, 1], [1.0, -1.0], 2, "terminated", [0, 1])


UNITS = [
    ("exact/0", [Exact(0, "NashConv", 0.5)]),
    *((f"0-1/{deal}", [game(deal), game(deal, True)]) for deal in range(3)),
]


def write(path, units, the_header=None, secret=None):
    with open_log(path, the_header or header()) as log:
        for name, records in units:
            if (0, name) not in log.done:
                log.append(0, name, records)
            assert log.games(0, name) == [record for record in records if isinstance(record, Played)]
        if secret:
            log.reveal(secret)
        return log.notes


def test_what_was_written_is_read(tmp_path):
    write(tmp_path / "log.jsonl", UNITS)
    results = records.read(tmp_path / "log.jsonl")
    assert results.header == header()
    assert results.games == [[game(deal, flip) for deal in range(3) for flip in (False, True)]]
    assert results.exacts == [[Exact(0, "NashConv", 0.5)]]
    assert not results.closed


def test_a_closed_log_stays_as_it_is(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, UNITS, secret="s")
    assert records.read(path).closed
    whole = path.read_bytes()
    write(path, UNITS, secret="s")
    assert path.read_bytes() == whole
    with pytest.raises(ValueError, match="This log is closed"):
        write(path, [*UNITS, ("0-1/3", [game(3), game(3, True)])])
    assert path.read_bytes() == whole


def test_the_chain_is_as_documented(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, UNITS, secret="s")
    link, since, links = "", b"", 0
    for line in path.read_bytes().splitlines(keepends=True):
        record = json.loads(line)
        if "link" in record:
            bare = line.replace(record["link"].encode(), b"").rstrip(b"\n")
            link = hashlib.sha256(link.encode() + since + bare).hexdigest()
            assert record["link"] == link
            since, links = b"", links + 1
        else:
            since += line
    assert links == len(UNITS) + 1


def test_a_log_from_before_there_were_authors_and_fresh_deals_is_read(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, [])
    line = json.loads(path.read_bytes())
    for contest in line["contests"]:
        del contest["fresh"]
        for entrant in contest["entrants"]:
            del entrant["author"]
    path.write_text(json.dumps(line) + "\n")
    assert records.read(path).header == header()


def test_every_changed_byte_is_refused_or_leaves_the_log_open(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, UNITS, secret="s")
    whole = path.read_bytes()
    for place in range(len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        try:
            noticed = records.parse(bytes(changed), path, records.refuse) is None
        except ValueError:
            noticed = True
        assert noticed, place
    assert records.parse(whole[:-1] + b" ", path, records.refuse).secret == ""  # without its line feed no line counts


@pytest.mark.parametrize("kept", [[0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11, 12]])
def test_units_that_were_left_out_or_exchanged_are_told(tmp_path, kept):
    path = tmp_path / "log.jsonl"
    write(path, UNITS, secret="s")
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 13
    path.write_bytes(b"".join(lines[number] for number in kept))
    with pytest.raises(ValueError, match="not what the judge wrote"):
        records.read(path)


def test_what_does_not_belong_is_told_though_its_links_are_right(tmp_path):
    path = tmp_path / "log.jsonl"

    def read_with(*more):
        write(path, UNITS, secret="s")
        contents = records.parse(path.read_bytes(), path, records.refuse)
        link, lines = contents.link, b""
        for record in more:
            record.link = records.next_link(link, b"", record)
            link, lines = record.link, lines + records.lines_of([record])
        path.write_bytes(path.read_bytes() + lines)
        try:
            records.read(path)
        finally:
            path.unlink()

    with pytest.raises(ValueError, match="line 14: follows the line that closed the log"):
        read_with(Reveal("another"))
    with pytest.raises(ValueError, match="follows the line that closed"):
        read_with(Done(0, "0-1/9"))
    write(path, UNITS)
    with open_log(path, header()) as log:
        log.append(0, *UNITS[1])
    with pytest.raises(ValueError, match="unit '0-1/0' of contest 0 is there already"):
        records.read(path)


@pytest.mark.parametrize("change", [(b'","link', b'", "link'), (b'"secret":"s"', b'"secret":"s","x":1')])
def test_links_are_written_as_the_judge_writes_them(tmp_path, change):
    # No later link speaks for the last line, and its own does not for spaces or for keys that nobody reads.
    path = tmp_path / "log.jsonl"
    write(path, UNITS, secret="s")
    *before, last = path.read_bytes().splitlines(keepends=True)
    assert last.count(change[0]) == 1
    path.write_bytes(b"".join(before) + last.replace(*change))
    with pytest.raises(ValueError, match="lines 13 to 13: not what the judge wrote"):
        records.read(path)


def test_logs_of_another_format_are_told(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"record":"header","format":1,"title":"old","seed":1,"budget":"quick"}\n')
    with pytest.raises(ValueError, match="of format 1, and this version reads format 2: play the season again"):
        records.read(path)
    notes = write(path, UNITS)
    assert "kept as log-1.jsonl" in notes[0]


def test_a_log_cut_at_any_byte_ends_as_if_it_had_not_been(tmp_path, monkeypatch):
    monkeypatch.setattr(writing.os, "fsync", lambda file: None)  # a second per thousand cuts
    path = tmp_path / "log.jsonl"
    assert write(path, UNITS, secret="s") == []
    whole = path.read_bytes()
    done = {0}
    ends = [place for place, letter in enumerate(whole) if letter == ord("\n")]
    for cut in sorted({*range(0, len(whole), 5), *ends, *(end + 1 for end in ends[:-1])}):
        path.write_bytes(whole[:cut])
        notes = write(path, UNITS, secret="s")
        assert path.read_bytes() == whole
        done.add(len(notes))
    assert done == {0, 1}  # told where something was dropped, silent between two units
    assert list(tmp_path.iterdir()) == [path]


def test_reading_leaves_out_an_unfinished_unit(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, UNITS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert len(records.read(path).games[0]) == 4
    path.write_bytes(b"".join(lines)[:-1])
    assert len(records.read(path).games[0]) == 4


def test_a_log_with_another_header_is_kept_beside(tmp_path):
    path = tmp_path / "log.jsonl"
    write(path, UNITS)
    first = path.read_bytes()
    notes = write(path, UNITS, header(seed=2))
    assert "kept as log-1.jsonl" in notes[0]
    assert (tmp_path / "log-1.jsonl").read_bytes() == first
    assert records.read(path).header.seed == 2
    assert "kept as log-2.jsonl" in write(path, UNITS)[0]


def test_only_one_run_may_write(tmp_path):
    path, told = tmp_path / "log.jsonl", pytest.raises(ValueError, match="written by another run")
    with open_log(path, header()), told:
        write(path, UNITS)
    write(tmp_path / "log.jsonl", UNITS)


@pytest.mark.parametrize("line", [b"{}\n", b"nonsense\n", b'{"record":"game"}\n', b"\xff\n"])
def test_a_damaged_line_within_is_told_with_its_number(tmp_path, line):
    path = tmp_path / "log.jsonl"
    write(path, UNITS)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:4], line, *lines[4:]]))
    with pytest.raises(ValueError, match="line 5 is damaged"):
        records.read(path)
    with pytest.raises(ValueError, match="line 5 is damaged"):
        write(path, UNITS)


def test_what_is_no_log_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Cannot read the log"):
        records.read(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(ValueError, match="does not begin with a header"):
        records.read(tmp_path / "empty.jsonl")
