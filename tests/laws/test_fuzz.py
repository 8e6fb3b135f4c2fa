"""No sequence of actions and no option crashes: what is wrong is refused with a ValueError."""

import contextlib
import inspect

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import agora.envs
from agora.envs.api import Discrete

RELAXED = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 12), st.floats(), st.text(max_size=6), st.lists(st.floats(), max_size=3)
)


def test_any_actions(id):
    batch = agora.envs.batch(id, 2, 0)
    shape = batch.observation.shape[:-1]

    @settings(max_examples=30, **RELAXED)
    @given(st.integers(0, 2**32), st.floats(width=32), st.integers(-(2**63), 2**63 - 1))
    def play(seed, number, wild):
        generator = np.random.default_rng(seed)
        if isinstance(batch.spec.action, Discrete):
            actions = generator.integers(-1, batch.spec.action.n + 1, shape)
            actions.flat[0] = wild
        else:
            actions = generator.uniform(-1, 2, (*shape, *batch.spec.action.shape)).astype(np.float32)
            actions.flat[0] = number
        batch.step(actions)
        assert np.isfinite(batch.observation.astype(float)).all()
        assert np.isfinite(batch.rewards).all()

    play()


def test_any_options(id):
    parameters = inspect.signature(agora.envs.game(id).rules.make_world).parameters
    if not parameters:
        return

    @settings(max_examples=40, **RELAXED)
    @given(st.dictionaries(st.sampled_from(sorted(parameters)), VALUES, min_size=1, max_size=2))
    def make(options):
        with contextlib.suppress(ValueError):
            agora.envs.spec(id, **options)

    make()
