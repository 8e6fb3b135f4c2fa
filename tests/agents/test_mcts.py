"""Monte Carlo tree search on states and on information sets, and both as agents."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load
from agora.agents.search.agents import Budget, MonteCarloAgent, read_budget
from agora.agents.search.information_set import InformationSetSearch
from agora.agents.search.mcts import TreeSearch
from agora.envs.seats import visible_states

FOUR, LEDUC, KUHN = "agora/ConnectFour-v0", "agora/LeducPoker-v0", "agora/KuhnPoker-v0"


def root_after(game, *actions):
    root = np.zeros(1, game.dtype).view(np.recarray)
    state = game.new()
    for action in actions:
        game.step(state, action)
    root[0] = state
    return root


def visits(search, root, player, simulations, seed=1):
    search.start(seed)
    assert search.run(root, player, simulations) == simulations
    return search.visits()


@pytest.fixture(scope="module")
def four():
    return TreeSearch(agora.envs.game(FOUR), 3000)


@pytest.fixture(scope="module")
def leduc():
    return InformationSetSearch(agora.envs.game(LEDUC), 3000)


def test_every_simulation_goes_through_one_action(four, leduc):
    assert visits(four, root_after(four.game), 0, 1000).sum() == 1000
    assert visits(leduc, root_after(leduc.game, 0, 3), 0, 1000).sum() == 1000


def test_wins_blocks_and_prefers_the_middle(four):
    assert visits(four, root_after(four.game, 3, 0, 3, 0, 3, 1), 0, 500).argmax() == 3  # wins
    assert visits(four, root_after(four.game, 3, 0, 3, 0, 3), 1, 2000).argmax() == 3  # blocks
    assert visits(four, root_after(four.game), 0, 3000).argmax() == 3


def test_full_columns_are_never_tried(four):
    counts = visits(four, root_after(four.game, 0, 0, 0, 0, 0, 0), 0, 500)
    assert counts[0] == 0
    assert (counts[1:] > 0).all()


def test_same_seed_same_search(four, leduc):
    for search, root in ((four, root_after(four.game)), (leduc, root_after(leduc.game, 0, 3))):
        first = visits(search, root, 0, 1500, seed=5)
        assert visits(search, root, 0, 1500, seed=5).tolist() == first.tolist()
        assert visits(search, root, 0, 1500, seed=6).tolist() != first.tolist()


def test_simulations_go_on_from_where_they_stopped(four):
    root = root_after(four.game)
    whole = visits(four, root, 0, 1000, seed=3)
    four.start(3)
    assert [four.run(root, 0, 400), four.run(root, 0, 600)] == [400, 600]
    assert four.visits().tolist() == whole.tolist()


def test_full_memory_ends_a_search():
    search = TreeSearch(agora.envs.game(FOUR), 50)
    search.start(0)
    done = search.run(root_after(search.game), 0, 10_000)
    assert 50 <= done < 10_000
    assert search.visits().sum() == done


def test_first_player_of_kuhn_never_bets_the_queen_or_folds_the_king():
    search = InformationSetSearch(agora.envs.game(KUHN), 5000)
    king_facing_bet = root_after(search.game, 2, 0, 0, 1)  # K and J dealt, pass, bet
    assert visits(search, king_facing_bet, 0, 2000).argmax() == 1
    jack_facing_bet = root_after(search.game, 0, 2, 0, 1)
    assert visits(search, jack_facing_bet, 0, 2000).argmax() == 0


def test_hidden_cards_change_nothing(leduc):
    """Two states that differ only in the other's card are searched alike, simulation by simulation."""
    weak, strong = root_after(leduc.game, 2, 0), root_after(leduc.game, 2, 4)
    assert leduc.game.observe(weak[0], 0).tolist() == leduc.game.observe(strong[0], 0).tolist()
    first = visits(leduc, weak, 0, 1000)
    assert visits(leduc, strong, 0, 1000).tolist() == first.tolist()


def test_agent_beats_random():
    batch = agora.envs.batch(FOUR, 10, seed=0, autoreset="disabled", random_seats=[False, True])
    agent = load("search/mcts:200", batch.spec)
    agent.reset(batch.spec, np.arange(10), seed=0)
    while not batch.ended.all():
        lanes = np.flatnonzero(~batch.ended)
        states = visible_states(agent, batch, lanes, 0)
        batch.step(agent.act(batch.observation[lanes], batch.legal[lanes], lanes, states), lanes)
    assert batch.final_returns[:, 0].tolist() == [1.0] * 10


def test_players_who_choose_at_once_are_searched_too():
    """In a game of one round against an opponent who does anything, the dominant action is found."""
    game = agora.envs.game("agora/NormalForm-v0", name="prisoners_dilemma")
    search = InformationSetSearch(game, 2000)
    for player in (0, 1):
        assert visits(search, root_after(game), player, 2000).argmax() == 1  # defect


def test_choices_at_once_are_mixed_as_they_should_be():
    """Matching pennies in which heads on both sides pays 3."""
    game = agora.envs.game("agora/NormalForm-v0", payoffs=[[3, -1], [-1, 1]])
    search = InformationSetSearch(game, 30_000)
    for player in (0, 1):  # 1/3 of heads for both: 3p - (1 - p) = -p + (1 - p)
        share = visits(search, root_after(game), player, 30_000)[0] / 30_000
        assert share == pytest.approx(0.9 / 3 + 0.05, abs=0.05)  # a tenth is uniform


def test_agent_searches_for_the_player_who_is_asked():
    """A game of choices at once, in which the seats have different dominant actions."""
    payoffs = [[[1, 0], [1, 1]], [[0, 0], [0, 1]]]  # first player: 0 dominates; second: 1 dominates
    batch = agora.envs.batch("agora/NormalForm-v0", 1, 0, payoffs=payoffs)
    agent = load("search/mcts:500", batch.spec)
    agent.reset(batch.spec, np.arange(2), seed=0)
    for player, best in ((0, 0), (1, 1)):
        lanes = np.zeros(1, np.int64)
        states = visible_states(agent, batch, lanes, player)
        assert states.to_move.tolist() == [player]
        row = batch.observation[lanes, player], batch.legal[lanes, player]
        assert agent.visits(states, row[1][0]).argmax() == best
        drawn = [int(agent.act(*row, lanes, states)[0]) for _ in range(20)]
        assert drawn.count(best) > 12  # more than 9 in 10 are expected


def test_budgets():
    assert read_budget("200") == Budget(200, None)
    assert read_budget("50ms") == Budget(None, 0.05)
    for text in ("", "0", "-5", "50s", "ms", "1.5"):
        with pytest.raises(ValueError, match="no budget"):
            read_budget(text)


def test_milliseconds_as_a_budget():
    game = agora.envs.game(FOUR)
    agent = MonteCarloAgent(game.spec, read_budget("5ms"))
    counts = agent.visits(root_after(game, 3, 0, 3, 0, 3, 1), np.ones(7, np.bool_))
    assert counts.argmax() == 3
    assert counts.sum() % 64 == 0


@pytest.mark.parametrize(
    ("name", "game", "reason"),
    [
        ("search/mcts", FOUR, "has no budget"),
        ("search/mcts:many", FOUR, "no budget"),
        ("search/montecarlo:5", FOUR, "no search 'montecarlo'"),
        ("search/mcts:5", "agora/AlternatingOffers-v0", "continuous"),
        ("search/alpha-beta:5", KUHN, "chance"),
    ],
)
def test_wrong_names_say_what_is_right(name, game, reason):
    with pytest.raises(ValueError, match=reason):
        load(name, agora.envs.spec(game))
