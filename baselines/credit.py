"""Compares ways of giving credit on the web shop: ``python -P -m agora.baselines.credit [METHOD...]``.

Every method trains the same network with the same settings on the same number of decisions, for several seeds; only
the advantages differ. A run that is stored is not run again, unless its settings changed. What is stored, the page and
its picture go to the folders given::

    OUT/runs.jsonl                       a line for each run: its evaluations on held-out goals
    DOCS/credit-assignment.md            the page
    DOCS/pictures/credit-assignment.svg  its picture
"""

import argparse
import hashlib
import json
import os
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agora.baselines.report import interval, machine
from agora.baselines.targets import HERE

STEPS = 400_000
"""Decisions of each run."""

POINTS = 10
"""Evaluations of each run, evenly over its decisions."""

GAMES = 250
"""Visits in an evaluation; the last one has four times as many."""

SHARED: dict[str, Any] = {"rollout": 32, "group_size": 8, "ignored_pieces": ["progress", "tried"]}
"""Parameters of all runs, beside those of shop.toml. Two states are equal if they differ in clock and history only."""

USED = ("id", "algorithm", "steps", "num_envs", "deterministic", "options", "network", "parameters")
"""Keys of shop.toml that a run depends on, beside the options of its evaluation."""

NUMBERS = ("score", "success")


class Method(NamedTuple):
    """A way of giving credit."""

    parameters: dict[str, Any]
    text: str
    """What it does, for the page."""
    paper: str


def _grouped(advantage: str, **more: Any) -> dict[str, Any]:
    return {"advantage": advantage, **more}


METHODS = {
    "GAE": Method(
        {"advantage": "gae", "trace_decay": 0.95},
        "The critic's errors along an episode, discounted by gamma lambda: the default.",
        "J. Schulman et al., ICLR 2016",
    ),
    "n-step": Method(
        {"advantage": "n-step", "n": 5},
        "Five rewards, then the critic's value.",
        "R. Sutton and A. Barto, Reinforcement learning, 2018, chapter 7",
    ),
    "V-trace": Method(
        {"advantage": "v-trace", "trace_decay": 0.95},
        "Made for decisions of an older policy. Here each decision is learned from right after it was taken, so its "
        "corrections are 1, and what is left is a lambda-return in the critic's target and one step of it in the "
        "advantage.",
        "L. Espeholt et al., ICML 2018",
    ),
    "Monte Carlo": Method(
        {"advantage": "monte-carlo"},
        "What followed, discounted, without a critic. Only decisions whose episode ends within the rollout of 32 are "
        "known, so it learns from fewer decisions than it plays, and from short visits above all.",
        "R. Sutton and A. Barto, Reinforcement learning, 2018, chapter 13 (REINFORCE)",
    ),
    "GRPO": Method(
        _grouped("grpo"),
        "Eight visits with the same goal; every decision of a visit gets how its return compares with the group's. No "
        "critic, and no word on which decision it was. Long failures weigh more, since every decision counts the same.",
        "Z. Shao et al., 2024 (DeepSeekMath)",
    ),
    "Dr. GRPO": Method(
        _grouped("grpo", group_deviation=False),
        "GRPO without the division by the group's deviation, so that groups which agree count less.",
        "Z. Liu et al., 2025",
    ),
    "GiGPO": Method(
        _grouped("gigpo"),
        "GRPO, and beside it every decision is compared with those taken in the same state anywhere in the group, by "
        "the discounted return from there on. The shop's pages recur, so most decisions find company.",
        "L. Feng et al., NeurIPS 2025",
    ),
    "SALT": Method(
        _grouped("salt"),
        "GRPO, averaged over equal steps (state, action, next state) of a group: what good and bad visits share gets "
        "little.",
        "J. Li et al., 2025",
    ),
    "TEMPO": Method(
        _grouped("tempo"),
        "GRPO, and at each decision how much the mean return of the visits that began alike changes by it: a group as "
        "a tree, whose values need no critic.",
        "H. Tran et al., 2025",
    ),
    "turn-level": Method(
        _grouped("turn-level"),
        "GRPO on the outcome, and beside it each turn's own reward against the same turn of the group's other visits. "
        "The shop pays at the end only; a turn's reward is therefore how much it raised the value of a learned critic. "
        "Turns are matched by number, whatever page they are on.",
        "S. Zeng et al., 2025 (MT-GRPO)",
    ),
    "PURE": Method(
        _grouped("pure"),
        "A visit is worth its worst step. The method is made for a trained judge of single steps; here a learned "
        "critic's gains stand in for it, whose least is mostly noise while one reward comes at the end.",
        "J. Cheng et al., NeurIPS 2025",
    ),
    "SPEAR": Method(
        _grouped("grpo", self_imitation="spear"),
        "GRPO, and beside it kept visits that did better than usual are learned from again, a quarter as many as were "
        "played.",
        "Y. Qin et al., 2025",
    ),
    "ARPO": Method(
        _grouped("grpo", self_imitation="arpo"),
        "GRPO; in a group without a success one visit gives way to a kept success with the same goal, if there is one. "
        "With 708 goals and 16 groups a wave the same goal comes back every few rounds.",
        "F. Lu et al., 2025",
    ),
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -P -m agora.baselines.credit", description=__doc__.splitlines()[0])
    parser.add_argument("methods", nargs="*", metavar="METHOD", help=f"of {', '.join(METHODS)}; all by default")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (default: 5)")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"decisions of each (default: {STEPS:,})")
    parser.add_argument("--out", type=Path, default=Path("baselines/results/credit-assignment"), help="for runs.jsonl")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="for the page and its picture")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.methods if name not in METHODS]
    if unknown:
        parser.error(f"there is no method {unknown[0]!r}; known: {', '.join(METHODS)}")
    runs = read(given.out / "runs.jsonl", given.steps)
    # Seeds outside, methods inside: a run that is stopped leaves all methods equally far.
    for seed in range(given.seeds):
        for name in given.methods or METHODS:
            if not any(run["method"] == name and run["seed"] == seed for run in runs):
                runs.append(train(name, seed, given.steps))
                write(runs, given.out / "runs.jsonl")
                print(f"{name}, seed {seed}: {runs[-1]['points'][-1]}, {runs[-1]['cpu_seconds']} s", flush=True)
    write_page(runs, given.steps, given.docs)


