"""Strategic games beside Pgx (compiled, on all processors) and PettingZoo (on the same Python loop)."""

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode

import agora.envs
from agora.benchmarks.measure import Row, short, side_by_side

PGX = {
    "agora/ConnectFour-v0": ("connect_four", 5.0),
    "agora/KuhnPoker-v0": ("kuhn_poker", 3.0),
    "agora/LeducPoker-v0": ("leduc_holdem", 3.0),
}
GAMES = 4096
STEPS = 1000


def rows() -> Iterator[Row]:
    for id, (peer, target) in PGX.items():
        yield side_by_side(
            f"{short(id)}: make_vec, {GAMES} games",
            vector_play(id),
            pgx_play(peer),
            peer="Pgx on the CPU",
            target=target,
        )
    pettingzoo = pettingzoo_play()
    yield side_by_side(
        "ConnectFour: make, random opponent",
        single_play("agora/ConnectFour-v0"),
        pettingzoo,
        peer="PettingZoo connect_four_v3 (AEC)",
        target=10.0,
    )
    yield side_by_side(
        "ConnectFour: AEC, the same loop",
        aec_play(agora.envs.aec("agora/ConnectFour-v0")),
        pettingzoo,
        peer="PettingZoo connect_four_v3 (AEC)",
        target=5.0,
    )


def vector_play(id: str) -> Callable[[], int]:
    """Random legal moves for every seat: observation, mask and autoreset in every step."""
    env: Any = gymnasium.make_vec(id, GAMES, opponent="self", autoreset_mode=AutoresetMode.SAME_STEP)
    env.reset(seed=0)

    def play() -> int:
        for _ in range(STEPS):
            env.step(env.sample_legal())
        return GAMES * STEPS

    return play


def pgx_play(name: str, steps: int = STEPS) -> Callable[[], int]:
    """The same in Pgx: one compiled loop over ``steps`` steps, with its own autoreset."""
    import jax
    import pgx
    from pgx.experimental import auto_reset

    env = pgx.make(name)
    reset, step = jax.vmap(env.init), jax.vmap(auto_reset(env.step, env.init))

    def move(_: int, carried: tuple) -> tuple:
        state, key = carried
        key, choose, deal = jax.random.split(key, 3)
        logits = jax.numpy.where(state.legal_action_mask, 0.0, -jax.numpy.inf)
        action = jax.random.categorical(choose, logits, axis=-1)
        return step(state, action, jax.random.split(deal, GAMES)), key

    run = jax.jit(lambda state, key: jax.lax.fori_loop(0, steps, move, (state, key)))
    key = jax.random.PRNGKey(0)
    start = jax.jit(reset)(jax.random.split(key, GAMES))

    def play() -> int:
        jax.block_until_ready(run(start, key))
        return GAMES * steps

    return play


def single_play(id: str, games: int = 400) -> Callable[[], int]:
    """Steps of one Gymnasium environment; each is a move of ours and, unless it ended the game, the opponent's."""
    env = gymnasium.make(id)
    generator = np.random.default_rng(0)
    env.reset(seed=0)

    def play() -> int:
        steps = 0
        for _ in range(games):
            _, info = env.reset()
            ended = False
            while not ended:
                _, _, terminated, truncated, info = env.step(random_legal(generator, info["action_mask"]))
                ended, steps = terminated or truncated, steps + 1
        return steps

    return play


def aec_play(env: Any, games: int = 100) -> Callable[[], int]:
    """PettingZoo's usual loop with random legal moves; its steps are moves."""
    generator = np.random.default_rng(0)

    def play() -> int:
        steps = 0
        for _ in range(games):
            env.reset()
            for _ in env.agent_iter():
                observation, _, terminated, truncated, _ = env.last()
                if terminated or truncated:
                    env.step(None)
                    continue
                env.step(random_legal(generator, observation["action_mask"]))
                steps += 1
        return steps

    return play


def pettingzoo_play() -> Callable[[], int]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer warns of its own imports
        from pettingzoo.classic import connect_four_v3

        return aec_play(connect_four_v3.env())


def random_legal(generator: np.random.Generator, mask: np.ndarray) -> int:
    """The cheapest fair draw in NumPy, so that both suites pay little for it."""
    allowed = mask.nonzero()[0]
    return int(allowed[int(generator.random() * len(allowed))])
