"""`agora check`: agents with one thing wrong each, and whether it is found and said plainly."""

import re

import pytest

from agora.leaderboard.submission.check import check
from agora.leaderboard.submission.manifest import FILE
from agora.leaderboard.submission.new_agent import write_new_agent
from submissions import HEAD, KUHN, kinds, submission


def test_a_good_agent_has_neither_errors_nor_warnings_for_one_game_or_many(tmp_path):
    ids = [KUHN, "agora/TicTacToe-v0"]
    findings = list(check(submission(tmp_path / "a", ids=ids), trust=True))
    assert {kind for kind, _ in findings} == {"note"}
    for id in ids:
        assert any(f"{id}: one game alone and then 64 games at once went by the rules" in text for _, text in findings)


@pytest.mark.parametrize("played", [KUHN, "agora/Shop-v0", "agora/SealedAuction-v0", "agora/AlternatingOffers-v0"])
def test_the_template_plays_every_kind_of_environment(played, tmp_path):
    """Cards, one player, all at once, and continuous actions in turns."""
    write_new_agent(tmp_path / "a")
    manifest = (tmp_path / "a" / FILE).read_text().replace(KUHN, played).replace("your name", "me")
    (tmp_path / "a" / FILE).write_text(manifest)
    findings = list(check(tmp_path / "a", trust=True))
    assert {kind for kind, _ in findings} == {"note"}
    assert any("it draws lots" in text for _, text in findings)


ANSWER = "return legal.argmax(axis=1)"
WRONG = {
    "returns nothing": (ANSWER, "return None", r"ValueError: act\(\) returned shape"),
    "one action for all": (ANSWER, "return 0", r"returned shape \(\) .*; expected \(1,\)"),
    "floats": (ANSWER, "return legal.argmax(axis=1) / 1", "returned float64; .* takes integers"),
    "illegal": (ANSWER, "return np.full(len(lanes), 7)", "it answered 7 where `legal` allowed 0, 1"),
    "negative": (ANSWER, "return np.full(len(lanes), -1)", "it answered -1 where `legal` allowed"),
    "raises": (ANSWER, "raise KeyError('x')", "KeyError: 'x'"),
    "exits": (ANSWER, "raise SystemExit", "it forfeits: SystemExit"),
    "reset raises": ("        pass", "        raise KeyError('y')", "KeyError: 'y'"),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_what_costs_games_is_an_error(old, new, message, tmp_path):
    errors = kinds(check(submission(tmp_path / "a", HEAD.replace(old, new)), trust=True), "error")
    assert errors
    assert all(error.startswith((f"{KUHN}, one game alone: it forfeits: ", f"{KUHN}, 64 games")) for error in errors)
    assert re.search(message, errors[0])


def test_a_crash_with_many_games_only_is_told_apart(tmp_path):
    code = HEAD.replace("return legal", "assert len(lanes) == 1, 'too many'\n        return legal")
    errors = kinds(check(submission(tmp_path / "a", code), trust=True), "error")
    assert errors == [f"{KUHN}, 64 games at once: it forfeits: AssertionError: too many"]


def test_nan_is_no_action(tmp_path):
    code = HEAD.replace("legal.argmax(axis=1)", "np.full((len(lanes), 1), np.nan, np.float32)")
    errors = kinds(check(submission(tmp_path / "a", code, ["agora/SealedAuction-v0"]), trust=True), "error")
    assert "it answered [nan]; NaN is no action" in errors[0]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import no_such_module", "cannot be started: ModuleNotFoundError: No module named 'no_such_module'"),
        ("Agnet = 3", "cannot be started: AttributeError"),
        ("class Agent:\n    def __init__(self, spec):\n        1 / 0", "cannot be started: ZeroDivisionError"),
        ("class Agent:\n    def __init__(self, spec):\n        pass", "made a Agent, which lacks needs, reset or act"),
        ("import sys; sys.exit(3)", "cannot be started: SystemExit: 3"),
        ("def f(:", "cannot be started: SyntaxError"),
    ],
)
def test_what_cannot_be_started_is_told(code, message, tmp_path):
    (error,) = kinds(check(submission(tmp_path / "a", code), trust=True), "error")
    assert message in error


