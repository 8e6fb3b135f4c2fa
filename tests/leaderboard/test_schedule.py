"""Who plays whom, from where, on which deals."""

import hashlib

import numpy as np
import pytest

from agora.envs import spec
from agora.leaderboard.schedule import (
    Unit,
    deal_seed,
    deals_at_once,
    deals_for,
    derive,
    lineups,
    rotations,
    seats_and_deals,
    units,
)


def test_seeds_are_documented_and_stay_what_they_are():
    assert derive(1, "a") == int.from_bytes(hashlib.sha256(b"1\na").digest()[:8], "big") >> 11
    assert deal_seed(1, "agora/KuhnPoker-v0", 0) == derive(1, "agora/KuhnPoker-v0", "deal", 0)
    assert deal_seed(1, "x", 0) != deal_seed(1, "x", 1) != deal_seed(2, "x", 1) != deal_seed(2, "y", 1)


def test_seeds_fit_into_every_reader_of_json():
    assert max(derive("s", number) for number in range(2000)) < 2**53


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


def test_everybody_sits_in_every_seat_once():
    assert rotations((4, 7)).tolist() == [[4, 7], [7, 4]]
    three = rotations((0, 1, 2))
    assert all(sorted(three[:, seat]) == [0, 1, 2] for seat in range(3))
    assert all(sorted(row) == [0, 1, 2] for row in three)


def test_a_unit_is_its_deals_from_all_seats():
    seating, deals = seats_and_deals(Unit((3, 5), 10, 2))
    assert deals.tolist() == [10, 10, 11, 11]
    assert seating.tolist() == [[3, 5], [5, 3], [3, 5], [5, 3]]


def test_units_cover_every_lineup_and_deal_once():
    covered = [(unit.lineup, deal) for unit in units(3, 2, 10, 4) for deal in seats_and_deals(unit)[1][::2]]
    assert len(covered) == len(set(covered)) == 30
    assert len({unit.key for unit in units(3, 2, 10, 4)}) == 9


def test_games_are_rounded_up_to_whole_deals():
    assert [deals_for(games, 2) for games in (1, 2, 3, 1000)] == [1, 1, 2, 500]
    assert deals_for(7, 3) == 3


def test_units_fit_in_memory():
    few_moves = spec("agora/KuhnPoker-v0")
    assert deals_at_once(few_moves) == 1024
    assert np.prod(seats_and_deals(Unit((0, 1), 0, deals_at_once(few_moves)))[0].shape) == 4096
