"""PSRO and double oracle: exact equilibria, learned responses, and what is on disk."""

import msgspec
import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.learned.settings import algorithm_module, from_table
from agora.agents.population import payoffs, psro
from agora.agents.population.frozen import thaw
from agora.agents.solvers.exploit import exploit
from agora.agents.solvers.sequences import returns_of

KUHN = "agora/KuhnPoker-v0"
LEARNED = {
    "best_response": "learned",
    "response_steps": 8_000,
    "learner": {"learning_rate": 1e-2, "minibatch": 512, "rollout": 8, "gamma": 1.0, "entropy": 0.0},
}


def learner_of(algorithm="PSRO", id=KUHN, seed=0, options=None, **parameters):
    table = {"id": id, "algorithm": algorithm, "steps": 10, "seed": seed, "num_envs": 64, "options": options or {}}
    settings = from_table({**table, "network": {"hidden": [32]}, "parameters": parameters, "device": "cpu"})
    return algorithm_module(algorithm).make(settings, agora.envs.game(id, **settings.options))


def run(learner, iterations):
    return [learner.iterate()["nash_conv"] for _ in range(iterations)]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_double_oracle_ends_at_the_equilibrium_of_kuhn_poker(seed):
    learner = learner_of("double-oracle", seed=seed)
    found = run(learner, 20)
    assert found[0] > 0.1
    assert found[-1] == pytest.approx(0, abs=1e-9)
    population = learner.population
    assert returns_of(population.tree.form, population.plan()) == pytest.approx([-1 / 18, 1 / 18])
    assert exploit(learner.agent(), learner.game).nash_conv == pytest.approx(found[-1], abs=1e-12)
    policies = len(population.policies)
    assert policies < 20
    assert learner.iterate() == {"policies": policies, "nash_conv": found[-1]}  # nothing is left to add


@pytest.mark.parametrize("meta_solver", ["uniform", "nash", "projected-replicator", "alpha-rank", "risk-averse"])
def test_psro_comes_closer_to_equilibrium_with_every_meta_solver(meta_solver):
    learner = learner_of(meta_solver=meta_solver, aversion=0.01)
    found = run(learner, 14)
    assert min(found[-4:]) < 0.5 * found[0]
    assert min(found[-4:]) < 0.35


def test_uniform_psro_is_fictitious_play():
    """Matching pennies, by hand: each response is to the mean of all before, the lower action among equals."""
    learner = learner_of(id="agora/NormalForm-v0", options={"name": "matching_pennies"}, meta_solver="uniform")
    first = learner.population.strategy().argmax(axis=1)
    learner.iterate()
    # The first player matches what the other did, who does the opposite of the first.
    assert learner.population.strategy() == pytest.approx((np.eye(2)[first] + np.eye(2)[[first[1], 1 - first[0]]]) / 2)


def test_three_players():
    learner = learner_of(options={"players": 3}, meta_solver="alpha-rank")
    found = run(learner, 5)
    assert learner.population.table.mean.shape == (6, 6, 6, 3)
    assert learner.population.table.mean.sum(axis=-1) == pytest.approx(0, abs=1e-12)
    assert min(found) < found[0]


def test_learned_responses_come_closer_too():
    learner = learner_of(**LEARNED)
    found = run(learner, 6)
    assert found[0] > 0.3
    assert min(found) < 0.3
    assert len(learner.population.policies) == 7


def test_every_response_has_a_seed_of_its_own(monkeypatch):
    seeds = []

    def respond(game, opponent, settings, parameters, steps, seed):
        seeds.append(seed)
        return thaw("random", game.spec)

    monkeypatch.setattr(psro, "train_best_response", respond)
    for seed in (0, 1):
        run(learner_of(seed=seed, **LEARNED), 3)
    assert len(set(seeds)) == 6


def test_simulated_payoffs_need_no_tree(tmp_path):
    learner = learner_of(**LEARNED, payoffs="simulated", games=200)
    numbers = [learner.iterate() for _ in range(2)]
    assert numbers == [{"policies": 2.0}, {"policies": 3.0}]
    assert (learner.population.table.games == 200).all()
    with pytest.raises(ValueError, match="without its tree nothing is exact"):
        learner.population.nash_conv()
    folder = learner.save(tmp_path / "agent")
    agent = load(folder, learner.game.spec)
    np.testing.assert_array_equal(agent.weights, learner.population.weights)


def test_the_population_is_on_disk(tmp_path):
    learner = learner_of()
    run(learner, 5)
    folder = learner.save(tmp_path / "agent")
    spec, population = learner.game.spec, learner.population
    assert exploit(load(folder, spec), learner.game).nash_conv == pytest.approx(population.nash_conv())
    table = payoffs.load(folder / "payoffs.npz")
    np.testing.assert_array_equal(table.mean, population.table.mean)
    mixture = load(folder / "mixture", spec)
    np.testing.assert_array_equal(mixture.weights, population.weights)
    names = sorted(path.name for path in (folder / "mixture" / "policies").iterdir())
    assert names == [f"{number:03d}" for number in range(6)]
    tree = population.tree
    for number, name in enumerate(names):
        policy = load(folder / "mixture" / "policies" / name, spec)
        kept = population.policies[number].agent
        assert (policy.policy(tree.observation, tree.legal) == kept.policy(tree.observation, tree.legal)).all()


def test_exact_responses_need_exact_payoffs():
    with pytest.raises(ValueError, match="best_response='exact' needs the tree"):
        learner_of(payoffs="simulated")
    with pytest.raises(ValueError, match="continuous"):
        learner_of(id="agora/AlternatingOffers-v0")


def test_numbers_that_are_none_are_noticed():
    learner = learner_of()
    learner.population.table.mean[0, 0, 0] = np.nan
    with pytest.raises(FloatingPointError, match="payoff table of 1 policies"):
        learner.check_finite()


def test_settings_are_checked():
    with pytest.raises(ValueError, match=r"unknown key parameters.meta \(did you mean meta_solver\?\)"):
        learner_of(meta="nash")
    with pytest.raises(ValueError, match=r"parameters\.games"):
        learner_of(games=1)
    assert msgspec.to_builtins(learner_of().parameters)["meta_solver"] == "nash"
