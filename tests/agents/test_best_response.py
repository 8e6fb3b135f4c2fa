"""Game trees and exact exploitability against numbers from the literature (tests say which)."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

import agora.envs
from agora.agents.solvers.best_response import best_responses, expected_returns, exploitability, nash_conv
from agora.agents.solvers.tree import CHANCE, NONE, TERMINAL, build


@pytest.fixture(scope="module")
def kuhn():
    return build(agora.envs.game("agora/KuhnPoker-v0"))


@pytest.fixture(scope="module")
def leduc():
    return build(agora.envs.game("agora/LeducPoker-v0"))


def uniform(observation, legal):
    return legal / legal.sum(axis=1, keepdims=True)


def first_action(observation, legal):
    return np.eye(legal.shape[1])[legal.argmax(axis=1)]


def node_counts(tree):
    kinds = tree.player
    return [int((kinds == CHANCE).sum()), int((kinds >= 0).sum()), int((kinds == TERMINAL).sum())]


def game_value(tree):
    """The first player's return in equilibrium of a zero-sum game of two, by linear programming in sequence form.

    Koller, Megiddo and von Stengel, 1996. The variables are the realisation weights x of the first player's sequences
    and the values v of the second player's information states; sequence 0 is the empty one.
    """
    (rows, first), (columns, second) = (_constraints(tree, player) for player in (0, 1))
    ends = tree.player == TERMINAL
    weight = _chance_reach(tree)[ends] * tree.returns[ends, 0]
    row = [rows[decision] for decision in tree.latest[ends, 0]]
    column = [columns[decision] for decision in tree.latest[ends, 1]]
    payoff = csr_matrix((weight, (row, column)), shape=(len(rows), len(columns)))
    sequences, states = first.shape[1], second.shape[0]
    objective = np.zeros(sequences + states)
    objective[sequences] = -1  # the value of the second player's empty sequence, to be as large as possible
    inequality = np.hstack([-payoff.T.toarray(), second.T])  # F'v <= A'x
    equality = np.hstack([first, np.zeros((first.shape[0], states))])
    target = np.zeros(first.shape[0])
    target[0] = 1
    result = linprog(
        objective,
        A_ub=csr_matrix(inequality),
        b_ub=np.zeros(inequality.shape[0]),
        A_eq=csr_matrix(equality),
        b_eq=target,
        bounds=[(0, None)] * sequences + [(None, None)] * states,
        method="highs",
    )
    assert result.status == 0
    return -result.fun


def _constraints(tree, player):
    """A number for each sequence, and the matrix of ``player``: the empty sequence is 1, a state's sequences sum up."""
    own = np.flatnonzero(tree.owner == player)
    actions = tree.legal.shape[1]
    numbers = {NONE: 0}
    for state in own:
        for action in np.flatnonzero(tree.legal[state]):
            numbers[int(state) * actions + int(action)] = len(numbers)
    matrix = np.zeros((len(own) + 1, len(numbers)))
    matrix[0, 0] = 1
    for row, state in enumerate(own, 1):
        matrix[row, numbers[int(tree.before[state])]] = -1
        for action in np.flatnonzero(tree.legal[state]):
            matrix[row, numbers[int(state) * actions + int(action)]] = 1
    return numbers, matrix


def _chance_reach(tree):
    reach = np.ones(len(tree.parent))
    for node in range(1, len(reach)):
        reach[node] = reach[tree.parent[node]] * tree.nature[node]
    return reach


def kuhn_family(alpha):
    """Kuhn's equilibria, written down once more from the literature: cards J, Q, K, actions pass and bet."""
    bet = {"": (alpha, 0, 3 * alpha), "01": (0, alpha + 1 / 3, 1), "0": (1 / 3, 0, 1), "1": (0, 1 / 3, 1)}

    def policy(observation, legal):
        rows = []
        for row in observation:
            actions = "".join("01"[int(one)] for zero, one in row[5:].reshape(3, 2) if zero or one)
            chance = bet[actions][int(row[:3].argmax())]
            rows.append((1 - chance, chance))
        return np.array(rows)

    return policy


