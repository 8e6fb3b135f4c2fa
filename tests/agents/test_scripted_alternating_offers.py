"""The scripted bargainers: what they offer and take, divisible or in pieces."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load

ID = "agora/AlternatingOffers-v0"
ACCEPT, REJECT, OFFER = 0, 1, 2


def choice(name, game, state):
    agent, player = load(f"scripted/{name}", game.spec), int(state.to_move)
    return agent.act(game.observe(state, player)[None], game.legal(state)[None], np.zeros(1, int))[0]


def play(names, **options):
    """The returns (2,) of one game."""
    game = agora.envs.game(ID, **options)
    state, returns = game.new(0), np.zeros(2)
    while not state.over and state.steps < game.spec.max_steps:
        returns += game.step(state, choice(names[state.to_move], game, state))
    return returns


def test_equilibrium_without_a_horizon():
    game = agora.envs.game(ID, discount_1=0.8, discount_2=0.6)
    state = game.new(0)
    first, second = 0.6 * 0.2 / 0.52, 0.8 * 0.4 / 0.52  # what player 1 and player 2 offer
    assert choice("equilibrium", game, state) == pytest.approx([first, second])
    game.step(state, [0.1, 0])
    assert choice("equilibrium", game, state) == pytest.approx([second, first])


def test_equilibrium_follows_the_period():
    game = agora.envs.game(ID, horizon=3)
    state = game.new(0)
    assert choice("equilibrium", game, state)[0] == pytest.approx(0.09)
    game.step(state, [0.0, 0])
    assert choice("equilibrium", game, state) == pytest.approx([0.9, 0.09])
    game.step(state, [0.0, 1])
    assert choice("equilibrium", game, state) == pytest.approx([0.0, 0.9])
    game.step(state, [0.0, 1])
    assert choice("equilibrium", game, state)[1] == pytest.approx(0.0)


def test_equilibrium_in_pieces():
    game = agora.envs.game(ID, horizon=2, bins=10, discount_2=0.65)
    state = game.new(0)
    assert choice("equilibrium", game, state) == OFFER + 7  # waiting is worth 6.5 pieces to the other
    game.step(state, OFFER + 6)
    assert choice("equilibrium", game, state) == OFFER
    assert choice("equilibrium", game, after(game, OFFER + 7)) == ACCEPT
    game.step(state, OFFER)
    assert choice("equilibrium", game, state) == ACCEPT  # nothing comes after
    assert choice("fair", game, state) == REJECT


def after(game, action):
    state = game.new(0)
    game.step(state, action)
    return state


@pytest.mark.parametrize(("name", "offer"), [("fair", 0.5), ("tough", 0.25)])
def test_fair_and_tough_take_half(name, offer):
    game = agora.envs.game(ID)
    assert choice(name, game, game.new(0)) == pytest.approx([offer, 0.5])
    pieces = agora.envs.game(ID, bins=10)
    assert choice(name, pieces, pieces.new(0)) == OFFER + int(10 * offer)
    assert choice(name, pieces, after(pieces, OFFER + 5)) == ACCEPT
    assert choice(name, pieces, after(pieces, OFFER + 4)) == OFFER + int(10 * offer)


@pytest.mark.parametrize("options", [{}, {"bins": 10}])
def test_games_between_them(options):
    assert play(["fair", "fair"], **options).tolist() == [0.5, 0.5]
    assert play(["tough", "fair"], **options) == pytest.approx([0.45, 0.45])
    assert play(["tough", "tough"], **options).tolist() == [0, 0]
    best = agora.envs.game(ID, **options).reference().best
    assert play(["equilibrium", "equilibrium"], **options) == pytest.approx(best)
