"""Hanabi: every rule in positions worked by hand, what players know, and what they do not."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

import agora.envs
from agora.envs.api import CHANCE

ID = "agora/Hanabi-v0"
ALICE = ["R1", "R3", "Y1", "G5", "B2"]
BOB = ["W1", "W1", "R2", "Y4", "B1"]
TINY = {"players": 3, "colors": 2, "ranks": 2, "hand_size": 1, "information_tokens": 2, "lives": 2}
VARIANT = {name: value for name, value in TINY.items() if name != "players"}


def kind(card, ranks=5):
    """R1 to B5 as the outcome of chance that deals it."""
    return "RYGWB".index(card[0]) * ranks + int(card[1]) - 1


def dealt(*hands, **options):
    """The game, and a state in which the players hold ``hands``."""
    game = agora.envs.game(ID, players=len(hands), **options)
    state = game.new()
    for card in [card for hand in hands for card in hand]:
        assert state.to_move == CHANCE
        game.step(state, kind(card, game.world.ranks))
    assert state.to_move == 0
    return game, state


def say(game, state, *lines):
    """Plays lines as players write them, and cards where one is drawn; returns what was paid to the first player."""
    paid = 0.0
    for line in lines:
        if state.to_move == CHANCE:
            move = kind(line, game.world.ranks)
            assert game.chance(state)[move] > 0
        else:
            (move,) = game.words.parse(game.world, state, int(state.to_move), line)
            assert game.legal(state)[move], line
        rewards = game.step(state, move)
        assert (rewards == rewards[0]).all()
        paid += rewards[0]
    return paid


def seen(game, state, player):
    return game.spec.pieces(game.observe(state, player))


def hand(game, state, player):
    return [game.words.face(state.color[player, slot], state.rank[player, slot]) for slot in range(state.held[player])]


def test_the_deck():
    game = agora.envs.game(ID)
    state = game.new()
    assert game.chance(state).reshape(5, 5) == pytest.approx(np.tile([0.06, 0.04, 0.04, 0.04, 0.02], (5, 1)))
    game.step(state, kind("B5"))
    assert game.chance(state)[kind("B5")] == 0
    assert game.chance(state)[kind("R1")] == pytest.approx(3 / 49)


def test_every_card_is_somewhere():
    batch = agora.envs.batch(ID, 200, 1)
    for _ in range(40):
        batch.step(batch.sample())
        states = batch.states
        assert (states.left + states.held.sum(axis=1) + states.discards.sum(axis=1) + states.score == 50).all()
        assert (states.left == states.deck.sum(axis=1)).all()
        assert (states.deck >= 0).all()


def test_a_play_that_fits_scores_and_one_that_does_not_costs_a_life():
    game, state = dealt(ALICE, BOB)
    assert say(game, state, "play 1") == 1
    assert state.fireworks.tolist() == [1, 0, 0, 0, 0]
    assert state.to_move == CHANCE
    say(game, state, "B4")
    assert hand(game, state, 0) == ["R3", "Y1", "G5", "B2", "B4"]  # younger cards move up, the new one is last
    assert state.to_move == 1
    assert say(game, state, "play 4", "R1") == 0
    assert (state.lives, state.score) == (2, 1)
    assert state.discards[kind("Y4")] == 1
    assert say(game, state, "play 2") == 1  # Y1
    assert state.fireworks.tolist() == [1, 1, 0, 0, 0]


def test_no_discard_while_all_tokens_are_there():
    game, state = dealt(ALICE, BOB)
    assert not game.legal(state)[:5].any()
    with pytest.raises(ValueError, match="not allowed while all information tokens"):
        say(game, state, "discard 1")
    say(game, state, "hint Bob white")
    assert state.information == 7
    assert game.legal(state)[:5].all()
    say(game, state, "discard 3", "G1")
    assert state.information == 8
    assert state.discards.tolist() == [int(card == kind("R2")) for card in range(25)]
    assert hand(game, state, 1) == ["W1", "W1", "Y4", "B1", "G1"]


def test_a_hint_needs_a_token_and_a_card():
    game, state = dealt(ALICE, BOB)
    legal = game.legal(state)
    assert legal[10:15].tolist() == [True, True, False, True, True]  # Bob has no green card
    assert legal[15:20].tolist() == [True, True, False, True, False]  # and neither a 3 nor a 5
    with pytest.raises(ValueError, match="no card that is green"):
        say(game, state, "hint Bob green")
    say(game, state, *["hint Bob 1", "hint Alice red"] * 4)
    assert state.information == 0
    assert not game.legal(state)[10:].any()
    with pytest.raises(ValueError, match="none is left"):
        say(game, state, "hint Bob red")


def test_hints_say_what_cards_are_and_what_they_are_not():
    game, state = dealt(ALICE, BOB)
    say(game, state, "hint Bob white", "hint Alice 1", "hint Bob 2")
    known = seen(game, state, 1)["knowledge"]
    own = known[0, :, :25].reshape(5, 5, 5)
    not_2 = [1, 0, 1, 1, 1]
    assert own[0].tolist() == [[0] * 5] * 3 + [not_2] + [[0] * 5]
    assert own[2].tolist() == [[0, 1, 0, 0, 0]] * 3 + [[0] * 5] + [[0, 1, 0, 0, 0]]
    assert own[3].tolist() == [not_2] * 3 + [[0] * 5] + [not_2]
    assert known[0, :, 25:30].tolist() == [[0, 0, 0, 1, 0]] * 2 + [[0] * 5] * 3
    assert known[0, :, 30:].tolist() == [[0] * 5] * 2 + [[0, 1, 0, 0, 0]] + [[0] * 5] * 2
    assert known[1, :, 30].tolist() == [1, 0, 1, 0, 0]  # what Alice knows
    say(game, state, "play 3", "G2")  # what is known of a card goes where the card goes
    known = seen(game, state, 1)["knowledge"][0]
    assert known[:, 25:30].tolist() == [[0, 0, 0, 1, 0]] * 2 + [[0] * 5] * 3
    assert known[4, :25].all(), "nothing is known of the new card"
    assert not known[3, :25].all()
    assert not known[:, 30:].any(), "only the card that was played was told to be a 2"


def test_a_complete_stack_wins_a_token_back():
    game, state = dealt(["R1", "R3", "G5", "G4", "G3"], ["R2", "R4", "B5", "B4", "B3"])
    assert say(game, state, "play 1", "R5", "play 1", "W1", "play 1", "W1", "play 1", "W2", "hint Bob blue") == 4
    say(game, state, "hint Alice 5")
    assert state.information == 6
    assert say(game, state, "play 4") == 1
    assert state.information == 7
    assert state.discards.sum() == 0
    say(game, state, "W2")
    assert seen(game, state, 1)["last_result"].tolist() == [[1, 1]]


def test_no_token_beyond_the_limit():
    game, state = dealt(["R1", "R3", "G5", "G4", "G3"], ["R2", "R4", "B5", "B4", "B3"])
    assert say(game, state, "play 1", "R5", "play 1", "W1", "play 1", "W1", "play 1", "W2", "play 4", "W2") == 5
    assert state.information == 8
    assert seen(game, state, 1)["last_result"].tolist() == [[1, 0]]


@pytest.mark.parametrize(("rule", "loss"), [("zero", -1), ("stacks", 0)])
def test_the_last_life(rule, loss):
    game, state = dealt(ALICE, BOB, score_without_lives=rule)
    assert say(game, state, "play 1", "B4", "play 4", "R1", "play 3", "G2") == 1
    assert state.lives == 1
    assert say(game, state, "play 5") == loss  # the second R1
    assert state.over
    assert state.lives == 0
    assert state.to_move != CHANCE
    assert game.words.points(game.world, state) == 1 + loss
    assert game.metrics(state)["cards on the stacks"] == 1


def test_a_perfect_game():
    """Card n of R1, R2, ..., B5 is played by player n % 2 from its oldest slot and replaced by card n + 10."""
    cards = [color + rank for color in "RYGWB" for rank in "12345"]
    game, state = dealt(cards[0:10:2], cards[1:10:2])
    spare = iter(["R1", "R1", "Y1", "Y1", "G1", "G1", "W1", "W1", "B1"])
    for number in range(25):
        assert not state.over
        assert say(game, state, "play 1") == 1
        if number < 24:
            say(game, state, cards[number + 10] if number < 15 else next(spare))
    assert state.over
    assert (state.score, state.lives, state.information) == (25, 3, 8)
    assert game.metrics(state)["perfect"] == 1


def test_one_more_turn_each_after_the_last_card():
    game, state = dealt(["R1"], ["Y1"], ["Y1"], **VARIANT)
    say(game, state, "hint Bob yellow", "discard 1", "R1", "hint Bob red", "discard 1", "R1", "hint Cathy yellow")
    say(game, state, "discard 1", "Y1", "hint Bob red", "play 1", "R2", "discard 1")
    assert state.left == 1
    say(game, state, "Y2")  # Cathy draws the last card
    assert (state.left, state.score, state.turns) == (0, 1, 3)
    say(game, state, "hint Bob 2")
    assert say(game, state, "play 1") == 1
    assert state.held.tolist() == [1, 0, 1]
    assert (state.over, state.to_move, state.turns) == (False, 2, 1)
    assert seen(game, state, 0)["short"].tolist() == [0, 1, 0]
    assert say(game, state, "play 1") == 0
    assert state.over
    assert (state.score, state.lives) == (2, 1)
    assert "2 points" in game.words.status(game.world, state)


def test_observation_of_the_table():
    game, state = dealt(ALICE, BOB)
    say(game, state, "play 1", "B4", "hint Alice 5", "play 1", "G1", "discard 1", "B3")
    pieces = seen(game, state, 0)
    assert [np.flatnonzero(card).tolist() for card in pieces["hands"].reshape(5, 25)] == [
        [kind(card)] for card in ("W1", "R2", "Y4", "B1", "B3")
    ]
    assert pieces["deck"].sum() == 37
    assert pieces["fireworks"].tolist() == [[1, 0, 0, 0, 0]] + [[0] * 5] * 4
    assert pieces["information"].tolist() == [1] * 8
    assert pieces["lives"].tolist() == [1, 1, 0]
    assert pieces["discards"].tolist() == [
        [0, 0, 0, 0, 0, 1, 0, 0, 0, 0],  # the R3 that did not fit
        [0] * 10,
        [0] * 10,
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0] * 10,
    ]
    assert pieces["short"].tolist() == [0, 0]


def test_the_last_actions_of_everybody_else():
    game, state = dealt(["R1"], ["Y1"], ["R2"], **VARIANT)
    say(game, state, "hint Cathy 2", "play 1", "R1")
    pieces = seen(game, state, 2)
    assert pieces["last_player"].tolist() == [[0, 0, 1], [0, 1, 0]]  # Bob sits before Cathy, Alice after her
    assert pieces["last_kind"].tolist() == [[1, 0, 0, 0], [0, 0, 0, 1]]
    assert pieces["last_target"].tolist() == [[0, 0, 0], [1, 0, 0]]
    assert pieces["last_color"].tolist() == [[0, 0], [0, 0]]
    assert pieces["last_rank"].tolist() == [[0, 0], [0, 1]]
    assert pieces["last_touched"].tolist() == [[0], [1]]
    assert pieces["last_slot"].tolist() == [[1], [0]]
    assert pieces["last_card"].tolist() == [[[0, 0], [1, 0]], [[0, 0], [0, 0]]]
    assert pieces["last_result"].tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize(("level", "numbers"), [("minimal", 308), ("card_knowledge", 658), ("seer", 658)])
def test_levels_of_observation(level, numbers):
    game, state = dealt(ALICE, BOB, observation=level)
    say(game, state, "hint Bob white")
    assert game.spec.observation_size == numbers
    assert game.spec.information == ("perfect" if level == "seer" else "imperfect")
    knowledge = seen(game, state, 1)["knowledge"]
    if level == "seer":
        assert [np.flatnonzero(card).tolist() for card in knowledge[0, :, :25]] == [[kind(card)] for card in BOB]
    assert knowledge.shape == ((0 if level == "minimal" else 2), 5, 35)
    text = game.words.describe(game.world, state, 1)
    assert ("known: white" in text) == (level == "card_knowledge")
    assert ("5: B1" in text) == (level == "seer")
    assert "Alice told Bob: white in slots 1, 2." in text
    before = game.save(state)
    changed = game.save(game.resample(state, 1)) != before
    assert changed == (level != "seer")


def test_resampled_hands_are_drawn_fairly():
    """All orders of the cards that Bob does not see are alike, as far as hints allow; by enumeration."""
    game, state = dealt(["R1", "Y1"], ["R1", "Y2"], **{**VARIANT, "hand_size": 2})
    say(game, state, "hint Bob red")
    unseen = ["R1", "R1", "R2", "Y1", "Y1", "Y2"]  # five colours less
    hands = Counter(pair for pair in permutations(unseen, 2) if pair[0][0] == "R" and pair[1][0] == "Y")
    total, draws = sum(hands.values()), 4000
    found = Counter()
    for seed in range(draws):
        state.rng = seed
        game.resample(state, 1)
        found[tuple(hand(game, state, 1))] += 1
        assert state.deck.sum() == state.left == 4
    assert set(found) == set(hands)
    for pair, count in hands.items():
        expected = draws * count / total
        assert abs(found[pair] - expected) < 4 * expected**0.5, (pair, found[pair], expected)


def test_resampling_an_old_card_and_a_new_one():
    """Bob's old card is told to be a 1 and red, the new one red: hands that fit, each as often as there are cards."""
    game, state = dealt(["Y2", "Y1"], ["Y1", "R1"], **{**VARIANT, "hand_size": 2})
    say(game, state, "hint Bob 1", "play 1", "R2", "hint Bob red")
    assert hand(game, state, 1) == ["R1", "R2"]
    unseen = ["R1", "R1", "R1", "R2", "Y1"]
    hands = Counter(pair for pair in permutations(unseen, 2) if pair[0] == "R1" and pair[1] in ("R1", "R2"))
    found = Counter()
    for seed in range(3600):
        state.rng = seed
        game.resample(state, 1)
        found[tuple(hand(game, state, 1))] += 1
    assert set(found) == set(hands) == {("R1", "R1"), ("R1", "R2")}
    for pair, count in hands.items():
        expected = 3600 * count / sum(hands.values())
        assert abs(found[pair] - expected) < 4 * expected**0.5