def table(name: str, seed: int, steps: int) -> dict[str, Any]:
    """The settings of a run, as a settings file would say them."""
    content = tomllib.loads((HERE / "shop.toml").read_text(encoding="utf-8"))
    parameters = {**content["parameters"], **SHARED, **METHODS[name].parameters}
    return {**content, "steps": steps, "seed": seed, "parameters": parameters}


def digest(name: str, steps: int) -> str:
    """Changes with the settings that a run depends on, and with how it is evaluated."""
    content = table(name, 0, steps)
    used = [content[key] for key in USED] + [content["evaluation"]["options"], POINTS, GAMES]
    return hashlib.sha256(json.dumps(used).encode()).hexdigest()[:8]


def train(name: str, seed: int, steps: int) -> dict[str, Any]:
    """One run: its evaluations ``points`` (steps, score, success) and the processor time of its training."""
    import agora.envs
    from agora.agents.learned import evaluation  # torch is heavy
    from agora.agents.learned.settings import from_table, maker

    settings = from_table(table(name, seed, steps))
    learner = maker(settings)(settings, agora.envs.game(settings.id, **settings.options))
    held_out = agora.envs.game(settings.id, **{**settings.options, **settings.evaluation.options})
    points: list[list[float]] = []
    seconds = 0.0
    while len(points) < POINTS:
        began = time.process_time()
        learner.iterate()
        learner.check_finite()
        seconds += time.process_time() - began
        now = _played(learner)
        due = min(now * POINTS // steps, POINTS) - len(points)
        if due:
            games = GAMES if now < steps else 4 * GAMES
            numbers = evaluation.measured(learner.agent(), held_out, NUMBERS, games, len(points))
            points += due * [[now, *(round(numbers[each], 3) for each in NUMBERS)]]
    return {
        "method": name,
        "seed": seed,
        "settings": digest(name, steps),
        "cpu_seconds": round(seconds, 1),
        "machine": machine(),
        "points": points,
    }


def _played(learner: Any) -> int:
    """Decisions so far, also those that could not be learned from because their episode was cut."""
    if learner.grouped:
        return learner.steps
    return learner.rounds * learner.parameters.rollout * learner.settings.num_envs


def read(path: Path, steps: int) -> list[dict[str, Any]]:
    """The stored runs that the settings of now would give."""
    if not path.is_file():
        return []
    runs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [run for run in runs if run["method"] in METHODS and run["settings"] == digest(run["method"], steps)]


def write(runs: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Stores ``runs``, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(run) + "\n" for run in runs), encoding="utf-8")
    os.replace(part, path)


