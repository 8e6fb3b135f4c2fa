"""What an archive holds, member by member, read without writing anything: one reader for checking and for unpacking."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any, BinaryIO, NamedTuple

TOTAL_BYTES = 512 << 20
"""Of all files, unpacked."""
FILES = 1000
"""Files and folders."""

_CHUNK = 1 << 20
_ENTRY = b"PK\x01\x02"  # begins an entry in the table of contents of a zip
_ENTRIES = 20 * FILES  # such marks in a zip, those of zips within it included


class Member(NamedTuple):
    """A file or folder of an archive."""

    path: str
    """With ``/`` between names, not yet checked."""
    size: int
    """In bytes, as the archive claims."""
    is_folder: bool
    open: Callable[[], IO[bytes]]
    """Its contents."""


def members(file: BinaryIO) -> Iterator[Member]:
    """The members of an archive from its beginning, by the kind that its first bytes say it is."""
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    if head.startswith(b"PK"):
        return _zip_members(file)
    if head.startswith(b"\x1f\x8b"):
        return _tar_members(gzip.GzipFile(fileobj=file))
    if head[257:262] == b"ustar":
        return _tar_members(file)
    raise ValueError("it is neither a .zip nor a .tar nor a .tar.gz")


def _zip_members(file: BinaryIO) -> Iterator[Member]:
    infos = table_of_contents(file)
    with zipfile.ZipFile(file) as archive:
        for info in infos:
            mode = info.external_attr >> 16
            _check_kind(info.filename, stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFDIR), mode)
            yield Member(info.orig_filename, info.file_size, info.is_dir(), partial(archive.open, info))


def table_of_contents(file: IO[bytes]) -> list[zipfile.ZipInfo]:
    """The table of contents of a zip, ValueError if it is too long, or members share bytes or are encrypted."""
    if _count(file, _ENTRY) > _ENTRIES:  # before the table is read, for each entry costs a kilobyte of memory
        raise ValueError(f"its table of contents has more than {_ENTRIES} entries")
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise ValueError(f"members overlap at {info.filename!a}, as bombs do")
        end = info.header_offset + 30 + len(info.orig_filename) + info.compress_size
        if info.flag_bits & 1:
            raise ValueError(f"{info.filename!a} is encrypted; pack it without a password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{info.filename!a} is packed in an unusual way; use plain zip (deflate)")
    return infos


def _count(file: IO[bytes], mark: bytes) -> int:
    """How often ``mark`` occurs in ``file``."""
    file.seek(0)
    found, tail = 0, b""
    while chunk := file.read(_CHUNK):
        found += (tail + chunk).count(mark)
        tail = (tail + chunk)[1 - len(mark) :]
    return found


def _tar_members(file: Any) -> Iterator[Member]:
    limited: Any = _Limited(file)
    with tarfile.open(fileobj=limited, mode="r|") as archive:
        for info in archive:
            _check_kind(info.name, (info.isreg() or info.isdir()) and not info.issparse(), info.mode)
            yield Member(info.name, info.size, info.isdir(), partial(_opened, archive, info))


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    return archive.extractfile(info) or io.BytesIO()


class _Limited:
    """A file from which a tar is read: no more than a tar of the allowed size can be. Packed headers can claim
    anything, and are unpacked before one can ask them."""

    def __init__(self, file: BinaryIO):
        self._file = file
        self._left = TOTAL_BYTES + 4096 * FILES

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"it unpacks to more than the {TOTAL_BYTES} bytes that are allowed")
        return data


def _check_kind(path: str, is_plain: bool, mode: int) -> None:
    if not is_plain:
        raise ValueError(f"{path!a} is a link, a device or a sparse file; pack plain files and folders")
    if mode & (stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX):
        raise ValueError(f"{path!a} has a setuid, setgid or sticky bit; clear it with chmod")
