"""F38, F39: archives that must be refused before anything of them is written, and those that must not."""

import bz2
import gzip
import io
import lzma
import pickle
import stat
import struct
import tarfile
import zipfile

import numpy as np
import pytest

from agora.leaderboard.submission import archive, members
from agora.leaderboard.submission.archive import check, unpack
from agora.leaderboard.submission.packing import pack
from agora.leaderboard.submission.weights import pickles

GOOD = {"agora-agent.toml": b"name", "agent.py": b"import numpy", "nets/weights.safetensors": bytes(range(256))}


def zip_of(path, files, modes=(), compression=zipfile.ZIP_DEFLATED):
    """``files``: name -> bytes, or a list of pairs; ``modes``: name -> st_mode."""
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, data in files.items() if isinstance(files, dict) else files:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name  # as it is: the constructor would tidy it up
            info.compress_type = compression
            info.external_attr = dict(modes).get(name, stat.S_IFREG | 0o644) << 16
            packed.writestr(info, data)
    return path


def tar_of(path, files, packed=True, **changes):
    """``changes`` are attributes of the TarInfo of every file."""
    with tarfile.open(path, "w:gz" if packed else "w") as tar:
        for name, data in files.items() if isinstance(files, dict) else files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in changes.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
    return path


def tar_file(path, files, **changes):
    return tar_of(path, files, packed=False, **changes)


WRITERS = pytest.mark.parametrize("write", [zip_of, tar_of, tar_file])


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(path, tmp_path, reason):
    """The archive is refused, in one line, and leaves nothing behind."""
    before = sorted(tmp_path.rglob("*"))
    for what in (check, lambda path: unpack(path, tmp_path / "out")):
        with pytest.raises(ValueError, match=reason) as caught:
            what(path)
        assert str(caught.value).startswith(f"The archive {path.name} is refused: ")
        assert str(caught.value).isprintable()
    assert sorted(tmp_path.rglob("*")) == before


@WRITERS
def test_a_good_archive_comes_out_as_it_went_in(write, tmp_path):
    path = write(tmp_path / "a", GOOD)
    assert check(path) == sorted(GOOD)
    folder = unpack(path, tmp_path / "out")
    assert folder == tmp_path / "out"
    assert contents(folder) == GOOD


@WRITERS
def test_a_single_folder_within_is_the_submission(write, tmp_path):
    folder = unpack(write(tmp_path / "a", {f"mine/{name}": data for name, data in GOOD.items()}), tmp_path / "out")
    assert folder == tmp_path / "out" / "mine"
    assert contents(folder) == GOOD


def test_what_tar_and_zip_make_of_a_folder_is_taken(tmp_path):
    """Archives begin with the folder itself, ``./``, and hold folders of their own."""
    for name, data in GOOD.items():
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_bytes(data)
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        tar.add(tmp_path / "mine", ".")
    assert contents(unpack(tmp_path / "a.tgz", tmp_path / "one")) == GOOD
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.mkdir("nets")
        for name in GOOD:
            packed.write(tmp_path / "mine" / name, name)
    assert contents(unpack(tmp_path / "a.zip", tmp_path / "two")) == GOOD


def test_permissions_do_not_come_along(tmp_path):
    path = tar_of(tmp_path / "a", {"run.sh": b"", "b": b""}, mode=0o777, uid=12345, gid=12345)
    assert {file.stat().st_mode & 0o111 for file in unpack(path, tmp_path / "out").iterdir()} == {0}


OUTSIDE = [
    "../agent.py",
    "a/../../b",
    "..",
    "/etc/passwd",
    "//etc/passwd",
    "a\\..\\b",
    "C:\\b",
    "C:b",
    "a\nb",
    "a\u202eb",
]


@WRITERS
@pytest.mark.parametrize("name", OUTSIDE, ids=ascii)
def test_paths_that_lead_elsewhere_are_refused(write, name, tmp_path):
    path = write(tmp_path / "a", {"agent.py": b"", name: b"x"})
    refused(path, tmp_path, "leads outside|is absolute|backslash, a colon or an invisible")


def test_a_path_with_a_zero_byte_is_refused(tmp_path):
    path = zip_of(tmp_path / "a", {"agent.pyXevil": b"x"})
    path.write_bytes(path.read_bytes().replace(b"agent.pyX", b"agent.py\0"))
    refused(path, tmp_path, "invisible character|damaged")


