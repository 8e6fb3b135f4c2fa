"""Where the agent runs, inside the jail or behind an address of its own: finds the agent and answers for it.

Whatever the agent does wrong is told to the judge as one line, not as a trace. Nothing here is trusted by the judge:
the agent shares this process and can do all that this code can.
"""

import errno
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from agora.agents.api import Agent, as_actions, from_function, load
from agora.envs.api import Spec
from agora.leaderboard.jail import protocol
from agora.leaderboard.jail.fault import one_line
from agora.leaderboard.jail.protocol import PREFIX, Reply, Request


def serve(requests: int, replies: int, folder: str, entry: str) -> None:
    """Says that the jail stands, then answers until the judge hangs up.

    Args:
        requests: descriptor to read from.
        replies: descriptor to write to.
        folder: of the submission.
        entry: see ``find``.
    """
    worker = Worker(partial(find, folder, entry))
    _write(replies, protocol.frame(Reply(0, 0)))
    while True:
        request, body = _read(requests)
        _write(replies, worker.answer(request, body))


class Worker:
    """Answers the judge for one agent.

    Args:
        make: what is called at the first reset to get the agent.
    """

    def __init__(self, make: Callable[[Spec], Agent]):
        self._make = make
        self._agent: Any = None
        self._spec: Any = None

    def answer(self, request: Request, body: bytearray) -> bytes:
        """The reply to ``request``, whatever the agent does."""
        reply, arrays = Reply(request.step, request.nonce), []
        try:
            if request.kind == "reset":
                assert request.spec is not None
                self._spec = protocol.spec_from_plain(request.spec)
                self._agent = self._make(self._spec) if self._agent is None else self._agent
                self._agent.reset(self._spec, protocol.arrays_of(request, body)[0], request.seed)
                needs = self._agent.needs
                reply.needs = needs if needs in ("states", "truth") else "observation"
            else:
                given = self._agent.act(*protocol.arrays_of(request, body))
                arrays = [_checked(given, self._spec, request.arrays[0][1][0])]
        except BaseException as error:
            arrays, reply.cause, reply.message = [], *_told(error)
        reply.arrays = protocol.described(arrays)
        return protocol.frame(reply, arrays)


class _Illegal(Exception):
    """What came back from ``act`` is no array of actions."""


def _checked(given: Any, spec: Spec, lanes: int) -> np.ndarray:
    try:
        return as_actions(given, spec, lanes)
    except (TypeError, ValueError) as error:
        raise _Illegal(str(error)) from None


def _told(error: BaseException) -> tuple[Any, str]:
    """Cause and one line."""
    if isinstance(error, _Illegal):
        return "illegal", one_line(str(error))
    wanted_memory = isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
    return "memory" if wanted_memory else "crash", one_line(f"{type(error).__name__}: {error}".rstrip(": "))


def find(folder: str | Path, entry: str, spec: Spec) -> Agent:
    """The agent of a submission.

    Args:
        folder: in which its files lie.
        entry: ``agent.py:Agent`` or ``package.module:make``. What it names may be an agent; something that takes the
            Spec and makes one; a class that takes nothing; or a function of observation and mask, as in
            ``agora.agents.api.from_function``. Without a colon it is the folder, within ``folder``, of an agent that
            Agora saved.

    Raises:
        Exception: whatever the submission's own code raises.
    """
    if ":" not in entry:
        return load(Path(folder) / entry, spec)
    source, _, name = entry.partition(":")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    named = getattr(importlib.import_module(source.removesuffix(".py").replace("/", ".")), name)
    if isinstance(named, Agent) and not isinstance(named, type):
        return named
    given = [
        value
        for value in inspect.signature(named).parameters.values()
        if value.default is value.empty and value.kind in (value.POSITIONAL_ONLY, value.POSITIONAL_OR_KEYWORD)
    ]
    if len(given) == 2 and not isinstance(named, type):
        return from_function(named)
    made = named(spec) if given else named()
    if not isinstance(made, Agent):
        raise TypeError(f"{entry} made a {type(made).__name__}, which lacks needs, reset or act.")
    return made


def _read(descriptor: int) -> tuple[Request, bytearray]:
    head, body = PREFIX.unpack(_exactly(descriptor, PREFIX.size))
    return msgspec.msgpack.decode(_exactly(descriptor, head), type=Request), _exactly(descriptor, body)


def _exactly(descriptor: int, count: int) -> bytearray:
    received = bytearray(count)
    unread = memoryview(received)
    while unread:
        read = os.readv(descriptor, [unread])
        if not read:
            raise SystemExit  # the judge has hung up
        unread = unread[read:]
    return received


def _write(descriptor: int, data: bytes) -> None:
    unsent = memoryview(data)
    while unsent:
        unsent = unsent[os.write(descriptor, unsent) :]
