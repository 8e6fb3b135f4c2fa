"""Games in lock-step: what is recorded, what is dealt, and what becomes of agents that misbehave."""

import sys

import numpy as np
import pytest

from agora import envs
from agora.agents.api import from_function
from agora.agents.random import RandomAgent
from agora.envs.api import Discrete
from agora.leaderboard.match import pack, play, unpack
from agora.leaderboard.replaying import UnfinishedError, replay, retrace
from agora.leaderboard.schedules.units import Unit, seats_and_deals

KUHN = envs.game("agora/KuhnPoker-v0")
PASS, BET = 0, 1


def always(action):
    return from_function(lambda observation, legal: np.full(len(legal), action))


class Faulty:
    """Passes, but does something else from the call number ``late`` on."""

    needs = "observation"

    def __init__(self, fault, late=1):
        self.fault, self.late, self.calls = fault, late, 0

    def reset(self, spec, lanes, seed):
        self.calls = 0

    def act(self, observation, legal, lanes, states=None):
        self.calls += 1
        return self.fault(len(lanes)) if self.calls >= self.late else np.zeros(len(lanes), np.int64)


def raises(error):
    def fault(lanes):
        raise error

    return fault


def games_of(lineup, deals=20):
    seating, numbers = seats_and_deals(Unit(lineup, 0, deals))
    return seating, 1000 + numbers


