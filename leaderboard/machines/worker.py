"""A process of the pool: takes a recipe and then jobs, and answers each with its games or with what was raised."""

import ctypes
import os
import pickle
import signal
import sys
import threading
from multiprocessing.connection import Connection

from agora.leaderboard.machines.pool import ENDS
from agora.leaderboard.machines.recipe import Recipe, Stages

_PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    """Plays until the judge hangs up.

    Args:
        descriptor: of the socket on which it asks.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _die_with_the_judge()
    try:
        threading.Thread(target=_end_with_the_judge, daemon=True).start()
        _serve(Connection(descriptor))
    except (EOFError, OSError, KeyboardInterrupt):
        return  # the judge has all it wants, or is gone


def _die_with_the_judge() -> None:
    """Linux ends this process when the judge is killed, even in a long calculation that holds Python's lock."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _serve(connection: Connection) -> None:
    recipe: Recipe = connection.recv()
    stages: Stages | None = None
    while True:
        job = connection.recv()
        try:
            stages = stages or Stages(recipe)
            answer: object = stages.play(job)
        except Exception as error:
            answer = _portable(error)
        connection.send(answer)


def _portable(error: Exception) -> Exception:
    """The error itself if it can be sent, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with_the_judge() -> None:
    """Interrupts the game that is being played when the judge closes this process's standard input."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    threading.Event().wait(ENDS / 2)
    os._exit(1)  # it is in a long calculation that no signal interrupts


if __name__ == "__main__":
    main(int(sys.argv[1]))
