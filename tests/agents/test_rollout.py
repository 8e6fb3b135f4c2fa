"""What is kept of the games that a policy plays while it learns."""

from typing import Any

import numpy as np
import pytest
import torch

import agora.envs
from agora.agents.api import from_function
from agora.agents.learned import decisions
from agora.agents.learned.distributions import policy_form
from agora.agents.learned.networks import ActorCritic, Output, initialise
from agora.agents.learned.ppo import Parameters
from agora.agents.learned.rollout import Actor, EverySeat, Games, OneSeat
from agora.agents.learned.settings import Network
from agora.envs.batch import Batch
from agora.envs.game import Game
from support import hashed_actions

KUHN, LEDUC, GOOFSPIEL = (f"agora/{name}-v0" for name in ("KuhnPoker", "LeducPoker", "Goofspiel"))


def actor(games: Games, game: Game, recurrent: int = 0, **arguments: Any) -> Actor:
    size, distribution = policy_form(game.spec)
    model = ActorCritic(game.spec, Network(kind="mlp", hidden=[8], recurrent=recurrent), size)
    initialise(model, torch.Generator().manual_seed(0))
    return Actor(games, game, model, distribution, memory_size=recurrent, **arguments)


def test_every_seat_keeps_what_the_batch_shows() -> None:
    """The same actions again, in a batch of one's own: the same observations, movers, rewards and ends."""
    for id in (LEDUC, GOOFSPIEL):
        game = agora.envs.game(id)
        games = EverySeat(game, 6)
        playing = actor(games, game)
        playing.start(5)
        rollout = playing.collect(40, torch.Generator().manual_seed(0))
        batch = Batch(game, 6, seed=5)
        together = game.spec.turns == "simultaneous"
        ended = 0
        for step in range(40):
            assert np.array_equal(rollout.observation[step], batch.observation.reshape(games.rows, -1))
            assert np.array_equal(rollout.legal[step], batch.legal.reshape(games.rows, -1))
            assert np.array_equal(rollout.movers[step], np.zeros(12) if together else batch.to_move)
            batch.step(rollout.action[step].numpy())
            assert np.array_equal(rollout.rewards[step].ravel(), batch.rewards.ravel().astype(np.float32))
            over = batch.terminated | batch.truncated
            assert np.array_equal(rollout.ended[step], over.repeat(2) if together else over)
            ended += int(over.sum())
        assert ended > 0
        assert len(rollout.returns) == 2 * ended
        assert abs(rollout.returns.sum()) < 1e-9  # zero-sum
        assert rollout.bootstrap is None


def test_one_seat_gets_what_its_games_paid() -> None:
    game = agora.envs.game(LEDUC)
    opponent = from_function(lambda observation, legal: hashed_actions(game.spec, observation, legal))
    playing = actor(OneSeat(game, 16, opponent), game, reward_scale=0.5)
    playing.start(3)
    rollout = playing.collect(60, torch.Generator().manual_seed(0))
    totals = []
    for lane in range(16):
        ends = np.flatnonzero(rollout.ended[:, lane])
        totals += [part.sum() for part in np.split(rollout.rewards[:, lane, 0], ends + 1)[:-1]]
    assert len(totals) > 100
    assert sorted(np.round(np.array(totals) * 2, 6)) == sorted(np.round(rollout.returns, 6))


def test_opponents_hear_how_their_games_ended() -> None:
    game = agora.envs.game(KUHN)

    class Listener:
        needs = "observation"

        def __init__(self) -> None:
            self.heard: list[float] = []

        def reset(self, *_: Any) -> None: ...

        def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
            return hashed_actions(game.spec, observation, legal)

        def record(self, lanes: np.ndarray, seats: np.ndarray, returns: np.ndarray) -> None:
            self.heard += returns[np.arange(len(lanes)), seats].tolist()

    listener = Listener()
    playing = actor(OneSeat(game, 8, listener), game)
    playing.start(0)
    rollout = playing.collect(20, torch.Generator().manual_seed(0))
    assert listener.heard == rollout.returns.tolist()
    assert len(listener.heard) > 50