# Counts: OpenSpiel's integration tests.


def test_kuhn_counts(kuhn):
    assert node_counts(kuhn) == [4, 24, 30]
    assert np.bincount(kuhn.owner).tolist() == [6, 6]


def test_kuhn_of_three_counts():
    tree = build(agora.envs.game("agora/KuhnPoker-v0", players=3))
    assert node_counts(tree) == [17, 288, 312]
    assert np.bincount(tree.owner).tolist() == [16, 16, 16]


def test_leduc_counts(leduc):
    assert node_counts(leduc) == [157, 3780, 5520]
    assert np.bincount(leduc.owner).tolist() == [468, 468]
    assert (leduc.returns.min(), leduc.returns.max()) == (-13, 13)


def test_connect_four_on_a_small_board_is_a_tree_without_chance():
    tree = build(agora.envs.game("agora/ConnectFour-v0", rows=2, columns=3))
    assert node_counts(tree)[::2] == [0, 90]
    assert not tree.returns.any()


def test_a_level_holds_the_nodes_of_one_depth(leduc):
    depth = np.zeros(len(leduc.parent), int)
    for node in range(1, len(depth)):
        depth[node] = depth[leduc.parent[node]] + 1
    for number, level in enumerate(leduc.levels):
        assert (depth[level] == number).all()
    assert sum(level.stop - level.start for level in leduc.levels) == len(depth)


# Uniform play and play of the first legal action: OpenSpiel's exploitability tests.


def test_kuhn_uniform(kuhn):
    assert nash_conv(kuhn, uniform) == pytest.approx(11 / 12, abs=1e-12)
    assert exploitability(kuhn, uniform) == pytest.approx(11 / 24, abs=1e-12)
    assert best_responses(kuhn, uniform) == pytest.approx([1 / 2, 5 / 12], abs=1e-12)
    assert expected_returns(kuhn, uniform) == pytest.approx([1 / 8, -1 / 8], abs=1e-12)


def test_leduc_uniform(leduc):
    assert nash_conv(leduc, uniform) == pytest.approx(4.747222222222222, abs=1e-12)
    assert best_responses(leduc, uniform) == pytest.approx([2.0875, 2.6597222222222222], abs=1e-12)
    assert expected_returns(leduc, uniform) == pytest.approx([-0.078125, 0.078125], abs=1e-12)


def test_always_the_first_action(kuhn, leduc):
    assert nash_conv(kuhn, first_action) == pytest.approx(2, abs=1e-12)
    assert nash_conv(leduc, first_action) == pytest.approx(2, abs=1e-12)


def test_kuhn_of_three_uniform():
    game = agora.envs.game("agora/KuhnPoker-v0", players=3)
    assert nash_conv(game, uniform) == pytest.approx(2.0625, abs=1e-12)
    assert expected_returns(game, uniform) == pytest.approx([0.234375, -0.046875, -0.1875], abs=1e-12)


@pytest.mark.parametrize("players", [2, 3, 4])
def test_references_of_random_play(players):
    game = agora.envs.game("agora/KuhnPoker-v0", players=players)
    assert expected_returns(game, uniform) == pytest.approx(game.reference().random, abs=1e-12)


def test_suit_isomorphism_changes_information_states_and_nothing_else():
    tree = build(agora.envs.game("agora/LeducPoker-v0", suit_isomorphism=True))
    assert node_counts(tree) == [157, 3780, 5520]
    assert len(tree.owner) == 288
    assert nash_conv(tree, uniform) == pytest.approx(4.747222222222222, abs=1e-12)
    assert game_value(tree) == pytest.approx(-0.085606424078, abs=1e-9)


# Equilibria.