def test_observations_and_own_decisions_are_perfect_recall():
    """Situations of a player are told apart exactly where its whole past differs: all plays, discards, hints, draws."""
    game = agora.envs.game(ID, **TINY)
    generator = np.random.default_rng(0)
    to_past, to_key, met = {}, {}, 0
    for seed in range(1000):
        state = game.new(seed)
        keys, pasts = [()] * 3, [()] * 3
        while not state.over:
            if state.to_move == CHANCE:
                drawer, card = int(state.latest), int(game.loop.draw_outcome(game.world, state, np.zeros(4)))
                pasts = [
                    (*past, ("draws", drawer, card if seat != drawer else None)) for seat, past in enumerate(pasts)
                ]
                game.step(state, card)
                continue
            player = int(state.to_move)
            key, past = (player, keys[player], game.observe(state, player).tobytes()), (player, pasts[player])
            met += key in to_past
            assert to_past.setdefault(key, past) == past
            assert to_key.setdefault(past, key) == key
            action = int(generator.choice(np.flatnonzero(game.legal(state))))
            keys[player] = (key, action)
            shown = (int(state.color[player, 0]), int(state.rank[player, 0])) if action < 2 else None
            touched = tuple(state.color[:, 0] if action < 6 else state.rank[:, 0]) if action >= 2 else None
            value = None if touched is None else (action - 2) % 2
            target = None if touched is None else (player + 1 + (action - 2) % 4 // 2) % 3
            told = None if touched is None else bool(touched[target] == value)
            pasts = [(*past, (player, action, shown, told)) for past in pasts]
            game.step(state, action)
    assert met > 200


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"players": 1}, "from 2 to 5"),
        ({"players": 6}, "from 2 to 5"),
        ({"observation": "oracle"}, "'minimal', 'card_knowledge', 'seer'"),
        ({"score_without_lives": 0}, "'zero', 'stacks'"),
        ({"colors": 6}, "from 1 to 5"),
        ({"ranks": 0}, "from 1 to 5"),
        ({"hand_size": 9}, "from 1 to 8"),
        ({"information_tokens": 0}, "from 1 to 20"),
        ({"lives": 0}, "from 1 to 10"),
        ({"players": 5, "colors": 1, "hand_size": 2}, "need more than the 10 cards"),
    ],
)
def test_options_are_checked(options, match):
    with pytest.raises(ValueError, match=match):
        agora.envs.spec(ID, **options)


