"""Decision-time planning by update equivalence, on small games of Hanabi."""

import time

import numpy as np
import pytest

import agora.envs
from agora.agents.api import Agent, load
from agora.agents.search.agents import Budget
from agora.agents.search.hanabi_belief import likelihood
from agora.agents.search.update_equivalence import EXPLORATION, UpdateEquivalence

ID = "agora/Hanabi-v0"
SMALL = {"colors": 2, "ranks": 2, "hand_size": 2, "information_tokens": 2, "lives": 2}


def planner(count=60, seconds=None, blueprint="scripted/piers", seed=0, **options):
    spec = agora.envs.spec(ID, **SMALL, **options)
    agent = UpdateEquivalence(spec, Budget(None if seconds else count, seconds), blueprint)
    agent.reset(spec, np.arange(64), seed)
    return agent


def improved(agent, game, state):
    """What the agent does in one state, (A,)."""
    player = int(state.to_move)
    observation, legal = game.observe(state, player)[None], game.legal(state)[None]
    return agent.improved(
        observation, legal, np.array([0]), np.array([state.tobytes()]).view(game.dtype).view(np.recarray)
    )[0]


def positions(games=6):
    """States of games between scripted players."""
    game = agora.envs.game(ID, **SMALL)
    agent = load("scripted/piers", game.spec)
    for seed in range(games):
        state = game.settle(game.new(seed))
        while not state.over:
            yield game, state
            player = int(state.to_move)
            policy = agent.policy(game.observe(state, player)[None], game.legal(state)[None])[0]
            game.step(state, int(policy.argmax()))
            game.settle(state)


def team_scores(agent, games, **options):
    """The returns of a team of one agent, (games,)."""
    batch = agora.envs.batch(ID, games, 0, autoreset="disabled", **SMALL, **options)
    agent.reset(batch.spec, np.arange(games), 0)
    while not batch.ended.all():
        lanes = np.flatnonzero(~batch.ended)
        batch.step(agent.act(batch.observation[lanes], batch.legal[lanes], lanes, batch.states[lanes]), lanes)
        assert not batch.illegal.any()
    return batch.returns[:, 0]


def test_policies_are_probabilities_of_legal_actions():
    agent = planner()
    assert isinstance(agent, Agent)
    for game, state in positions(2):
        chances = improved(agent, game, state)
        assert chances.sum() == pytest.approx(1)
        assert (chances[~game.legal(state)] == 0).all()
        assert (chances >= 0).all()


def test_what_is_hidden_does_not_matter():
    """The same decision in two states that the player cannot tell apart, whatever its true cards and the luck ahead."""
    changed = 0
    for game, state in positions():
        other = game.resample(game.clone(state), int(state.to_move))
        other.rng = 5
        changed += (other.color != state.color).any()
        assert (improved(planner(), game, other) == improved(planner(), game, state)).all()
    assert changed > 10


def test_the_last_turn_worked_by_hand():
    """Alice's turn is the last. One red card of hers fits for certain: playing it is worth 1, all else 0 or less."""
    game = agora.envs.game(ID, **SMALL, score_without_lives="stacks")
    state = next(
        state for game, state in positions(60) if state.left == 0 and state.turns == 1 and _certain(game, state) >= 0
    )
    agent, slot = planner(400, score_without_lives="stacks"), _certain(game, state)
    states = np.array([state.tobytes()]).view(game.dtype).view(np.recarray)
    actions = np.flatnonzero(game.legal(state))
    nothing = (actions >= 4).astype(float) / (actions >= 4).sum()  # a blueprint of hints alone
    gains = dict(zip(actions.tolist(), agent.advantages(states, actions, nothing), strict=True))
    assert gains[2 + slot] == 1
    assert all(gain <= 1e-12 for action, gain in gains.items() if action < 2 or action >= 4)


def _certain(game, state):
    """A slot of the mover whose card is known by hints and fits, or -1."""
    player = int(state.to_move)
    if state.information == 0:
        return -1
    for slot in range(state.held[player]):
        colors, ranks = game.words.possible(game.world, state, player, slot)
        if len(colors) == len(ranks) == 1 and state.fireworks[colors[0]] == ranks[0]:
            return slot
    return -1


def test_it_plays_better_than_its_blueprint():
    """The same 40 deals, 60 games played on for each decision."""
    spec = agora.envs.spec(ID, **SMALL)
    before = team_scores(load("scripted/cautious", spec), 40)
    after = team_scores(planner(60, blueprint="scripted/cautious"), 40)
    assert after.mean() > before.mean() + 0.1, (before.mean(), after.mean())


@pytest.mark.parametrize("options", [SMALL, {**SMALL, "players": 3, "hand_size": 1}])
def test_what_others_did_tells_of_the_own_hand(options):
    """Others who follow a policy do for certain what they did if the hand is the true one, else not always."""
    game = agora.envs.game(ID, **options)
    policy = load("scripted/conventional", game.spec).policy
    true, guessed = [], []
    for seed in range(12):
        state, last = game.settle(game.new(seed)), {}
        while not state.over:
            player = int(state.to_move)
            guesses = np.repeat(np.array([state.tobytes()]).view(game.dtype), 5).view(np.recarray)
            for number in range(1, 5):
                guesses[number].rng = number
                game.resample(guesses[number], player)
            if player in last:
                found = likelihood(game, policy, *last[player], guesses)
                true.append(found[0])
                guessed += found[1:].tolist()
            legal = game.legal(state)
            action = int(policy(game.observe(state, player)[None], legal[None])[0].argmax())
            last[player] = (game.resample(game.clone(state), player), action)  # a state as agents are given it
            game.step(state, action)
            game.settle(state)
    assert set(true) == {1.0}
    assert 0.2 < np.mean(guessed) < 0.95


def test_same_seed_same_moves():
    for game, state in positions(1):
        assert (improved(planner(seed=3), game, state) == improved(planner(seed=3), game, state)).all()


def test_a_budget_of_time():
    game, state = next(positions(1))
    agent = planner(seconds=0.2)
    improved(agent, game, state)
    start = time.perf_counter()
    chances = improved(agent, game, state)
    assert 0.2 <= time.perf_counter() - start < 2
    assert chances.max() <= 1


def test_nothing_to_gain_leaves_the_blueprint():
    """With two guesses nothing is ever better by two standard errors for certain but what always is."""
    game, state = next(positions(1))
    chances = improved(planner(1), game, state)
    blueprint = load("scripted/piers", game.spec).policy(
        game.observe(state, int(state.to_move))[None], game.legal(state)[None]
    )[0]
    assert chances.argmax() == blueprint.argmax()
    assert chances.max() >= 1 - EXPLORATION


def test_games_and_blueprints_that_do_not_fit():
    with pytest.raises(ValueError, match="players must take turns"):
        UpdateEquivalence(agora.envs.spec("agora/SealedAuction-v0"), Budget(10, None), "random")
    with pytest.raises(ValueError, match="cannot be a blueprint"):
        UpdateEquivalence(
            agora.envs.spec(ID, **SMALL), Budget(10, None), lambda observation, legal: legal.argmax(axis=1)
        )
