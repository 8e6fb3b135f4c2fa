"""Playing in several processes of this machine.

Each process is started fresh, since threads of torch and numba do not survive a fork, and loads what it plays from the
recipe. A process that is gone, killed by the system for want of memory or by a fault in an agent, is replaced, and its
unit is played again.
"""

import os
import pickle
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import IO

from agora.leaderboard.machines.jobs import TRIES, Job, Player, gave_up, in_order
from agora.leaderboard.machines.recipe import Recipe
from agora.leaderboard.match import Played

ENDS = 5.0  # seconds that a process may take to end what it has started

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def player(recipe: Recipe, workers: int) -> Iterator[Player]:
    """Plays in ``workers`` processes, which start with the first jobs and end with the context.

    Raises:
        ChildProcessError: in play, when a unit ends every process that plays it.
    """
    frozen = pickle.dumps(recipe)
    processes = [_Process(frozen) for _ in range(workers)]
    idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
    for process in processes:
        idle.put(process)

    def begin(job: Job) -> list[Played]:
        process = idle.get()
        try:
            return _insist(process, job, recipe.parts[job.contest].contest.key)
        finally:
            idle.put(process)

    def finish(job: Job, playing: Future[list[Played]]) -> list[Played]:
        return playing.result()

    threads = ThreadPoolExecutor(workers, thread_name_prefix="agora-worker")  # each waits for one process
    try:
        yield lambda jobs: in_order(jobs, lambda job: threads.submit(begin, job), finish, 2 * workers)
    finally:
        for process in processes:
            process.hang_up()
        for process in processes:
            process.end()
        threads.shutdown(cancel_futures=True)
        for process in processes:
            process.forget()


def _insist(process: "_Process", job: Job, environment: str) -> list[Played]:
    """The games of ``job``, begun again when the process is gone."""
    for _ in range(TRIES):
        try:
            answer = process.ask(job)
        except (EOFError, OSError):
            reason = process.forget()
            continue
        if isinstance(answer, BaseException):
            raise answer
        return answer
    raise gave_up(environment, job, reason)


class _Process:
    """A process of ``worker.py``, started when it is asked and there is none.

    It is asked through a pair of sockets. Its standard input is its thread of life: it ends, whatever it is doing, when
    that is closed, as it is when this process is gone.
    """

    def __init__(self, recipe: bytes):
        self._recipe = recipe
        self._running: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._stopped = False
        self._lock = threading.Lock()  # a process is not started while it is stopped

    def ask(self, job: Job) -> list[Played] | BaseException:
        """The games of ``job``, or what was raised.

        Raises:
            EOFError, OSError: the process is gone.
        """
        with self._lock:
            if self._stopped:
                raise EOFError
            connection = self._connection or self._start()
        connection.send(job)
        answer: list[Played] | BaseException = connection.recv()
        return answer

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
        connection = self._connection = Connection(ours.detach())
        command = [sys.executable, "-P", "-m", "agora.leaderboard.machines.worker", str(theirs.fileno())]
        with theirs:
            self._running = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                env=os.environ | dict.fromkeys(_THREADS, "1"),
                start_new_session=True,  # a Ctrl-C in the judge's terminal is the judge's affair
            )
        connection.send_bytes(self._recipe)
        return connection

    def hang_up(self) -> None:
        """Lets the process end, and starts no other; may be called while another thread asks, as ``end``."""
        with self._lock:
            self._stopped = True
            if self._running is not None:
                _thread_of_life(self._running).close()

    def end(self) -> str:
        """Ends the process, if it does not do so itself; says how it ended."""
        running = self._running
        if running is None:
            return "it did not start"
        _thread_of_life(running).close()
        try:
            running.wait(ENDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        status = running.returncode
        return signal.Signals(-status).name if status < 0 else f"status {status}"

    def forget(self) -> str:
        """Ends the process, and all that is known of it but how it ended."""
        if self._connection is not None:
            self._connection.close()
        ending = self.end()
        self._running = self._connection = None
        return ending


def _thread_of_life(running: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert running.stdin is not None
    return running.stdin
