"""Search with a network: what it must find whatever the network says, and what its formulas say by hand."""

import numpy as np
import pytest

import agora.envs
from agora.agents.search.network_search import NetworkSearch, Plan, Roots, SearchAgent, check_plannable, halving
from agora.envs.batch import Batch
from support import IDS

TIC, OTHELLO = "agora/TicTacToe-v0", "agora/Othello-v0"
ROOTS = ("gumbel", "puct")


def indifferent(actions, value=0.0):
    """A network that says the same of every position."""
    return lambda observation: (
        np.zeros((len(observation), actions), np.float32),
        np.full(len(observation), value, np.float32),
    )


def roots_after(game, *lines):
    """A root after each line of actions."""
    states = np.zeros(len(lines), game.dtype).view(np.recarray)
    for row, line in enumerate(lines):
        states[row] = game.new()
        for action in line:
            game.step(states[row], action)
    movers = states.to_move
    observation = np.stack([game.observe(state, mover) for state, mover in zip(states, movers, strict=True)])
    return Roots(states, observation, np.stack([game.legal(state) for state in states]))


def best(state, game):
    """The value of a position for its mover, by all lines of play."""
    values = []
    for action in np.flatnonzero(game.legal(state)):
        after, mover = game.clone(state), int(state.to_move)
        reward = game.step(after, action)[mover]
        values.append(reward if after.over else -best(after, game))
    return max(values)


@pytest.fixture(scope="module")
def tic():
    return agora.envs.game(TIC)


@pytest.mark.parametrize("root", ROOTS)
def test_wins_and_blocks_with_an_indifferent_network(tic, root):
    search = NetworkSearch(tic, Plan(simulations=200, root=root), indifferent(9))
    found = search.run(roots_after(tic, [0, 3, 1, 4], [0, 4, 1], [3, 0, 4, 1]))
    assert found.action.tolist() == [2, 2, 5]  # wins at once, blocks, wins rather than blocks
    assert found.value[0] > 0.5
    assert found.value[1] < found.value[0]


@pytest.mark.parametrize("root", ROOTS)
def test_many_simulations_come_to_the_value_of_the_game(tic, root):
    lines = [[0, 4, 8, 1, 7], [4, 0, 8], [0, 1, 4], [0, 8, 4, 1], [0, 4, 2, 1]]
    roots = roots_after(tic, *lines)
    found = NetworkSearch(tic, Plan(simulations=3000, root=root), indifferent(9)).run(roots)
    for row, state in enumerate(roots.states):
        after, mover = tic.clone(state), int(state.to_move)
        reward = tic.step(after, int(found.action[row]))[mover]
        assert (reward if after.over else -best(after, tic)) == best(state, tic)
        assert found.value[row] == pytest.approx(best(state, tic), abs=0.35)


@pytest.mark.parametrize("root", ROOTS)
def test_policies_are_probabilities_of_legal_actions(root):
    game = agora.envs.game(OTHELLO, size=6)
    batch = Batch(game, 40, 3, threads=1)
    generator = np.random.default_rng(0)
    search = NetworkSearch(game, Plan(simulations=9, root=root), indifferent(37))
    for _ in range(50):
        found = search.run(Roots(batch.states, batch.observation, batch.legal), generator)
        assert (found.policy[~batch.legal] == 0).all()
        assert found.policy.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert (abs(found.value) <= 1).all()
        assert batch.legal[np.arange(40), found.action].all()
        batch.step(found.action)


@pytest.mark.parametrize("root", ROOTS)
def test_games_do_not_see_each_other_and_memory_is_forgotten(tic, root):
    lines = [[], [4], [0, 4, 8], [0, 3, 1, 4]]

    def network(observation):
        weights = np.random.default_rng(5).normal(size=(observation.shape[1], 10))
        outputs = np.tanh(observation @ weights).astype(np.float32)
        return np.ascontiguousarray(outputs[:, :9]), np.ascontiguousarray(outputs[:, 9])

    search = NetworkSearch(tic, Plan(simulations=40, root=root), network)
    together = search.run(roots_after(tic, *lines))
    for row, line in enumerate(lines):
        alone = search.run(roots_after(tic, line))
        for one, all_rows in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one[0], all_rows[row])


def test_sequential_halving_by_hand():
    assert halving(4, 16).tolist() == [0] * 4 + [1] * 4 + [2, 2, 3, 3, 4, 4, 5, 5]
    assert halving(1, 3).tolist() == [0, 1, 2]
    assert halving(3, 7).tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert halving(8, 5).tolist() == [0] * 5  # too few simulations to come round


