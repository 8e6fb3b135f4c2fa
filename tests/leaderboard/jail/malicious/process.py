"""A of the checklist: agents that die, hang, multiply or eat up the machine, each in its first move."""

import ctypes
import itertools
import mmap
import os
import re
import signal
import sys
import threading
import time

import numpy as np


class Agent:
    """Passes."""

    needs = "observation"

    def reset(self, spec, lanes, seed):
        pass

    def act(self, observation, legal, lanes, states=None):
        return np.zeros(len(legal), np.int64)


def exits(observation, legal):
    sys.exit(0)


def leaves_without_a_word(observation, legal):
    os._exit(0)


def kills_itself(observation, legal):
    os.kill(os.getpid(), signal.SIGKILL)


def segfaults(observation, legal):
    ctypes.string_at(0)


def aborts(observation, legal):
    os.abort()


def raises(observation, legal):
    raise ZeroDivisionError("in act\nand more")


class RaisesWhenMade(Agent):
    def __init__(self):
        raise OSError("no weights")


class RaisesAtReset(Agent):
    def reset(self, spec, lanes, seed):
        raise KeyError("reset")


class InterruptsItself(Agent):
    def act(self, observation, legal, lanes, states=None):
        raise KeyboardInterrupt


def loops(observation, legal):
    while True:
        pass


def loops_in_c(observation, legal):
    re.match("(a+)+$", "a" * 60 + "b")


def loops_without_end_in_c(observation, legal):
    sum(itertools.repeat(0))


def ignores_signals(observation, legal):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass


class LoopsAtReset(Agent):
    def reset(self, spec, lanes, seed):
        while True:
            pass


def multiplies(observation, legal):
    while True:
        os.fork()


def leaves_a_daemon(observation, legal):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    return np.zeros(len(legal), np.int64)


def runs_a_program(observation, legal):
    os.execv("/bin/sh", ["sh", "-c", "sleep 60"])


def starts_threads_without_end(observation, legal):
    threading.stack_size(1 << 20)
    started = 0
    try:
        while True:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            started += 1
    finally:
        print("started", started, flush=True)


def takes_memory(observation, legal):
    return np.ones(10**12)


def takes_memory_bit_by_bit(observation, legal):
    kept = []
    while True:
        kept.append(bytes(1 << 24))


def maps_memory(observation, legal):
    mmap.mmap(-1, 1 << 42)


def fills(folder):
    number = 0
    while True:
        with open(f"{folder}/{number}", "wb") as file:
            file.write(bytes(1 << 20))
        number += 1


def fills_its_folder(observation, legal):
    fills(os.getcwd())


def fills_the_temporary_space(observation, legal):
    fills("/tmp")


def fills_the_shared_memory(observation, legal):
    fills("/dev/shm")


def fills_its_submission(observation, legal):
    fills(os.path.dirname(__file__))


def opens_files(observation, legal):
    kept = []
    while True:
        kept.append(open("/dev/null"))  # noqa: SIM115


def stops_itself(observation, legal):
    os.kill(os.getpid(), signal.SIGSTOP)
    return np.zeros(len(legal), np.int64)
