"""Logs that were tampered with: any byte, and any meaning behind a chain made anew."""

import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from agora.leaderboard.log.records import Done, Exact, Header, Record, Reveal, lines_of, next_link, read
from agora.leaderboard.log.verify import verify
from agora.leaderboard.match import Played
from agora.leaderboard.season import run_season
from agora.leaderboard.seeds import commitment
from submissions import HEAD, submission

SEASON = """
title = "Test season"
seed = 3

[[environments]]
id = "agora/KuhnPoker-v0"
games = 4
duplicates = []
agents = ["random", "scripted/honest"]

[[environments]]
id = "agora/DealOrNoDeal-v0"
games = 2
duplicates = []
agents = ["random", "scripted/greedy", "random"]
"""
SWISS = """
[[environments]]
id = "agora/KuhnPoker-v0"
games = 20
agents = ["random", "scripted/honest", "random", "scripted/always_bet"]
schedule = "swiss"
"""


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    folder = tmp_path_factory.mktemp("season")
    (folder / "season.toml").write_text(SEASON)
    run_season(folder / "season.toml", folder / "out", progress=False)
    return folder / "out"


@pytest.fixture
def out(season, tmp_path):
    return shutil.copytree(season, tmp_path / "out")


def rewrite(out, change):
    """Lets ``change`` edit the list of records, and makes the chain anew."""
    path = out / "log.jsonl"
    records = [msgspec.json.decode(line, type=Record) for line in path.read_bytes().splitlines()]
    records = change(records) or records
    link, since, data = "", b"", b""
    for record in records:
        if isinstance(record, Done | Reveal):
            record.link = next_link(link, since, record)
            link, since = record.link, b""
            data += lines_of([record])
        else:
            since += lines_of([record])
            data += lines_of([record])
    path.write_bytes(data)
    return verify(path)


def first(records, kind, **fields):
    return next(
        record
        for record in records
        if isinstance(record, kind) and all(getattr(record, name) == value for name, value in fields.items())
    )


def games_of(records, contest):
    """The games of a contest."""
    found, unit = [], []
    for record in records:
        if isinstance(record, Done):
            found += unit if record.contest == contest else []
            unit = []
        elif isinstance(record, Played):
            unit.append(record)
    return found


def test_an_honest_log_is_verified_and_says_what_was_checked(season):
    report = verify(season / "log.jsonl")
    assert report.ok, report
    assert str(report).endswith("Verified.")
    assert any(line.startswith("chain: ") for line in report.checked)
    assert any("6 games in 3 units, all of the schedule, replayed" in line for line in report.checked)
    assert report.checked[-1] == (
        "tables, byte for byte: leaderboard.csv, leaderboard.html, leaderboard.json, leaderboard.md"
    )
    assert report.notes == []


def test_the_page_shows_how_to_check_without_agora(out, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "verify-a-table.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(out)
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True).returncode == 0
    lines = Path("log.jsonl").read_bytes().replace(b'"steps":2', b'"steps":3', 1)
    Path("log.jsonl").write_bytes(lines)
    assert b"AssertionError" in subprocess.run(command, capture_output=True).stderr
    rewrite(out, edit(Played, "seed", 7))
    assert b"AssertionError" in subprocess.run(command, capture_output=True).stderr


def test_a_chain_made_anew_without_a_change_is_still_verified(out):
    assert rewrite(out, lambda records: None).ok


def test_any_changed_byte_is_caught(tmp_path):
    (tmp_path / "season.toml").write_text(SEASON.split('\n\n[[environments]]\nid = "agora/Deal')[0])
    run_season(tmp_path / "season.toml", tmp_path, progress=False)
    path = tmp_path / "log.jsonl"
    whole = path.read_bytes()
    start = 0
    for number, line in enumerate(whole.splitlines(keepends=True), start=1):
        for part in (0, 0.35, 0.7, 1):
            changed = bytearray(whole)
            place = start + int(part * (len(line) - 1))
            changed[place] = ord("7") if changed[place] != ord("7") else ord("8")
            path.write_bytes(changed)
            report = verify(path)
            assert not report.ok, (number, place)
            assert "tables" not in str(report.checked)
        start += len(line)
    assert number > 15