@WRITERS
def test_long_and_deep_paths_are_refused(write, tmp_path):
    refused(write(tmp_path / "a", {"a" * 201: b""}), tmp_path, "too long or too deep")
    refused(write(tmp_path / "a", {"é" * 101: b""}), tmp_path, "too long or too deep")
    refused(write(tmp_path / "a", {"/".join("abcdefghijk"): b""}), tmp_path, "too long or too deep")
    assert check(write(tmp_path / "a", {"a" * 200: b"", "/".join("abcdefghij"): b""}))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"V"]
)
@pytest.mark.parametrize("target", ["/etc/passwd", "agent.py"])
def test_links_and_devices_in_a_tar_are_refused(kind, target, tmp_path):
    path = tar_of(tmp_path / "a", {"x": b""}, type=kind, linkname=target)
    refused(path, tmp_path, "link, a device or a sparse file")


def test_a_sparse_file_in_a_tar_is_refused(tmp_path):
    path = tar_file(tmp_path / "a", {"x": b""}, type=tarfile.GNUTYPE_SPARSE)
    refused(path, tmp_path, "sparse|damaged")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_in_a_zip_are_refused(kind, tmp_path):
    path = zip_of(tmp_path / "a", {"x": b"/etc/passwd"}, {"x": kind | 0o777})
    refused(path, tmp_path, "link, a device")


@pytest.mark.parametrize("bit", [stat.S_ISUID, stat.S_ISGID, stat.S_ISVTX])
def test_setuid_and_its_kin_are_refused(bit, tmp_path):
    refused(zip_of(tmp_path / "a", {"x": b""}, {"x": stat.S_IFREG | 0o755 | bit}), tmp_path, "setuid")
    refused(tar_of(tmp_path / "b", {"x": b""}, mode=0o755 | bit), tmp_path, "setuid")


@WRITERS
@pytest.mark.parametrize(
    "names",
    [
        ("agent.py", "agent.py"),
        ("agent.py", "./agent.py"),
        ("agent.py", "AGENT.py"),
        ("a/x", "A/y"),
        ("straße", "STRASSE"),
        ("é", "e\u0301"),
        ("a", "a/b"),
        ("a/b", "a"),
        ("ﬁle", "file"),
    ],
    ids=ascii,
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_path_are_refused(write, names, tmp_path):
    refused(write(tmp_path / "a", [(name, name.encode()) for name in names]), tmp_path, "share the path")


def packed_inside(kind):
    if kind == "zip":
        zip_of(buffer := io.BytesIO(), {"a": b"a"})
        return buffer.getvalue()
    if kind == "tar":
        with tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w") as tar:
            tar.addfile(tarfile.TarInfo("a"))
        return buffer.getvalue()
    begins = {"7z": b"7z\xbc\xaf\x27\x1c", "rar": b"Rar!\x1a\x07\x01\x00", "zstd": b"\x28\xb5\x2f\xfd"}
    packers = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}
    return packers[kind](b"a" * 99) if kind in packers else begins[kind] + bytes(99)


@WRITERS
@pytest.mark.parametrize("kind", ["zip", "tar", "gzip", "bzip2", "xz", "7z", "rar", "zstd"])
def test_nested_archives_are_refused_whatever_they_are_called(write, kind, tmp_path):
    path = write(tmp_path / "a", {"data.bin": packed_inside(kind)})
    refused(path, tmp_path, f"'data.bin' is an archive within the archive \\({kind}\\)")
    refused(write(tmp_path / "a", {"data.ZIP": b"no zip at all"}), tmp_path, "an archive within the archive")


@pytest.mark.parametrize("suffix", [".npz", ".pt", ".pth", ".zip"])
def test_an_archive_does_not_pass_as_weights(suffix, tmp_path):
    refused(zip_of(tmp_path / "a", {f"w{suffix}": packed_inside("zip")}), tmp_path, "not weights of a known kind")


def npz(**arrays):
    np.savez_compressed(buffer := io.BytesIO(), **arrays)
    return buffer.getvalue()


def stable_baselines3():
    files = {"data": b"{}", "policy.pth": b"x", "_stable_baselines3_version": b"2.9"}
    zip_of(buffer := io.BytesIO(), files)
    return buffer.getvalue()


