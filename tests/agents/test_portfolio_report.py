"""The report on investors: numbers that follow by hand from prices, paired differences, and which lag is played."""

from pathlib import Path

import numpy as np
import pytest

import agora.envs
from agora.baselines import portfolio_report


@pytest.fixture(scope="module")
def rows() -> list[portfolio_report.Row]:
    return portfolio_report.report(["scripted/eg"], "msci")


def test_market_and_uniform_by_hand(rows: list[portfolio_report.Row]) -> None:
    game = agora.envs.game("agora/Portfolio-v0", dataset="msci", split="test")
    days = game.world.relatives[game.world.begin : game.world.end]
    held = np.log(days.prod(axis=0).mean() * (1 - 0.00125)) * 252 / len(days)  # one purchase, half of 0.25 %
    for row in rows:
        assert row["days"] == len(days)
        if row["agent"] == "scripted/market":
            assert row["growth"][0] == pytest.approx(held, abs=1e-6)
            assert row["final_wealth"] == pytest.approx(np.exp(held * len(days) / 252), rel=1e-5)
            assert row["turnover"] == pytest.approx(0, abs=1e-9)
        if row["agent"] == "scripted/uniform_crp":
            free = np.log(days.mean(axis=1)).mean() * 252
            assert free - 0.02 < row["growth"][0] < free
            assert row["turnover"] > 0.001


def test_differences_are_paired(rows: list[portfolio_report.Row]) -> None:
    growth = {(row["agent"], row["lag"]): row["growth"][0] for row in rows}
    assert {lag for _, lag in growth} == {0, 1}
    for row in rows:
        assert row["growth"][1] < row["growth"][0] < row["growth"][2]
        for other in portfolio_report.BESIDE:
            mean, low, high = row[f"growth over {other}"]
            assert mean == pytest.approx(row["growth"][0] - growth[other, row["lag"]])
            assert (low, high) == (0, 0) if row["agent"] == other else low < mean < high
    eg = next(row for row in rows if row["agent"] == "scripted/eg")
    _, low, high = eg["growth over scripted/uniform_crp"]
    assert high - low < 0.1 * (eg["growth"][2] - eg["growth"][1])  # nearly the same portfolio


def test_saved_agents_play_the_lag_they_were_trained_for(tmp_path: Path) -> None:
    (tmp_path / "agent.toml").write_text("[options]\ndecision_lag = 1\n")
    assert [portfolio_report._fits(str(tmp_path), lag) for lag in (0, 1)] == [False, True]
    assert portfolio_report._fits("scripted/eg", 0)


def test_it_writes_json_and_says_who_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        portfolio_report.main(["scripted/nobody", "--dataset", "msci", "--out", str(tmp_path / "rows.json")])
    assert "There is no agent 'scripted/nobody'" in capsys.readouterr().err
    assert not (tmp_path / "rows.json").exists()
