"""Every page is complete and says what the code does."""

import inspect
import re

import agora.envs
from agora.agents.api import scripted_names

HEADINGS = ["Description", "Observation", "Action", "Reward", "End", "Options", "Source", "Versions"]


def section(page, heading):
    return re.search(rf"^# {heading}\n(.*?)(?=^# |\Z)", page, re.M | re.S).group(1)


def test_page_has_all_headings(id):
    page = agora.envs.game(id).rules.__doc__
    assert re.findall(r"^# (\w+)$", page, re.M) == HEADINGS
    for heading in HEADINGS:
        assert len(section(page, heading).split()) >= 3, heading


def test_page_names_every_option_and_piece(id):
    game = agora.envs.game(id)
    page = game.rules.__doc__
    for name in inspect.signature(game.rules.make_world).parameters:
        assert f"`{name}`" in section(page, "Options")
    for piece in game.spec.observation:
        assert f"`{piece.name}`" in section(page, "Observation")
        assert piece.meaning
    assert f"- v{id.rsplit('-v', 1)[1]}:" in section(page, "Versions")


def test_somebody_scripted_plays_it(id):
    assert scripted_names(id)
