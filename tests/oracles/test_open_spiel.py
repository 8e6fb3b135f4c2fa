"""The games in lock-step with OpenSpiel's, an independent implementation of the same rules in C++."""

import pyspiel
import pytest

import agora.envs
from agora.agents.solvers.tree import TERMINAL, build
from lockstep import play, same_information_sets

GAMES = {
    "kuhn of two": ("agora/KuhnPoker-v0", {}, "kuhn_poker"),
    "kuhn of three": ("agora/KuhnPoker-v0", {"players": 3}, "kuhn_poker(players=3)"),
    "kuhn of four": ("agora/KuhnPoker-v0", {"players": 4}, "kuhn_poker(players=4)"),
    "leduc": ("agora/LeducPoker-v0", {}, "leduc_poker"),
    "leduc of ranks": ("agora/LeducPoker-v0", {"suit_isomorphism": True}, "leduc_poker(suit_isomorphism=True)"),
    "connect four": ("agora/ConnectFour-v0", {}, "connect_four"),
}
SAME_DECK = [name for name in GAMES if name != "leduc of ranks"]  # where OpenSpiel deals ranks instead of cards


@pytest.mark.parametrize("name", SAME_DECK)
def test_random_games_go_the_same_way(name):
    id, options, theirs = GAMES[name]
    play(agora.envs.game(id, **options), pyspiel.load_game(theirs), games=150)


@pytest.mark.parametrize("name", [name for name in SAME_DECK if name != "connect four"])
def test_random_games_show_players_the_same(name):
    id, options, theirs = GAMES[name]
    same_information_sets(agora.envs.game(id, **options), pyspiel.load_game(theirs), games=150)


@pytest.mark.parametrize("name", [name for name in SAME_DECK if name != "connect four"])
def test_information_sets_part_the_states_alike(name):
    """Over the whole tree, two of our states look alike to the mover exactly where two of theirs do."""
    id, options, theirs_name = GAMES[name]
    tree, theirs = build(agora.envs.game(id, **options)), pyspiel.load_game(theirs_name)
    states = [theirs.new_initial_state()]
    for node in range(1, len(tree.parent)):
        states.append(states[tree.parent[node]].child(int(tree.action[node])))
    pairs = set()
    for node, state in enumerate(states):
        assert state.is_terminal() == (tree.player[node] == TERMINAL)
        if state.is_terminal():
            assert tree.returns[node] == pytest.approx(state.returns())
        elif not state.is_chance_node():
            pairs.add((int(tree.infostate[node]), state.information_state_string()))
    assert len(pairs) == len(tree.owner) == len({string for _, string in pairs})


@pytest.mark.parametrize("name", ["leduc", "leduc of ranks"])
def test_leduc_has_as_many_information_states_as_theirs(name):
    id, options, theirs_name = GAMES[name]
    theirs, seen, waiting = pyspiel.load_game(theirs_name), set(), []
    waiting.append(theirs.new_initial_state())
    while waiting:
        state = waiting.pop()
        if not state.is_terminal():
            if not state.is_chance_node():
                seen.add((state.current_player(), state.information_state_string()))
            waiting += [state.child(action) for action in state.legal_actions()]
    assert len(build(agora.envs.game(id, **options)).owner) == len(seen)
