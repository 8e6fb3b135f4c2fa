"""The scripted negotiators: their proposals by hand, and what they get from each other."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load

ID = "agora/DealOrNoDeal-v0"
ACCEPT, WALK = 216, 217


def keep(books, hats, balls):
    return 36 * books + 6 * hats + balls


def position(turns=10):
    """One book worth 1, two hats worth 0, three balls worth 3 to player 1, who speaks first."""
    game = agora.envs.game(ID, split="all", max_turns=turns)
    same = (game.world.counts == [1, 2, 3]).all(axis=1)
    same &= (game.world.values == [[1, 0, 3], [4, 3, 0]]).all(axis=(1, 2))
    state = game.new(0)
    state.scenario, state.speaks_first, state.to_move = np.flatnonzero(same).item(), 0, 0
    return game, state


def choice(name, game, state):
    agent, player = load(f"scripted/{name}", game.spec), int(state.to_move)
    return agent.act(game.observe(state, player)[None], game.legal(state)[None], np.zeros(1, int)).item()


def play(names, games=600, **options):
    """Mean returns (2,) of the agents, and the batch after all games; the agents exchange seats half-way."""
    batch = agora.envs.batch(
        ID, games, np.tile(np.arange(games // 2), 2), autoreset="disabled", illegal="raise", **options
    )
    agents = [load(name, batch.spec) for name in names]
    for agent in agents:
        agent.reset(batch.spec, np.arange(games), 0)
    swapped = np.arange(games) >= games // 2
    while not batch.ended.all():
        actions = np.zeros(games, np.int64)
        for index, agent in enumerate(agents):
            lanes = np.flatnonzero(((batch.to_move == index) ^ swapped) & ~batch.ended)
            if len(lanes):
                actions[lanes] = agent.act(batch.observation[lanes], batch.legal[lanes], lanes)
        batch.step(actions)
    returns = np.where(swapped[:, None], batch.final_returns[:, ::-1], batch.final_returns)
    return returns.mean(axis=0), batch


@pytest.mark.parametrize(
    ("name", "action"),
    [("greedy", keep(1, 0, 3)), ("fair", keep(0, 0, 2)), ("conceder", keep(1, 0, 3))],
)
def test_first_proposal(name, action):
    game, state = position()
    assert choice(name, game, state) == action


def test_fair_answers_with_what_the_other_has_left():
    game, state = position()
    game.step(state, keep(0, 0, 2))  # leaves the book, both hats and a ball: all 10 points
    assert choice("fair", game, state) == ACCEPT
    game, state = position()
    game.step(state, keep(1, 1, 1))  # leaves a hat and two balls, 3 points: one item more is to be taken away
    assert choice("fair", game, state) == keep(0, 2, 0)
    game, state = position()
    game.step(state, keep(0, 2, 0))  # leaves the book: book and hat take one item away, two hats two
    assert choice("fair", game, state) == keep(1, 1, 0)


def test_greedy_accepts_nothing_less_before_the_last_turn():
    game, state = position(turns=3)
    game.step(state, keep(1, 0, 3))  # 6 points for player 2
    assert choice("greedy", game, state) == keep(1, 2, 0)
    game.step(state, keep(1, 2, 2))  # 3 points for player 1, in the last turn
    assert choice("greedy", game, state) == ACCEPT


def test_conceder_comes_down_to_its_reserve():
    game, state = position()
    worth = []
    for _ in range(5):
        action = choice("conceder", game, state)
        worth.append(action // 36 + 3 * (action % 6))
        game.step(state, action)
        game.step(state, keep(1, 2, 3))  # the other leaves nothing
    # Targets 10, 7.2, 6, 5.1 and 4.3 in turns 0, 2, 4, 6 and 8, and the cheapest divisions that bring so much.
    assert worth == [10, 9, 6, 6, 6]


def test_nobody_gives_in_to_an_offer_worth_nothing():
    game, state = position(turns=2)
    game.step(state, keep(1, 2, 3))
    for name in ("greedy", "fair", "conceder"):
        assert choice(name, game, state) < ACCEPT


def test_yielding_pairs_come_close_to_the_best_joint_score():
    expected = {"fair": 0.88, "conceder": 0.94}
    for name, floor in expected.items():
        returns, batch = play([f"scripted/{name}"] * 2, split="test")
        metrics = [batch.game.metrics(state) for state in batch.states]
        assert np.mean([measures["agreement"] for measures in metrics]) == 1
        assert np.mean([measures["joint_ratio"] for measures in metrics]) > floor
        assert returns.min() > 6.5


def test_everybody_beats_the_random_agent():
    for name in ("greedy", "fair", "conceder"):
        mine, random = play([f"scripted/{name}", "random"])[0]
        assert mine > 5
        assert mine > random + 2


def test_holding_out_pays_against_who_yields_but_not_against_itself():
    greedy, fair = play(["scripted/greedy", "scripted/fair"])[0]
    assert greedy > fair + 1
    assert play(["scripted/greedy"] * 2)[0].max() < 5
