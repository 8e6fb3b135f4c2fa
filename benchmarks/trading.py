"""The portfolio beside Gym-Trading-Env, per core."""

import warnings
from collections.abc import Callable, Iterator

import numpy as np

import agora.envs
from agora.benchmarks.measure import Row, side_by_side

GAMES = 256


def rows() -> Iterator[Row]:
    yield side_by_side(
        "Portfolio: 36 stocks, window 10, one core",
        portfolio_play(),
        trading_env_play(),
        peer="Gym-Trading-Env, 1 asset, window 10",
        target=10.0,
    )


def portfolio_play(steps: int = 400) -> Callable[[], int]:
    batch = agora.envs.batch("agora/Portfolio-v0", GAMES, 0, dataset="nyse-o", window=10, threads=1)

    def play() -> int:
        for _ in range(steps):
            batch.step(batch.sample())
        return GAMES * steps

    return play


def trading_env_play(steps: int = 2000) -> Callable[[], int]:
    """A random walk of prices with one feature; positions are drawn among short, out and long."""
    import gymnasium
    import pandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import gym_trading_env  # noqa: F401  registers TradingEnv

        warnings.resetwarnings()  # importing it makes every warning an error
    generator = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(generator.normal(0, 0.01, 10_000)))
    prices = pandas.DataFrame(
        {"open": close, "high": close, "low": close, "close": close, "volume": 1.0},
        index=pandas.date_range("2000-01-01", periods=len(close), freq="h"),
    )
    prices["feature_close"] = prices["close"].pct_change().fillna(0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        env = gymnasium.make(
            "TradingEnv", df=prices, positions=[-1, 0, 1], windows=10, verbose=0, disable_env_checker=True
        )
        env.reset(seed=0)

    def play() -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for _ in range(steps):
                _, _, terminated, truncated, _ = env.step(int(generator.integers(3)))
                if terminated or truncated:
                    env.reset()
        return steps

    return play
