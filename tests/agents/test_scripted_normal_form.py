"""The scripted players of normal-form games."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.solvers.best_response import nash_conv
from agora.agents.solvers.tree import build

ID = "agora/NormalForm-v0"


def chosen(script, *past, seed=0, **options):
    """What each seat does, (P,), after the rounds ``past``."""
    game = agora.envs.game(ID, **options)
    state = game.new(seed)
    for choices in past:
        game.step(state, choices)
    seats = range(game.spec.players)
    observation = np.stack([game.observe(state, seat) for seat in seats])
    legal = np.stack([game.legal(state, seat) for seat in seats])
    agent = load(f"scripted/{script}", game.spec)
    agent.reset(game.spec, np.arange(len(legal)), 0)
    return agent.act(observation, legal, np.arange(len(legal))).tolist()


def test_tit_for_tat_cooperates_then_answers_in_kind():
    dilemma = {"name": "prisoners_dilemma", "rounds": 5}
    assert chosen("tit_for_tat", **dilemma) == [0, 0]
    assert chosen("tit_for_tat", (0, 1), **dilemma) == [1, 0]
    assert chosen("tit_for_tat", (0, 1), (1, 1), **dilemma) == [1, 1]
    assert chosen("tit_for_tat", (0, 2), payoffs=[[1, 2, 3], [1, 2, 3]], rounds=2) == [0, 0]  # it has no third action


def test_best_reply_to_the_round_before():
    throws = {"name": "rock_paper_scissors", "rounds": 2}
    assert chosen("best_reply", (0, 2), **throws) == [0, 1]  # rock beats scissors, paper beats rock
    # Against uniform draws: rock earns 25, paper 20, scissors -45 in three throws.
    assert chosen("best_reply", name="biased_rock_paper_scissors") == [0, 0]


def test_best_reply_of_three_players():
    payoffs = np.zeros((2, 3, 2, 3))
    payoffs[0, :, :, 0] = [[6, 0], [0, 0], [0, 0]]
    payoffs[1, :, :, 0] = [[0, 0], [0, 7], [0, 0]]
    assert chosen("best_reply", payoffs=payoffs)[0] == 1
    payoffs[0, 0, 0, 0] = 8
    assert chosen("best_reply", payoffs=payoffs)[0] == 0
    assert chosen("best_reply", (0, 1, 1), payoffs=payoffs, rounds=2)[0] == 1


def test_maximin():
    assert chosen("maximin", name="chicken") == [1, 1]
    assert chosen("maximin", name="stag_hunt") == [1, 1]
    assert chosen("maximin", payoffs=[[1, 5, 5], [2, 3, 4]]) == [1, 0]
    # With payoffs above 0 everywhere, combinations that cannot be must not count as worst.
    assert chosen("maximin", payoffs=[[3, 9], [4, 4], [5, 2]])[0] == 1


@pytest.mark.parametrize(
    "options",
    [
        {"name": "matching_pennies"},
        {"name": "rock_paper_scissors"},
        {"name": "biased_rock_paper_scissors"},
        {"name": "prisoners_dilemma"},
        {"name": "stag_hunt"},
        {"name": "chicken"},
        {"name": "battle_of_the_sexes"},
        {"name": "coordination", "rounds": 2},
        {"name": "trust"},
        {"payoffs": [[3, -1, 2], [-2, 4, 0.5]]},
        {"payoffs": [[[2, 1], [1, 3]], [[0, 2], [3, 1]]]},  # no pure equilibrium, not zero-sum
    ],
)
def test_equilibrium_cannot_be_exploited(options):
    game = agora.envs.game(ID, **options)
    agent = load("scripted/equilibrium", game.spec)
    assert nash_conv(build(game), agent.policy) == pytest.approx(0, abs=1e-5)


def test_equilibrium_of_drawn_games():
    """In each of 300 games neither action of either player pays more against the other's strategy than its own does."""
    game = agora.envs.game(ID, name="random_2x2")
    agent = load("scripted/equilibrium", game.spec)
    mixed = 0
    for seed in range(300):
        state = game.new(seed)
        first, second = (agent.policy(game.observe(state, seat)[None], np.ones((1, 2), bool))[0] for seat in (0, 1))
        table = state.payoffs.reshape(2, 2, 2)
        for payoffs, own, other in ((table[..., 0], first, second), (table[..., 1].T, second, first)):
            assert (payoffs @ other).max() <= own @ payoffs @ other + 1e-6
        mixed += 0 < first[0] < 1
    assert 20 < mixed < 60  # 1 in 8 has no pure equilibrium


def test_equilibrium_says_what_it_plays():
    with pytest.raises(ValueError, match="two actions"):
        load("scripted/equilibrium", agora.envs.spec(ID, name="shapley"))
