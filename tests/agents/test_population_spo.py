"""Self-play by preference: votes by hand, rewards, and a Condorcet cycle whose minimax winner is known."""

import numpy as np
import pytest

import agora.envs
from agora.agents.learned.settings import algorithm_module, from_table
from agora.agents.population.spo import PreferredGames, preference

NORMAL = "agora/NormalForm-v0"
# What three voters think of four candidates: A beats B, B beats C and C beats A by two to one; all beat D.
CANDIDATES = np.array([[3, 1, 2], [2, 3, 1], [1, 2, 3], [0, 0, 0]], np.float64)
OPTIONS = {"payoffs": CANDIDATES[:, None, None].tolist()}


def learner_of(id=NORMAL, options=OPTIONS, queue=1_024, **ppo):
    table = {"id": id, "algorithm": "SPO", "steps": 150_000, "num_envs": 256, "device": "cpu", "options": options}
    parameters = {"queue": queue, "learner": {"rollout": 4, "gamma": 1.0, **ppo}}
    settings = from_table({**table, "network": {"hidden": [16]}, "parameters": parameters})
    return algorithm_module("SPO").make(settings, agora.envs.game(id, **options))


def test_votes_by_hand():
    a, b, c, d = CANDIDATES
    assert preference(np.array([a]), np.array([b])) == pytest.approx([2 / 3])
    assert preference(np.array([b]), np.array([a])) == pytest.approx([1 / 3])
    assert preference(np.array([a, d]), np.array([b, c])) == pytest.approx([(2 / 3 + 1 / 3) / 2, 0])
    assert preference(np.array([a]), np.array([a])) == pytest.approx([0.5])
    assert preference(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0]])) == pytest.approx([0.75])


def test_episodes_are_compared_with_those_before():
    game = agora.envs.game(NORMAL, **OPTIONS)
    games = PreferredGames(game, learner_of().settings, queue=256)

    def rewards(candidate):
        actions = np.zeros((256, 3), np.int64)
        actions[:, 0] = candidate
        return games.play(actions.ravel()).rewards.reshape(256, 3)

    games.start(0)
    assert (rewards(0) == 0.5).all()  # nothing to compare with
    assert rewards(1) == pytest.approx(1 / 3)  # B against A
    assert rewards(0) == pytest.approx(2 / 3)  # A against B
    assert rewards(0) == pytest.approx(1 / 2)
    assert len(games.queue) == 256


def test_the_average_policy_is_the_minimax_winner_of_a_condorcet_cycle():
    """Each of the three of the cycle with 1/3: no candidate is preferred to that lottery, and D never is played."""
    learner = learner_of(learning_rate=3e-3, minibatch=1024, entropy=0.1, normalise_advantages=False)
    state = learner.game.new(0)
    observation, legal = learner.game.observe(state, 0)[None], learner.game.legal(state, 0)[None]
    total, rounds = np.zeros(4), 0
    while learner.steps < 150_000:
        learner.iterate()
        total, rounds = total + learner.agent().policy(observation, legal)[0], rounds + 1
    average = total / rounds
    assert average[3] < 0.05
    assert average[:3] == pytest.approx([1 / 3] * 3, abs=0.1)
    beaten = np.array([preference(CANDIDATES[[row]], CANDIDATES)[0] for row in range(4)])
    assert beaten[3] < 0.25  # D is the loser by any account
    against = [sum(average[j] * preference(CANDIDATES[[i]], CANDIDATES[[j]])[0] for j in range(4)) for i in range(4)]
    assert max(against) < 0.55


def test_voters_that_always_disagree_are_refused():
    with pytest.raises(ValueError, match="always disagree"):
        learner_of("agora/KuhnPoker-v0", {})
