"""What judge and agent say to each other: in a jail each on a pipe of its own, elsewhere in the bodies of HTTP.

A message is a frame: the lengths of its two parts (two little-endian 32-bit numbers), a header (MessagePack, checked
against a schema), and the arrays that the header describes, as raw little-endian bytes. One message carries many lanes.
The judge asks, the agent answers: a reply repeats the step and the nonce of its request, which nobody can know before.
Nothing is ever unpickled or evaluated, on either side.
"""

import math
import struct
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from agora.envs.api import Box, Discrete, Piece, Spec

PREFIX = struct.Struct("<II")
"""Bytes of the header, bytes of the arrays."""

HEADER_LIMIT = 4096
"""Most bytes of a reply's header."""

_ALIGNMENT = 8  # bytes; every array begins at a multiple of it


class UnaskedError(Exception):
    """A reply to nothing, or more than one."""


class Request(msgspec.Struct):
    """From the judge. ``reset`` carries lanes; ``act`` carries observation, mask, lanes and perhaps states."""

    kind: Literal["reset", "act"]
    step: int
    nonce: int
    arrays: list[tuple[str, list[int]]]
    """dtype and shape of each."""
    spec: dict[str, Any] | None = None
    """With ``reset``: see ``spec_to_plain``."""
    seed: int = 0
    states: Any = None
    """With ``act``: description of the states' dtype, if they are sent."""


class Reply(msgspec.Struct):
    """From the agent. What else it sends, a reward or a result, is nobody's business and not read."""

    step: int
    nonce: int
    arrays: list[tuple[str, list[int]]] = []
    needs: Literal["", "observation", "states", "truth"] = ""
    """With the reply to ``reset``."""
    cause: Literal["", "crash", "memory", "illegal"] = ""
    """Not empty: the agent could not do it, for this reason."""
    message: str = ""


def frame(header: Request | Reply, arrays: Sequence[np.ndarray] = ()) -> bytes:
    """A message; ``arrays`` are those that the header describes."""
    head = msgspec.msgpack.encode(header)
    bodies = [np.ascontiguousarray(array).tobytes() for array in arrays]
    padded = [part for body in bodies for part in (body, bytes(-len(body) % _ALIGNMENT))]
    return b"".join([PREFIX.pack(len(head), sum(map(len, padded))), head, *padded])


def whole(received: bytes | bytearray, most: int) -> tuple[bytes, bytes] | None:
    """Header and arrays of a reply; None if it has not come completely.

    Args:
        most: bytes that its arrays may take.

    Raises:
        ValueError: it is too large.
        UnaskedError: something follows it.
    """
    if len(received) < PREFIX.size:
        return None
    head, body = PREFIX.unpack_from(received)
    if head > HEADER_LIMIT or body > most:
        raise ValueError("the reply is larger than any answer could be")
    end = PREFIX.size + head + body
    if len(received) > end:
        raise UnaskedError
    if len(received) < end:
        return None
    return bytes(received[PREFIX.size : PREFIX.size + head]), bytes(received[PREFIX.size + head :])


def described(arrays: Sequence[np.ndarray]) -> list[tuple[str, list[int]]]:
    """dtype and shape of each, as headers hold them; records go as bytes."""
    return [("|V" if array.dtype.names else array.dtype.str, list(array.shape)) for array in arrays]


def arrays_of(header: Request, body: bytearray) -> list[np.ndarray]:
    """The arrays of a request, views of ``body``; states as the records that ``header.states`` describes."""
    found, start = [], 0
    for name, shape in header.arrays:
        dtype = np.lib.format.descr_to_dtype(_as_descr(header.states)) if name == "|V" else np.dtype(name)
        count = math.prod(shape)
        found.append(np.frombuffer(body, dtype, count, start).reshape(shape))
        start += count * dtype.itemsize + -count * dtype.itemsize % _ALIGNMENT
    return found


def _as_descr(plain: Any) -> Any:
    """A dtype's description with the tuples that MessagePack turned into lists."""
    if isinstance(plain, str):
        return plain
    return [(field[0], _as_descr(field[1]), *(tuple(shape) for shape in field[2:])) for field in plain]


def read_request(data: bytes) -> tuple[Request, bytearray]:
    """A whole frame from the judge: its header, and its arrays as ``arrays_of`` takes them.

    Raises:
        ValueError: it is not one.
    """
    if len(data) < PREFIX.size or sum(PREFIX.unpack_from(data)) != len(data) - PREFIX.size:
        raise ValueError("the request is not one whole frame")
    end = PREFIX.size + PREFIX.unpack_from(data)[0]
    try:
        return msgspec.msgpack.decode(data[PREFIX.size : end], type=Request), bytearray(data[end:])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ValueError("the header of the request is malformed") from None


def read_reply(head: bytes) -> Reply:
    """The header of a reply.

    Raises:
        ValueError: it is not one.
    """
    try:
        return msgspec.msgpack.decode(head, type=Reply)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ValueError("the header of the reply is malformed") from None


def read_actions(reply: Reply, body: bytes, spec: Spec, lanes: int) -> np.ndarray:
    """The actions (lanes,) int64 or (lanes, K) float32 of a reply, read-only.

    Raises:
        ValueError: the reply holds something else.
    """
    shape, dtype = [lanes, *getattr(spec.action, "shape", ())], np.dtype(spec.action_dtype)
    if reply.arrays != [(dtype.str, shape)] or len(body) != body_size(spec, lanes):
        raise ValueError(f"the reply is not one array of {dtype} and shape {tuple(shape)}")
    return np.frombuffer(body, dtype, math.prod(shape)).reshape(shape)


def body_size(spec: Spec, lanes: int) -> int:
    """Bytes that the actions of that many lanes take in a frame."""
    size = lanes * math.prod(getattr(spec.action, "shape", ())) * np.dtype(spec.action_dtype).itemsize
    return size + -size % _ALIGNMENT


def spec_to_plain(spec: Spec) -> dict[str, Any]:
    """The fields of ``spec`` as MessagePack can hold them; options that are arrays are left out."""
    plain = {name: getattr(spec, name) for name in Spec.__dataclass_fields__ if name != "exemptions"}
    plain["options"] = {name: value for name, value in spec.options.items() if _is_plain(value)}
    plain["action"] = list(spec.action)
    plain["observation"] = [list(piece) for piece in spec.observation]
    return plain


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


def spec_from_plain(plain: dict[str, Any]) -> Spec:
    """What ``spec_to_plain`` was given."""
    made: dict[str, Any] = {
        "action": _action(*plain["action"]),
        "observation": tuple(Piece(name, tuple(shape), *rest) for name, shape, *rest in plain["observation"]),
        "returns": tuple(plain["returns"]),
        "seats": tuple(plain["seats"]),
    }
    return Spec(**plain | made)


def _action(first: Any, *rest: Any) -> Discrete | Box:
    return Box(first, rest[0], tuple(rest[1])) if rest else Discrete(first)
