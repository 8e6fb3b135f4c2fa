"""The scripted bidders."""

import numpy as np
import pytest

import agora.envs
from agora.agents.api import load

ID = "agora/SealedAuction-v0"


def bids(name: str, values: np.ndarray, **options) -> np.ndarray:
    spec = agora.envs.spec(ID, **options)
    agent = load(f"scripted/{name}", spec)
    observation = np.zeros((len(values), spec.observation_size), np.float32)
    spec.pieces(observation)["value"][:, 0] = values
    chosen = agent.act(observation, np.zeros((len(values), 0), bool), np.arange(len(values)))
    assert chosen.shape == (len(values), 1)
    assert chosen.dtype == np.float32
    return chosen[:, 0]


VALUES = np.linspace(0, 1, 101)


def test_truthful_bids_its_value():
    np.testing.assert_array_equal(bids("truthful", VALUES), VALUES.astype(np.float32))


def test_shading_bids_four_fifths():
    np.testing.assert_allclose(bids("shading", VALUES), 0.8 * VALUES, atol=1e-7)


@pytest.mark.parametrize("bidders", [2, 7])
def test_equilibrium_follows_the_closed_forms(bidders):
    n = bidders
    np.testing.assert_allclose(bids("equilibrium", VALUES, bidders=n), (n - 1) / n * VALUES, atol=1e-6)
    all_pay = bids("equilibrium", VALUES, bidders=n, format="all_pay")
    np.testing.assert_allclose(all_pay, (n - 1) / n * VALUES**n, atol=1e-6)
    second = bids("equilibrium", VALUES, bidders=n, format="second_price")
    np.testing.assert_allclose(second, VALUES, atol=1e-6)


@pytest.mark.parametrize("format", ["first_price", "second_price", "all_pay"])
def test_equilibrium_never_bids_just_below_the_reserve(format):
    values = np.linspace(0, 1, 10_001)
    chosen = bids("equilibrium", values, bidders=3, reserve=0.3, format=format)
    assert ((chosen == 0) | (chosen >= 0.3)).all()
    assert (chosen <= values.astype(np.float32) + 1e-6).all()
    start = 0.3 if format != "all_pay" else 0.3 ** (1 / 3)
    assert values[np.argmax(chosen > 0)] == pytest.approx(start, abs=2e-4)
