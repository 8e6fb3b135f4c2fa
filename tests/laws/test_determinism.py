"""The same seed gives the same bytes: alone or in a crowd, here or elsewhere, drawn or not, compiled or not."""

import os
import subprocess
import sys

import numpy as np

import agora.envs
from support import digest_of_play, hashed_actions, rows


def test_twice_the_same(id):
    assert digest_of_play(id) == digest_of_play(id)


def test_other_seed_other_play(id):
    spec = agora.envs.spec(id)
    if spec.chance != "none":
        assert digest_of_play(id, seed=1) != digest_of_play(id, seed=2)


def test_batch_size_does_not_matter(id):
    many, few = agora.envs.batch(id, 2500, 5), agora.envs.batch(id, 2, 5)
    for _ in range(12):
        assert many.states[:2].tobytes() == few.states.tobytes()
        for batch in (many, few):
            observation, legal = rows(batch)
            chosen = hashed_actions(batch.spec, observation[:20], legal[:20])
            actions = np.zeros((len(observation), *chosen.shape[1:]), chosen.dtype)
            actions[: len(chosen)] = chosen
            batch.step(actions)


def test_threads_do_not_matter(id):
    one, two = (agora.envs.batch(id, 4096, 5, threads=threads) for threads in (1, 2))
    for _ in range(3):
        for batch in (one, two):
            shape = (*batch.observation.shape[:-1], *getattr(batch.spec.action, "shape", ()))
            if batch.legal.shape[-1]:
                batch.step(batch.legal.argmax(axis=-1))
            else:
                batch.step(np.full(shape, 0.5, np.float32))
    assert one.snapshot() == two.snapshot()


def test_drawing_changes_nothing(id):
    plain, drawn = agora.envs.single(id), agora.envs.single(id, render_mode="rgb_array")
    for env in (plain, drawn):
        observation, info = env.reset(seed=3)
        for _ in range(10):
            mask = info.get("action_mask", np.zeros(0))
            action = hashed_actions(env.game.spec, observation[None], mask[None])[0]
            observation, _, terminated, truncated, info = env.step(action)
            if env is drawn:
                env.render()
                env.game.words.describe(env.game.world, env._batch.states[0], 0)
            if terminated or truncated:
                observation, info = env.reset()
    assert plain._batch.states.tobytes() == drawn._batch.states.tobytes()


SCRIPT = "import sys; from support import digest_of_play; print(digest_of_play(sys.argv[1], 2, 25))"


def run_elsewhere(id, **environment):
    env = {**os.environ, **environment, "PYTHONPATH": os.path.dirname(os.path.dirname(__file__))}
    command = [sys.executable, "-P", "-W", "error", "-c", SCRIPT, id]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_process_does_not_matter(id):
    assert run_elsewhere(id, PYTHONHASHSEED="1") == digest_of_play(id, 2, 25)


def test_compiled_equals_plain_python(id):
    assert run_elsewhere(id, NUMBA_DISABLE_JIT="1") == digest_of_play(id, 2, 25)
