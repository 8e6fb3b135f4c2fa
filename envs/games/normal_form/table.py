"""The named games: titles, what the actions are called, and payoffs."""

from typing import NamedTuple


class Named(NamedTuple):
    """A game of two players by its name."""

    title: str
    actions: tuple[tuple[str, ...], tuple[str, ...]]
    """What the actions of each player are called."""
    payoffs: tuple
    """[row][column] -> payoff of the row player, payoff of the column player."""


_THROWS = ("rock", "paper", "scissors")
_COINS = ("heads", "tails")
_PRISONERS = ("cooperate", "defect")
_HUNTERS = ("stag", "hare")
_DRIVERS = ("dare", "swerve")
_EVENINGS = ("bach", "stravinsky")
_SIDES = ("left", "right")

NAMED = {
    "matching_pennies": Named("Matching pennies", (_COINS, _COINS), (((1, -1), (-1, 1)), ((-1, 1), (1, -1)))),
    "rock_paper_scissors": Named(
        "Rock, paper, scissors",
        (_THROWS, _THROWS),
        (((0, 0), (-1, 1), (1, -1)), ((1, -1), (0, 0), (-1, 1)), ((-1, 1), (1, -1), (0, 0))),
    ),
    "biased_rock_paper_scissors": Named(
        "Biased rock, paper, scissors",
        (_THROWS, _THROWS),
        (((0, 0), (-25, 25), (50, -50)), ((25, -25), (0, 0), (-5, 5)), ((-50, 50), (5, -5), (0, 0))),
    ),
    "prisoners_dilemma": Named("Prisoner's dilemma", (_PRISONERS, _PRISONERS), (((3, 3), (0, 5)), ((5, 0), (1, 1)))),
    "stag_hunt": Named("Stag hunt", (_HUNTERS, _HUNTERS), (((2, 2), (0, 1)), ((1, 0), (1, 1)))),
    "chicken": Named("Chicken", (_DRIVERS, _DRIVERS), (((0, 0), (4, 1)), ((1, 4), (3, 3)))),
    "battle_of_the_sexes": Named("Battle of the sexes", (_EVENINGS, _EVENINGS), (((3, 2), (0, 0)), ((0, 0), (2, 3)))),
    "shapley": Named(
        "Shapley's game",
        (_THROWS, _THROWS),
        (((0, 0), (0, 1), (1, 0)), ((1, 0), (0, 0), (0, 1)), ((0, 1), (1, 0), (0, 0))),
    ),
    "trust": Named("Trust game", (("trust", "decline"), ("honour", "abuse")), (((10, 10), (-5, 15)), ((0, 0), (0, 0)))),
    "coordination": Named("Coordination", (_SIDES, _SIDES), (((1, 1), (0, 0)), ((0, 0), (1, 1)))),
}
"""In the order of ``World.number``."""