def test_gumbel_draws_without_replacement_and_keeps_the_best(tic):
    """With a value that says nothing, the actions tried are those of the largest noisy logits, and the largest wins."""
    logits = np.linspace(-1, 1, 9, dtype=np.float32)[[3, 1, 7, 0, 8, 2, 6, 5, 4]]
    search = NetworkSearch(
        tic,
        Plan(simulations=4, considered=4, sharpness=1e-6),
        lambda seen: (np.tile(logits, (len(seen), 1)), np.zeros(len(seen), np.float32)),
    )
    generator = np.random.default_rng(8)
    noise = np.random.default_rng(8).gumbel(size=(2000, 9))
    roots = roots_after(tic, [])
    many = Roots(*(np.repeat(part, 2000, axis=0) for part in roots))
    found = search.run(many._replace(states=many.states.view(np.recarray)), generator)
    np.testing.assert_array_equal(found.action, (noise + logits).argmax(axis=1))
    trees = search._trees
    tried = np.sort((noise + logits).argsort(axis=1)[:, -4:], axis=1)
    np.testing.assert_array_equal(np.sort(trees.visits[:2000, :9].argsort(axis=1, kind="stable")[:, -4:]), tried)
    shares = np.bincount(found.action, minlength=9) / 2000
    assert shares == pytest.approx(np.exp(logits) / np.exp(logits).sum(), abs=0.04)  # the trick: a draw from the policy


def test_improved_policy_by_hand(tic):
    """Two legal actions, one simulation: the completed values and the policy of appendix D, by hand."""
    line = [0, 1, 2, 4, 3, 5, 7]  # 6 and 8 are left, player 1 moves; neither ends the game for it
    game, value = tic, 0.25
    logits = np.zeros(9, np.float32)
    logits[8] = -1.0
    search = NetworkSearch(
        game,
        Plan(simulations=1, considered=1, sharpness=0.1),
        lambda seen: (np.tile(logits, (len(seen), 1)), np.full(len(seen), value, np.float32)),
    )
    found = search.run(roots_after(game, line))
    prior = np.exp([0.0, -1.0]) / np.exp([0.0, -1.0]).sum()
    tried = -value  # what the network says of the position after 6, for the other
    mixed = (value + 1 * (prior[0] * tried) / prior[0]) / 2
    completed = np.array([tried, mixed])
    score = np.log(prior) + 0.1 * (50 + 1) * completed / 2
    expected = np.exp(score) / np.exp(score).sum()
    assert found.policy[0, [6, 8]] == pytest.approx(expected, abs=1e-5)
    assert found.value[0] == pytest.approx(float(expected @ completed), abs=1e-5)


def test_upper_bounds_by_hand(tic):
    """The second simulation goes where value + exploration * prior * sqrt(1 + visits) / (1 + own visits) is largest."""
    line = [0, 1, 2, 4, 3, 5, 7]
    logits = np.zeros(9, np.float32)
    logits[8] = -0.4

    def visits(value, exploration):
        search = NetworkSearch(
            tic,
            Plan(simulations=2, root="puct", exploration=exploration),
            lambda seen: (np.tile(logits, (len(seen), 1)), np.full(len(seen), value, np.float32)),
        )
        return search.run(roots_after(tic, line)).policy[0, [6, 8]].tolist()

    # Priors 0.599 and 0.401; after one simulation the bounds are -v + c 0.599 sqrt(2) / 2 and v + c 0.401 sqrt(2).
    assert visits(0.1, 0.1) == [0.5, 0.5]
    assert visits(-0.1, 1.5) == [0.5, 0.5]  # 0.1 + 0.635 is less than -0.1 + 0.851
    assert visits(-0.1, 1.0) == [1.0, 0.0]  # 0.1 + 0.423 is more than -0.1 + 0.567
    assert visits(-0.3, 0.5) == [1.0, 0.0]  # 0.3 + 0.212 is more than -0.3 + 0.284


def test_visits_below_the_root_follow_the_improved_policy(tic):
    """With a value that says nothing the improved policy is the prior, so the visits can be counted by hand."""
    logits = np.array([2.0, 1.2, 0.3, 0.0, -0.2, 1.9, 0.5, 1.0, -1.0], np.float32)
    search = NetworkSearch(
        tic,
        Plan(simulations=25, considered=1),
        lambda seen: (np.tile(logits, (len(seen), 1)), np.zeros(len(seen), np.float32)),
    )
    assert search.run(roots_after(tic, [])).action == 0
    prior = np.exp(logits[1:]) / np.exp(logits[1:]).sum()
    expected = np.zeros(8)
    for _ in range(24):  # the first simulation makes the node
        expected[(prior - expected / (1 + expected.sum())).argmax()] += 1
    np.testing.assert_array_equal(search._trees.visits[0, 9:17], expected)


def test_dirichlet_noise_by_hand(tic):
    search = NetworkSearch(tic, Plan(simulations=1, root="puct", noise=0.3, dirichlet=0.5), indifferent(9))
    search.run(roots_after(tic, [4], [4, 0]), np.random.default_rng(6))
    noise = np.random.default_rng(6).gamma(0.5, size=(2, 9))
    for row, count in enumerate((8, 7)):
        expected = 0.7 / count + 0.3 * noise[row, :count] / noise[row, :count].sum()
        assert search._trees.prior[row, :count] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("root", ROOTS)
