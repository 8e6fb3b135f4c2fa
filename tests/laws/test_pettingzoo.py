"""PettingZoo's own test suite accepts both faces of every id."""

import warnings
from functools import partial
from types import SimpleNamespace

import pytest

import agora.envs

with warnings.catch_warnings():
    # pettingzoo.test imports its own deprecated way of making environments
    warnings.simplefilter("ignore", DeprecationWarning)
    from pettingzoo.test import (
        api_test,
        max_cycles_test,
        parallel_api_test,
        parallel_seed_test,
        render_test,
        seed_test,
    )

# The suite warns of what it finds unusual, and what it draws without regard to the mask.
pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning:pettingzoo")


def test_aec_api(id):
    api_test(agora.envs.aec(id), num_cycles=60)


def test_parallel_api(id):
    parallel_api_test(agora.envs.parallel(id), num_cycles=60)


def test_seed(id):
    seed_test(partial(agora.envs.aec, id), num_cycles=40)
    parallel_seed_test(partial(agora.envs.parallel, id), num_cycles=40)


def test_render(id):
    render_test(partial(agora.envs.aec, id))


def test_max_cycles(id):
    spec = agora.envs.spec(id)
    if spec.turns == "sequential" and spec.players > 1:
        return  # a cycle is a round of turns in one face and a turn in the other
    make = {"env": agora.envs.aec, "parallel_env": agora.envs.parallel}
    max_cycles_test(SimpleNamespace(**{name: partial(face, id, illegal="random") for name, face in make.items()}))
