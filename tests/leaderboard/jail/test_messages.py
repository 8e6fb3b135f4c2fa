"""Checklist C, 22 to 28: agents that write to the judge themselves, or answer with what is no action."""

import ast
from pathlib import Path

import numpy as np
import pytest

import agora.leaderboard.jail
from agora.leaderboard.jail.fault import Fault

MALFORMED = {
    "C24 garbage": ("garbage", "the reply is larger"),
    "C24 huge header": ("huge_header", "the reply is larger"),
    "C24 huge body": ("huge_body", "the reply is larger"),
    "C24 ten megabytes": ("ten_megabytes", "the reply is larger"),
    "C24 empty": ("empty_header", "the header of the reply is malformed"),
    "C24 not a message": ("not_a_message", "the header of the reply is malformed"),
    "C24 invalid UTF-8": ("invalid_utf8", "the header of the reply is malformed"),
    "C24 deep": ("deep", "the header of the reply is malformed"),
    "C24 long integer": ("long_integer", "the header of the reply is malformed"),
    "C24 NaN": ("not_a_number", "the header of the reply is malformed"),
    "C24 JSON": ("json_instead", "the header of the reply is malformed"),
    "C24 negative shape": ("negative_shape", "the reply is not one array"),
    "C24 huge shape": ("huge_shape", "the reply is not one array"),
    "C24 short body": ("short_body", "the reply is not one array"),
    "C25 other nonce": ("other_nonce", "replied to another request"),
    "C25 other step": ("other_step", "replied to another request"),
    "C25 two at once": ("two_at_once", "replied without being asked"),
    "C25 too early": ("TooEarly", ""),
    "C25 unknown cause": ("Blames", "the header of the reply is malformed"),
    "C27 pickle": ("pickled", "the reply is not one array"),
    "hangs up": ("hangs_up", "hung up"),
}


def ask(agent, times):
    """Asks for a move in one lane, so many times."""
    for _ in range(times):
        agent.act(np.zeros((1, 11), np.float32), np.ones((1, 2), bool), np.arange(1))


@pytest.mark.parametrize("name", MALFORMED)
def test_breaking_the_protocol_forfeits(arena, level, name):
    entry, message = MALFORMED[name]
    with arena.jailed(f"messages.py:{entry}", level) as agent:
        arena.caught(arena.play(agent), "protocol", message)


def test_c24_half_a_reply_and_then_nothing_is_a_matter_of_time(arena, level):
    with arena.jailed("messages.py:half", level) as agent:
        arena.caught(arena.play(agent), "time", "act took longer")


def test_c25_a_second_reply_to_one_request_is_found_at_the_next(arena, level):
    with arena.jailed("messages.py:TwoInTurn", level) as agent:
        agent.reset(arena.game.spec, np.arange(1), 0)
        with pytest.raises(Fault) as raised:
            ask(agent, times=2)
    assert raised.value.cause == "protocol"
    assert raised.value.message.startswith("replied ")


def test_c26_claims_of_rewards_and_results_are_not_read(arena, level):
    with arena.jailed("messages.py:claims_to_have_won", level) as agent:
        agent.reset(arena.game.spec, np.arange(3), 0)
        actions = agent.act(np.zeros((3, 11), np.float32), np.ones((3, 2), bool), np.arange(3))
    assert actions.tolist() == [0, 0, 0]


def test_c22_a_flood_of_output_is_cut_and_costs_nobody_anything(arena, level):
    with arena.jailed("messages.py:floods", level) as agent:
        played = arena.play(agent)
    assert {game.ended for game in played} == {"terminated"}
    assert 0 < len(agent.log) <= 64 * 1024
    assert "\x1b" not in agent.log


def test_c22_an_endless_flood_is_a_matter_of_time(arena, level):
    with arena.jailed("messages.py:floods_without_end", level) as agent:
        arena.caught(arena.play(agent), "time", "act took longer")
    assert len(agent.log) <= 64 * 1024


def test_c23_what_looks_like_a_reply_on_standard_output_is_none(arena, level):
    with arena.jailed("messages.py:prints_replies", level) as agent:
        played = arena.play(agent)
    assert {tuple(game.moves) for game in played} == {(0, 0)}


def test_an_agent_may_close_its_output(arena, level):
    with arena.jailed("messages.py:closes_its_output", level) as agent:
        played = arena.play(agent)
    assert {game.ended for game in played} == {"terminated"}


@pytest.mark.parametrize(
    "wrong",
    ["true", "floats", "nothing", "text", "objects", "dictionary", "pickle", "table", "too few", "ragged", "complex"],
)
def test_c27_an_answer_of_another_type_is_illegal(arena, wrong):
    (arena.folder / "wrong.txt").write_text(wrong)
    with arena.jailed("messages.py:Wrong", 1.0) as agent:
        arena.caught(arena.play(agent), "illegal", "")


@pytest.mark.parametrize("wrong", ["negative", "out of range", "huge", "wrapped"])
def test_c27_an_action_that_does_not_exist_forfeits_that_game(arena, wrong):
    (arena.folder / "wrong.txt").write_text(wrong)
    with arena.jailed("messages.py:Wrong", 1.0) as agent:
        for game in arena.play(agent):
            assert game.ended == "forfeit"
            assert game.faults == {str(game.seating.index(1)): "illegal action"}


def test_c28_nothing_in_the_jails_package_evaluates_or_unpickles():
    for path in Path(agora.leaderboard.jail.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "")}
                assert not names & {"pickle", "marshal", "shelve", "yaml", "dill", "joblib"}, path
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in ("eval", "exec", "compile", "np.load", "numpy.load"), path
