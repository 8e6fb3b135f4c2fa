"""What several tests of the leaderboard share."""

import pytest

from agora.leaderboard.log.records import FORMAT, Contest, Entrant, Header, Results
from agora.leaderboard.match import Played
from agora.leaderboard.schedules.units import lineups
from agora.leaderboard.store.database import open_database, transaction
from agora.leaderboard.tables.sections import make_sections
from postgres import cluster


def make_results(games, names=("a", "b"), players=2, exacts=(), needs=(), deals=None, **changes):
    """A log of one environment with these games; ``changes`` are fields of the contest."""
    given = needs or ["observation"] * len(names)
    fields = {
        "title": "agora/X-v0",
        "key": "agora/X-v0",
        "id": "agora/X-v0",
        "family": "games",
        "options": {},
        "players": players,
        "payoff": "zero-sum" if players > 1 else "single",
        "unit": "chips",
        "returns": (-1.0, 1.0),
        "seats": tuple(f"seat {seat}" for seat in range(players)),
        "floor": [0.0] * players,
        "ceiling": [0.0] * players,
        "certificate": "exact",
        "source": "a book",
        "entrants": [Entrant(name, "random", need, "") for name, need in zip(names, given, strict=True)],
        "deals": deals or 1 + max(game.deal for game in games),
        "deals_at_once": 1,
        "digest": "",
        "budget": len(lineups(len(names), players)) * (deals or 1 + max(game.deal for game in games)) * players,
    }
    header = Header(FORMAT, "Season", 7, "quick", {"agora-rl": "0"}, [Contest(**fields | changes)])
    return Results(header, [list(games)], [list(exacts)])


@pytest.fixture(scope="session")
def results_of():
    return make_results


@pytest.fixture(scope="session")
def tables_of():
    """Sections and header of a season in which the first of two agents always wins."""

    def make(names):
        games = [
            Played(
                deal, deal, list(seating), [1.0, -1.0] if seating[0] < seating[1] else [-1.0, 1.0], 1, "terminated", [0]
            )
            for deal in range(12)
            for one in range(len(names))
            for other in range(one)
            for seating in ((one, other), (other, one))
        ]
        results = make_results(games, names)
        return make_sections(results), results.header

    return make


@pytest.fixture(scope="session")
def postgresql():
    """Makes an empty PostgreSQL database and gives its address; the server starts with the first test that asks."""
    with cluster() as make:
        yield make


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of an empty database, of either kind."""
    return f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgresql")()


@pytest.fixture(scope="session")
def shared(postgresql):
    """The address of a PostgreSQL database that tests use one after the other: a new one for each takes long."""
    return postgresql()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """An open database without rows, of either kind."""
    from agora.leaderboard.store.schema import metadata  # SQLAlchemy is heavy, and most tests do without

    address = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("shared")
    engine = open_database(address)
    yield engine
    with transaction(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
