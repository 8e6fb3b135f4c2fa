"""Seeds that nobody can tell in advance and everybody can check afterwards."""

import hashlib
import multiprocessing
import stat

import pytest

from agora.leaderboard.seeds import (
    agents_seed,
    commitment,
    deal_seed,
    secret_from_file,
    secret_from_seed,
    seed_of,
)

SECRET = f"{255:064x}"


def test_seeds_are_hmac_sha_256():
    # printf 'The first season\nagora/KuhnPoker-v0\n7' | openssl dgst -sha256 -hmac 00...ff
    known = "738a721fd9abbd5525009ad25b4187846855b13553429b3d9a2280a0f122d4df"
    assert deal_seed(SECRET, "The first season", "agora/KuhnPoker-v0", 7) == int(known[:16], 16) >> 11


def test_seeds_differ_by_everything_and_fit_into_every_reader_of_json():
    parts = [(SECRET, "s", "e", 0), (f"{254:064x}", "s", "e", 0), (SECRET, "t", "e", 0), (SECRET, "s", "f", 0)]
    drawn = [deal_seed(*each) for each in parts] + [deal_seed(SECRET, "s", "e", deal) for deal in range(1, 2000)]
    drawn += [agents_seed(SECRET, "s", "e", unit) for unit in ("0-1/0", "0-1/8", "0-2/0")]
    assert len(set(drawn)) == len(drawn)
    assert 0 <= min(drawn) < max(drawn) < 2**53
    assert seed_of(SECRET, "a", "b") != seed_of(SECRET, "b", "a")


def test_the_commitment_is_what_sha256sum_says():
    assert commitment(SECRET) == hashlib.sha256(b"0" * 62 + b"ff").hexdigest()


def test_a_public_seed_gives_the_same_secret_every_time():
    assert secret_from_seed(1) == secret_from_seed(1) != secret_from_seed(2)
    assert len(secret_from_seed(1)) == 64


def test_a_secret_is_drawn_once_and_kept_from_others(tmp_path):
    path = tmp_path / "out" / "secret.txt"
    secret = secret_from_file(path)
    assert secret_from_file(path) == secret != secret_from_file(tmp_path / "another.txt")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_two_runs_that_begin_at_once_have_one_secret(tmp_path):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        drawn = pool.map(secret_from_file, [tmp_path / f"{number // 8}.txt" for number in range(64)], chunksize=1)
    assert all(len(set(drawn[start : start + 8])) == 1 for start in range(0, 64, 8))
    assert len(set(drawn)) == 8
    assert len(list(tmp_path.iterdir())) == 8


@pytest.mark.parametrize("held", ["", "short\n", "g" * 64, "0" * 65])
def test_what_is_no_secret_is_refused(tmp_path, held):
    path = tmp_path / "secret.txt"
    path.write_text(held)
    path.chmod(0o600)
    with pytest.raises(ValueError, match="does not hold a secret"):
        secret_from_file(path)


def test_a_secret_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "secret.txt"
    secret_from_file(path)
    path.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        secret_from_file(path)
