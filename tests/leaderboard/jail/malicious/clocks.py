"""D and E of the checklist: agents that play with time and luck."""

import itertools
import os
import threading
import time

import numpy as np
from process import Agent


class Sleeps(Agent):
    """Takes as many seconds a move as ``seconds.txt`` beside it says, one number a move."""

    def __init__(self):
        with open(os.path.join(os.path.dirname(__file__), "seconds.txt")) as file:
            self.seconds = itertools.cycle(map(float, file.read().split()))

    def act(self, observation, legal, lanes, states=None):
        time.sleep(next(self.seconds))
        return np.zeros(len(legal), np.int64)


class SleepsAtStart(Agent):
    def reset(self, spec, lanes, seed):
        time.sleep(1.0)


def stops_the_clock(observation, legal):
    """No clock of this process goes on."""
    start = time.monotonic
    time.time = time.monotonic = time.perf_counter = lambda: 0.0
    begun = start()
    while start() - begun < 30:
        pass
    return np.zeros(len(legal), np.int64)


class ThinksInTheOthersTime(Agent):
    """A thread counts without end; prints the processor time used up between two moves."""

    def __init__(self):
        self.last = None
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        while True:
            sum(range(1000))

    def act(self, observation, legal, lanes, states=None):
        if self.last is not None:
            print(time.process_time() - self.last, flush=True)
        self.last = time.process_time()
        return np.zeros(len(legal), np.int64)


class TurnsTheDice(Agent):
    """Seeds whatever generator it can find, in every move."""

    def act(self, observation, legal, lanes, states=None):
        __import__("random").seed(0)
        getattr(np, "random").seed(0)  # noqa: B009
        return np.zeros(len(legal), np.int64)


class Draws(Agent):
    """Plays at random, by the seed it is given, and looks at the states if it gets any."""

    def reset(self, spec, lanes, seed):
        self.generator = np.random.default_rng(seed)

    def act(self, observation, legal, lanes, states=None):
        return (self.generator.random(legal.shape) * legal).argmax(axis=1)


class WantsTheTruth(Agent):
    needs = "truth"


class LooksAtStates(Agent):
    """Plays by the states; they must be records of the game, one for each lane."""

    needs = "states"

    def act(self, observation, legal, lanes, states=None):
        assert len(states) == len(legal)
        return states["steps"].astype(np.int64) % 2