def torch_file():
    zip_of(buffer := io.BytesIO(), {"w/data.pkl": b"\x80\x02.", "w/version": b"3"}, compression=zipfile.ZIP_STORED)
    return buffer.getvalue()


@WRITERS
def test_weights_that_are_zips_themselves_are_taken(write, tmp_path):
    files = {"w.npz": npz(a=np.eye(3)), "model.zip": stable_baselines3(), "net.pt": torch_file(), "b.pth": torch_file()}
    assert contents(unpack(write(tmp_path / "a", files), tmp_path / "out")) == files


def test_weights_count_by_what_they_unpack_to(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "a", {"w.npz": npz(a=np.zeros(500_000))})
    assert check(path)
    monkeypatch.setattr(archive, "RATIO_FROM", 1 << 20)
    refused(path, tmp_path, "100 times its size")


def test_bombs_are_refused_by_their_ratio(tmp_path):
    for write in (zip_of, tar_of):
        path = write(tmp_path / "a", {f"{number}.bin": bytes(1 << 20) for number in range(9)})
        assert path.stat().st_size < 20_000
        refused(path, tmp_path, "100 times its size, as bombs do")
        assert check(write(tmp_path / "a", {f"{number}.bin": bytes(1 << 20) for number in range(8)}))


@WRITERS
def test_limits_of_size_and_number_are_kept(write, tmp_path, monkeypatch):
    path = write(tmp_path / "a", {f"{number}": b"1234567890" for number in range(10)})
    for module in (archive, members):
        monkeypatch.setattr(module, "TOTAL_BYTES", 100)
        monkeypatch.setattr(module, "FILES", 10)
    assert len(check(path)) == 10
    monkeypatch.setattr(archive, "FILES", 9)
    refused(path, tmp_path, "more than 9 files and folders")
    monkeypatch.setattr(archive, "FILES", 10)
    monkeypatch.setattr(archive, "TOTAL_BYTES", 99)
    refused(path, tmp_path, "unpacks to more than the 99 bytes")
    monkeypatch.setattr(archive, "TOTAL_BYTES", 100)
    monkeypatch.setattr(archive, "ARCHIVE_BYTES", path.stat().st_size - 1)
    refused(path, tmp_path, "are allowed")


def test_one_file_that_claims_too_much_is_refused_before_it_is_read(tmp_path):
    path = tar_of(tmp_path / "a", {"x": b"x"})
    header = tarfile.TarInfo("x")
    header.size = 1 << 40
    path.write_bytes(gzip.compress(header.tobuf() + bytes(1024)))
    refused(path, tmp_path, "claims 1099511627776 bytes")


def test_a_tar_whose_headers_never_end_is_refused(tmp_path, monkeypatch):
    """A header that claims a name of a gigabyte is unpacked before anybody can look at it."""
    monkeypatch.setattr(members, "TOTAL_BYTES", 1 << 20)
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(20 << 20)))
    refused(path, tmp_path, "unpacks to more than")


def test_a_zip_with_too_long_a_table_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "a", {str(number): b"" for number in range(11)})
    monkeypatch.setattr(members, "_ENTRIES", 10)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    refused(path, tmp_path, "table of contents has more than 10 entries")


def test_members_that_share_bytes_are_refused(tmp_path):
    """D. Fifield, 2019: a better zip bomb; every member is the same bytes again."""
    path = zip_of(tmp_path / "a", {"a": bytes(9999), "b": b""})
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    first = data[start : data.index(b"PK\x01\x02", start + 1)]
    both = data[:start] + first + first.replace(b"a", b"c", 1)
    path.write_bytes(both + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 2 * len(first), start, 0))
    refused(path, tmp_path, "members overlap")


def test_a_member_that_lies_about_its_size_is_refused(tmp_path):
    path = zip_of(tmp_path / "a", {"a": bytes(50_000)})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<L", 50_000), struct.pack("<L", 20_000)))
    assert check(path) == ["a"]  # that can only be seen while unpacking ...
    with pytest.raises(ValueError, match="damaged"):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()  # ... after which nothing stays