def test_the_time_limit_ends_games_in_a_search(tic, root):
    roots = roots_after(tic, [])
    roots.states["steps"] = tic.spec.max_steps - 1
    found = NetworkSearch(tic, Plan(simulations=2000, root=root), indifferent(9, 0.9)).run(roots)
    assert found.value[0] == pytest.approx(0, abs=0.01)


def test_values_turn_with_who_moves_not_with_every_move():
    """In Othello a forced pass is an action, and after the last disc nobody moves."""
    game = agora.envs.game(OTHELLO, size=4)
    generator = np.random.default_rng(1)
    search, seen = NetworkSearch(game, Plan(simulations=600), indifferent(17)), 0
    while seen < 6:
        state = game.new()
        while not state.over:
            legal = np.flatnonzero(game.legal(state))
            if legal[0] == 16 and state.steps >= 9:
                roots = np.zeros(1, game.dtype).view(np.recarray)
                roots[0] = state
                found = search.run(Roots(roots, game.observe(state, int(state.to_move))[None], game.legal(state)[None]))
                if abs(found.value[0]) > 0.5:
                    assert np.sign(found.value[0]) == best(state, game)
                    seen += 1
            game.step(state, int(generator.choice(legal)))


def test_noise_follows_the_generator(tic):
    roots = roots_after(tic, [], [4])
    for root in ROOTS:
        search = NetworkSearch(tic, Plan(simulations=12, root=root), indifferent(9))
        first, again, other = (search.run(roots, np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first.policy, again.policy)
        assert (first.policy != other.policy).any() or (first.action != other.action).any()


class Clock:
    """A model whose latent state counts the moves, and which pays whoever makes move number ``paying``.

    Actions of higher numbers pay more, and lead to what is worth more to whoever comes next.
    """

    def __init__(self, paying, worth=0.0):
        self.paying, self.worth = paying, worth

    def begin(self, observation):
        count = len(observation)
        return np.zeros((count, 1), np.float32), np.zeros((count, 9), np.float32), np.zeros(count, np.float32)

    def advance(self, latent, actions):
        rewards = np.where(latent[:, 0] == self.paying, actions / 10, 0).astype(np.float32)
        values = (self.worth * actions).astype(np.float32)
        return latent + 1, rewards, np.zeros((len(latent), 9), np.float32), values


@pytest.mark.parametrize("root", ROOTS)
def test_a_model_is_followed_and_masks_hold_at_the_root(tic, root):
    roots = roots_after(tic, [], [8, 7])
    found = NetworkSearch(tic, Plan(simulations=150, root=root), model=Clock(paying=0)).run(roots)
    assert found.action.tolist() == [8, 6]
    assert (found.policy[1, [7, 8]] == 0).all()
    assert found.value[0] > 0
    found = NetworkSearch(tic, Plan(simulations=150, root=root), model=Clock(paying=1)).run(roots)
    assert (found.value < -0.03).all()  # the other is paid
    found = NetworkSearch(tic, Plan(simulations=9, root=root), model=Clock(paying=-1, worth=0.1)).run(roots)
    assert found.action.tolist() == [0, 0]  # what is worth least to the other


def test_agent_plays_the_same_whatever_the_seed(tic):
    agent = SearchAgent(NetworkSearch(tic, Plan(simulations=20), indifferent(9)))
    roots = roots_after(tic, [], [4], [0, 4])
    agent.reset(tic.spec, np.arange(3), 0)
    first = agent.act(roots.observation, roots.legal, np.arange(3), roots.states)
    agent.reset(tic.spec, np.arange(3), 9)
    np.testing.assert_array_equal(first, agent.act(roots.observation, roots.legal, np.arange(3), roots.states))


REFUSED = {
    "agora/LeducPoker-v0": "hides information",
    "agora/Goofspiel-v0": "choose at once",
    "agora/Backgammon-v0": "chance moves",
    "agora/AlternatingOffers-v0": "continuous",
}


@pytest.mark.parametrize(("id_", "reason"), REFUSED.items())
def test_refuses_other_games(id_, reason):
    spec = agora.envs.spec(id_)
    with pytest.raises(ValueError, match=reason):
        check_plannable(spec)


def test_turns_alternate_in_every_game_that_a_model_is_learned_of():
    """``imagine`` takes that for granted."""
    for id_ in IDS:
        try:
            check_plannable(agora.envs.spec(id_))
        except ValueError:
            continue
        batch = Batch(agora.envs.game(id_), 4, 1, threads=1)
        for _ in range(60):
            movers = batch.to_move.copy()
            batch.step(batch.sample())
            going = ~(batch.terminated | batch.truncated)
            assert (batch.to_move[going] != movers[going]).all()
