"""Archives of submissions: checked before anything is unpacked, then unpacked by hand.

Python's own extraction is never called. Checking and unpacking read the members in one and the same way; only plain
files and folders within the archive are ever written, without any of the permissions they came with. What is refused:

- paths that are absolute, lead outside, hold ``\\``, ``:`` or control characters, or are too long;
- links, devices, sparse files, files with setuid, setgid or sticky bits, encrypted ones;
- two members of one path, also if they differ in case or in Unicode form only, and files used as folders;
- archives within the archive. Files of weights that are zip archives themselves (``.npz``, ``.pt``, ``.pth``, the
  ``.zip`` of stable-baselines3) stay, and what they claim to hold counts as well;
- too large archives, too much or too many files, too high a ratio.

An archive is known by its first bytes and by its suffix. One that is hidden deeper in a file stays what it is, a file:
nothing within a submission is ever unpacked.
"""

import os
import re
import shutil
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from agora.leaderboard.submission.members import FILES, TOTAL_BYTES, Member, members, table_of_contents

ARCHIVE_BYTES = 256 << 20
RATIO = 100
"""Bytes unpacked for one byte packed; only counted from ``RATIO_FROM`` bytes unpacked, below which it does no harm."""
RATIO_FROM = 8 << 20
PATH_BYTES = 200
DEPTH = 10
"""Names in a path."""

_CHUNK = 1 << 20

_NESTED = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}
"""First bytes of an archive or a packed file -> what it is."""

_PACKED = re.compile(r"\.(zip|whl|egg|jar|tar|t?gz|t?bz2?|t?xz|lzma|7z|rar|zst)")  # suffixes

_WEIGHTS: dict[str, Callable[[list[str]], bool]] = {
    ".npz": lambda names: all(name.endswith(".npy") for name in names),
    ".pt": lambda names: any(name.endswith("data.pkl") for name in names),
    ".pth": lambda names: any(name.endswith("data.pkl") for name in names),
    ".zip": lambda names: "data" in names and "_stable_baselines3_version" in names,
}
"""Suffix of a file of weights that is a zip -> whether these are names of what such a file holds."""

_DAMAGED = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


def unpack(archive: str | Path, folder: str | Path) -> Path:
    """Checks ``archive`` (.zip, .tar or .tar.gz, told by its contents), then unpacks it.

    Args:
        folder: where to; it must not exist yet.

    Returns:
        The folder of the submission: ``folder``, or the only folder in it.

    Raises:
        ValueError: the archive is refused; nothing of it stays.
    """
    archive, folder = Path(archive), Path(folder)
    with archive.open("rb") as file, _told(archive):
        _check(file)
        folder.mkdir(parents=True, mode=0o700)
        try:
            _write(file, folder)
        except BaseException:
            shutil.rmtree(folder)
            raise
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def check(archive: str | Path) -> list[str]:
    """The paths of the files in ``archive``, sorted; nothing is written.

    Raises:
        ValueError: the archive is refused.
    """
    archive = Path(archive)
    with archive.open("rb") as file, _told(archive):
        return _check(file)


