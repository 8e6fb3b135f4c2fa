"""Every test that takes ``id`` runs once for each registered id, but for exemptions that stand in its ``Spec``."""

import os

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pytest

from support import IDS, exempt


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "id" in metafunc.fixturenames:
        law = metafunc.function.__name__.removeprefix("test_")
        metafunc.parametrize("id", [id for id in IDS if not exempt(id, law)])
