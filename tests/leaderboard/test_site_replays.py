"""What the site shows of a match is what happened in it."""

import re

import msgspec
import numpy as np
import pytest

from agora import envs
from agora.agents.random import RandomAgent
from agora.envs.api import Discrete
from agora.envs.canvas import picture
from agora.leaderboard.match import Played, play, unpack
from agora.leaderboard.site.drawings import share
from agora.leaderboard.site.matches import MOST, choose
from agora.leaderboard.site.replays import ALL, SOME, replayed, shown_steps
from agora.leaderboard.tables.sections import make_sections

# boards, cards with chance, all at once, offers with numbers, weights, a web shop
GAMES = [
    ("agora/TicTacToe-v0", {}),
    ("agora/KuhnPoker-v0", {}),
    ("agora/SealedAuction-v0", {}),
    ("agora/AlternatingOffers-v0", {}),
    ("agora/Portfolio-v0", {"length": 3, "random_start": True}),
    ("agora/Shop-v0", {}),
]


def one_match(id, seed=5, agent=None, **options):
    game = envs.game(id, **options)
    seating = np.zeros((1, game.spec.players), np.int64)
    return game, play(game, [agent or RandomAgent()], seating, np.array([seed]))[0]


@pytest.mark.parametrize(("name", "options"), GAMES)
def test_every_step_shows_what_was_seen_legal_done_and_paid(name, options):
    game, played = one_match(name, **options)
    replay = replayed(game, played)
    assert [step.number for step in replay.steps] == list(range(1, played.steps + 1))
    state, moves, total = (
        game.settle(game.new(played.seed)),
        unpack(played.moves, game.spec),
        np.zeros(game.spec.players),
    )
    for step, move in zip(replay.steps, moves, strict=True):
        assert step.drawing == picture(game, state).svg()
        movers = [int(state.to_move)] if state.to_move >= 0 else list(range(game.spec.players))
        assert [each.seat for each in step.moves] == movers
        for each in step.moves:
            action = move if state.to_move >= 0 else move[each.seat]
            action = int(action) if isinstance(game.spec.action, Discrete) else action
            assert each.view == game.words.describe(game.world, state, each.seat)
            assert each.taken == game.words.name(game.world, state, each.seat, action)
            if isinstance(game.spec.action, Discrete):
                assert len(each.legal) == game.legal(state, each.seat).sum()
                assert each.taken in each.legal
            else:
                assert each.legal == []
            assert each.first == ""
        rewards = game.step(state, move)
        game.settle(state)
        assert step.rewards == rewards.tolist()
        total += rewards
    assert total.tolist() == pytest.approx(played.returns)
    assert replay.drawing == picture(game, state).svg()
    assert replay.view == game.words.describe(game.world, state, None)


def test_what_a_player_cannot_know_is_not_in_its_view():
    game, played = one_match("agora/KuhnPoker-v0")
    first = replayed(game, played).steps[0]
    spectator = game.words.describe(game.world, game.settle(game.new(played.seed)), None)
    assert first.moves[0].view != spectator


def test_an_illegal_action_is_no_move():
    class Stubborn(RandomAgent):
        def act(self, observation, legal, lanes):
            return np.zeros(len(observation), np.int64)

    game, played = one_match("agora/TicTacToe-v0", agent=Stubborn())
    assert played.faults == {"1": "illegal action"}
    replay = replayed(game, played)
    assert [move.taken for step in replay.steps for move in step.moves] == ["a1", ""]
    assert replay.drawing == replay.steps[-1].drawing


def constant(number):
    class Constant(RandomAgent):
        def act(self, observation, legal, lanes):
            return np.full((len(observation), 1), number, np.float32)

    return Constant()


def test_a_number_out_of_range_is_the_end_of_the_range_and_none_is_no_move():
    game, played = one_match("agora/SealedAuction-v0", agent=constant(7.0))
    (step,) = replayed(game, played).steps
    assert step.moves[0].taken == game.words.name(game.world, None, 0, np.ones(1, np.float32))
    last = game.settle(game.new(played.seed))
    game.step(last, np.ones((2, 1)))
    assert replayed(game, played).drawing == picture(game, last).svg()
    game, played = one_match("agora/SealedAuction-v0", agent=constant(np.nan))
    assert played.ended == "forfeit"
    assert [move.taken for move in replayed(game, played).steps[0].moves] == ["", ""]


def test_second_thoughts_are_told():
    game, played = one_match("agora/TicTacToe-v0")
    played.revised = [(1, 1, next(action for action in range(9) if action not in played.moves[:2]))]
    steps = replayed(game, played).steps
    assert steps[1].moves[0].first == game.words.name(game.world, None, 1, played.revised[0][2])
    assert [move.first for step in steps for move in step.moves].count("") == len(steps) - 1


def test_a_match_that_goes_otherwise_is_not_shown():
    game, played = one_match("agora/TicTacToe-v0")
    for change in ({"returns": [3.0, 3.0]}, {"moves": played.moves[:-1]}):
        with pytest.raises(ValueError, match=r"ends otherwise|not over"):
            replayed(game, msgspec.structs.replace(played, **change))


