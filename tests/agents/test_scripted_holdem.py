"""Scripted hold'em players."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import PolicyAgent, load, scripted_names
from agora.agents.scripted.holdem import chen_points
from agora.envs.games.holdem.words import card_name

ID = "agora/Holdem-v0"
DECK = {card_name(card): card for card in range(52)}


def action(cards, *lines, **options):
    """What `tight` does after ``cards`` (own ones of everybody, then the board) and ``lines``, in words."""
    game = agora.envs.game(ID, **options)
    state, deck = game.new(), iter(cards.split())
    for line in (None, *lines):
        if line:
            game.step(state, game.words.parse(game.world, state, int(state.to_move), line)[0])
        while state.to_move < 0:
            game.step(state, DECK[next(deck)])
    mover = int(state.to_move)
    chance = load("scripted/tight", game.spec).policy(game.observe(state, mover)[None], game.legal(state)[None])[0]
    assert chance.max() == 1.0
    return game.words.name(game.world, state, mover, int(chance.argmax()))


def test_names():
    assert scripted_names(ID) == ["scripted/tight", "scripted/caller"]
    assert isinstance(load("scripted/tight", agora.envs.spec(ID)), PolicyAgent)


@pytest.mark.parametrize(
    ("hand", "points"),
    [("As Ah", 20), ("As Ks", 12), ("Ts 9s", 8), ("2c 2d", 5), ("5h 5d", 5), ("9h 5s", 1), ("Kd 7s", 3), ("7c 2d", -1)],
)
def test_chen_points(hand, points):
    """Worked by hand; 9 5 is 4.5 less 4, rounded up; 7 2 is 3.5 less 5."""
    assert chen_points(np.array([[DECK[card] for card in hand.split()]])).tolist() == [points]


@pytest.mark.parametrize(
    ("cards", "lines", "expected"),
    [
        ("As Ah 7c 2d", [], "raise to 6"),  # about the pot
        ("7c 2d As Ah", [], "fold"),
        ("Ts 9s 7c 2d", [], "call 1"),
        ("7c 2d As Ah", ["raise to 6"], "raise to 18"),
        ("7c 2d As Qs", ["raise to 6"], "call 4"),
        ("7c 2d Ts 9s", ["raise to 6"], "fold"),
        ("7c 2d 8s 3h 7d 7h Kc", ["call", "check", "check"], "bet 4"),  # three sevens
        ("7c 2d 8s 3h As Kh Kc", ["call", "check", "check"], "check"),
        ("7c 2d 8s 3h As Kh Kc", ["call", "check", "bet 4"], "fold"),
        ("7c 2d Ts 9h 9s Kh 3c", ["call", "check", "check", "bet 4"], "call 4"),
    ],
)
def test_tight_worked_by_hand(cards, lines, expected):
    assert action(cards, *lines) == expected


def test_tight_with_other_bets():
    assert action("As Ah 7c 2d", betting="limit") == "raise to 4"
    assert action("As Ah 7c 2d", bets="all") == "raise to 7"
    assert action("As Ah 7c 2d", bets=()) == "raise to 200 all-in"


@pytest.mark.parametrize("options", [{}, {"betting": "limit"}, {"players": 3, "stacks": [60, 200, 90]}])
def test_nobody_plays_an_illegal_action_and_tight_beats_callers(options):
    batch = agora.envs.batch(ID, 4000, seed=0, autoreset="disabled", **options)
    players, lanes = batch.spec.players, np.arange(4000)
    tight, caller = (load(f"scripted/{name}", batch.spec) for name in ("tight", "caller"))
    for agent in (tight, caller):
        agent.reset(batch.spec, lanes, 0)
    while not batch.ended.all():
        actions = np.ones(4000, np.int64)
        for agent, hers in ((tight, lanes % players == batch.to_move), (caller, lanes % players != batch.to_move)):
            rows = np.flatnonzero(hers & ~batch.ended)
            if len(rows):
                actions[rows] = agent.act(batch.observation[rows], batch.legal[rows], rows)
        batch.step(actions)
        assert not batch.illegal.any()
    won = batch.returns[lanes, lanes % players]
    assert won.mean() > 3 * won.std() / np.sqrt(4000)
