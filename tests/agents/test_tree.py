"""Game trees: shape, information states, simultaneous moves, and games that have none."""

import sys
from types import ModuleType

import numpy as np
import pytest

import agora.envs
from agora.agents.solvers.tree import CHANCE, NONE, TERMINAL, build, estimate
from agora.envs.jit import rule

KUHN, LEDUC = "agora/KuhnPoker-v0", "agora/LeducPoker-v0"


@pytest.fixture(scope="module")
def leduc():
    return build(agora.envs.game(LEDUC))


def node_counts(tree):
    kinds = tree.player
    return [int((kinds == CHANCE).sum()), int((kinds >= 0).sum()), int((kinds == TERMINAL).sum())]


@pytest.mark.parametrize(
    ("name", "options", "nodes", "infostates"),
    [  # OpenSpiel's integration tests; recomputed independently
        (KUHN, {}, [4, 24, 30], [6, 6]),
        (KUHN, {"players": 3}, [17, 288, 312], [16, 16, 16]),
        (LEDUC, {}, [157, 3780, 5520], [468, 468]),
        (LEDUC, {"suit_isomorphism": True}, [157, 3780, 5520], [144, 144]),
        (
            "agora/Goofspiel-v0",
            {"cards": 4, "information": "imperfect", "order": "descending"},
            [0, 501, 576],
            [81, 81],
        ),
    ],
)
def test_counts(name, options, nodes, infostates):
    tree = build(agora.envs.game(name, **options))
    assert node_counts(tree) == nodes
    assert np.bincount(tree.owner).tolist() == infostates


def test_connect_four_on_a_small_board_is_a_tree_without_chance():
    tree = build(agora.envs.game("agora/ConnectFour-v0", rows=2, columns=3))
    assert node_counts(tree)[::2] == [0, 90]
    assert not tree.returns.any()


def test_nodes_come_after_their_parents_and_lower_actions_first(leduc):
    assert leduc.parent[0] == NONE
    assert (leduc.parent[1:] < np.arange(1, len(leduc.parent))).all()
    siblings = np.lexsort((np.arange(len(leduc.parent)), leduc.parent))
    same = leduc.parent[siblings][1:] == leduc.parent[siblings][:-1]
    assert (np.diff(leduc.action[siblings])[same] > 0).all()


def test_arrays_say_what_the_rules_say(leduc):
    """Along drawn lines, the tree is what the game does state by state."""
    game, generator = agora.envs.game(LEDUC), np.random.default_rng(0)
    for _ in range(30):
        state, node, returns, latest = game.new(), 0, np.zeros(2), [NONE, NONE]
        while leduc.player[node] != TERMINAL:
            mover = int(leduc.player[node])
            assert state.to_move == mover
            children = np.flatnonzero(leduc.parent == node)
            if mover >= 0:
                infostate = int(leduc.infostate[node])
                assert leduc.owner[infostate] == mover
                assert leduc.before[infostate] == latest[mover]
                assert np.array_equal(leduc.observation[infostate], game.observe(state, mover))
                assert np.array_equal(leduc.legal[infostate], game.legal(state))
                assert leduc.action[children].tolist() == np.flatnonzero(game.legal(state)).tolist()
            else:
                assert leduc.nature[children] == pytest.approx(game.chance(state)[leduc.action[children]])
            node = int(generator.choice(children))
            if mover >= 0:
                latest[mover] = infostate * 3 + int(leduc.action[node])
            returns += game.step(state, int(leduc.action[node]))
            assert leduc.latest[node].tolist() == latest
            assert leduc.returns[node] == pytest.approx(returns)
        assert state.over


