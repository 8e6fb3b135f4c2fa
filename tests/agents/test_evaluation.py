"""Evaluation: numbers that are known by hand, for agents whose play is known."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import from_function, load
from agora.agents.learned import evaluation
from agora.agents.learned.evaluation import against, deal_seeds, error_name, estimate, evaluate, measured
from agora.agents.learned.settings import Evaluation

KUHN, OFFERS, AUCTION = "agora/KuhnPoker-v0", "agora/AlternatingOffers-v0", "agora/SealedAuction-v0"
TIC_TAC_TOE = "agora/TicTacToe-v0"


def agent_of(id, name, **options):
    game = agora.envs.game(id, **options)
    return load(name, game.spec), game


def first_legal(observation, legal):
    return legal.argmax(axis=1)


def test_the_mean_and_its_standard_error():
    assert estimate("x", np.array([1.0, 2.0, 3.0, 6.0])) == pytest.approx(
        {"x": 3.0, error_name("x"): np.sqrt(14 / 3 / 4)}
    )
    assert estimate("x", np.array([2.0])) == {"x": 2.0}  # one deal says nothing of the others


def test_deals_depend_on_the_seed_alone_and_are_apart_for_other_seeds():
    np.testing.assert_array_equal(deal_seeds(3, 10), deal_seeds(3, 20)[:10])
    assert not set(deal_seeds(3, 100)) & set(deal_seeds(4, 100))


def test_every_deal_is_played_from_every_seat():
    agent, game = agent_of(KUHN, "scripted/always_bet")
    numbers = against(agent, game, "scripted/always_bet", 401, seed=3)
    # Both put in two chips, and what a seat wins with a deal the other loses with it.
    assert numbers == {"against scripted/always_bet": 0.0, error_name("against scripted/always_bet"): 0.0}


def test_the_mean_return_against_an_opponent_is_that_of_the_rules():
    # To a bet that always comes, calling with everything but J gives -1, 0 and 2 with J, Q and K: 1/3 on average.
    game = agora.envs.game(KUHN)
    calls = from_function(
        lambda observation, legal: (game.spec.pieces(observation)["card"][:, 0] == 0).astype(np.int64)
    )
    numbers = against(calls, game, "scripted/always_bet", 4000, seed=0)
    name = "against scripted/always_bet"
    assert numbers[name] == pytest.approx(1 / 3, abs=4 * numbers[error_name(name)])
    assert numbers[error_name(name)] < 0.04


def test_the_agent_and_its_opponent_are_not_mixed_up():
    agent, game = agent_of(KUHN, "scripted/equilibrium")
    assert against(agent, game, "random", 4000, seed=0)["against random"] > 0.05
    weak = load("random", game.spec)
    assert against(weak, game, "scripted/equilibrium", 4000, seed=0)["against scripted/equilibrium"] < -0.05


def test_where_games_are_only_won_or_lost_the_win_rate_counts_a_draw_as_half():
    game = agora.envs.game(TIC_TAC_TOE)
    # Both fill the board from the corner: crosses have 2, 4 and 6 after seven moves.
    numbers = against(from_function(first_legal), game, from_function(first_legal), 10, seed=0)
    assert numbers["win rate against FunctionAgent"] == 0.5
    assert numbers["against FunctionAgent"] == 0.0
    assert (
        against(load("scripted/perfect", game.spec), game, "scripted/perfect", 10, 0)[
            "win rate against scripted/perfect"
        ]
        == 0.5
    )


def test_agents_that_need_states_get_them():
    game = agora.envs.game(TIC_TAC_TOE)
    numbers = against(load("search/mcts:50", game.spec), game, "random", 40, seed=0)
    assert numbers["win rate against random"] > 0.8


def test_a_game_of_one_player_is_played_alone():
    agent, game = agent_of("agora/Shop-v0", "random", split="test")
    numbers = evaluate(agent, game, Evaluation(games=60, measures=["score", "success"]), seed=0)
    assert list(numbers) == [name for key in ("against nobody", "score", "success") for name in (key, error_name(key))]
    assert numbers["score"] == pytest.approx(100 * numbers["against nobody"])


def test_nash_conv_is_exact():
    agent, game = agent_of(KUHN, "scripted/equilibrium")
    assert measured(agent, game, ["nash_conv"], 1, 0) == {"nash_conv": pytest.approx(0, abs=1e-12)}
    assert measured(load("random", game.spec), game, ["nash_conv"], 1, 0) == {"nash_conv": pytest.approx(11 / 12)}


def test_joint_adds_up_the_seats_and_tells_the_metrics():
    agent, game = agent_of("agora/DealOrNoDeal-v0", "scripted/fair")
    numbers = measured(agent, game, ["joint"], 300, 0)
    seats = [numbers[f"return {seat}"] for seat in game.spec.seats]
    assert numbers["joint"] == pytest.approx(sum(seats))
    assert 12 < numbers["joint"] < 15.01
    assert 0.9 < numbers["agreement"] <= 1
    assert measured(agent, game, ["agreement"], 300, 0)["agreement"] == numbers["agreement"]


@pytest.mark.parametrize(
    ("name", "share", "offer", "acceptance"),
    [
        ("equilibrium", 0, 0, 0),
        ("fair", 1 / 6, 1 / 6, 1 / 6),
        ("tough", 2 / 3, 1 / 12, 1 / 6),  # it never deals with itself, where player 1 should have 2/3
    ],
)
def test_the_distance_from_the_equilibrium_of_bargaining(name, share, offer, acceptance):
    # With discounts of 1/2 player 1 offers 1/3 (Rubinstein 1982).
    agent, game = agent_of(OFFERS, f"scripted/{name}", discount_1=0.5, discount_2=0.5)
    numbers = measured(agent, game, ["equilibrium_share"], 10, 0)
    assert numbers["equilibrium_share"] == pytest.approx(share, abs=1e-6)
    assert numbers["offer_error"] == pytest.approx(offer, abs=1e-6)
    assert numbers["acceptance_error"] == pytest.approx(acceptance, abs=1 / evaluation.GRID)


def test_the_distance_from_the_equilibrium_of_bargaining_in_pieces():
    agent, game = agent_of(OFFERS, "scripted/fair", bins=10, horizon=1)
    numbers = measured(agent, game, ["equilibrium_share"], 10, 0)
    assert (numbers["offer_error"], numbers["acceptance_error"]) == (0.5, 0.5)  # the last offer may be nothing


@pytest.mark.parametrize(("bidders", "error"), [(2, 1 / 4), (3, 1 / 6), (5, 1 / 10)])
def test_the_distance_from_the_equilibrium_bids(bidders, error):
    # With uniform values the equilibrium is (n - 1) / n of the value; the truth is 1 / (2 n) above that on average.
    agent, game = agent_of(AUCTION, "scripted/truthful", bidders=bidders)
    numbers = measured(agent, game, ["bid_error"], 2000, 0)
    assert numbers["bid_error"] == pytest.approx(error, abs=4 * numbers[error_name("bid_error")])
    assert measured(load("scripted/equilibrium", game.spec), game, ["bid_error"], 100, 0)["bid_error"] < 1e-6


@pytest.mark.parametrize(
    ("environment", "name", "message"),
    [
        (KUHN, "bid_error", r"bid_error is one of SealedAuction, not of agora/KuhnPoker-v0"),
        (AUCTION, "equilibrium_share", r"equilibrium_share is one of AlternatingOffers, not of agora/SealedAuction-v0"),
        (AUCTION, "revenu", r"no measure 'revenu' of agora/SealedAuction-v0; known: .*growth, revenue, efficiency"),
        (KUHN, "score", r"no measure 'score' of agora/KuhnPoker-v0; known: nash_conv, joint"),
    ],
)
def test_a_measure_of_another_game_is_refused(environment, name, message):
    agent, game = agent_of(environment, "random")
    with pytest.raises(ValueError, match=message):
        measured(agent, game, [name], 4, 0)


def test_growth_is_that_of_wealth_and_nothing_over_the_market_for_the_market():
    agent, game = agent_of("agora/Portfolio-v0", "scripted/market", split="test")
    numbers = measured(agent, game, ["growth", "final_wealth"], 1, 0)
    days = len(evaluation._daily_rewards(agent, game, 0))
    assert numbers["growth"] == pytest.approx(np.log(numbers["final_wealth"]) * 252 / days)
    assert (numbers["growth over market"], numbers[error_name("growth over market")]) == (0.0, 0.0)
    assert 0.05 < numbers[error_name("growth")] < 0.1  # a volatility near 15 % a year, over 6.7 years


def test_the_block_bootstrap_knows_independent_days_and_days_that_hang_together():
    generator = np.random.default_rng(0)
    apart = generator.normal(size=2100)
    assert evaluation.block_means(apart, 0).std() == pytest.approx(1 / np.sqrt(2100), rel=0.15)
    months = np.repeat(generator.normal(size=100), 21)
    assert evaluation.block_means(months, 0).std() == pytest.approx(np.sqrt(2 / 3) / np.sqrt(100), rel=0.2)