@contextmanager
def _told(archive: Path) -> Iterator[None]:
    """Turns whatever a reader of archives can raise into one line."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"The archive {archive.name} is refused: {error}.") from None
    except _DAMAGED as error:
        reason = "".join(letter for letter in str(error) if letter.isprintable()) or type(error).__name__
        raise ValueError(f"The archive {archive.name} is refused: it is damaged ({reason}); pack it again.") from None


def _check(file: BinaryIO) -> list[str]:
    packed = os.fstat(file.fileno()).st_size
    if packed > ARCHIVE_BYTES:
        raise ValueError(f"it has {packed} bytes; {ARCHIVE_BYTES} are allowed")
    known: dict[str, tuple[str, bool]] = {}
    files, total, count = [], 0, 0
    for member in members(file):
        count += 1
        if count > FILES:
            raise ValueError(f"it holds more than {FILES} files and folders; leave out what the agent does not need")
        path = _safe(member.path)
        if not path and member.is_folder:
            continue  # the folder that was packed itself
        if not path:
            raise ValueError("a file in it has no name")
        _remember(path, member.is_folder, known)
        if not member.is_folder:
            files.append(path)
            total += _measured(member, path)
            _check_total(total, packed)
    return sorted(files)


def _check_total(total: int, packed: int) -> None:
    if total > TOTAL_BYTES:
        raise ValueError(f"it unpacks to more than the {TOTAL_BYTES} bytes that are allowed")
    if total > RATIO_FROM and total > RATIO * packed:
        raise ValueError(f"it unpacks to more than {RATIO} times its size, as bombs do")


def _safe(path: str) -> str:
    """``path`` without ``.`` and doubled ``/``; ValueError if it could lead elsewhere or trouble a file system."""
    shown = ascii(path[:60])
    try:
        length = len(path.encode())
    except UnicodeEncodeError:
        raise ValueError(f"the path {shown} is not UTF-8") from None
    if path.startswith("/"):
        raise ValueError(f"the path {shown} is absolute")
    if any(letter in "\\:" or unicodedata.category(letter) in ("Cc", "Cf") for letter in path):
        raise ValueError(f"the path {shown} holds a backslash, a colon or an invisible character")
    names = [name for name in path.split("/") if name not in ("", ".")]
    if ".." in names:
        raise ValueError(f"the path {shown} leads outside")
    if length > PATH_BYTES or len(names) > DEPTH:
        raise ValueError(f"the path {shown} is too long or too deep ({PATH_BYTES} bytes, {DEPTH} names)")
    return "/".join(names)


def _remember(path: str, is_folder: bool, known: dict[str, tuple[str, bool]]) -> None:
    """Adds ``path`` and the folders above it to ``known``: key, equal for paths that a file system may take for one
    another -> spelling, and whether it is a folder."""
    names = path.split("/")
    above = [("/".join(names[:end]), True) for end in range(1, len(names))]
    for spelling, folder in [*above, (path, is_folder)]:
        now = (spelling, folder)
        before = known.setdefault(unicodedata.normalize("NFKC", spelling).casefold(), now)
        if before is not now and not (folder and before == now):
            raise ValueError(f"two members share the path {spelling!a}, at least where case does not count")


def _measured(member: Member, path: str) -> int:
    """The bytes that ``member`` holds, or claims to hold if that is more; ValueError if it is a nested archive."""
    if not 0 <= member.size <= TOTAL_BYTES:
        raise ValueError(f"{path!a} claims {member.size} bytes; {TOTAL_BYTES} are allowed in all")
    with member.open() as contents:
        head = contents.read(512)
        kind = next((kind for magic, kind in _NESTED.items() if head.startswith(magic)), None)
        if head[257:262] == b"ustar":
            kind = "tar"
        suffix = Path(path).suffix.lower()
        if kind == "zip" and suffix in _WEIGHTS:
            return max(member.size, _measured_weights(head, contents, member.size, suffix, path))
        if kind is not None or _PACKED.fullmatch(suffix):
            raise ValueError(f"{path!a} is an archive within the archive ({kind or suffix}); unpack it first")
        return member.size


def _measured_weights(head: bytes, rest: IO[bytes], size: int, suffix: str, path: str) -> int:
    """The bytes that a file of weights, itself a zip, unpacks to."""
    with tempfile.TemporaryFile() as copy:
        copy.write(head)
        _copy(rest, copy, size - len(head), path)
        infos = table_of_contents(copy)
    if len(infos) > FILES or not _WEIGHTS[suffix]([info.filename for info in infos]):
        raise ValueError(f"{path!a} is an archive within the archive, and not weights of a known kind")
    return sum(info.file_size for info in infos)


def _write(file: BinaryIO, folder: Path) -> None:
    for member in members(file):
        target = folder / _safe(member.path)
        if member.is_folder:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as contents, target.open("xb") as out:
            _copy(contents, out, member.size, member.path)


def _copy(contents: IO[bytes], out: IO[bytes], size: int, path: str) -> None:
    """Copies ``size`` bytes; ValueError if there are more or fewer."""
    left = size
    while chunk := contents.read(min(_CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            break
        out.write(chunk)
    if left:
        raise ValueError(f"{path!a} is not of the {size} bytes that the archive claims")
