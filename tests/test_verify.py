"""Every known number of the literature, as it stands in ``reference.py``, is found again; and the command for it."""

import pytest
from rich.console import Console
from typer.testing import CliRunner

import agora.envs
from agora.agents.measures import measure
from agora.cli import app
from agora.envs.api import Known
from agora.verify import Finding, print_findings, verify


def known_numbers():
    """The game with its options, made once for all numbers under the same options, and each number."""
    for id in agora.envs.ids():
        game = agora.envs.game(id)
        for number, known in enumerate(game.known()):
            if game.spec.options != dict(known.options):
                game = agora.envs.game(id, **known.options)
            marks = [pytest.mark.slow] if known.slow else []
            name = f"{id.split('/')[1]}-{number}-{known.name}".replace(" ", "_")
            yield pytest.param(game, known, id=name, marks=marks)


@pytest.mark.parametrize(("game", "known"), list(known_numbers()))
def test_known_number(game, known):
    found = measure(game, known.measure, **known.arguments)
    assert found == pytest.approx(known.expected, rel=0, abs=known.tolerance)
    assert known.source


def test_every_game_has_known_numbers():
    assert [id for id in agora.envs.ids("games") if not agora.envs.game(id).known()] == []


def test_command_prints_expected_found_and_source():
    result = CliRunner().invoke(app, ["verify", "KuhnPoker"])
    assert result.exit_code == 0
    line = next(line for line in result.stdout.splitlines() if "NashConv of uniform play (players=3)" in line)
    assert line.split().count("2.0625") == 2
    assert "OpenSpiel" in line
    numbers = len(agora.envs.game("agora/KuhnPoker-v0").known()) + 1  # and the bounds of returns
    assert result.stdout.splitlines()[-1] == f"{numbers} of {numbers} numbers agree."


def test_command_fails_when_a_number_disagrees(monkeypatch):
    wrong = Known("value for the first player", 0.5, "invented", "value")
    monkeypatch.setattr("agora.envs.games.kuhn_poker.reference.KNOWN", (wrong,))
    result = CliRunner().invoke(app, ["verify", "KuhnPoker"])
    assert result.exit_code == 1
    assert "! value for the first player" in result.stdout
    assert result.stdout.splitlines()[-1] == "1 of 2 numbers agree."


def test_slow_numbers_are_asked_for(monkeypatch):
    numbers = (Known("quick", 1, "here", lambda game: 1), Known("slow", 2, "here", lambda game: 2, slow=True))
    monkeypatch.setattr("agora.envs.games.kuhn_poker.reference.KNOWN", numbers)
    assert [finding.known.name for finding in verify("agora/KuhnPoker-v0")] == ["quick"]
    assert [finding.found for finding in verify("agora/KuhnPoker-v0", slow=True)] == [1, 2]


def test_tolerance_decides():
    known = Known("pi", 3.14159, "a circle", "circle", tolerance=1e-3)
    assert Finding("agora/X-v0", known, 3.1421, 0.0).agrees
    assert not Finding("agora/X-v0", known, 3.1427, 0.0).agrees
    console = Console(width=100, record=True, quiet=True)
    assert print_findings([Finding("agora/X-v0", known, value, 0.0) for value in (3.1416, 3.0, 4.0)], console) == 2


def test_unknown_measures_are_named():
    with pytest.raises(ValueError, match="no measure 'perfy'; there are perft, states"):
        measure(agora.envs.game("agora/KuhnPoker-v0"), "perfy")
