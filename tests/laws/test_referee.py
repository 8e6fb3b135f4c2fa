"""Masks are right, and what an illegal action costs is the same everywhere."""

import numpy as np
import pytest

import agora.envs
from agora.envs.api import Discrete
from support import random_actions


def positions(id, count=25):
    """Positions of random play, each as a batch of one that stands in it."""
    batch = agora.envs.batch(id, 1, 3, autoreset="same_step", illegal="raise")
    generator = np.random.default_rng(0)
    for _ in range(count):
        yield batch
        batch.step(random_actions(batch, generator))


def test_every_unmasked_action_is_accepted(id):
    for batch in positions(id):
        if not isinstance(batch.spec.action, Discrete):
            return
        before = batch.snapshot()
        masks = batch.legal.reshape(-1, batch.spec.action.n)
        assert masks.any(axis=1).all(), "somebody is to move and has no action"
        first = masks.argmax(axis=1)
        for slot in range(len(masks)):
            for action in np.flatnonzero(masks[slot])[:12]:
                chosen = first.copy()
                chosen[slot] = action
                batch.step(chosen)
                assert not batch.illegal.any()
                batch.restore(before)


def test_every_masked_action_is_refused(id):
    for batch in positions(id, 10):
        if not isinstance(batch.spec.action, Discrete):
            return
        before = batch.snapshot()
        masks = batch.legal.reshape(-1, batch.spec.action.n)
        for action in [*np.flatnonzero(~masks[0])[:12], -1, batch.spec.action.n, 2**62]:
            chosen = masks.argmax(axis=1)
            chosen[0] = action
            with pytest.raises(ValueError, match=f"action {action} of player .* is illegal"):
                batch.step(chosen)
            assert batch.snapshot() == before


def test_every_masked_action_forfeits(id):
    """Judged by compiled code, as in ordinary play; the test above is judged before anything moves."""
    for batch in positions(id, 10):
        if not isinstance(batch.spec.action, Discrete):
            return
        played = agora.envs.batch(id, 1, 0, autoreset="disabled")
        masks = batch.legal.reshape(-1, batch.spec.action.n)
        for action in [*np.flatnonzero(~masks[0])[:6], batch.spec.action.n]:
            played.restore(batch.snapshot())
            chosen = masks.argmax(axis=1)
            chosen[0] = action
            played.step(chosen)
            assert played.illegal.sum() == 1
            assert played.terminated[0]


def bad_actions(batch):
    """An illegal action for the first to move, and legal ones for the others."""
    actions = random_actions(batch, np.random.default_rng(0)).reshape(-1, *getattr(batch.spec.action, "shape", ()))
    actions[0] = -1 if isinstance(batch.spec.action, Discrete) else np.nan
    return actions


def test_forfeit_ends_the_game_for_the_offender(id):
    batch = agora.envs.batch(id, 1, 3, autoreset="disabled")
    spec = batch.spec
    offender = max(int(batch.to_move[0]), 0)
    batch.step(bad_actions(batch))
    assert batch.terminated[0]
    assert batch.ended[0]
    assert batch.illegal[0].tolist() == [player == offender for player in range(spec.players)]
    assert batch.returns[0, offender] == spec.returns[0]
    others = np.delete(batch.returns[0], offender)
    if spec.payoff == "zero-sum":
        assert batch.returns[0].sum() == 0.0
    assert (others >= 0.0).all(), "the others are not punished"


def test_random_replacement_goes_on(id):
    batch = agora.envs.batch(id, 1, 3, illegal="random", autoreset="disabled")
    batch.step(bad_actions(batch))
    assert batch.illegal.any()
    assert batch.states.steps[0] == 1


def test_numbers_outside_the_box_are_clipped_and_flagged(id):
    spec = agora.envs.spec(id)
    if isinstance(spec.action, Discrete):
        return
    outside, inside = (agora.envs.batch(id, 1, 3) for _ in range(2))
    shape = outside.observation.shape[1:-1]
    for sign, bound in ((np.inf, spec.action.high), (-np.inf, spec.action.low)):
        mover = outside.to_move[0]
        outside.step(np.full((1, *shape, *spec.action.shape), sign, np.float32))
        inside.step(np.full((1, *shape, *spec.action.shape), bound, np.float32))
        movers = slice(None) if spec.turns == "simultaneous" else mover
        assert outside.clipped[0, movers].all()
        assert not inside.clipped.any()
        assert outside.states.tobytes() == inside.states.tobytes()


def test_finished_games_stand_still(id):
    batch = agora.envs.batch(id, 1, 3, autoreset="disabled")
    batch.step(bad_actions(batch))
    before = batch.states.tobytes(), batch.returns.tobytes()
    batch.step(bad_actions(batch))
    assert (batch.states.tobytes(), batch.returns.tobytes()) == before
    assert not batch.rewards.any()
