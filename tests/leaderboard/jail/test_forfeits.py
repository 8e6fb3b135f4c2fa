"""The rules of docs/forfeits.md, over every environment: what a crash costs, and whom."""

import numpy as np
import pytest

from agora import envs
from agora.agents.random import RandomAgent
from agora.leaderboard.jail.fault import Fault, JailError
from agora.leaderboard.match import play
from agora.leaderboard.replaying import replay


class Faulty(RandomAgent):
    """Plays at random until its call number ``last``, and then no more."""

    def __init__(self, last):
        super().__init__()
        self.left = last

    def act(self, observation, legal, lanes, states=None):
        self.left -= 1
        if self.left < 0:
            raise Fault("time", "act took longer than it may")
        return super().act(observation, legal, lanes, states)


@pytest.mark.parametrize("last", [0, 1])
@pytest.mark.parametrize("name", envs.ids())
def test_the_offender_falls_to_the_worst_return_and_nobody_else(name, last):
    game = envs.game(name)
    players, worst = game.spec.players, game.spec.returns[0]
    for seat in range(players):
        agents = [Faulty(last), *(RandomAgent() for _ in range(players - 1))]
        seating = np.array([np.roll(np.arange(players), seat)])
        (one,) = played = play(game, agents, seating, np.array([5]))
        if one.ended != "forfeit":
            continue  # over before it was asked again
        assert one.faults == {str(seat): "time: act took longer than it may"}
        assert one.returns[seat] == worst
        others = [value for other, value in enumerate(one.returns) if other != seat]
        assert all(value >= worst for value in others)
        if game.spec.payoff == "zero-sum":
            assert sum(one.returns) == pytest.approx(0.0, abs=1e-9)
            assert min(others) > worst
        assert (replay(game, played) == [one.returns]).all()


def test_when_both_forfeit_both_have_the_worst_return():
    name = next(
        name for name in envs.ids() if envs.spec(name).turns == "simultaneous" and envs.spec(name).payoff == "zero-sum"
    )
    game = envs.game(name)
    (one,) = play(game, [Faulty(0), Faulty(0)], np.array([[0, 1]]), np.array([5]))
    assert one.returns == [game.spec.returns[0]] * 2
    assert set(one.faults) == {"0", "1"}


def test_three_players_share_what_the_offender_loses():
    game = envs.game("agora/LiarsDice-v0", players=3)
    agents = [Faulty(0), RandomAgent(), RandomAgent()]
    (one,) = play(game, agents, np.array([[0, 1, 2]]), np.array([5]))
    worst = game.spec.returns[0]
    assert one.returns == [worst, -worst / 2, -worst / 2]


def test_leaving_a_lost_game_does_not_help():
    """The return of a forfeit is a lower bound of every other end of the game."""
    for name in envs.ids():
        game = envs.game(name)
        seating = np.tile(np.arange(game.spec.players), (20, 1))
        played = play(game, [RandomAgent() for _ in range(game.spec.players)], seating, np.arange(20))
        assert min(min(one.returns) for one in played) >= game.spec.returns[0]


def test_a_jail_that_does_not_start_is_nobodys_forfeit():
    class Unjailed(RandomAgent):
        def reset(self, spec, lanes, seed):
            raise JailError("The jail of level 2 did not start: no space")

    game = envs.game("agora/TicTacToe-v0")
    with pytest.raises(JailError, match="no space"):
        play(game, [RandomAgent(), Unjailed()], np.array([[0, 1]]), np.array([5]))
