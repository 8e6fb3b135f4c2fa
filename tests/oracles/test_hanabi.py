"""Hanabi in lock-step with OpenSpiel, whose rules are those of the Hanabi Learning Environment."""

import numpy as np
import pyspiel
import pytest

import agora.envs
import lockstep

SMALL = {"players": 3, "colors": 2, "ranks": 2, "hand_size": 1, "information_tokens": 2, "lives": 2}
VARIANTS = {
    "two players": (300, {}),
    "three players": (60, {"players": 3}),
    "four players": (60, {"players": 4}),
    "five players": (60, {"players": 5}),
    "without knowledge": (60, {"observation": "minimal"}),
    "three seers": (30, {"players": 3, "observation": "seer"}),
    "long games": (60, {"lives": 10}),
    "small": (300, SMALL),
}
THEIR_NAMES = {
    "observation": "observation_type",
    "information_tokens": "max_information_tokens",
    "lives": "max_life_tokens",
}


def both(**options):
    """Our game and theirs."""
    named = {THEIR_NAMES.get(name, name): value for name, value in options.items()}
    return agora.envs.game("agora/Hanabi-v0", **options), pyspiel.load_game("hanabi", named)


@pytest.mark.parametrize("name", VARIANTS)
def test_random_games_in_lock_step(name):
    """Movers, legal actions, chances and returns, and at every decision every number of the observation."""
    games, options = VARIANTS[name]
    game, theirs = both(**options)
    players = range(game.spec.players)

    def compare(state, other):
        if not other.is_chance_node():
            for player in players:
                expected = np.array(other.observation_tensor(player), np.int8)
                assert canonical(game, state, player).tolist() == expected.tolist(), f"{player}\n{other}"

    lockstep.play(game, theirs, games, watch=compare)


def test_all_endings_agree():
    """Small games that end by the last life, by a perfect score and by the last round."""
    game, theirs = both(**SMALL)
    played = []

    def remember(state, other):
        if not played or played[-1] is not other:
            played.append(other)

    lockstep.play(game, theirs, 300, watch=remember, seed=1)
    endings = {"life": 0, "perfect": 0, "round": 0}
    for other in played:
        text = str(other)
        lost, perfect = "Life tokens: 0" in text, "Fireworks: R2 Y2" in text
        endings["life" if lost else "perfect" if perfect else "round"] += 1
    assert sum(endings.values()) == 300
    assert min(endings.values()) > 5, endings


def canonical(game, state, player):
    """Our observation without the rows that OpenSpiel leaves out: all actions before the latest."""
    pieces = game.spec.pieces(game.observe(state, player))
    return np.concatenate([(rows[:1] if name.startswith("last_") else rows).ravel() for name, rows in pieces.items()])


def test_observation_of_two_players_is_theirs_as_it_is():
    game, theirs = both()
    assert game.spec.observation_size == theirs.observation_tensor_shape()[0]


def test_actions_are_in_the_same_order():
    game, theirs = both(players=3)
    state, other = game.new(3), theirs.new_initial_state()
    while other.is_chance_node():
        outcome = int(np.flatnonzero(game.chance(state))[0])
        game.step(state, outcome)
        other.apply_action(outcome)
    assert [other.action_to_string(0, action) for action in (0, 5, 10, 15, 20, 25)] == [
        "(Discard 0)",
        "(Play 0)",
        "(Reveal player +1 color R)",
        "(Reveal player +2 color R)",
        "(Reveal player +1 rank 1)",
        "(Reveal player +2 rank 1)",
    ]
    words = [game.words.name(game.world, state, 0, action) for action in (0, 5, 10, 15, 20, 25)]
    assert words == ["discard 1", "play 1", "hint Bob red", "hint Cathy red", "hint Bob 1", "hint Cathy 1"]
