"""C of the checklist: agents that write to the judge themselves, or answer with what is no action."""

import fcntl
import os
import struct
import sys
import threading
import time

import msgspec
import numpy as np
from process import Agent

PASS = np.zeros(1, np.int64)


def replies():
    """The descriptor on which the judge listens: the one beside the standard ones that can be written."""
    for number in range(3, 256):
        try:
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
                return number
        except OSError:
            continue
    raise LookupError


def request():
    """What the judge asked, found in the frame of the worker."""
    frame = sys._getframe()
    while "request" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["request"]


def frame(header, body=b""):
    head = header if isinstance(header, bytes) else msgspec.msgpack.encode(header)
    return struct.pack("<II", len(head), len(body)) + head + body


def answer(lanes, **more):
    """A correct reply to the present request: all pass."""
    asked = request()
    header = {"step": asked.step, "nonce": asked.nonce, "arrays": [("<i8", [lanes])], **more}
    return frame(header, bytes(8 * lanes))


def says(make):
    """An agent that writes what ``make`` makes of the number of lanes, and never answers otherwise."""

    def act(observation, legal):
        data = memoryview(make(len(legal)))
        while data:
            data = data[os.write(replies(), data) :]
        time.sleep(60)

    return act


garbage = says(lambda lanes: b"\xff" * 64)
huge_header = says(lambda lanes: struct.pack("<II", 2**31, 0))
huge_body = says(lambda lanes: struct.pack("<II", 10, 2**32 - 1))
ten_megabytes = says(lambda lanes: struct.pack("<II", 10 << 20, 0) + bytes(10 << 20))
empty_header = says(lambda lanes: frame(b""))
not_a_message = says(lambda lanes: frame([1, 2, 3]))
invalid_utf8 = says(lambda lanes: frame(b"\x81\xa4step\xa2\xff\xfe"))
deep = says(lambda lanes: frame(b"\x82\xa1x" + b"\x91" * 4000 + b"\xc0\xa4step\x01"))
long_integer = says(lambda lanes: frame(b"\x81\xa4step\xcf" + b"\xff" * 8))
not_a_number = says(lambda lanes: frame({"step": float("nan"), "nonce": float("inf")}))
json_instead = says(lambda lanes: frame(b'{"step": 1, "step": 2, "nonce": ' + b"9" * 3000 + b"}"))
half = says(lambda lanes: answer(lanes)[:-3])
pickled = says(lambda lanes: frame({"step": request().step, "nonce": request().nonce, "arrays": [("|O", [lanes])]}))
negative_shape = says(
    lambda lanes: frame({"step": request().step, "nonce": request().nonce, "arrays": [("<i8", [-lanes])]})
)
huge_shape = says(
    lambda lanes: frame({"step": request().step, "nonce": request().nonce, "arrays": [("<i8", [2**60, 2**60])]})
)
short_body = says(
    lambda lanes: frame({"step": request().step, "nonce": request().nonce, "arrays": [("<i8", [lanes])]}, bytes(8))
)
other_nonce = says(lambda lanes: frame({"step": request().step, "nonce": request().nonce ^ 1, "arrays": []}))
other_step = says(lambda lanes: frame({"step": request().step - 1, "nonce": request().nonce, "arrays": []}))


def two_at_once(observation, legal):
    """Two replies in one write."""
    os.write(replies(), answer(len(legal)) * 2)
    time.sleep(60)


class TwoInTurn(Agent):
    """Its own reply, and then the worker's, which waits when the judge asks again."""

    def act(self, observation, legal, lanes, states=None):
        os.write(replies(), answer(len(legal)))
        return np.zeros(len(legal), np.int64)


class TooEarly(Agent):
    """Answers a request that has not come yet."""

    def reset(self, spec, lanes, seed):
        os.write(replies(), frame({"step": 2, "nonce": 0, "arrays": [("<i8", [len(lanes)])]}, bytes(8 * len(lanes))))


def hangs_up(observation, legal):
    os.close(replies())
    time.sleep(60)


def claims_to_have_won(observation, legal):
    """A correct reply with a reward and a result in it."""
    more = {"reward": 100.0, "rewards": [100.0, -100.0], "done": True, "result": "won", "winner": 0, "returns": [9, -9]}
    os.write(replies(), answer(len(legal), **more))
    sleeps = threading.Event()
    sleeps.wait(60)


class Blames(Agent):
    """Tells of a cause that does not exist."""

    def act(self, observation, legal, lanes, states=None):
        asked = request()
        os.write(replies(), frame({"step": asked.step, "nonce": asked.nonce, "cause": "opponent"}))
        time.sleep(60)


def floods(observation, legal):
    """64 MiB in one line, on both streams."""
    for _ in range(32):
        os.write(1, b"x" * (1 << 20))
        os.write(2, b"\x1b[31m" * (1 << 18))
    return legal.argmax(axis=1)


def floods_without_end(observation, legal):
    while True:
        os.write(1, b"x" * (1 << 16))


def prints_replies(observation, legal):
    """What would be a bet, on standard output, before and after passing."""
    asked = request()
    spoof = frame({"step": asked.step, "nonce": asked.nonce, "arrays": [("<i8", [len(legal)])]}, b"\1" * 8 * len(legal))
    os.write(1, spoof)
    threading.Timer(0.0, os.write, (2, spoof)).start()
    return np.zeros(len(legal), np.int64)


def closes_its_output(observation, legal):
    os.closerange(0, 3)
    return np.zeros(len(legal), np.int64)


WRONG = {
    "true": lambda lanes: np.ones(lanes, bool),
    "floats": lambda lanes: np.ones(lanes),
    "nothing": lambda lanes: None,
    "text": lambda lanes: ["1"] * lanes,
    "objects": lambda lanes: np.array([None] * lanes),
    "dictionary": lambda lanes: {},
    "pickle": lambda lanes: np.zeros(lanes, np.int64).dumps(),
    "table": lambda lanes: np.zeros((lanes, 2), np.int64),
    "too few": lambda lanes: np.zeros(lanes - 1, np.int64),
    "ragged": lambda lanes: [[1], [1, 2]],
    "complex": lambda lanes: np.zeros(lanes, complex),
}
UNLAWFUL = {
    "negative": lambda lanes: np.full(lanes, -1),
    "out of range": lambda lanes: np.full(lanes, 2),
    "huge": lambda lanes: np.full(lanes, 2**63 - 1),
    "wrapped": lambda lanes: np.full(lanes, 2**64 - 1, np.uint64),
}


class Wrong(Agent):
    """Answers with what ``wrong.txt`` beside it names."""

    def act(self, observation, legal, lanes, states=None):
        with open(os.path.join(os.path.dirname(__file__), "wrong.txt")) as file:
            return (WRONG | UNLAWFUL)[file.read()](len(legal))