def test_the_report_says_where(out):
    path = out / "log.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    number = 1 + next(index for index, line in enumerate(lines) if line.startswith(b'{"record":"game"'))
    end = number + next(index for index, line in enumerate(lines[number:], start=1) if b'"record":"done"' in line)
    right = msgspec.json.decode(lines[number - 1], type=Record).returns
    wrong = [9.0, right[1]]
    lines[number - 1] = lines[number - 1].replace(b'"returns":[%.1f,' % right[0], b'"returns":[9.0,')
    path.write_bytes(b"".join(lines))
    report = verify(path)
    assert report.problems == [
        f"log.jsonl, lines {number} to {end}: not what the judge wrote; the link at the end of these lines is that of "
        "other bytes.",
        f"line {number}, agora/KuhnPoker-v0, deal 0, random and honest: returns is recorded as {wrong}, and should be "
        f"{right}.",
    ]
    assert str(report).endswith("NOT verified: 2 problems.")


def edit(kind, name, value, **fields):
    """Sets a field of the first record of ``kind``; a function is called with the old value."""

    def change(records):
        record = first(records, kind, **fields)
        setattr(record, name, value(getattr(record, name)) if callable(value) else value)

    return change


def swap_returns(records):
    one = next(one for one in games_of(records, 0) if one.returns[0] != one.returns[1])
    one.returns.reverse()


def other_secret(records):
    last = records[-1]
    last.secret = "0" * 64
    records[0].commitment = commitment(last.secret)


def lose_unit(records):
    ends = [number for number, record in enumerate(records) if isinstance(record, Done)]
    begin, end = next((before, after) for before, after in pairwise(ends) if records[after].unit == "0-2/0")
    return records[: begin + 1] + records[end + 1 :]


def strange_unit(records):
    return [*records[:-1], Done(0, "0-1/99"), records[-1]]


def unit_of_another(records):
    first(records, Done, unit="0-1/0").unit = "1-0/0"


def lose_game(records):
    records.remove(first(records, Played))


def lose_exact(records):
    end = next(number for number, record in enumerate(records) if isinstance(record, Done))
    assert records[end].unit == "exact/0"
    return records[:1] + records[end + 1 :]


def more_moves(records):
    first(records, Played).moves.append(0)


def fewer_moves(records):
    one = next(one for one in games_of(records, 0) if one.steps > 2)
    one.moves.pop()
    one.steps -= 1


def no_moves(records):
    one = first(records, Played)
    one.moves, one.steps = [], 0


def contest_field(name, value):
    def change(records):
        setattr(records[0].contests[0], name, value)

    return change