def test_a_time_limit_leaves_what_was_still_to_come() -> None:
    """Where an episode is cut, the critic's value of the last observation is kept, of each seat's own."""
    game = agora.envs.game(LEDUC)
    games = EverySeat(game, 8)
    games.batch = Batch(game, 8, seed=0, max_steps=2)
    playing = actor(games, game)
    playing.start(1)
    rollout = playing.collect(2, torch.Generator().manual_seed(0))
    assert rollout.bootstrap is not None
    cut = games.batch.truncated
    assert cut.any()
    for seat in range(2):
        seen = games.batch.observe_final(seat, np.flatnonzero(cut))[cut]
        with torch.no_grad():
            value = playing.model(torch.from_numpy(seen)).value.numpy()
        assert np.allclose(rollout.bootstrap[1, cut, seat], value, atol=1e-6)
    assert (rollout.bootstrap[0] == 0).all()
    assert (rollout.bootstrap[1, ~cut] == 0).all()


def test_a_player_remembers_its_own_game_only() -> None:
    """A network whose memory counts its calls sees, at every decision, how often this seat decided in this episode."""
    game = agora.envs.game(LEDUC)

    def counting(observation: torch.Tensor, memory: torch.Tensor) -> Output:
        return Output(torch.zeros(len(observation), 3), torch.zeros(len(observation)), memory + 1)

    playing = Actor(EverySeat(game, 10), game, counting, policy_form(game.spec)[1], memory_size=1)
    playing.start(0)
    rollout = playing.collect(50, torch.Generator().manual_seed(0))
    count = np.zeros((10, 2))
    for step in range(50):
        movers = rollout.movers[step].astype(int)
        assert np.array_equal(rollout.memory[step, :, 0].numpy(), count[np.arange(10), movers])
        count[np.arange(10), movers] += 1
        count[rollout.ended[step]] = 0


def test_sequences_are_one_seat_s_decisions_in_one_episode() -> None:
    game = agora.envs.game(LEDUC)
    playing = actor(EverySeat(game, 12), game, recurrent=4)
    playing.start(2)
    rollout = playing.collect(17, torch.Generator().manual_seed(0))
    found = decisions.credited(rollout, Parameters(), playing.distribution)
    seats = game.spec.pieces(found.observation.numpy())["seat"].argmax(-1)
    cards = game.spec.pieces(found.observation.numpy())["card"].argmax(-1)
    ends = [*found.starts.tolist()[1:], len(found.advantage)]
    for start, end in zip(found.starts.tolist(), ends, strict=True):
        assert len(set(seats[start:end])) == len(set(cards[start:end])) == 1
    with torch.no_grad():
        part, output = found.forward(playing.model, torch.arange(len(found.starts)), torch.device("cpu"))
    # Fed in sequences, the network says what it said while it played.
    again = playing.distribution(output.policy, part.legal).log_probability(part.action)
    assert torch.allclose(again, part.log_probability, atol=1e-5)
    assert torch.equal(torch.sort(part.advantage).values, torch.sort(found.advantage).values)


@pytest.mark.parametrize("name", [KUHN, LEDUC])
def test_decisions_are_those_of_the_rollout_with_a_known_credit(name: str) -> None:
    game = agora.envs.game(name)
    playing = actor(EverySeat(game, 5), game)
    playing.start(0)
    rollout = playing.collect(9, torch.Generator().manual_seed(0))
    found = decisions.credited(rollout, Parameters(advantage="monte-carlo", gamma=1.0), playing.distribution)
    kept, played = (
        {
            (*observation, action)
            for observation, action in zip(
                seen.reshape(-1, seen.shape[-1]).tolist(), taken.flatten().tolist(), strict=True
            )
        }
        for seen, taken in ((found.observation, found.action), (torch.from_numpy(rollout.observation), rollout.action))
    )
    assert kept <= played
    assert 0 < len(found.advantage) < rollout.action.numel()