def write_page(runs: Sequence[Mapping[str, Any]], steps: int, docs: Path) -> None:
    """The page and its picture, of all methods that were run."""
    done = {name: [run for run in runs if run["method"] == name] for name in METHODS}
    done = {name: found for name, found in done.items() if found}
    picture = docs / "pictures" / "credit-assignment.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draw(done, picture)
    seeds = sorted({len(found) for found in done.values()})
    lines = [
        "# Ways of giving credit, on the web shop",
        "",
        "Made by `python -P -m agora.baselines.credit`. PPO's clipped loss on `agora/Shop-v0` (1,000 products); only",
        f"`parameters.advantage` and what belongs to it differ. Every run plays {steps:,} decisions on train goals,",
        "with the settings of `baselines/shop.toml` but for a `rollout` of 32, and is then measured on",
        f"{4 * GAMES:,} visits with held-out goals. Means over {' or '.join(map(str, seeds))} seeds with 95 %",
        "intervals by Student's t: score is 100 times the reward, success the share of visits with the whole reward.",
        "",
        "The settings were chosen for GAE and tuned for none of the others, the shop pays once, at the end, and a",
        "small network that clicks what a mask allows is no language model: the order below says little about other",
        "tasks.",
        "",
        "| method | score | success, % | processor seconds |",
        "|---|---|---|---|",
        *(_row(name, found) for name, found in done.items()),
        "",
        f"Machine: {', '.join(dict.fromkeys(run['machine'] for run in runs))}.",
        "",
        "![Score and success on held-out goals against decisions, for each method](pictures/credit-assignment.svg)",
        "",
        "Solid: success; dashed: score / 100; grey: success with GAE. Bands are 95 % intervals.",
        "",
        "## The methods",
        "",
    ]
    for name in done:
        method = METHODS[name]
        setting = ", ".join(f"`{key} = {json.dumps(value)}`" for key, value in method.parameters.items())
        lines += [f"**{name}** ({setting}). {method.text} {method.paper}.", ""]
    (docs / "credit-assignment.md").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


def _row(name: str, runs: Sequence[Mapping[str, Any]]) -> str:
    score, success = (_estimate([factor * run["points"][-1][column] for run in runs]) for column, factor in _LAST)
    return f"| {name} | {score} | {success} | {np.mean([run['cpu_seconds'] for run in runs]):.0f} |"


_LAST = ((1, 1.0), (2, 100.0))  # score and success in a point, and what makes them percent


def _estimate(values: Sequence[float]) -> str:
    mean, half = interval(values)
    return f"{mean:.1f}" if half is None else f"{mean:.1f} ± {half:.1f}"


def draw(done: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> None:
    """A panel for each method: its curves on held-out goals."""
    from matplotlib.figure import Figure

    columns = 4
    figure = Figure(figsize=(10, 2.2 * -(-len(done) // columns)), layout="constrained")
    axes = np.atleast_2d(figure.subplots(-(-len(done) // columns), columns, sharex=True, sharey=True))
    for ax in axes.ravel()[len(done) :]:
        ax.set_visible(False)
    for ax, (name, runs) in zip(axes.ravel(), done.items(), strict=False):
        if "GAE" in done:
            ax.plot(*_band(done["GAE"], 2, 1.0)[:2], color="0.7", linewidth=2)
        for column, scale, style in ((1, 0.01, "--"), (2, 1.0, "-")):
            steps, mean, low, high = _band(runs, column, scale)
            ax.plot(steps, mean, style, color="C0")
            ax.fill_between(steps, low, high, color="C0", alpha=0.2, linewidth=0)
        ax.set_title(name, fontsize="medium")
        ax.set_ylim(0, 1)
    figure.supxlabel("thousands of decisions")
    figure.savefig(path, metadata={"Date": None})


def _band(
    runs: Sequence[Mapping[str, Any]], column: int, scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Steps in thousands, means over ``runs`` and both ends of their intervals, (POINTS,) each."""
    points = np.array([run["points"] for run in runs])
    estimates = [interval(values.tolist()) for values in scale * points[:, :, column].T]
    means = np.array([mean for mean, _ in estimates])
    halves = np.array([half or 0.0 for _, half in estimates])
    return points[:, :, 0].mean(axis=0) / 1000, means, means - halves, means + halves


if __name__ == "__main__":
    main()
