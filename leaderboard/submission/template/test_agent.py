"""The agent plays whole games by the rules, in every seat: run with ``pytest``."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from agent import Agent

from agora import envs
from agora.leaderboard.match import play

IDS = tomllib.loads((Path(__file__).parent / "agora-agent.toml").read_text(encoding="utf-8"))["ids"]


@pytest.mark.parametrize("id", IDS)
def test_it_plays_eight_games_by_the_rules(id):
    game = envs.game(id)
    everywhere = np.zeros((8, game.spec.players), int)
    played = play(game, [Agent(game.spec)], everywhere, seeds=np.arange(8))
    assert [one.faults for one in played] == [{}] * 8
