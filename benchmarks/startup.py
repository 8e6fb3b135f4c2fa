"""What a user waits for: the import, and the first step of each id, in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator

import agora.envs
from agora.benchmarks.measure import Row, alone

FIRST_STEP = (
    "import agora, gymnasium; env = gymnasium.make({id!r}); env.reset(seed=0); env.step(env.action_space.sample())"
)
MEMORY = (
    "import agora.envs, resource; before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
    "batch = agora.envs.batch({id!r}, 65536, 0); batch.step(batch.sample()); "
    "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 65536 * 1024)"
)


def rows(repeats: int = 3) -> Iterator[Row]:
    yield alone("import agora", [seconds("import agora") for _ in range(repeats)], unit="s", target=0.5)
    for id in agora.envs.ids():
        script = FIRST_STEP.format(id=id)
        seconds(script)  # compiles, if this machine never has
        yield alone(f"first step of {id}", [seconds(script) for _ in range(repeats)], unit="s", target=2.0)
    for id in ("agora/ConnectFour-v0", "agora/Portfolio-v0"):
        yield alone(f"memory a game, {id}", [float(output(MEMORY.format(id=id)))], unit="bytes")


def seconds(script: str) -> float:
    """Wall time of a Python process that runs ``script``."""
    start = time.perf_counter()
    output(script)
    return time.perf_counter() - start


def output(script: str) -> str:
    return subprocess.run([sys.executable, "-P", "-c", script], check=True, capture_output=True, text=True).stdout
