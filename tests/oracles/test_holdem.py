"""Texas hold'em in lock-step with OpenSpiel's ``universal_poker``, which runs the code of the ACPC server.

Cards and actions have the same numbers. Two limits of OpenSpiel shape the list: with limits it ignores the stacks, so
ours are deep, and it crashes with more than four players.
"""

import numpy as np
import pyspiel
import pytest

import agora.envs
from lockstep import play, same_information_sets

ID = "agora/Holdem-v0"
NO_LIMIT = {"betting": "nolimit", "bettingAbstraction": "fullgame"}
LIMIT = {"betting": "limit", "bettingAbstraction": "fcpa", "raiseSize": "2 2 4 4", "maxRaises": "3 4 4 4"}


def pair(stacks, theirs, **ours):
    """The same game in both suites."""
    players = len(stacks)
    blinds = [1, 2] + [0] * (players - 2)
    first = [1, 2, 2, 2] if players == 2 else [3, 1, 1, 1]
    parameters = {
        "numPlayers": players,
        "numRounds": 4,
        "blind": " ".join(map(str, blinds)),
        "firstPlayer": " ".join(map(str, first)),
        "numSuits": 4,
        "numRanks": 13,
        "numHoleCards": 2,
        "numBoardCards": "0 3 1 1",
        "stack": " ".join(map(str, stacks)),
    }
    game = agora.envs.game(ID, players=players, stacks=list(stacks), convention="acpc", **ours)
    return game, pyspiel.load_game("universal_poker", {**parameters, **theirs})


@pytest.mark.parametrize(
    ("stacks", "theirs", "ours", "games"),
    [
        ((30, 30), NO_LIMIT, {"bets": "all"}, 400),
        ((200, 200), NO_LIMIT, {"bets": "all"}, 60),
        ((20, 35), NO_LIMIT, {"bets": "all"}, 400),
        ((20, 30, 12), NO_LIMIT, {"bets": "all"}, 400),
        ((20, 7, 12, 30, 25, 9), NO_LIMIT, {"bets": "all"}, 400),
        ((3, 40, 5, 11, 4, 22), NO_LIMIT, {"bets": "all"}, 400),
        ((200, 200), {**NO_LIMIT, "bettingAbstraction": "fcpa"}, {"bets": (1.0,)}, 600),
        ((200, 90, 150), {**NO_LIMIT, "bettingAbstraction": "fcpa"}, {"bets": (1.0,)}, 600),
        ((200, 200), LIMIT, {"betting": "limit"}, 600),
        ((200,) * 3, LIMIT, {"betting": "limit"}, 600),
        ((200,) * 4, LIMIT, {"betting": "limit"}, 600),
    ],
)
def test_random_hands_go_the_same_way(stacks, theirs, ours, games):
    game, other = pair(stacks, theirs, **ours)
    play(game, other, games)


@pytest.mark.parametrize("stacks", [(12, 12), (12, 9, 15)])
def test_hands_that_seldom_fold_go_the_same_way(stacks):
    """Small stacks and no folding when there is a choice: most hands come to a showdown, many with side pots."""
    game, other = pair(stacks, NO_LIMIT, bets="all")
    generator, shown, shared = np.random.default_rng(0), 0, 0
    for seed in range(600):
        state, theirs, returns = game.settle(game.new(seed)), other.new_initial_state(), np.zeros(len(stacks))
        for card in state.cards[: state.dealt]:
            theirs.apply_action(int(card))
        while not state.over:
            assert np.flatnonzero(game.legal(state)).tolist() == theirs.legal_actions()
            action = int(generator.choice(theirs.legal_actions()[1:] or [1]))
            before = int(state.dealt)
            returns += game.step(state, action)
            theirs.apply_action(action)
            while state.to_move < 0 and not state.over:
                card = int(generator.choice(np.flatnonzero(game.chance(state))))
                returns += game.step(state, card)
                theirs.apply_action(card)
            assert before <= state.dealt
        assert theirs.is_terminal()
        assert returns == pytest.approx(theirs.returns())
        shown += bool(state.strength.any())
        shared += bool((returns % 1).any())
    assert shown > 300
    assert len(stacks) == 2 or shared


@pytest.mark.parametrize(
    ("stacks", "theirs", "ours"),
    [((30, 30), NO_LIMIT, {"bets": "all"}), ((200,) * 3, LIMIT, {"betting": "limit"})],
)
def test_information_sets_part_the_states_alike(stacks, theirs, ours):
    game, other = pair(stacks, theirs, **ours)
    same_information_sets(game, other, 400)
