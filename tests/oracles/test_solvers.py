"""Solvers beside OpenSpiel's: the same strategies, number by number, after the same number of iterations."""

from functools import lru_cache

import numpy as np
import pyspiel
import pytest
from open_spiel.python import policy
from open_spiel.python.algorithms import cfr, discounted_cfr, exploitability, fictitious_play, mmd_dilated

import agora.envs
from agora.agents.solvers.best_response import nash_conv
from agora.agents.solvers.cfr import CFR, Variant
from agora.agents.solvers.fictitious_play import FictitiousPlay
from agora.agents.solvers.mirror_descent import MagneticMirrorDescent
from agora.agents.solvers.tree import TERMINAL, build

GAMES = {"kuhn_poker": "agora/KuhnPoker-v0", "leduc_poker": "agora/LeducPoker-v0"}


@lru_cache
def same_tree(name):
    """Our tree, OpenSpiel's game, and for each of our information states one of OpenSpiel's states in it."""
    tree, theirs = build(agora.envs.game(GAMES[name])), pyspiel.load_game(name)
    states, examples = [theirs.new_initial_state()], {}
    for node in range(1, len(tree.parent)):
        states.append(states[tree.parent[node]].child(int(tree.action[node])))
    for node, state in enumerate(states):
        if tree.player[node] >= 0:
            examples[int(tree.infostate[node])] = state
        assert state.is_terminal() == (tree.player[node] == TERMINAL)
    return tree, theirs, [examples[infostate] for infostate in range(len(tree.owner))]


def table_of(name, their_policy):
    """OpenSpiel's policy as ours, (I, A)."""
    tree, _, examples = same_tree(name)
    table = np.zeros(tree.legal.shape)
    for infostate, state in enumerate(examples):
        for action, probability in their_policy(state):
            table[infostate, action] = probability
    return table


def in_c(their_policy):
    return lambda state: their_policy.action_probabilities(state).items()


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize(
    ("variant", "solver"),
    [
        ("cfr", lambda game: pyspiel.CFRSolver(game)),
        ("cfr+", lambda game: pyspiel.CFRPlusSolver(game)),
        ("linear-cfr", discounted_cfr.LCFRSolver),
        ("discounted-cfr", discounted_cfr.DCFRSolver),
        (Variant(alternating=False), lambda game: cfr._CFRSolver(game, False, False, False)),
        (Variant(alpha=0.5, beta=-1.0, gamma=3.0), lambda game: discounted_cfr.DCFRSolver(game, 0.5, -1, 3)),
    ],
)
def test_cfr(name, variant, solver):
    tree, game, _ = same_tree(name)
    ours, theirs = CFR(tree, variant), solver(game)
    count = 25 if name == "kuhn_poker" else 4
    for _ in range(count):
        theirs.evaluate_and_update_policy()
    ours.advance(count)
    assert ours.strategy == pytest.approx(table_of(name, in_c(theirs.average_policy())), abs=1e-9)
    assert ours.current == pytest.approx(table_of(name, in_c(theirs.current_policy())), abs=1e-9)


@pytest.mark.parametrize("name", GAMES)
def test_magnetic_mirror_descent(name):
    tree, game, _ = same_tree(name)
    theirs = mmd_dilated.MMDDilatedEnt(game, alpha=0.05)
    ours = MagneticMirrorDescent(tree, 0.05)
    count = 20 if name == "kuhn_poker" else 4
    for _ in range(count):
        theirs.update_sequences()
    ours.advance(count)
    assert ours.strategy == pytest.approx(table_of(name, in_c(theirs.get_policies())), abs=1e-9)


def test_fictitious_play():
    """Best responses differ where several are as good, so only the first rounds are the same."""
    tree, game, _ = same_tree("kuhn_poker")
    theirs, ours = fictitious_play.XFPSolver(game), FictitiousPlay(tree)
    for _ in range(3):
        theirs.iteration()
        ours.advance(1)
        assert nash_conv(tree, ours.strategy) == pytest.approx(exploitability.nash_conv(game, theirs.average_policy()))


@pytest.mark.parametrize("name", GAMES)
def test_nash_conv_of_drawn_strategies(name):
    tree, game, examples = same_tree(name)
    generator = np.random.default_rng(0)
    for _ in range(3):
        weights = generator.random(tree.legal.shape) * tree.legal
        table = weights / weights.sum(axis=1, keepdims=True)
        theirs = policy.TabularPolicy(game)
        for infostate, state in enumerate(examples):
            theirs.policy_for_key(state.information_state_string())[:] = table[infostate]
        assert nash_conv(tree, table) == pytest.approx(exploitability.nash_conv(game, theirs, use_cpp_br=True))
