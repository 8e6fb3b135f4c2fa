"""Frames, arrays and specs go there and come back; the filter of system calls says what its table says."""

import struct

import msgspec
import numpy as np
import pytest

from agora import envs
from agora.envs.api import Discrete
from agora.leaderboard.jail import landlock, seccomp
from agora.leaderboard.jail.fault import Fault, one_line
from agora.leaderboard.jail.jailed import JailedAgent
from agora.leaderboard.jail.protocol import (
    PREFIX,
    Reply,
    Request,
    arrays_of,
    described,
    frame,
    read_actions,
    read_reply,
    spec_from_plain,
    spec_to_plain,
)


@pytest.mark.parametrize("name", envs.ids())
def test_a_spec_comes_back_from_a_message(name):
    spec = envs.spec(name)
    there = spec_from_plain(msgspec.msgpack.decode(msgspec.msgpack.encode(spec_to_plain(spec))))
    for field in ("players", "turns", "action", "observation", "returns", "seats", "max_steps", "id", "action_dtype"):
        assert getattr(there, field) == getattr(spec, field)
    assert there.observation_record == spec.observation_record


@pytest.mark.parametrize("name", envs.ids())
def test_arrays_and_states_come_back_writable_and_aligned(name):
    batch = envs.batch(name, 3, 0)
    arrays = [np.ones((3, 7), np.int8), batch.observation, batch.legal, np.arange(3), batch.states]
    states = np.lib.format.dtype_to_descr(batch.states.dtype)
    data = frame(Request("act", 1, 2, described(arrays), states=states), arrays)
    head, body = PREFIX.unpack_from(data)
    header = msgspec.msgpack.decode(data[PREFIX.size : PREFIX.size + head], type=Request)
    assert len(data) == PREFIX.size + head + body
    for sent, received in zip(arrays, arrays_of(header, bytearray(data[PREFIX.size + head :])), strict=True):
        assert received.dtype == sent.dtype
        assert received.shape == sent.shape
        assert received.tobytes() == sent.tobytes()
        assert received.flags.writeable
        assert received.ctypes.data % 8 == 0


@pytest.mark.parametrize("arrays", [[], [("<i8", [3])], [("<i4", [2])], [("<i8", [2]), ("<i8", [2])], [("|O", [2])]])
def test_a_reply_is_one_array_of_actions_or_nothing(arrays):
    spec = envs.spec("agora/KuhnPoker-v0")
    assert read_actions(Reply(1, 1, [("<i8", [2])]), bytes(16), spec, 2).tolist() == [0, 0]
    with pytest.raises(ValueError, match="not one array"):
        read_actions(Reply(1, 1, arrays), bytes(16), spec, 2)


def test_random_bytes_are_never_more_than_malformed():
    generator = np.random.default_rng(0)
    for _ in range(3000):
        head = generator.bytes(int(generator.integers(0, 80)))
        try:
            read_reply(head)
        except ValueError:
            continue
        pytest.fail(f"{head!r} passed for a reply")


def test_changed_replies_are_read_as_replies_or_refused():
    generator = np.random.default_rng(1)
    whole = msgspec.msgpack.encode(Reply(3, 2**62, [("<i8", [2])], message="x"))
    for _ in range(3000):
        changed = bytearray(whole)
        changed[int(generator.integers(len(whole)))] = int(generator.integers(256))
        try:
            assert isinstance(read_reply(bytes(changed)), Reply)
        except ValueError:
            continue


def test_a_fault_is_one_printable_line():
    assert one_line("a\x1b[31m\u202eb\nc") == "a[31mb"
    assert len(one_line("x" * 1000)) == 200
    fault = Fault("time", "late\nagain")
    assert (fault.cause, str(fault)) == ("time", "late")


