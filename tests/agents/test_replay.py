"""Transitions over a seat's own turns, by hand, and the ring that keeps the latest."""

import numpy as np
import pytest

import agora.envs
from agora.agents.learned.replay import EverySeat, OneSeat, OwnTurns, Replay, Transitions, to_box


def numbered(first: int, count: int) -> Transitions:
    """Transitions that carry the numbers from ``first`` on in every part."""
    numbers = np.arange(first, first + count, dtype=np.float32)
    return Transitions(numbers[:, None], numbers[:, None], numbers, numbers[:, None], numbers % 2)


def rewards_held(replay: Replay) -> list[float]:
    return replay.state()["ring"][2].tolist()


def test_the_ring_overwrites_the_oldest() -> None:
    replay = Replay(5, 1, 1)
    replay.add(numbered(0, 3))
    assert (len(replay), rewards_held(replay)) == (3, [0, 1, 2])
    replay.add(numbered(3, 4))
    assert (len(replay), rewards_held(replay)) == (5, [5, 6, 2, 3, 4])
    replay.add(numbered(7, 12))  # more than fit: the latest stay, each where it would have come to lie
    assert (len(replay), rewards_held(replay)) == (5, [15, 16, 17, 18, 14])


def test_samples_are_whole_transitions_that_are_held() -> None:
    replay = Replay(8, 1, 1)
    replay.add(numbered(10, 5))
    drawn = replay.sample(2000, np.random.default_rng(0))
    for part in (drawn.observation[:, 0], drawn.action[:, 0], drawn.next_observation[:, 0]):
        assert (part == drawn.reward).all()
    assert (drawn.terminated == drawn.reward % 2).all()
    found, counts = np.unique(drawn.reward, return_counts=True)
    assert found.tolist() == [10, 11, 12, 13, 14]
    assert counts.min() > 300


def test_a_restored_ring_goes_on_as_the_first() -> None:
    first, second = Replay(5, 1, 1), Replay(5, 1, 1)
    first.add(numbered(0, 7))
    second.restore(first.state())
    for replay in (first, second):
        replay.add(numbered(7, 2))
    assert rewards_held(first) == rewards_held(second) == [5, 6, 7, 8, 4]


def test_rewards_count_until_the_seats_next_decision() -> None:
    """Two lanes: in lane 0 seats 0, 1, 0 decide and the rules end it; in lane 1 seat 1 decides and time runs out."""
    turns = OwnTurns(2, 2, 1, 1)

    def decide(lanes: list[int], seats: list[int], numbers: list[float]) -> Transitions:
        column = np.array(numbers, np.float32)[:, None]
        return turns.decide(np.array(lanes), np.array(seats), column, -column)

    assert len(decide([0, 1], [0, 1], [1.0, 2.0]).reward) == 0
    turns.earn(np.array([[0.5, 7.0], [0.0, 0.25]]))  # 7 comes before seat 1 of lane 0 has decided
    assert len(decide([0], [1], [3.0]).reward) == 0
    turns.earn(np.array([[1.0, 10.0], [0.0, 4.0]]))
    again = decide([0], [0], [5.0])
    assert [part.ravel().tolist() for part in again] == [[1.0], [-1.0], [1.5], [5.0], [0.0]]
    turns.earn(np.array([[2.0, 20.0], [0.0, 0.0]]))
    over = turns.end(np.array([0]), None)
    assert [part.ravel().tolist() for part in over] == [[5, 3], [-5, -3], [2, 30], [0, 0], [1, 1]]
    cut = turns.end(np.array([1]), np.array([[[8.0], [9.0]]]))
    assert [part.ravel().tolist() for part in cut] == [[2], [-2], [4.25], [9], [0]]
    assert len(turns.end(np.array([0, 1]), None).reward) == 0


