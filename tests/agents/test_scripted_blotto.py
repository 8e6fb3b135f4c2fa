"""Scripted players of Colonel Blotto."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load

ID = "agora/Blotto-v0"


def divisions(name, **options):
    """The divisions that an agent draws among, each with its chance."""
    game = agora.envs.game(ID, **options)
    state = game.new()
    (chances,) = load(f"scripted/{name}", game.spec).policy(game.observe(state, 0)[None], game.legal(state, 0)[None])
    return {game.words.name(game.world, state, 0, action): chances[action] for action in np.flatnonzero(chances)}


def test_even():
    assert divisions("even") == pytest.approx({"3-3-4": 1 / 3, "3-4-3": 1 / 3, "4-3-3": 1 / 3})
    assert divisions("even", coins=4, fields=2) == {"2-2": 1}


def test_majority():
    assert divisions("majority") == pytest.approx({"0-5-5": 1 / 3, "5-0-5": 1 / 3, "5-5-0": 1 / 3})
    assert len(divisions("majority", coins=4, fields=5)) == 10 * 3


def test_majority_beats_even_play():
    batch = agora.envs.batch(ID, 500, 0)
    lanes, agents = np.arange(500), [load(f"scripted/{name}", batch.spec) for name in ("majority", "even")]
    for seat, agent in enumerate(agents):
        agent.reset(batch.spec, lanes, seat)
    acts = [agent.act(batch.observation[:, p], batch.legal[:, p], lanes) for p, agent in enumerate(agents)]
    batch.step(np.stack(acts, axis=1))
    assert (batch.final_returns == [1, -1]).all()