FAULTS = {
    "exception": (raises(ZeroDivisionError("a\nb")), "ZeroDivisionError: a"),
    "exit": (lambda lanes: sys.exit(3), "SystemExit: 3"),
    "address": (raises(KeyError("<x at 0x7fa3b2>")), "KeyError: '<x at 0x…>'"),
    "floats": (lambda lanes: np.zeros(lanes), "TypeError: act() returned float64; agora/KuhnPoker-v0 takes integers"),
    "booleans": (lambda lanes: np.zeros(lanes, bool), "TypeError: act() returned bool"),
    "objects": (lambda lanes: np.array([None] * lanes), "TypeError: act() returned object"),
    "shape": (lambda lanes: np.zeros((lanes, 2), int), "ValueError: act() returned shape"),
    "too few": (lambda lanes: np.zeros(lanes - 1, int), "ValueError: act() returned shape"),
    "nothing": (lambda lanes: None, "ValueError: act() returned shape"),
    "ragged": (lambda lanes: [[1], [1, 2]], "ValueError"),
    "huge": (lambda lanes: np.full(lanes, 10**18), "illegal action"),
    "negative": (lambda lanes: np.full(lanes, -1), "illegal action"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_agent_forfeits_and_the_game_of_others_goes_on(name):
    fault, cause = FAULTS[name]
    agents = [always(PASS), Faulty(fault), always(BET)]
    seating, seeds = games_of((0, 2))
    bad_seating, bad_seeds = games_of((0, 1))
    played = play(KUHN, agents, np.concatenate([seating, bad_seating]), np.concatenate([seeds, bad_seeds]))
    assert played[: len(seeds)] == play(KUHN, agents, seating, seeds)
    for game in played[len(seeds) :]:
        seat = game.seating.index(1)
        assert game.ended == "forfeit"
        assert list(game.faults) == [str(seat)]
        assert game.faults[str(seat)].startswith(cause)
        assert "\n" not in game.faults[str(seat)]
        assert game.returns[seat] == KUHN.spec.returns[0]
        assert game.returns[1 - seat] == -KUHN.spec.returns[0]


def test_an_agent_that_cannot_start_forfeits_when_it_has_to_move():
    class Broken(Faulty):
        def reset(self, spec, lanes, seed):
            raise OSError("no weights")

    seating, seeds = games_of((0, 1))
    played = play(KUHN, [always(PASS), Broken(None)], seating, seeds)
    assert {cause for game in played for cause in game.faults.values()} == {"OSError: no weights"}
    assert {game.seating[int(seat)] for game in played for seat in game.faults} == {1}


def test_only_the_games_asked_about_are_forfeited():
    seating, seeds = games_of((0, 1))
    played = play(KUHN, [always(BET), Faulty(raises(ValueError("late")), late=2)], seating, seeds)
    # Asked first for the games it opens: it passes, is bet at, and fails there in the second call; in the games it
    # does not open it fails too, since that is the same call or a later one.
    assert {game.ended for game in played} == {"forfeit"}
    played = play(KUHN, [always(PASS), Faulty(raises(ValueError("late")), late=2)], seating, seeds)
    assert [game.ended for game in played] == [
        "terminated" if first == 1 else "forfeit" for first in seating[:, 0].tolist()
    ]


def test_swapped_games_have_the_same_cards():
    seen = {}

    def spy(observation, legal):
        for row in observation:
            pieces = KUHN.spec.pieces(row)
            seen.setdefault(int(np.argmax(next(iter(pieces.values())))), 0)
        return np.zeros(len(legal), np.int64)

    seating, seeds = games_of((0, 1), deals=50)
    played = play(KUHN, [from_function(spy), always(PASS)], seating, seeds)
    # Both pass: the higher card wins a chip, whoever holds it, so swapping seats swaps the players' results.
    for first, second in zip(played[::2], played[1::2], strict=True):
        assert first.seed == second.seed
        assert first.returns == second.returns
        assert first.seating == second.seating[::-1]
    assert {tuple(game.returns) for game in played} == {(1.0, -1.0), (-1.0, 1.0)}


def test_records_replay_to_the_same_returns():
    seating, seeds = games_of((0, 1), deals=200)
    played = play(KUHN, [RandomAgent(), RandomAgent()], seating, seeds, agent_seed=4)
    assert (replay(KUHN, played) == [game.returns for game in played]).all()
    assert all(len(game.moves) == game.steps for game in played)
    assert len({tuple(game.moves) for game in played}) == 5  # Kuhn's five lines of betting


def test_forfeits_replay_too():
    seating, seeds = games_of((0, 1))
    played = play(KUHN, [always(BET), Faulty(raises(ValueError()), late=2)], seating, seeds)
    assert (replay(KUHN, played) == [game.returns for game in played]).all()


def test_records_with_too_few_moves_are_told_apart():
    seating, seeds = games_of((0, 1), deals=2)
    played = play(KUHN, [always(PASS), always(PASS)], seating, seeds)
    played[2].moves.pop()
    with pytest.raises(UnfinishedError, match="1 of the games are not over after their 1 moves") as raised:
        replay(KUHN, played)
    assert raised.value.games == [2]
    with pytest.raises(UnfinishedError):
        list(retrace(KUHN, played))


def test_same_seeds_same_records_and_other_agent_seeds_other_ones():
    seating, seeds = games_of((0, 1), deals=200)

    def run(agent_seed):
        return play(KUHN, [RandomAgent(), RandomAgent()], seating, seeds, agent_seed=agent_seed)

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_two_copies_of_an_agent_draw_differently():
    seating = np.array([[0, 0], [1, 1]] * 50)
    played = play(KUHN, [RandomAgent(), RandomAgent()], seating, np.repeat(np.arange(50), 2))
    assert [game.moves for game in played[::2]] != [game.moves for game in played[1::2]]


def test_an_agent_is_asked_once_a_step_and_seat():
    calls = []

    def count(observation, legal):
        calls.append(len(legal))
        return np.zeros(len(legal), np.int64)

    seating, seeds = games_of((0, 1), deals=100)
    play(KUHN, [from_function(count), always(PASS)], seating, seeds)
    assert calls == [100, 100]  # opening in half of the games, answering in the others


def test_progress_counts_every_game_once():
    ended = []
    seating, seeds = games_of((0, 1), deals=30)
    play(KUHN, [RandomAgent(), RandomAgent()], seating, seeds, on_ended=ended.append)
    assert sum(ended) == 60


def test_packed_moves_come_back_bit_for_bit():
    spec = next(spec for spec in map(envs.spec, envs.ids()) if not isinstance(spec.action, Discrete))
    seats = (spec.players,) if spec.turns == "simultaneous" else ()
    moves = np.random.default_rng(0).random((7, *seats, *spec.action.shape)).astype(np.float32)
    assert (unpack(pack(moves), spec) == moves).all()


@pytest.mark.parametrize("name", envs.ids())
def test_random_games_of_every_environment_are_recorded_and_replayed(name):
    game = envs.game(name)
    seating, seeds = games_of(tuple(range(game.spec.players)), deals=3)
    played = play(game, [RandomAgent() for _ in range(game.spec.players)], seating, seeds)
    assert (replay(game, played) == [one.returns for one in played]).all()
    low, high = game.spec.returns
    assert all(low <= value <= high for one in played for value in one.returns)


def test_nan_forfeits_continuous_games():
    id = next(id for id in envs.ids() if not isinstance(envs.spec(id).action, Discrete))
    game = envs.game(id)
    players, shape = game.spec.players, game.spec.action.shape
    bad = from_function(lambda observation, legal: np.full((len(observation), *shape), np.nan))
    agents = [bad, *(RandomAgent() for _ in range(players - 1))]
    seating, seeds = games_of(tuple(range(players)), deals=3)
    for one in play(game, agents, seating, seeds):
        assert one.ended == "forfeit"
        assert one.faults == {str(one.seating.index(0)): "illegal action"}
