"""The scripted bidders of the survival auction."""

import numpy as np

import agora.envs
from agora.agents.api import load

ID = "agora/SurvivalAuction-v0"


def bids(script, *past, **options):
    """What each resident bids, (P,), after the days ``past``."""
    game = agora.envs.game(ID, **options)
    state = game.new(0)
    for day in past:
        game.step(state, day)
    seats = range(game.spec.players)
    observation = np.stack([game.observe(state, seat) for seat in seats])
    legal = np.stack([game.legal(state, seat) for seat in seats])
    agent = load(f"scripted/{script}", game.spec)
    agent.reset(game.spec, np.arange(len(legal)), 0)
    chosen = agent.act(observation, legal, np.arange(len(legal)))
    assert legal[np.arange(len(legal)), chosen].all()
    return chosen.tolist()


def test_level_zero_repeats_itself():
    assert bids("level_0", residents=3) == [50, 50, 50]
    assert bids("level_0", (80, 10, 100), residents=3) == [80, 10, 100]
    assert bids("level_0", (0, 0, 100), (0, 0, 100), residents=3) == [0, 0, 100]


def test_each_level_outbids_the_one_below():
    assert bids("level_1", residents=3) == [51, 51, 51]
    assert bids("level_2", residents=3) == [52, 52, 52]
    # Yesterday 80, 10 and 30: level 1 bids 31, 81 and 81, so level 2 bids 82, 82 and 82.
    assert bids("level_1", (80, 10, 30), residents=3) == [31, 81, 81]
    assert bids("level_2", (80, 10, 30), residents=3) == [82, 82, 82]
    assert bids("level_1", (80, 10, 30), residents=3, supply=2) == [11, 31, 11]


def test_who_cannot_outbid_saves_its_money():
    # On the third day resident 1 has 200 and expects resident 2 to bid 150 again.
    assert bids("level_1", (100, 0, 1), (99, 150, 0), residents=3)[0] == 151
    # On the fourth it has 200 and expects 250.
    assert bids("level_1", (100, 0, 1), (100, 0, 1), (0, 250, 250), residents=3)[0] == 0


def test_levels_forget_the_dead():
    past = [(9, 1, 0)] * 3 + [(0, 200, 200)]
    assert bids("level_1", *past, residents=3) == [0, 0, 0]


def test_careful_bids_all_when_another_dry_day_would_kill():
    assert bids("careful", residents=2) == [100 // 8] * 2
    # Resident 1 would lose one of 10 points, and has 373; resident 2 has 2 points and would lose 4.
    assert bids("careful", *[(9, 1)] * 3, residents=2) == [37, 400]


def test_random_bidder_draws_among_legal_bids():
    spec = agora.envs.spec(ID, residents=2, days=2, salary=2)
    legal = np.array([[True, True, True, False, False]])
    policy = load("scripted/random_bidder", spec).policy(np.zeros((1, spec.observation_size), np.float32), legal)
    np.testing.assert_allclose(policy, [[1 / 3, 1 / 3, 1 / 3, 0, 0]])


def test_deeper_levels_live_longer_among_shallow_ones():
    """Residents 2 to 5 are of level 0; the first lives longer at level 1 than they do."""
    game = agora.envs.game(ID)
    spec = game.spec
    state = game.new(0)
    clever, simple = (load(f"scripted/level_{depth}", spec) for depth in (1, 0))
    while not state.over:
        observation = np.stack([game.observe(state, seat) for seat in range(5)])
        legal = np.stack([game.legal(state, seat) for seat in range(5)])
        chosen = simple.act(observation, legal, np.arange(5))
        chosen[0] = clever.act(observation[:1], legal[:1], np.arange(1))[0]
        game.step(state, chosen)
    assert state.lived[0] == 10
    assert state.lived[1:].max() < 10
