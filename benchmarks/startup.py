"""What a user waits for: the import, and the first step of each id, in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator

import agora.envs
from agora.benchmarks.measure import Row, alone, short

FIRST_STEP = (
    "import agora, gymnasium; env = gymnasium.make({id!r}); env.reset(seed=0); env.step(env.action_space.sample())"
)
MEMORY = """
import agora.envs
from pathlib import Path
def resident():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
small = agora.envs.batch({id!r}, 1, 0)
before = resident()
batch = agora.envs.batch({id!r}, 65536, 0)
print((resident() - before) / 65536)
"""


def rows(repeats: int = 3) -> Iterator[Row]:
    yield alone("import agora", [seconds("import agora") for _ in range(repeats)], unit="s", target=0.5)
    for id in agora.envs.ids():
        script = FIRST_STEP.format(id=id)
        seconds(script)  # compiles, if this machine never has
        yield alone(f"{short(id)}: first step", [seconds(script) for _ in range(repeats)], unit="s", target=2.0)
    for id in ("agora/ConnectFour-v0", "agora/Portfolio-v0"):
        yield alone(f"{short(id)}: memory of a game in a batch", [float(output(MEMORY.format(id=id)))], unit="bytes")


def seconds(script: str) -> float:
    """Wall time of a Python process that runs ``script``."""
    start = time.perf_counter()
    output(script)
    return time.perf_counter() - start


def output(script: str) -> str:
    return subprocess.run([sys.executable, "-P", "-c", script], check=True, capture_output=True, text=True).stdout
