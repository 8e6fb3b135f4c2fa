"""What users get: the installed package, its size, its types and the provenance of its data."""

import io
import zipfile
from importlib.metadata import files, metadata, version
from importlib.resources import files as resources

import agora


def test_the_version_is_that_of_the_package():
    assert agora.__version__ == version("agora-rl")


def test_the_wheel_stays_under_five_megabytes():
    packages = ("agora", "agora.envs", "agora.agents", "agora.baselines", "agora.leaderboard", "agora.benchmarks")
    shipped = {path for package in packages for path in resources(package).rglob("*") if path.is_file()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path in shipped:
            if not {"__pycache__", "results"} & set(path.parts):
                wheel.write(path)
    assert 1e6 < len(packed.getvalue()) < 5e6


def test_types_data_and_licences_are_installed():
    assert resources("agora").joinpath("py.typed").is_file()
    data = resources("agora.envs.trading.portfolio.data")
    assert data.joinpath("LICENSE").is_file()
    assert "Apache" in data.joinpath("README.md").read_text()
    assert len(resources("agora.baselines").joinpath("leduc_poker.toml").read_text()) > 100


def test_no_copyleft_among_the_dependencies():
    """GPL and AGPL packages may not be depended on; only tests may compare with one."""
    for line in metadata("agora-rl").get_all("Requires-Dist"):
        if 'extra == "test"' in line:
            continue
        name = line.split(";")[0].split(">")[0].split("=")[0].strip()
        try:
            found = metadata(name)
        except ModuleNotFoundError:  # of an extra that is not installed
            continue
        licence = f"{found.get('License-Expression', '')} {found.get('License', '')[:60]} {found.get_all('Classifier')}"
        assert "GPL" not in licence.replace("LGPL", ""), f"{name}: {licence}"


def test_the_entry_point_is_there():
    assert any(str(path).endswith("bin/agora") for path in files("agora-rl"))
