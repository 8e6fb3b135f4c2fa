"""The system calls that an agent may not make, as a program for the kernel's filter.

The program is classic BPF (Linux, ``Documentation/userspace-api/seccomp_filter.rst``): the agent plays with numbers,
loads libraries and starts threads; all that reaches other processes, networks, devices or the kernel's rarer corners
answers "not permitted". Calls newer than this list answer "no such call", so that programs fall back on older ones.
"""

import struct

_KILL = 0x80000000  # SECCOMP_RET_KILL_PROCESS
_NOT_PERMITTED = 0x00050000 | 1  # SECCOMP_RET_ERRNO, EPERM
_NO_SUCH_CALL = 0x00050000 | 38  # ENOSYS
_ALLOW = 0x7FFF0000

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, (16, 24)  # offsets in struct seccomp_data; low halves on little endian

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""``platform.machine()`` -> column of the tables below, AUDIT_ARCH."""

_NEWEST = 463  # numbers from here on are the same on all architectures, and later than Linux 6.9
_CLONE, _CLONE3, _PRLIMIT64 = (56, 220), (435, 435), (302, 261)
_CLONE_THREAD = 0x00010000

# Name -> number on x86_64 and on aarch64; -1 where it does not exist.
_DENIED = {
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "perf_event_open": (298, 241), "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    # new processes and programs
    "fork": (57, -1), "vfork": (58, -1), "execve": (59, 221), "execveat": (322, 281),
    # networks
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242),
    # memory shared by name
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197),
    "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192),
    "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181), "mq_timedsend": (242, 182), "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184), "mq_getsetattr": (245, 185), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    # marks on files that all agents can read, by which two could talk
    "flock": (73, 32), "inotify_init": (253, -1), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    # name spaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    # rare corners of the kernel that had holes
    "bpf": (321, 280), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "userfaultfd": (323, 282), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "fanotify_init": (300, 262), "personality": (135, 92), "modify_ldt": (154, -1),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "lookup_dcookie": (212, 18),
    # the machine itself
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443), "vhangup": (153, 58),
    "iopl": (172, -1), "ioperm": (173, -1),
}  # fmt: skip

# Changes to files that Landlock does not see, and of which a jail of mounts has none.
_DENIED_WITHOUT_MOUNTS = {
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1),
    "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1), "utimensat": (280, 88), "truncate": (76, 45),
}  # fmt: skip

# Numbers of a call, which argument, and the value that is denied.
_DENIED_VALUES = [
    ((157, 167), 0, 1),  # prctl(PR_SET_PDEATHSIG): the agent could outlive its judge
    ((72, 25), 1, 8),  # fcntl(F_SETOWN): signals to any process, by way of a file
    ((72, 25), 1, 15),  # fcntl(F_SETOWN_EX)
    *(((72, 25), 1, lock) for lock in (6, 7, 37, 38)),  # fcntl(F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW)
    ((16, 29), 1, 0x8901),  # ioctl(FIOSETOWN)
    ((16, 29), 1, 0x8902),  # ioctl(SIOCSPGRP)
    ((16, 29), 1, 0x5412),  # ioctl(TIOCSTI): types into a terminal
]


def program(machine: str, mounts: bool) -> bytes:
    """The filter, an array of ``struct sock_filter`` (8 bytes each).

    Args:
        machine: ``x86_64`` or ``aarch64``.
        mounts: all that the agent sees of the file system is its own or read-only.

    Raises:
        ValueError: there is no table for that machine.
    """
    if machine not in ARCHITECTURES:
        raise ValueError(f"No seccomp filter for {machine!r}: there are tables for {', '.join(ARCHITECTURES)}.")
    column, architecture = ARCHITECTURES[machine]
    calls = _DENIED if mounts else _DENIED | _DENIED_WITHOUT_MOUNTS
    denied = sorted({numbers[column] for numbers in calls.values()} - {-1})
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),  # calls of another architecture have other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_JUMP_EQUAL, 0, 1, _CLONE3[column]),
        (_RETURN, 0, 0, _NO_SUCH_CALL),  # its flags cannot be read by a filter; the C library falls back on clone
        (_JUMP_AT_LEAST, 0, 1, _NEWEST),  # also the numbers of x32
        (_RETURN, 0, 0, _NO_SUCH_CALL),
    ]
    for number in denied:
        lines += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NOT_PERMITTED)]
    lines += _unless(_CLONE[column], 0, _JUMP_ANY_BIT, _CLONE_THREAD)
    lines += _unless(_PRLIMIT64[column], 0, _JUMP_EQUAL, 0)  # of oneself; the C library reads its stack's limit by it
    for numbers, argument, value in _DENIED_VALUES:
        lines += _unless(numbers[column], argument, _JUMP_EQUAL, value, denies=True)
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def _unless(number: int, argument: int, test: int, value: int, denies: bool = False) -> list[tuple[int, int, int, int]]:
    """Denies call ``number`` unless its argument passes the test; if it does, with ``denies``."""
    return [
        (_JUMP_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _ARGUMENTS[argument]),
        (test, 0, 1, value) if denies else (test, 1, 0, value),
        (_RETURN, 0, 0, _NOT_PERMITTED),
        (_LOAD, 0, 0, _NUMBER),
    ]