@pytest.mark.parametrize(("players", "theirs"), [(2, 658), (3, 956), (4, 1041), (5, 1280)])
def test_sizes(players, theirs):
    """Those of the Hanabi Learning Environment, and rows for actions before the latest."""
    row = 4 + 2 * players + 10 + 2 * (5 if players < 4 else 4) + 25 + 2
    assert agora.envs.spec(ID, players=players).observation_size == theirs + (players - 2) * row


def test_words():
    game, state = dealt(ALICE, BOB)
    text = game.words.describe(game.world, state, 0)
    assert "Bob:\n  1: W1, nothing known\n  2: W1" in text
    assert "R3" not in text
    assert "R3" in game.words.describe(game.world, state, None)
    assert game.words.parse(game.world, state, 0, " Hint  bob R ") == [10]
    for line, reason in {
        "play 6": "no slot '6'",
        "hint Alice red": "'alice' is nobody who can be given a hint: name Bob",
        "hint Bob pink": "'pink' is no colour or rank",
        "tell Bob red": "is no action",
    }.items():
        with pytest.raises(ValueError, match=reason):
            game.words.parse(game.world, state, 0, line)
    say(game, state, "play 1", "B4")
    assert "Alice played R1 from slot 1, and it scored." in game.words.describe(game.world, state, 1)
    assert game.words.status(game.world, state) == "To move: Bob."


def test_reference():
    game = agora.envs.game(ID, **TINY)
    reference = game.reference()
    assert reference.best == (4.0, 4.0, 4.0)
    assert 0.2 < reference.random[0] < 2
    assert agora.envs.game(ID, score_without_lives="stacks").reference().random == pytest.approx((1.25, 1.25), abs=0.01)