CHANGES = {
    "returns": (swap_returns, "returns is recorded as"),
    "returns by a hair": (edit(Played, "returns", lambda old: [old[0] + 1e-15, old[1]]), "returns is recorded"),
    "metrics": (edit(Played, "metrics", {"invented": 1.0}), "metrics is recorded"),
    "deal": (edit(Played, "deal", 1, deal=0), "deal is recorded as 1, and should be 0"),
    "seed": (edit(Played, "seed", 12345), "seed is recorded as 12345"),
    "impossible seed": (edit(Played, "seed", -1), "seed of 53 bits"),
    "seating": (edit(Played, "seating", [1, 0], seating=[0, 1]), "seating is recorded as [1, 0]"),
    "strange seating": (edit(Played, "seating", [0, 77]), "seating is recorded as [0, 77]"),
    "steps": (edit(Played, "steps", lambda old: old + 1), "moves is recorded"),
    "end": (edit(Played, "ended", "truncated"), 'ended is recorded as "truncated", and should be "terminated"'),
    "forfeit": (edit(Played, "faults", {"0": "crash"}), "faults is recorded"),
    "conduct": (edit(Played, "conduct", []), "conduct is recorded as []"),
    "moves": (edit(Played, "moves", lambda old: [3] * len(old)), "is recorded as"),
    "moves of another kind": (edit(Played, "moves", "AAAA"), 'moves is recorded as "AAAA"'),
    "nested moves": (edit(Played, "moves", [[[1]]]), "moves is recorded as [[[1]]]"),
    "huge moves": (edit(Played, "moves", lambda old: [2**63] * len(old)), "moves is recorded as [92"),
    "more moves": (more_moves, "actions of this game, one for each step"),
    "fewer moves": (fewer_moves, "the game is not over"),
    "no moves": (no_moves, "steps is recorded as 0, and should be"),
    "too few returns": (edit(Played, "returns", [1.0]), "a return for each seat"),
    "game": (lose_game, "has 3 games and 0 other lines, and should have 4 games"),
    "unit": (lose_unit, "1 units of the schedule are missing, the first is 0-2/0"),
    "strange unit": (strange_unit, "unit '0-1/99' from line"),
    "unit under another name": (unit_of_another, "units of the schedule are missing, the first is 0-1/0"),
    "exact number": (edit(Exact, "value", lambda old: old + 1e-6), "exact numbers of random, from line 2 on"),
    "exact number of another": (edit(Exact, "agent", 1, agent=0), "exact numbers of random"),
    "no exact number": (lose_exact, "exact numbers of random are missing"),
    "exact unit of nobody": (edit(Done, "unit", "exact/9", unit="exact/0"), "'exact/9' in line 2 is of no agent"),
    "secret": (edit(Reveal, "secret", "0" * 64), "is not the one that the first line promised"),
    "secret and promise": (other_secret, "seed is recorded as"),
    "no secret": (lambda records: records[:-1], "its secret is not revealed"),
    "title": (edit(Header, "title", "Another season"), "seed is recorded as"),
    "ceiling": (contest_field("ceiling", [1.0, 1.0]), "the header is not what this environment is: ceiling"),
    "floor": (contest_field("floor", [-1.0, -1.0]), "the header is not what this environment is: floor"),
    "certificate": (contest_field("certificate", "bound"), "the header is not what this environment is: certificate"),
    "unit of payoffs": (contest_field("unit", "euros"), "the header is not what this environment is: unit"),
    "players": (contest_field("players", 3), "the header is not what this environment is: players"),
    "deals": (contest_field("deals", 3), "deals_per_round"),
    "deals at once": (contest_field("deals_at_once", 0), "what this environment is: deals_at_once"),
    "stop": (contest_field("stop", 3.0), "cannot be set up here: stop = 3 is for"),
    "schedule": (contest_field("schedule", "swiss"), "schedule = 'swiss' needs more than 2 agents"),
    "agent that does not exist": (
        lambda records: setattr(records[0].contests[0].entrants[1], "source", "scripted/h7nest"),
        "there is no agent 'scripted/h7nest', which honest is said to be",
    ),
    "option": (contest_field("options", {"players": 3}), "the header is not what this environment is"),
    "no option": (contest_field("options", {"playrs": 3}), "cannot be set up here"),
    "environment": (contest_field("id", "agora/Nowhere-v0"), "cannot be set up here"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_meaning_is_caught_though_the_chain_is_made_anew(out, name):
    change, told = CHANGES[name]
    report = rewrite(out, change)
    assert told in " ".join(report.problems), report
    assert not any("not what the judge wrote" in problem for problem in report.problems)


def test_results_that_the_schedule_follows_from_are_checked(tmp_path):
    (tmp_path / "season.toml").write_text(SWISS)
    run_season(tmp_path / "season.toml", tmp_path, progress=False)
    assert verify(tmp_path / "log.jsonl").ok

    def exchange(records):
        for one in games_of(records, 0)[:20]:
            one.returns.reverse()

    report = rewrite(tmp_path, exchange)
    assert any("returns is recorded" in problem for problem in report.problems)
    assert any("units of the schedule are missing" in problem for problem in report.problems)


def test_a_schedule_that_follows_from_forfeits_is_verified(tmp_path):
    """A crash in a bargain without a deal is lost, though all got nothing: here that decides who meets again."""
    code = HEAD.replace("        return legal", "        raise KeyError('no')\n        return legal")
    folder = submission(tmp_path / "crashes", code, ("agora/DealOrNoDeal-v0",))
    (tmp_path / "season.toml").write_text(
        '[[environments]]\nid = "agora/DealOrNoDeal-v0"\ngames = 200\nschedule = "adaptive"\n'
        f'agents = [{{ name = "crashes", submission = "{folder}" }}, "random", "scripted/greedy"]\n'
    )
    run_season(tmp_path / "season.toml", tmp_path / "out", progress=False, trust=True)
    log = tmp_path / "out" / "log.jsonl"
    (games,) = read(log).games
    assert any(game.faults and len(set(game.returns)) == 1 for game in games)
    report = verify(log)
    assert report.ok, str(report)


def test_a_forfeit_of_a_seat_that_is_not_there_is_told(out):
    def change(records):
        first(records, Played).faults = {"7": "KeyError"}

    report = rewrite(out, change)
    assert "causes by seat" in str(report)


def test_other_sources_are_noted(out):
    report = rewrite(out, contest_field("digest", "0" * 16))
    assert any("source files are not those" in note for note in report.notes)
    report = rewrite(out, edit(Header, "versions", {"agora-rl": "0.0.1"}))
    assert any("made with agora-rl 0.0.1" in note for note in report.notes)


@pytest.mark.parametrize("ending", ["md", "csv", "json", "html"])
def test_changed_tables_are_caught(out, ending):
    path = out / f"leaderboard.{ending}"
    text = path.read_text()
    path.write_text(text.replace("honest", "Honest", 1))
    (problem,) = verify(out / "log.jsonl").problems
    number = next(number for number, line in enumerate(text.splitlines(), start=1) if "honest" in line)
    assert problem == f"{path} is not what the log says, from line {number} on."


def test_tables_elsewhere_and_tables_that_are_not_there(out, tmp_path):
    (out / "leaderboard.md").unlink()
    report = verify(out / "log.jsonl")
    assert report.ok
    assert report.notes == [f"Not in {out}, and so not compared: leaderboard.md."]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "leaderboard.md").write_text("# Test season\n")
    report = verify(out / "log.jsonl", tmp_path / "tables")
    assert [problem.split(" is not")[0] for problem in report.problems] == [str(tmp_path / "tables" / "leaderboard.md")]


def test_what_is_no_log_is_told(tmp_path):
    with pytest.raises(ValueError, match="Cannot read the log"):
        verify(tmp_path / "none.jsonl")
    path = tmp_path / "log.jsonl"
    for text, told in [
        ("", "does not begin with a header"),
        ("nonsense\n", "line 1 is damaged"),
        ('{"record":"header","format":1}\n', "of format 1"),
        ('{"record":"header","format":2}\n', "line 1 is damaged"),
    ]:
        path.write_text(text)
        (problem,) = verify(path).problems
        assert told in problem


def test_a_cut_log_is_told(out):
    path = out / "log.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    problems = " ".join(verify(path).problems)
    assert "belong to no closed unit" in problems
    assert "secret is not revealed" in problems
    assert "units of the schedule are missing" in problems


def test_names_in_a_report_are_harmless(out):
    def rename(records):
        records[0].contests[0].entrants[0].name = "\x1b[2Jnice\nVerified."
        first(records, Played).steps = 9

    text = str(rewrite(out, rename))
    assert "\x1b" not in text
    assert not any(line.startswith("Verified") for line in text.splitlines())


def test_long_reports_are_cut_short(out):
    report = rewrite(out, lambda records: [setattr(one, "steps", 99) for one in games_of(records, 0)] and None)
    assert len(report.problems) >= 4
    report.problems *= 9
    assert "problems more" in str(report)
    assert len(str(report).splitlines()) < 35
