"""Trains every baseline for several seeds and writes what it reached: ``python -P -m agora.baselines.run [NAME...]``.

(``-P``, so that a checkout in the working folder does not stand in for the installed package.)

Every seed is a process of its own, with one thread. A seed that is done is not run again, and one that was interrupted
goes on from its checkpoint; settings that changed since start anew. Trainings lie in ``--runs``; what is worth keeping,
curves and numbers, in ``--out``::

    OUT/NAME/curve.csv       rows of the learning curves, with a column seed
    OUT/NAME/results.json    numbers of every seed, their means and intervals
    OUT/README.md            the table
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from agora.baselines import report, targets
from agora.baselines.targets import HERE, Target

FRESH = 1_000_000
"""Added to the seed of a training for the deals of its evaluation, which are then none that training looked at."""


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -P -m agora.baselines.run", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="targets of targets.toml; all by default")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (default: 5)")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time (default: 1)")
    parser.add_argument("--out", type=Path, default=Path("baselines/results"), help="folder for curves and numbers")
    parser.add_argument("--runs", type=Path, default=Path("runs/baselines"), help="folder for the trainings")
    parser.add_argument("--worker", type=int, metavar="SEED", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        known = targets.read(HERE / "targets.toml")
        chosen = targets.chosen(given.names, known)
        if given.worker is not None:
            work(chosen[0], given.worker, given.runs)
            return
        failed = run(chosen, given.seeds, given.jobs, given.out, given.runs)
        report.write_table(given.out, known)
        if failed:
            parser.exit(1, f"{parser.prog}: {failed} trainings failed\n")
    except ValueError as error:
        parser.exit(2, f"{parser.prog}: {error}\n")


def run(chosen: list[Target], seeds: int, jobs: int, out: Path, runs: Path) -> int:
    """Trains what is missing, and writes the results after every seed; returns how many trainings failed."""
    missing = [(target, seed) for target in chosen for seed in range(seeds) if not _is_done(target, seed, runs)]
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        for target, seed, error in pool.map(lambda each: _start(each[0], each[1], runs), missing):
            print(f"{target.name}, seed {seed}: {error or 'done'}", flush=True)
            failed += bool(error)
            _write(target, seeds, out, runs)
    for target in chosen:
        _write(target, seeds, out, runs)
    return failed


def _start(target: Target, seed: int, runs: Path) -> tuple[Target, int, str]:
    """Runs one training in a process of its own; the last line that it wrote if it failed."""
    module = ["-P", "-m", "agora.baselines.run"]
    command = [sys.executable, *module, target.name, "--worker", str(seed), "--runs", str(runs)]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    done = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True, check=False)
    return target, seed, (done.stderr.strip().splitlines() or ["failed"])[-1] if done.returncode else ""


def work(target: Target, seed: int, runs: Path) -> None:
    """Trains and evaluates one seed, and writes its ``result.json``."""
    from agora.agents.learned.train import train  # torch is heavy

    folder = _folder(target, seed, runs)
    agent = train(HERE / target.settings, folder, resume=True, quiet=True, seed=seed)
    last = list(curve_rows(folder))[-1]
    result = {
        "seed": seed,
        **{key: last[key] for key in ("steps", "seconds", "cpu_seconds")},
        "numbers": measure(target, str(agent), seed),
    }
    if seed == 0:
        result["beside"] = {name: measure(target, name, seed) for name in target.beside}
    part = _result(target, seed, runs).with_suffix(".part")
    part.write_text(json.dumps(result, indent=1))
    os.replace(part, _result(target, seed, runs))


def measure(target: Target, agent: str, seed: int) -> dict[str, float]:
    """What ``agent``, a name or a folder, reaches on deals that no training with ``seed`` looked at."""
    import agora.envs
    from agora.agents.api import load
    from agora.agents.learned.evaluation import evaluate
    from agora.agents.learned.settings import Evaluation, read

    settings = read(HERE / target.settings)
    game = agora.envs.game(settings.id, **{**settings.options, **settings.evaluation.options, **target.options})
    wanted = Evaluation(games=target.games, opponents=target.opponents, measures=target.measures)
    return evaluate(load(agent, game.spec), game, wanted, FRESH + seed)


def curve_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of the learning curve of a training."""
    return map(json.loads, (folder / "curve.jsonl").read_text().splitlines())


def _folder(target: Target, seed: int, runs: Path) -> Path:
    """Where a training lies: apart for other settings, whatever their comments say."""
    settings = tomllib.loads((HERE / target.settings).read_text(encoding="utf-8"))
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:8]
    return runs / f"{Path(target.settings).stem}-{digest}" / f"seed-{seed}"


def _result(target: Target, seed: int, runs: Path) -> Path:
    """Where the numbers of a seed lie: apart for another evaluation."""
    digest = hashlib.sha256(json.dumps(targets.as_table(target)).encode()).hexdigest()[:8]
    return _folder(target, seed, runs) / f"result-{target.name}-{digest}.json"


def _is_done(target: Target, seed: int, runs: Path) -> bool:
    return _result(target, seed, runs).is_file()


def _write(target: Target, seeds: int, out: Path, runs: Path) -> None:
    """Writes the curves and numbers of the seeds that are done."""
    done = [seed for seed in range(seeds) if _is_done(target, seed, runs)]
    if done:
        results = [json.loads(_result(target, seed, runs).read_text()) for seed in done]
        curves = {seed: list(curve_rows(_folder(target, seed, runs))) for seed in done}
        report.write_target(target, results, curves, out / target.name)


if __name__ == "__main__":
    main()
