"""Seats: who plays what, what opponents may know, and errors."""

from types import SimpleNamespace

import numpy as np
import pytest

import agora.envs
import agora.envs.seats
from agora.envs.api import EVERYONE
from agora.envs.seats import SeatedBatch, ask, visible_states

LEDUC = "agora/LeducPoker-v0"


class Watcher:
    """Calls, and keeps the states it was shown."""

    def __init__(self, needs):
        self.needs, self.shown = needs, []

    def reset(self, spec, lanes, seed):
        pass

    def act(self, observation, legal, lanes, states=None):
        self.shown.append(states)
        return np.full(len(lanes), 1)


def test_alternate_seats():
    seated = SeatedBatch(agora.envs.game(LEDUC), 4, 0, seat="alternate")
    assert seated.seats.tolist() == [0, 1, 0, 1]
    seated.restart(np.array([0, 1]))
    assert seated.seats.tolist() == [1, 0, 0, 1]


def test_the_caller_decides_whenever_it_may():
    seated = SeatedBatch(agora.envs.game(LEDUC), 200, 0, opponent=Watcher("observation"), seat="random")
    for _ in range(20):
        playing = ~seated.batch.ended
        assert (seated.batch.to_move[playing] == seated.seats[playing]).all()
        seated.step(np.where(seated.legal[:, 2], 2, 1))
        seated.restart(np.flatnonzero(seated.batch.ended))


def test_searchers_see_neither_the_cards_nor_the_luck_to_come():
    batch = agora.envs.batch(LEDUC, 200, 0)
    lanes = np.arange(200)
    shown = visible_states(Watcher("states"), batch, lanes, 0)
    assert (shown.card[:, 0] == batch.states.card[:, 0]).all()
    assert (shown.card[:, 1] != batch.states.card[:, 1]).mean() > 0.5
    assert not (shown.rng == batch.states.rng).any()
    perfect = agora.envs.batch("agora/Portfolio-v0", 3, 0, length=5, random_start=True)
    shown = visible_states(Watcher("states"), perfect, np.arange(3), 0)
    assert not (shown.rng == perfect.states.rng).any()
    shown.rng = perfect.states.rng
    assert shown.tobytes() == perfect.states.tobytes()
    assert visible_states(Watcher("truth"), batch, lanes, 0).tobytes() == batch.states.tobytes()


def test_an_answer_of_the_wrong_shape_is_named():
    batch = agora.envs.batch(LEDUC, 3, 0)
    with pytest.raises(ValueError, match=r"shape \(1,\).*expected \(3,\)"):
        ask(type("Bad", (Watcher,), {"act": lambda *_: np.zeros(1)})("observation"), batch, np.arange(3), 0)


@pytest.mark.parametrize("seat", [2, -1, "left", None])
def test_unknown_seats(seat):
    with pytest.raises(ValueError, match="seat="):
        agora.envs.single(LEDUC, seat=seat)


def test_unknown_opponent_lists_those_there_are():
    with pytest.raises(ValueError, match="scripted/bettor"):
        agora.envs.single(LEDUC, opponent="scripted/nobody")


def test_an_opponent_that_goes_on_ending_openings_is_refused(monkeypatch):
    monkeypatch.setattr(agora.envs.seats, "_TRIES", 1)

    class Quitter(Watcher):
        def act(self, observation, legal, lanes, states=None):
            return np.full(len(lanes), 217)  # walks away

    with pytest.raises(RuntimeError, match="choose another"):
        SeatedBatch(agora.envs.game("agora/DealOrNoDeal-v0"), 20, 0, opponent=Quitter("observation"), seat=1)


def test_self_play_leaves_every_seat_to_the_caller():
    env = agora.envs.single("agora/KuhnPoker-v0", opponent="self")
    _, info = env.reset(seed=0)
    seats = [info["seat"]]
    _, reward, *_, info = env.step(1)
    seats.append(info["seat"])
    _, second, terminated, _, _ = env.step(0)
    assert seats == [0, 1]
    assert terminated
    assert (reward, second) == (0.0, -1.0), "the reward is that of whoever moved"
    with pytest.raises(ValueError, match="turns"):
        agora.envs.single("agora/SealedAuction-v0", opponent="self")


def test_resampling_knows_who_moves_and_the_agent_who_is_asked(monkeypatch):
    batch = agora.envs.batch("agora/Goofspiel-v0", 2, 0, cards=4, information="imperfect")
    movers, resample = [], batch.game.resample

    def watched(state, player):
        movers.append(int(state.to_move))
        return resample(state, player)

    monkeypatch.setattr(batch.game, "resample", watched)
    states = visible_states(SimpleNamespace(needs="states"), batch, np.arange(2), 1)
    assert movers == [EVERYONE, EVERYONE]
    assert states.to_move.tolist() == [1, 1]
    assert visible_states(SimpleNamespace(needs="truth"), batch, np.arange(2), 1).to_move.tolist() == [1, 1]
    assert batch.states.to_move.tolist() == [EVERYONE, EVERYONE]  # copies