def test_a_bad_manifest_archive_or_path_is_told(tmp_path):
    assert "there is no environment" in kinds(check(submission(tmp_path / "a", ids=["chess"])), "error")[0]
    assert "agora new-agent" in kinds(check(tmp_path / "none"), "error")[0]
    (tmp_path / "b.zip").write_bytes(b"hello")
    assert "is refused: it is neither" in kinds(check(tmp_path / "b.zip"), "error")[0]
    (tmp_path / "a" / "link").symlink_to("/etc/passwd")
    assert "is a link" in kinds(check(tmp_path / "a"), "error")[0]


def test_modules_that_are_not_there_and_pickles_are_told(tmp_path):
    folder = submission(tmp_path / "a", requires=["numpy", "no_such_module"])
    (folder / "net.pkl").write_bytes(b"")
    findings = list(check(folder, trust=True))
    assert kinds(findings, "error") == [
        "It requires no_such_module, which cannot be imported here; nothing is installed for it."
    ]
    assert "net.pkl holds a pickle, which can run code: it is only ever loaded inside the jail." in kinds(
        findings, "note"
    )


def test_the_authors_name_of_the_template_is_noticed(tmp_path):
    assert "your name" in kinds(check(submission(tmp_path / "a", author="your name"), trust=True), "warning")[0]


FORGETFUL = {
    "own entropy": (
        "        return legal.argmax(axis=1)",
        "        return (np.random.default_rng().random(legal.shape) * legal).argmax(axis=1)",
        "under the same seed it answers differently",
    ),
    "counts all calls": (
        "        return legal.argmax(axis=1)",
        "        self.calls = getattr(self, 'calls', 0) + 1\n"
        "        return legal.argmax(axis=1) if self.calls < 5 else legal.shape[1] - 1 - legal[:, ::-1].argmax(axis=1)",
        "a second reset does not make it play as new",
    ),
    "remembers by row": (
        "        return legal.argmax(axis=1)",
        "        even = np.arange(len(lanes)) % 2 == 0\n"
        "        return np.where(even, legal.argmax(axis=1), legal.shape[1] - 1 - legal[:, ::-1].argmax(axis=1))",
        "the order of games in a call changes its answers",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), FORGETFUL.values(), ids=FORGETFUL)
def test_what_is_seldom_meant_is_a_warning(old, new, message, tmp_path):
    findings = list(check(submission(tmp_path / "a", HEAD.replace(old, new)), trust=True))
    assert kinds(findings, "error") == []
    (warning,) = kinds(findings, "warning")
    assert warning.startswith(f"{KUHN}: {message}")


def test_memory_by_lane_is_no_warning(tmp_path):
    code = HEAD.replace("        pass", "        self.turn = dict.fromkeys(lanes.tolist(), 0)").replace(
        "        return legal.argmax(axis=1)",
        "        turns = np.array([self.turn[lane] for lane in lanes.tolist()])\n"
        "        for lane in lanes.tolist():\n            self.turn[lane] += 1\n"
        "        return np.where(turns == 0, legal.argmax(axis=1), legal.shape[1] - 1 - legal[:, ::-1].argmax(axis=1))",
    )
    findings = list(check(submission(tmp_path / "a", code), trust=True))
    assert {kind for kind, _ in findings} == {"note"}
    assert not any("draws lots" in text for _, text in findings)


def test_an_agent_that_fails_the_second_time_is_told(tmp_path):
    code = HEAD.replace("        pass", "        assert not hasattr(self, 'x')\n        self.x = 1")
    errors = kinds(check(submission(tmp_path / "a", code), trust=True), "error")
    assert errors == [f"{KUHN}: it fails when the same games are played again: AssertionError"]
