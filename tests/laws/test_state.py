"""A game's state is its bytes: saved, loaded, cloned, compared, for one game and for a whole batch."""

import numpy as np
import pytest

import agora.envs
from support import random_actions


def test_saved_games_go_on_alike(id):
    game = agora.envs.game(id)
    batch = agora.envs.batch(id, 1, 9)
    batch.step(random_actions(batch, np.random.default_rng(0)))
    state = batch.states[0]
    loaded, cloned = game.load(game.save(state)), game.clone(state)
    assert game.save(loaded) == game.save(cloned) == state.tobytes()
    cloned.steps += 1
    assert game.save(cloned) != state.tobytes()
    with pytest.raises(ValueError, match="bytes"):
        game.load(game.save(state)[:-1])


def test_snapshot_and_restore(id):
    generator = np.random.default_rng(0)
    batch = agora.envs.batch(id, 5, 9)
    for _ in range(4):
        batch.step(random_actions(batch, generator))
    before = batch.snapshot()
    actions = [random_actions(batch, generator)]
    batch.step(actions[0])
    after = batch.snapshot()
    batch.restore(before)
    assert batch.snapshot() == before
    batch.step(actions[0])
    assert batch.snapshot() == after
    elsewhere = agora.envs.batch(id, 5, 0)
    elsewhere.restore(before)
    elsewhere.step(actions[0])
    assert elsewhere.snapshot() == after
    assert elsewhere.returns.tolist() == batch.returns.tolist()
    assert elsewhere.final_returns.tolist() == batch.final_returns.tolist()
    assert elsewhere.sample().tolist() == batch.sample().tolist(), "the engine's own generators"
    with pytest.raises(ValueError, match="snapshot has"):
        agora.envs.batch(id, 4, 9).restore(before)


def test_fields_hide_no_method_of_records(id):
    """``state.sum`` would be the method of the record, not the field."""
    game = agora.envs.game(id)
    for name in (*game.dtype.names, *game.spec.observation_record.names):
        assert not hasattr(np.recarray, name), f"rename {name!r}"
        assert not hasattr(np.record, name), f"rename {name!r}"
