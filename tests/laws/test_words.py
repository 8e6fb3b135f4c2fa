"""Words parse back to the action they name, and bad lines get a reason."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import Discrete
from support import random_actions


def walk(id, steps=15, **options):
    batch = agora.envs.batch(id, 1, 4, **options)
    generator = np.random.default_rng(5)
    for _ in range(steps):
        state = batch.game.load(batch.states[0].tobytes())
        movers = range(batch.spec.players) if batch.to_move[0] < 0 else [int(batch.to_move[0])]
        yield batch.game, state, movers
        batch.step(random_actions(batch, generator))


@pytest.mark.parametrize("face", ["default", "text"])
def test_names_parse_back(id, face):
    options = agora.envs.words_options(id) if face == "text" else {}
    for game, state, movers in walk(id, **options):
        for player in movers:
            if isinstance(game.spec.action, Discrete):
                allowed = np.flatnonzero(game.legal(state, player))
                actions = [int(action) for action in allowed[:: max(1, len(allowed) // 15)]]
            else:
                low, high, shape = game.spec.action
                actions = [np.linspace(low, high, shape[0], dtype=np.float32), np.full(shape, high, np.float32)]
            for action in actions:
                line = game.words.name(game.world, state, player, action)
                assert line == line.strip()
                assert "\n" not in line
                parsed = game.words.parse(game.world, state, player, line)
                assert len(parsed) == 1
                assert np.allclose(parsed[0], action, atol=1e-3), (line, parsed, action)


BAD_LINES = ("", "   ", "xyzzy", "1e999 nan", "\x00", "é" * 5000, "[" * 50, "click[", "-1", "9" * 20)


def test_bad_lines_get_a_reason(id):
    for game, state, movers in walk(id, 3):
        for line in BAD_LINES:
            with pytest.raises(ValueError, match=r"\S"):
                game.words.parse(game.world, state, movers[0], line)


def test_text_face_plays_a_whole_game(id):
    env = agora.envs.text(id)
    generator, page = np.random.default_rng(0), env.reset(seed=1)
    assert page.strip()
    for _ in range(30):
        if isinstance(env.game.spec.action, Discrete):
            line = str(generator.choice(env.legal_actions()))
        else:
            low, high, shape = env.game.spec.action
            action = generator.uniform(low, high, shape).astype(np.float32)
            line = env.game.words.name(env.game.world, env._batch.states[0], env.seat, action)
        page, _, terminated, truncated, info = env.step(line)
        assert "error" not in info
        if terminated or truncated:
            env.reset()
    page, reward, terminated, truncated, info = env.step("xyzzy")
    assert page.startswith(info["error"])
    assert (reward, terminated, truncated) == (0.0, False, False)