def test_rank_counts_own_decisions(leduc):
    first = leduc.before == NONE
    assert (leduc.rank[first] == 0).all()
    assert (leduc.rank[~first] == leduc.rank[leduc.before[~first] // 3] + 1).all()


def test_ends_in_sequence_form(leduc):
    ends = leduc.player == TERMINAL
    assert np.array_equal(leduc.form.latest, leduc.latest[ends])
    deal, board = 1 / 30, 1 / 4
    chances = leduc.form.payoff[:, 0][leduc.returns[ends, 0] != 0] / leduc.returns[ends, 0][leduc.returns[ends, 0] != 0]
    assert np.unique(np.round(chances, 12)) == pytest.approx([deal * board, deal])


def test_players_who_move_at_once_do_not_see_each_other():
    tree = build(agora.envs.game("agora/NormalForm-v0", payoffs=[[3, 1, 2], [5, 4, 0]]))
    assert node_counts(tree) == [0, 3, 6]
    assert tree.owner.tolist() == [0, 1]
    assert tree.legal.tolist() == [[True, True, False], [True, True, True]]
    ends = tree.player == TERMINAL
    assert tree.returns[ends, 0].tolist() == [3, 1, 2, 5, 4, 0]
    assert tree.latest[ends].tolist() == [[0, 3], [0, 4], [0, 5], [1, 3], [1, 4], [1, 5]]


def test_large_games_are_refused_with_an_estimate():
    message = r"more than 1000 nodes: by random probing about 8e\+03 nodes, which take 0\.000\d+ GB"
    with pytest.raises(ValueError, match=message):
        build(agora.envs.game(LEDUC), limit=1000)
    assert len(build(agora.envs.game(LEDUC), limit=9457).parent) == 9457
    with pytest.raises(ValueError, match=r"needs more than 0\.001 GB: by random probing about 8e\+03 nodes"):
        build(agora.envs.game(LEDUC), memory=1_000_000)


def test_rooms_of_any_length_grow_when_they_are_full(leduc, monkeypatch):
    """A first room that is no power of two, as games of many actions have, and fewer rows than information states."""
    monkeypatch.setattr("agora.agents.solvers.tree._FIRST_ROOM", 700)
    tree = build(agora.envs.game(LEDUC))
    for name in ("parent", "infostate", "owner", "before", "observation", "legal"):
        assert np.array_equal(getattr(tree, name), getattr(leduc, name)), name


def test_hopeless_games_are_refused_early():
    with pytest.raises(ValueError, match=r"more than 10000000 nodes: by random probing about \de\+2\d nodes"):
        build(agora.envs.game("agora/ConnectFour-v0"))


def test_the_estimate_is_right_in_the_mean():
    found = estimate(agora.envs.game(LEDUC), probes=3000, seed=1)
    assert found.nodes == pytest.approx(9457, abs=4 * found.error)
    assert found.error < 500
    together = estimate(agora.envs.game("agora/NormalForm-v0", payoffs=[[3, 1, 2], [5, 4, 0]]), probes=3)
    assert together == (9, 0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("agora/SealedAuction-v0", "actions are continuous"),
        ("agora/AlternatingOffers-v0", "actions are continuous"),
        ("agora/DealOrNoDeal-v0", "chance is drawn inside the rules"),
    ],
)
def test_games_without_a_tree_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        build(agora.envs.game(name))


def with_rules(name, monkeypatch, tmp_path, **functions):
    """Kuhn poker with some of its rules replaced."""
    monkeypatch.setenv("AGORA_CACHE", str(tmp_path))
    game = agora.envs.game(KUHN)
    changed = ModuleType(name)
    vars(changed).update({**vars(game.rules), **functions, "__name__": name})
    monkeypatch.setitem(sys.modules, name, changed)
    game.rules = changed
    return game


def test_players_remember_what_their_observation_leaves_out(monkeypatch, tmp_path):
    """With the betting hidden, the first player still knows that it has passed; the second learns nothing."""

    @rule
    def observe(world, state, player, out):
        out.card[state.card[player]] = 1
        out.seat[player] = 1

    game = with_rules("forgetful_kuhn", monkeypatch, tmp_path, observe=observe)
    assert np.bincount(build(game).owner).tolist() == [6, 3]


def test_legal_actions_must_not_say_more_than_observations(monkeypatch, tmp_path):
    @rule
    def legal(world, state, player, out):
        out[0] = True
        out[1] = state.card[1 - player] == 0

    game = with_rules("leaky_kuhn", monkeypatch, tmp_path, legal=legal)
    with pytest.raises(ValueError, match="legal actions say more than the observation of player 0"):
        build(game)