@pytest.mark.parametrize("claimed", [0, 2, 4, 1 << 30])
def test_no_more_and_no_fewer_bytes_are_written_than_claimed(claimed):
    """Whatever the readers of Python let through."""
    written = io.BytesIO()
    with pytest.raises(ValueError, match=f"'x' is not of the {claimed} bytes"):
        archive._copy(io.BytesIO(b"abc"), written, claimed, "x")
    assert len(written.getvalue()) <= min(claimed, 3)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(compression, tmp_path):
    refused(zip_of(tmp_path / "a", {"a": b"a" * 999}, compression=compression), tmp_path, "unusual way")


def test_encrypted_members_are_refused(tmp_path):
    path = zip_of(tmp_path / "a", {"a": b"a"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    refused(path, tmp_path, "is encrypted; pack it without a password")


def test_what_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "a"
    for data in (b"", b"hello", b"PK", b"PK\x03\x04" + bytes(30), b"\x1f\x8b" + bytes(30), b"#!/bin/sh\n", bytes(2000)):
        path.write_bytes(data)
        refused(path, tmp_path, "neither|damaged")
    path.write_bytes(bz2.compress(b"x" * 10_000))
    refused(path, tmp_path, "neither a .zip nor a .tar nor a .tar.gz")


@WRITERS
def test_no_damage_ends_in_anything_but_one_line(write, tmp_path):
    """Any byte may be wrong, and the archive may break off anywhere."""
    data = write(tmp_path / "whole", GOOD).read_bytes()
    generator = np.random.default_rng(0)
    path = tmp_path / "a"
    refusals = 0
    for number in range(300):
        broken = bytearray(data[: generator.integers(len(data))] if number % 3 == 0 else data)
        for place in generator.integers(max(len(broken), 1), size=generator.integers(1, 4)):
            if broken:
                broken[place] = generator.integers(256)
        path.write_bytes(broken)
        reason = ""
        try:
            unpack(path, tmp_path / f"out{number}")
        except ValueError as error:
            reason = str(error)
        assert reason.isprintable()
        assert bool(reason) != (tmp_path / f"out{number}").exists()
        refusals += bool(reason)
    assert refusals > 30  # a plain tar has no checksum of its files


def test_an_existing_folder_is_never_written_to(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(ValueError, match="exists"):
        unpack(zip_of(tmp_path / "a", GOOD), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_packing_is_the_same_every_time_and_leaves_out_what_is_hidden(tmp_path):
    folder = tmp_path / "mine"
    for name, data in {**GOOD, ".git/config": b"secret", "__pycache__/a.pyc": b"x", ".env": b"KEY"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    first = pack(folder, tmp_path / "a.zip").read_bytes()
    (folder / "agent.py").touch()
    (folder / "agent.py").chmod(0o700)
    assert pack(folder, tmp_path / "a.zip").read_bytes() == first
    assert check(tmp_path / "a.zip") == sorted(GOOD)
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match="link or a special file"):
        pack(folder, tmp_path / "b.zip")


def test_packing_stops_at_the_limit_and_needs_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("agora.leaderboard.submission.packing.TOTAL_BYTES", 10)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a").write_bytes(bytes(11))
    with pytest.raises(ValueError, match="more than the 10 bytes"):
        pack(tmp_path / "mine", tmp_path / "a.zip")
    with pytest.raises(ValueError, match="no folder"):
        pack(tmp_path / "none", tmp_path / "a.zip")


def test_pickles_are_found_wherever_they_hide(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
    np.save(tmp_path / "numbers.npy", np.eye(3))
    files = {
        "a.pkl": b"anything",
        "b.PT": torch_file(),
        "model.zip": stable_baselines3(),
        "objects.npz": npz(a=np.eye(2), b=np.array([{}], object)),
        "numbers.npz": npz(a=np.eye(2)),
        "renamed.bin": pickle.dumps([1]),
        "renamed.safetensors": torch_file(),
        "broken.npy": b"\x93NUMPY\x01",
        "agent.py": b"import pickle",
        "real.safetensors": struct.pack("<Q", 2) + b"{}",
        "net.onnx": b"\x08\x07",
    }
    (tmp_path / "nets").mkdir()
    for name, data in files.items():
        (tmp_path / "nets" / name).write_bytes(data)
    within = ["a.pkl", "b.PT", "broken.npy", "model.zip", "objects.npz", "renamed.bin", "renamed.safetensors"]
    assert pickles(tmp_path) == [*(f"nets/{name}" for name in within), "objects.npy"]
