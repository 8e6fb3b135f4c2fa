"""Who sits where, on which deals."""

import hashlib
from collections import Counter

import numpy as np
import pytest

from agora.envs import spec
from agora.leaderboard.schedules.units import (
    Unit,
    deals_at_once,
    deals_for,
    derive,
    games_per_deal,
    lineups,
    seat_orders,
    seats_and_deals,
    units,
)


def test_derived_seeds_are_documented_and_stay_what_they_are():
    assert derive(1, "a") == int.from_bytes(hashlib.sha256(b"1\na").digest()[:8], "big") >> 11
    assert max(derive("s", number) for number in range(2000)) < 2**53  # every reader of JSON has them exactly


@pytest.mark.parametrize(
    ("agents", "players", "expected"),
    [
        (3, 1, [(0,), (1,), (2,)]),
        (3, 2, [(0, 1), (0, 2), (1, 2)]),
        (4, 3, [(0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)]),
        (2, 3, [(0, 0, 1), (0, 1, 1)]),
        (1, 2, [(0, 0)]),
    ],
)
def test_everybody_meets_everybody(agents, players, expected):
    assert lineups(agents, players) == expected


@pytest.mark.parametrize(("players", "rows"), [(1, 1), (2, 2), (3, 6), (4, 4), (5, 10), (6, 6), (7, 14), (10, 10)])
def test_everybody_is_in_every_seat_and_before_everybody_else_equally_often(players, rows):
    orders = seat_orders(players)
    assert orders.shape == (games_per_deal(players), players) == (rows, players)
    assert all(sorted(row) == list(range(players)) for row in orders.tolist())
    assert len({tuple(row) for row in orders.tolist()}) == rows
    for seat in range(players):
        assert set(Counter(orders[:, seat].tolist()).values()) == {rows // players}
    neighbours = Counter(zip(orders[:, :-1].ravel().tolist(), orders[:, 1:].ravel().tolist(), strict=True))
    assert len(neighbours) == players * (players - 1)
    assert len(set(neighbours.values())) <= 1


def test_a_unit_is_its_deals_from_all_seats():
    seating, deals = seats_and_deals(Unit((3, 5), 10, 2))
    assert deals.tolist() == [10, 10, 11, 11]
    assert seating.tolist() == [[3, 5], [5, 3], [3, 5], [5, 3]]


def test_units_are_a_run_of_deals_in_pieces():
    pieces = list(units((3, 7), 5, 10, 4))
    assert [(unit.first, unit.deals) for unit in pieces] == [(5, 4), (9, 4), (13, 2)]
    assert [unit.key for unit in pieces] == ["3-7/5", "3-7/9", "3-7/13"]


def test_games_are_rounded_up_to_whole_deals():
    assert [deals_for(games, 2) for games in (1, 2, 3, 1000)] == [1, 1, 2, 500]
    assert [deals_for(games, 3) for games in (6, 7)] == [1, 2]
    assert deals_for(7, 1) == 7


def test_units_fit_in_memory():
    few_moves = spec("agora/KuhnPoker-v0")
    assert deals_at_once(few_moves) == 1024
    assert np.prod(seats_and_deals(Unit((0, 1), 0, deals_at_once(few_moves)))[0].shape) == 4096
