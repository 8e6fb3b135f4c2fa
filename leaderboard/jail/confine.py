"""The first thing that runs in a jail: gives up all that the agent is not to have, then starts the worker.

It is run by its path, ``python -I confine.py SETTINGS FOLDER ENTRY``, in a process of one thread and before anything
else is imported: a thread that exists already would keep its rights. Imports nothing of the project until that is done.
"""

import ctypes
import json
import os
import resource
import sys
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9
_CAPABILITY_VERSION = 0x20080522
_RULE_PATH_BENEATH = 1
_CAPSET = {"x86_64": 126, "aarch64": 91}


class _Filter(ctypes.Structure):
    """``struct sock_fprog``"""

    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


class _PathBeneath(ctypes.Structure):
    """``struct landlock_path_beneath_attr``"""

    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def confine(settings: dict[str, Any]) -> None:
    """Puts on what ``process.settings_of`` asks for, in the order in which each step is still allowed."""
    kernel = ctypes.CDLL(None, use_errno=True)
    _call(kernel.prctl, _PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)  # nobody is left behind when the judge dies
    if os.getppid() != settings["parent"]:
        raise SystemExit("the judge has gone")
    _call(kernel.prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for number, most in settings["resources"].items():
        resource.setrlimit(int(number), _at_most(int(number), most))
    _drop_capabilities(kernel)
    _call(kernel.prctl, _PR_SET_DUMPABLE, 0, 0, 0, 0)  # processes of the same user cannot look inside
    if settings["landlock"]:
        _restrict_files(kernel, settings["landlock"])
    if settings["seccomp"]:
        program = bytes.fromhex(settings["seccomp"])
        chosen = _Filter(len(program) // 8, program)
        _call(kernel.prctl, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(chosen), 0, 0)


def _call(function: Any, *arguments: Any) -> int:
    """A call that must succeed."""
    done = function(*(ctypes.c_ulong(value) if isinstance(value, int) else value for value in arguments))
    if done < 0:
        raise OSError(ctypes.get_errno(), f"{os.strerror(ctypes.get_errno())} in {function.__name__}{arguments[:2]}")
    return int(done)


def _at_most(number: int, most: int) -> tuple[int, int]:
    """``most``, or less where the limit in force is lower."""
    hard = resource.getrlimit(number)[1]
    chosen = most if hard == resource.RLIM_INFINITY else min(most, hard)
    return chosen, chosen


def _drop_capabilities(kernel: Any) -> None:
    """What makes a superuser more than a user; a number of user 0 still owns that user's files."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    number = _CAPSET.get(os.uname().machine)
    if number is not None:
        _call(kernel.syscall, number, ctypes.byref(header), ctypes.byref(nothing))


def _restrict_files(kernel: Any, ruleset: dict[str, Any]) -> None:
    handled = (ctypes.c_uint64 * len(ruleset["handled"]))(*ruleset["handled"])
    created = _call(kernel.syscall, 444, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    for path, in_folder, in_file in ruleset["paths"]:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # not every system has every folder
            continue
        rule = _PathBeneath(in_folder if os.path.isdir(path) else in_file, descriptor)
        if rule.allowed:
            _call(kernel.syscall, 445, created, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
        os.close(descriptor)
    _call(kernel.syscall, 446, created, 0)
    os.close(created)


def main() -> None:
    settings, folder, entry = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
    del sys.argv[1:]
    os.umask(0o077)
    os.chdir(settings["directory"])
    confine(settings)
    from agora.leaderboard.jail.worker import serve

    serve(settings["requests"], settings["replies"], folder, entry)


if __name__ == "__main__":
    main()
