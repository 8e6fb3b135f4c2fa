"""Scripted goofspiel players."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load

ID = "agora/Goofspiel-v0"


def match(*names, **options):
    """The mean returns of scripted agents, or of random play, against each other."""
    batch = agora.envs.batch(ID, 2000, 0, autoreset="disabled", illegal="raise", **options)
    lanes = np.arange(2000)
    agents = [load(name if name == "random" else f"scripted/{name}", batch.spec) for name in names]
    for seat, agent in enumerate(agents):
        agent.reset(batch.spec, lanes, seat)
    while not batch.ended.all():
        acts = [agent.act(batch.observation[:, p], batch.legal[:, p], lanes) for p, agent in enumerate(agents)]
        batch.step(np.stack(acts, axis=1))
    return batch.final_returns.mean(axis=0)


def test_matcher_beats_random_play():
    """Ross: with cards 1 to n it wins prize i with the chance (i - 1) / n, so 3.25 points more of every 13."""
    difference = match("matcher", "random", returns="point_difference")
    n = 13
    expected = sum(i * (i - 1) / n - i * (n - i) / n for i in range(1, n + 1)) / 2
    assert difference == pytest.approx([expected, -expected], abs=1.0)


def test_outbidder_beats_matcher():
    assert match("outbidder", "matcher", returns="total_points").tolist() == [78, 13]


def test_with_three_players_and_hidden_bids():
    assert match("matcher", "random", "random", cards=5, players=3, information="imperfect")[0] > 0.2
