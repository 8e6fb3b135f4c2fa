"""Every known number of the literature, as it stands in ``reference.py``, is found again."""

import pytest

import agora.envs
from agora.agents.measures import measure


def known_numbers():
    for id in agora.envs.ids():
        for number, known in enumerate(agora.envs.game(id).known()):
            marks = [pytest.mark.slow] if known.slow else []
            name = f"{id.split('/')[1]}-{number}-{known.name}".replace(" ", "_")
            yield pytest.param(id, known, id=name, marks=marks)


@pytest.mark.parametrize(("name", "known"), list(known_numbers()))
def test_known_number(name, known):
    game = agora.envs.game(name, **known.options)
    assert measure(game, known.measure, **known.arguments) == pytest.approx(known.expected, rel=0, abs=known.tolerance)
    assert known.source