def test_every_seat_of_alternating_offers_by_hand() -> None:
    """Player 1 offers 0.3, player 2 turns it down and offers 0.4, player 1 takes it: 0.9 x (0.4, 0.6)."""
    game = agora.envs.game("agora/AlternatingOffers-v0")
    games = EverySeat(game, 1, "forfeit")
    games.deal(0)
    opening = games.observation.copy()
    parts = games.step(np.array([[-0.4, 0.0]]))
    parts += games.step(np.array([[-0.2, 1.0]]))
    last = games.observation.copy()
    assert game.spec.pieces(last)["share"][0, 0] == pytest.approx(0.4)
    parts += games.step(np.array([[0.0, -1.0]]))
    found = Transitions(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    assert found.reward == pytest.approx([0.0, 0.36, 0.54])
    assert found.terminated.tolist() == [0, 1, 1]
    assert found.action[:, 0] == pytest.approx([-0.4, 0.0, -0.2])
    assert (found.observation[:2] == np.concatenate([opening, last])).all()
    assert (found.next_observation[0] == last[0]).all()
    assert np.concatenate(games.returns) == pytest.approx([0.36, 0.54])
    assert (games.observation == opening).all()  # the next game has begun


def test_all_seats_of_an_auction_at_once() -> None:
    game = agora.envs.game("agora/SealedAuction-v0", bidders=3)
    games = EverySeat(game, 4, "forfeit")
    games.deal(0)
    values = game.spec.pieces(games.observation)["value"][:, 0].reshape(4, 3).copy()
    bids = np.linspace(0, 0.9, 12).reshape(4, 3)[:, ::-1]  # seat 0 bids highest
    _, ended = games.step(2 * bids.reshape(12, 1) - 1)
    expected = np.zeros((4, 3))
    expected[:, 0] = values[:, 0] - bids[:, 0]
    assert ended.reward == pytest.approx(expected.ravel(), abs=1e-6)
    assert ended.observation[:, 0] == pytest.approx(values.ravel())
    assert (ended.terminated == 1).all()


def test_a_time_limit_shows_what_comes_next() -> None:
    game = agora.envs.game("agora/Portfolio-v0", length=2, window=1)
    games = EverySeat(game, 1, "forfeit")
    games.deal(0)
    hold = np.full((1, game.spec.action.shape[0]), -1.0)  # no trade
    parts = games.step(hold)
    second = games.observation.copy()
    parts += games.step(hold)
    found = Transitions(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    assert found.terminated.tolist() == [0, 0]
    assert (found.next_observation[0] == second[0]).all()
    world = game.world
    assert found.next_observation[1, : len(world.names)] == pytest.approx(np.log(world.relatives[1]), abs=1e-6)
    assert found.reward[1] == pytest.approx(np.log(world.relatives[:2].prod(0).mean() / world.relatives[0].mean()))


def test_random_openings_are_not_learned_from() -> None:
    games = EverySeat(agora.envs.game("agora/AlternatingOffers-v0"), 256, "forfeit", opening=2.0)
    games.deal(0)
    action = np.tile(np.float32([0.5, 0.5]), (256, 1))  # offers three quarters, takes no less: the offer is taken
    parts = [part for _ in range(8) for part in games.step(action)]
    found = Transitions(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    assert len(found.reward) > 500
    assert (found.action == 0.5).all()
    made = found.observation[:, -4] * 133  # offers that stood when the seat decided
    assert {1, 2, 3, 4} <= set(np.rint(made).astype(int).tolist())  # deeper than this policy goes by itself
    returns = np.concatenate(games.returns).reshape(-1, 2)
    assert returns == pytest.approx(np.tile([0.25, 0.75], (len(returns), 1)))
    assert 0.2 < len(returns) / (256 * 8 / 2) < 0.6  # a third of the games have no opening


def test_one_seat_gets_what_comes_until_its_next_turn() -> None:
    """The opponent offers and takes 9/19: too little is turned down, and its own offer can be taken."""
    game = agora.envs.game("agora/AlternatingOffers-v0")
    games = OneSeat(game, 2, "forfeit", "scripted/equilibrium", 0)
    games.deal(0)
    (outcome,) = games.step(np.array([[-0.8, 0.0], [0.8, 0.0]], np.float32))
    assert outcome.reward == pytest.approx([0.0, 0.1])
    assert outcome.terminated.tolist() == [0, 1]
    assert game.spec.pieces(outcome.next_observation)["share"][0, 0] == pytest.approx(9 / 19)
    (outcome,) = games.step(np.array([[0.0, -1.0], [0.8, 0.0]], np.float32))
    assert outcome.reward == pytest.approx([0.9 * 9 / 19, 0.1])
    assert np.concatenate(games.returns) == pytest.approx([0.1, 0.9 * 9 / 19, 0.1])


def test_one_seat_is_cut_by_a_time_limit() -> None:
    game = agora.envs.game("agora/Portfolio-v0", length=2, window=1)
    games = OneSeat(game, 1, "forfeit", "random", 0)
    games.deal(0)
    hold = np.full((1, game.spec.action.shape[0]), -1.0)
    outcomes = [games.step(hold)[0] for _ in range(2)]
    assert [outcome.terminated.tolist() for outcome in outcomes] == [[0], [0]]
    assert outcomes[1].next_observation[0, -1] == 1  # all of the episode has passed
    assert len(games.returns) == 1


def test_actions_are_stretched_to_the_box() -> None:
    spec = agora.envs.spec("agora/SealedAuction-v0")
    assert to_box(np.array([[-1.0], [0.0], [0.5], [1.0]]), spec).ravel().tolist() == [0.0, 0.5, 0.75, 1.0]