def test_of_long_matches_steps_are_shown_evenly():
    assert shown_steps(ALL) == set(range(1, ALL + 1))
    shown = sorted(shown_steps(ALL + 1))
    assert (len(shown), shown[0], shown[-1]) == (SOME, 1, ALL + 1)
    assert max(np.diff(shown)) - min(np.diff(shown)) <= 1


def expand(shapes, drawn):
    """The shapes of a picture, with those it refers to."""
    ground = re.search(r'<g id="ground">(.*?)</g>', shapes)
    found = dict(re.findall(r'(?:<\w+ )id="(s\d+)" ([^>]*>(?:[^<]*</text>)?)', shapes))
    body = re.sub(r"^<svg[^>]*>|</svg>$", "", drawn)
    body = body.replace('<use href="#ground"/>', ground[1] if ground else "")
    return re.findall(r"<(\w+) ([^>]*>(?:[^<]*</text>)?)", body), found


@pytest.mark.parametrize(("name", "options"), [GAMES[0], GAMES[1], GAMES[5]])
def test_shapes_that_are_written_once_are_all_still_there_in_their_order(name, options):
    game, played = one_match(name, **options)
    drawings = [step.drawing for step in replayed(game, played).steps]
    shapes, pictures = share(drawings, [f"step {index}" for index in range(len(drawings))])
    for drawing, made in zip(drawings, pictures, strict=True):
        parts, found = expand(shapes, made)
        seen = [found[rest[7:-3]] if kind == "use" else rest for kind, rest in parts]
        assert seen == [line.split(" ", 1)[1] for line in drawing.strip().split("\n")[1:-1]]
        assert 'role="img" aria-label="step ' in made
        assert drawing[drawing.index("viewBox") :].split(">")[0] in made
    assert len(drawings) < 3 or len(shapes) + sum(map(len, pictures)) < 0.7 * sum(map(len, drawings))


def test_one_drawing_alone_is_kept_as_it_is():
    game, played = one_match("agora/TicTacToe-v0")
    drawing = replayed(game, played).drawing
    shapes, pictures = share([drawing], ["the end"])
    assert "<rect" not in shapes
    assert all(line in pictures[0] for line in drawing.strip().split("\n")[1:-1])


def game_of(deal, seating, returns, steps=5, faults=None):
    faults = faults or {}
    return Played(deal, deal, seating, returns, steps, "forfeit" if faults else "terminated", [0] * steps, faults)


def test_a_choice_of_matches_shows_all_agents_close_games_upsets_and_forfeits(results_of):
    games = [game_of(deal, [0, 1], [1.0, -1.0]) for deal in range(20)]
    games += [game_of(deal, [1, 2], [1.0, -1.0]) for deal in range(20)]
    games += [game_of(deal, [0, 2], [1.0, -1.0]) for deal in range(20)]
    games[7] = game_of(7, [0, 1], [0.1, -0.1], steps=3)
    games[8] = game_of(8, [0, 1], [0.1, -0.1], steps=9)
    games[50] = game_of(10, [0, 2], [-1.0, 1.0])
    games[33] = game_of(13, [1, 2], [-1.0, 1.0], faults={"0": "time"})
    (section,) = make_sections(results_of(games, ("a", "b", "c"), deals=20))
    chosen = choose(section, games)
    assert [match.number for match in chosen] == sorted(match.number for match in chosen)
    assert len(chosen) <= MOST
    reasons = {match.number - 1: match.reason for match in chosen}
    assert reasons[0] == reasons[20] == "first of its agents"
    assert reasons[8] == "close"
    assert 7 not in reasons
    assert reasons[50] == "upset"
    assert reasons[33] in ("upset", "forfeit")
    assert all(games[match.number - 1] is match.played for match in chosen)
    assert choose(section, games) == chosen


def test_the_widest_gaps_that_are_overturned_are_shown(results_of):
    pairs = [(one, other) for other in range(4) for one in range(other)]
    games = [game_of(deal, list(pair), [1.0, -1.0]) for deal in range(20) for pair in pairs]
    for index in range(30, 36):  # everybody loses once to each that is weaker
        games[index] = game_of(games[index].deal, games[index].seating, [-1.0, 1.0])
    (section,) = make_sections(results_of(games, ("a", "b", "c", "d"), deals=20))
    upsets = [match.played.seating for match in choose(section, games) if match.reason == "upset"]
    assert sorted(upsets) == [[0, 2], [0, 3], [1, 3]]


def test_few_matches_are_all_shown(results_of):
    games = [game_of(deal, [0, 1], [1.0, -1.0]) for deal in range(MOST)]
    (section,) = make_sections(results_of(games))
    assert [match.number for match in choose(section, games)] == list(range(1, MOST + 1))


def test_of_one_player_the_highest_and_lowest_returns_are_shown(results_of):
    games = [game_of(deal, [agent], [float(deal + agent)]) for agent in range(3) for deal in range(12)]
    (section,) = make_sections(results_of(games, ("a", "b", "c"), players=1, ceiling=[20.0], deals=12))
    reasons = {match.number - 1: match.reason for match in choose(section, games)}
    assert [index for index, reason in reasons.items() if reason == "high return"] == [11, 23, 35]
    assert [index for index, reason in reasons.items() if reason == "first of its agents"] == [0, 12, 24]
