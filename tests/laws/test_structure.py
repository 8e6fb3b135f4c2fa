"""The house is as its plan says: imports run one way, the table is the disk is pyproject, nothing heavy loads early."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import agora.envs

ROOT = Path(__file__).parents[2]
FOLDERS = ("agora", "envs", "agents", "baselines", "leaderboard", "benchmarks")
MAY_IMPORT = {
    "envs": {"envs"},
    "agents": {"envs", "agents"},
    "leaderboard": {"envs", "agents", "leaderboard"},
    "baselines": {"envs", "agents", "baselines"},
    "benchmarks": {"envs", "agents", "leaderboard", "benchmarks"},
}
RULES_MAY_IMPORT = {"math", "typing", "numpy", *(f"agora.envs.{name}" for name in ("api", "arrays", "jit", "rng"))}


def imported(path):
    """Modules that a file imports, at its top or inside its functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def test_imports_run_one_way():
    for folder, allowed in MAY_IMPORT.items():
        for path in (ROOT / folder).rglob("*.py"):
            for module in imported(path):
                if module.split(".")[0] == "agora" and module != "agora":
                    assert module.split(".")[1] in allowed, f"{path.relative_to(ROOT)} imports {module}"


def test_rules_import_only_the_contract():
    for package in agora.envs.TABLE.values():
        path = ROOT.joinpath(*package.split(".")[1:], "rules.py")
        for module in imported(path):
            assert module in RULES_MAY_IMPORT or module.startswith(package), f"{path.relative_to(ROOT)}: {module}"


def test_table_is_the_disk_is_pyproject():
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    roots = {package: ROOT / path for package, path in tables["package-dir"].items()}
    on_disk = set()
    for package, root in roots.items():
        for found in root.rglob("__init__.py"):
            on_disk.add(".".join([package, *found.parent.relative_to(root).parts]))
    assert set(tables["packages"]) == on_disk
    environments = {
        f"agora.envs.{path.parent.parent.name}.{path.parent.name}" for path in ROOT.glob("envs/*/*/rules.py")
    }
    assert set(agora.envs.TABLE.values()) == environments
    for package in environments:
        folder = ROOT.joinpath(*package.split(".")[1:])
        assert {"words.py", "draw.py", "reference.py"} <= {path.name for path in folder.iterdir()}


def test_import_agora_loads_nothing_heavy():
    heavy = {"numba", "torch", "pygame", "scipy", "matplotlib", "pettingzoo", "stable_baselines3", "pandas"}
    script = "import agora, agora.envs, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert not heavy & set(done.stdout.split())


def test_nobody_uses_global_random_state():
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    assert "random" not in [name.name for name in node.names], path
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
                    allowed = {"default_rng", "Generator", "SeedSequence", "PCG64"}
                    assert node.attr in allowed, f"{path}:{node.lineno}"
