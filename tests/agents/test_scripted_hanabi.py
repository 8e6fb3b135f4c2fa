"""Scripted Hanabi players: what they do in positions worked by hand, and what they score."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import PolicyAgent, load, scripted_names

ID = "agora/Hanabi-v0"


def dealt(*hands, players=2, **options):
    """The game, and a state in which the players hold ``hands``."""
    game = agora.envs.game(ID, players=players, **options)
    state = game.new()
    for card in [card for hand in hands for card in hand]:
        game.step(state, "RYGWB".index(card[0]) * 5 + int(card[1]) - 1)
    return game, state


def does(name, game, state):
    """What the agent does, in words."""
    player = int(state.to_move)
    agent = load(f"scripted/{name}", game.spec)
    chances = agent.policy(game.observe(state, player)[None], game.legal(state)[None])[0]
    assert chances.sum() == 1
    return game.words.name(game.world, state, player, int(chances.argmax()))


def say(game, state, *lines):
    for line in lines:
        game.step(state, game.words.parse(game.world, state, int(state.to_move), line)[0])


def scores(name, games=400, **options):
    """The mean score of a team of one agent."""
    batch = agora.envs.batch(ID, games, 0, autoreset="disabled", **options)
    agent = load(f"scripted/{name}", batch.spec)
    agent.reset(batch.spec, np.arange(games), 0)
    while not batch.ended.all():
        lanes = np.flatnonzero(~batch.ended)
        batch.step(agent.act(batch.observation[lanes], batch.legal[lanes], lanes), lanes)
        assert not batch.illegal.any()
    return batch.returns[:, 0].mean()


def test_names():
    assert scripted_names(ID) == ["scripted/cautious", "scripted/piers", "scripted/conventional"]
    assert isinstance(load("scripted/piers", agora.envs.spec(ID)), PolicyAgent)


@pytest.mark.parametrize(("name", "action"), [("cautious", "play 1"), ("piers", "play 1"), ("conventional", "play 3")])
def test_plays_what_is_certain(name, action):
    """Alice knows her R1; her Y1, which may be any yellow card, she was asked to play just now."""
    game, state = dealt(["R1", "R3", "Y1", "G5", "B2"], ["W2", "W3", "R2", "Y4", "B3"])
    say(game, state, "hint Bob white", "hint Alice red", "hint Bob 4", "hint Alice 1", "hint Bob blue")
    say(game, state, "hint Alice yellow")
    assert does(name, game, state) == action


def test_piers_and_cautious_tell_of_playable_cards():
    game, state = dealt(["R4", "R3", "Y4", "G5", "B2"], ["W2", "W3", "R1", "Y4", "B3"])
    assert does("cautious", game, state) == "hint Bob red"
    assert does("piers", game, state) == "hint Bob 1"


def test_the_convention():
    game, state = dealt(["R1", "R3", "Y4", "G5", "B1"], ["W1", "W3", "R1", "W4", "B3"])
    assert does("conventional", game, state) == "hint Bob 1"  # the R1 is the newest that it points at
    say(game, state, "hint Bob 1")
    assert does("conventional", game, state) == "play 3"


def test_the_convention_saves_what_must_not_be_lost():
    """No card of Bob is playable and his oldest is a 5, which a hint of its rank keeps from being discarded."""
    game, state = dealt(["R4", "R3", "Y4", "G5", "B2"], ["W5", "W3", "R2", "Y4", "B3"])
    assert does("conventional", game, state) == "hint Bob 5"


@pytest.mark.parametrize(
    ("name", "players", "mean"),
    [("cautious", 2, 15.3), ("piers", 2, 17.0), ("conventional", 2, 21.3), ("conventional", 5, 19.7)],
)
def test_scores(name, players, mean):
    """Means over thousands of games; J. Walton-Rivers et al., 2017, have 17.0 or so for Piers with two players."""
    assert scores(name, players=players) == pytest.approx(mean, abs=0.5)


@pytest.mark.parametrize("name", ["cautious", "piers", "conventional"])
def test_any_level_and_size(name):
    seers, blind = (scores(name, 100, observation=level) for level in ("seer", "minimal"))
    assert seers > 16 > blind
    small = {"players": 3, "colors": 2, "ranks": 2, "hand_size": 1, "information_tokens": 2, "lives": 2}
    assert scores(name, 200, **small) > 1.5
