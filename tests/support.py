"""What several tests share: every id, policies that need no generator, moves in words, agents asked, and traces."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.envs.api import Box, Spec
from agora.envs.batch import Batch
from agora.envs.game import Game

IDS = agora.envs.ids()


def hashed_actions(spec: Spec, observation: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """Actions (L,) or (L, K) that look random but follow from each row of the observation alone."""
    digests = [hashlib.sha256(row.tobytes()).digest() for row in observation]
    if isinstance(spec.action, Box):
        size = spec.action.shape[0]
        units = np.array([np.random.default_rng(list(digest)).random(size) for digest in digests])
        low, high, _ = spec.action
        return (low + (high - low) * units).astype(np.float32)
    picks = [
        allowed[int.from_bytes(digest[:8], "little") % len(allowed)] if len(allowed) else 0
        for digest, allowed in zip(digests, map(np.flatnonzero, legal), strict=True)
    ]
    return np.array(picks, np.int64)


def rows(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """What everybody sees who is to move, a row each: observations (L, O) and masks (L, A)."""
    observation = batch.observation.reshape(-1, batch.spec.observation_size)
    return observation, batch.legal.reshape(len(observation), batch.legal.shape[-1])


def random_actions(batch: Batch, generator: np.random.Generator) -> np.ndarray:
    """Uniformly drawn legal actions for whoever is to move in every lane; 0 in games that have ended."""
    action = batch.spec.action
    slots = batch.observation.shape[:-1]
    if isinstance(action, Box):
        return generator.uniform(action.low, action.high, (*slots, *action.shape)).astype(np.float32)
    weights = generator.random((*slots, action.n)) * batch.legal
    return weights.argmax(axis=-1)


def play_words(game: Game, state: np.record, line: str) -> np.ndarray | None:
    """Plays the moves that ``line`` names, each legal and the game not over before it; what the last one paid (P,)."""
    rewards = None
    for word in line.split():
        assert not state.over
        (action,) = game.words.parse(game.world, state, int(state.to_move), word)
        assert game.legal(state)[action]
        rewards = game.step(state, action)
    return rewards


def action_names(game: Game, state: np.record, actions: Iterable[int] | None = None) -> list[str]:
    """What ``actions``, all legal ones if None, are called."""
    chosen = np.flatnonzero(game.legal(state)) if actions is None else actions
    return [game.words.name(game.world, state, int(state.to_move), int(action)) for action in chosen]


def drawn_actions(agent: str, game: Game, state: np.record) -> list[int]:
    """The actions that the agent of that name draws from, each as likely as the others."""
    policy = load(agent, game.spec).policy
    chances = policy(game.observe(state, int(state.to_move))[None], game.legal(state)[None])[0]
    actions = np.flatnonzero(chances)
    assert chances[actions] == pytest.approx(1 / len(actions))
    return actions.tolist()


def returns_against_random(agent: str, id: str, games: int, seat: int = 0, **keywords) -> np.ndarray:
    """The returns (games,) of the agent of that name in ``seat`` when all others draw uniformly; it plays legally."""
    players = agora.envs.spec(id, **{name: keywords[name] for name in keywords if name != "max_steps"}).players
    others = [player != seat for player in range(players)]
    batch = agora.envs.batch(id, games, 0, autoreset="disabled", random_seats=others, threads=1, **keywords)
    playing = load(agent, batch.spec)
    playing.reset(batch.spec, np.arange(games), 0)
    while not batch.ended.all():
        lanes = np.flatnonzero(~batch.ended)
        batch.step(playing.act(batch.observation[lanes], batch.legal[lanes], lanes), lanes)
        assert not batch.illegal.any()
    return batch.final_returns[:, seat].copy()


def digest_of_play(id: str, num_envs: int = 3, steps: int = 60, seed: int = 7, **options) -> str:
    """A hash of everything that a batch shows over ``steps`` steps of hashed play."""
    batch = agora.envs.batch(id, num_envs, seed, **options)
    digest = hashlib.sha256()
    for _ in range(steps):
        batch.step(hashed_actions(batch.spec, *rows(batch)))
        for array in (batch.states, batch.observation, batch.legal, batch.rewards, batch.terminated, batch.truncated):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def exempt(id: str, law: str) -> bool:
    """Whether the Spec of ``id`` says, with its reason, that ``law`` does not bind it."""
    return law in agora.envs.spec(id).exemptions