def decide(program, number, arguments=(0, 0), architecture=0xC000003E):
    """Runs a filter as the kernel would."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments, 0, 0, 0, 0)
    lines = [struct.unpack_from("<HBBI", program, start) for start in range(0, len(program), 8)]
    loaded, at = 0, 0
    while True:
        code, yes, no, value = lines[at]
        at += 1
        if code == 0x20:
            (loaded,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return value
        else:
            passed = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
            at += yes if passed else no


ALLOW, DENY, NO_SUCH_CALL, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
CALLS = [
    ("read", (0, 63), (0, 0), ALLOW),
    ("mmap", (9, 222), (0, 0), ALLOW),
    ("futex", (202, 98), (0, 0), ALLOW),
    ("getrandom", (318, 278), (0, 0), ALLOW),
    ("openat", (257, 56), (0, 0), ALLOW),
    ("ptrace", (101, 117), (0, 0), DENY),
    ("socket", (41, 198), (2, 1), DENY),
    ("kill", (62, 129), (1, 9), DENY),
    ("execve", (59, 221), (0, 0), DENY),
    ("io_uring_setup", (425, 425), (0, 0), DENY),
    ("clone of a process", (56, 220), (17, 0), DENY),
    ("clone of a thread", (56, 220), (0x3D0F00, 0), ALLOW),
    ("clone of a user namespace", (56, 220), (0x10000011, 0), DENY),
    ("clone3", (435, 435), (0, 0), NO_SUCH_CALL),
    ("a call of the future", (470, 470), (0, 0), NO_SUCH_CALL),
    ("x32", (0x40000000, 0x40000000), (0, 0), NO_SUCH_CALL),
    ("prctl of the parent's death", (157, 167), (1, 0), DENY),
    ("prctl of a name", (157, 167), (15, 0), ALLOW),
    ("prlimit of itself", (302, 261), (0, 3), ALLOW),
    ("prlimit of another", (302, 261), (7, 3), DENY),
    ("fcntl of an owner", (72, 25), (3, 8), DENY),
    ("fcntl of flags", (72, 25), (3, 3), ALLOW),
    ("ioctl of a terminal's input", (16, 29), (0, 0x5412), DENY),
    ("ioctl with rubbish above", (16, 29), (0, 0xFFFFFFFF_00005412), DENY),
]


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_the_filter_decides(machine, call):
    column, architecture = seccomp.ARCHITECTURES[machine]
    _, numbers, arguments, wanted = call
    for mounts in (True, False):
        program = seccomp.program(machine, mounts)
        assert decide(program, numbers[column], arguments, architecture) == wanted


def test_the_filter_ends_calls_of_another_architecture():
    assert decide(seccomp.program("x86_64", True), 0, architecture=0x40000003) == KILL


def test_rights_of_files_change_only_where_mounts_protect_them():
    assert decide(seccomp.program("x86_64", True), 90) == ALLOW
    assert decide(seccomp.program("x86_64", False), 90) == DENY


def test_there_is_no_filter_for_unknown_machines():
    with pytest.raises(ValueError, match="x86_64, aarch64"):
        seccomp.program("riscv64", True)


@pytest.mark.parametrize(("version", "parts"), [(1, 1), (3, 1), (4, 2), (5, 2), (6, 3), (99, 3)])
def test_landlock_asks_only_for_what_its_version_knows(version, parts):
    handled = landlock.ruleset(version, [], [], [])["handled"]
    assert len(handled) == parts
    assert handled[0] == (1 << {1: 13, 3: 15, 4: 15}.get(version, 16)) - 1


def test_continuous_actions_come_back(tmp_path):
    name = next(name for name in envs.ids() if not isinstance(envs.spec(name).action, Discrete))
    batch = envs.batch(name, 2, 0)
    (tmp_path / "agent.py").write_text(
        "import numpy as np\ndef act(observation, legal):\n    return np.full((2, SIZE), 0.25)\n".replace(
            "SIZE", str(batch.spec.action.shape[0])
        )
    )
    with JailedAgent(tmp_path, "agent.py:act", 1.0) as agent:
        agent.reset(batch.spec, np.arange(2), 0)
        actions = agent.act(batch.observation, batch.legal, np.arange(2))
    assert actions.dtype == np.float32
    assert (actions == 0.25).all()