@pytest.mark.parametrize("alpha", [0, 0.1, 0.25, 1 / 3])
def test_kuhn_equilibria(kuhn, alpha):
    policy = kuhn_family(alpha)
    assert expected_returns(kuhn, policy) == pytest.approx([-1 / 18, 1 / 18], abs=1e-12)
    assert nash_conv(kuhn, policy) == pytest.approx(0, abs=1e-12)


def test_beyond_the_kuhn_family_there_is_something_to_gain(kuhn):
    shifted = kuhn_family(0.1)

    def policy(observation, legal):
        table = shifted(observation, legal)
        table[observation[:, 5:].sum(axis=1) == 0] = (1, 0)  # the first player never bets first
        return table

    assert nash_conv(kuhn, policy) > 0.01


def test_kuhn_value(kuhn):
    assert game_value(kuhn) == pytest.approx(-1 / 18, abs=1e-12)


def test_leduc_value(leduc):
    assert game_value(leduc) == pytest.approx(-0.085606424078, abs=1e-11)


def test_one_policy_for_each_seat(kuhn):
    both = [kuhn_family(0.2), uniform]
    value = expected_returns(kuhn, both)
    assert value[0] >= -1 / 18  # an equilibrium policy gets at least the value
    assert value.sum() == pytest.approx(0, abs=1e-12)
    assert best_responses(kuhn, both)[1] == pytest.approx(1 / 18, abs=1e-12)
    assert best_responses(kuhn, both)[0] == pytest.approx(best_responses(kuhn, uniform)[0], abs=1e-12)


def test_expected_returns_are_what_simulation_gives(leduc):
    batch = agora.envs.batch("agora/LeducPoker-v0", 40_000, seed=5, autoreset="disabled", random_seats=[False, True])
    generator = np.random.default_rng(1)
    while not batch.ended.all():
        scores = np.where(batch.legal, generator.random(batch.legal.shape), -1)
        batch.step(scores.argmax(axis=1))
    error = batch.final_returns[:, 0].std() / 200
    assert batch.final_returns[:, 0].mean() == pytest.approx(expected_returns(leduc, uniform)[0], abs=4 * error)


# Errors.


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (lambda observation, legal: np.ones((len(legal), 5)), r"returned shape \(12, 5\).*give \(12, 2\)"),
        (lambda observation, legal: np.ones(legal.shape), "each row sums to 1"),
        (lambda observation, legal: np.tile([1.5, -0.5], (len(legal), 1)), "probabilities of legal actions"),
        (lambda observation, legal: np.full(legal.shape, np.nan), "probabilities of legal actions"),
        ([uniform], "2 players, got 1 policies"),
    ],
)
def test_policies_are_checked(kuhn, policy, message):
    with pytest.raises(ValueError, match=message):
        nash_conv(kuhn, policy)


def test_illegal_actions_must_have_probability_zero(leduc):
    with pytest.raises(ValueError, match="probabilities of legal actions"):
        nash_conv(leduc, lambda observation, legal: np.full(legal.shape, 1 / 3))


def test_large_games_are_refused():
    with pytest.raises(ValueError, match="more than 1000 nodes"):
        build(agora.envs.game("agora/LeducPoker-v0"), limit=1000)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("agora/SealedAuction-v0", "players move at once"),
        ("agora/AlternatingOffers-v0", "actions are continuous"),
        ("agora/DealOrNoDeal-v0", "chance is drawn inside the rules"),
    ],
)
def test_games_without_a_tree_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        build(agora.envs.game(name))


def test_players_remember_what_their_observation_leaves_out(monkeypatch):
    """With the betting hidden, the first player still knows that it has passed; the second learns nothing."""
    game = agora.envs.game("agora/KuhnPoker-v0")
    seen = game.observe

    def forget(state, player):
        observation = seen(state, player)
        observation[5:] = 0
        return observation

    monkeypatch.setattr(game, "observe", forget)
    assert np.bincount(build(game).owner).tolist() == [6, 3]
