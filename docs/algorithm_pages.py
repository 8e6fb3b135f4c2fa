"""The pages of docs/algorithms: what an algorithm solves and when to choose it stand here; sources, settings and
measured curves come from its module and from baselines/results."""

import ast
import importlib
import inspect
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from agora.agents.learned.settings import ALGORITHMS
from agora.baselines import report, targets

ROOT = Path(__file__).parents[1]


class Page(NamedTuple):
    """What a person has to write."""

    name: str
    title: str
    solves: str
    choose: str
    module: str
    """Whose docstring says what is computed and from which paper; empty: ``choose`` does."""
    struct: str = "Parameters"
    """Of that module, the table of the settings file; empty: none."""
    table: str = "parameters"
    targets: tuple[str, ...] = ()
    """Names in baselines/targets.toml that are trained with it."""


PAGES = (
    Page(
        "ppo",
        "PPO: proximal policy optimisation",
        "Any environment: one player or many, in turns or at once, with masks, discrete or continuous actions, with or "
        "without a memory.",
        "First, and nearly always: it is the fastest learner here, it needs few settings, and self-play with it is one "
        "table in the settings file. In games with hidden information give it a magnet (see "
        "[magnetic self-play](magnetic-self-play.md)); where a mistake shows many moves later and the rules are known, "
        "[AlphaZero](alpha-zero.md) learns more from a game.",
        ALGORITHMS["PPO"],
        targets=("connect_four", "deal_or_no_deal", "shop", "leduc_poker_plain"),
    ),
    Page(
        "magnetic-self-play",
        "Magnetic self-play: mirror descent with a magnet",
        "Two-player zero-sum games with hidden information: it comes near an equilibrium where plain self-play runs in "
        "circles.",
        'When exploitability is what counts. It is [PPO](ppo.md) with `critic = "action"`, `objective = "all-actions"` '
        'or `"mirror-descent"`, a `proximal` weight (one over the step size) and a `magnet`: the policy goes up the '
        "values of all its actions, held to what it was and drawn to the magnet; with a magnet whose weight falls, it "
        'follows the equilibria of ever less regularised games. Source: S. Sokota et al., "A unified approach to '
        'reinforcement learning, quantal response equilibria, and two-player zero-sum games", ICLR 2023; the gradient '
        'over all actions: C. Allen et al., "Mean actor critic", 2017. For trees that fit in memory `agora solve` is '
        "exact and quicker.",
        "",
        struct="",
        targets=("kuhn_poker", "leduc_poker", "leduc_poker_plain"),
    ),
    Page(
        "sac",
        "SAC: soft actor-critic",
        "Continuous actions: offers, bids, portfolio weights; one player, against opponents, or all seats at once.",
        "When actions are numbers and decisions are few or dear: it learns from every decision many times. Where the "
        "others change as fast as the learner, a small replay or PPO is safer.",
        ALGORITHMS["SAC"],
        targets=("alternating_offers", "sealed_auction_2", "sealed_auction_3", "sealed_auction_5", "portfolio"),
    ),
    Page(
        "alpha-zero",
        "AlphaZero: search with a network",
        "Two-player games of perfect information without chance.",
        "When strength counts more than time, and the agent may search while it plays.",
        ALGORITHMS["AlphaZero"],
        targets=("othello",),
    ),
    Page(
        "mu-zero",
        "MuZero: search with a learned model",
        "The same games as AlphaZero, planned in a model that is learned instead of in the rules.",
        "To study learned models: with the rules at hand AlphaZero learns faster.",
        ALGORITHMS["MuZero"],
    ),
    Page(
        "self-play",
        "Self-play: who the opponents are",
        "Games of several players with any learner.",
        "`latest` alone is fastest; add `uniform` or `prioritised` past versions where a learner forgets how to beat "
        "what it once beat, and `scripted` agents where it must hold against something known.",
        "agora.agents.population.pool",
        struct="SelfPlay",
        table="self_play",
        targets=("connect_four",),
    ),
    Page(
        "fictitious-self-play",
        "Fictitious self-play",
        "Two-player zero-sum games: the average of all best responses comes near an equilibrium.",
        "When an average strategy is wanted that is itself one policy; magnetic self-play is quicker here.",
        ALGORITHMS["fictitious-self-play"],
    ),
    Page(
        "double-oracle",
        "Double oracle",
        "Two-player zero-sum games whose tree fits in memory.",
        "When equilibria have few strategies in play: it then builds only a small part of the game. It ends at an "
        "exact equilibrium.",
        ALGORITHMS["double-oracle"],
    ),
    Page(
        "psro",
        "PSRO: policy-space response oracles",
        "Games of any number of players, with best responses that are exact or learned.",
        "When a population of policies and its payoff table is wanted, not only one policy; or when the game is too "
        "large for a tree and the best responses have to be learned.",
        ALGORITHMS["PSRO"],
        targets=("leduc_psro",),
    ),
    Page(
        "league",
        "League: main agents and exploiters",
        "Games with strategies that beat each other in circles, at scale.",
        "When one learner in self-play keeps a weakness that nobody in its pool finds.",
        ALGORITHMS["league"],
    ),
    Page(
        "neupl",
        "NeuPL: a population in one network",
        "The games of PSRO, with what all policies share learned once.",
        "When policies of a population have much in common and training each from nothing is too dear.",
        ALGORITHMS["NeuPL"],
    ),
    Page(
        "spo",
        "SPO: self-play by preference",
        "Tasks in which episodes can be compared but not scored: it finds the policy that no other is preferred to.",
        "When preferences run in circles or there is no reward.",
        ALGORITHMS["SPO"],
    ),
    Page(
        "trained-best-response",
        "A trained best response",
        "How much an agent can be exploited, from below, in games too large for a tree: "
        "`agora exploit AGENT ID --budget 2e6`.",
        "When `agora exploit` without a budget says that the tree does not fit.",
        "agora.agents.learned.best_response",
        struct="",
    ),
    Page(
        "stable-baselines3",
        "stable-baselines3",
        "PPO, MaskablePPO, A2C, DQN and SAC as users know them, on the native batch.",
        'As a reference, and for DQN: `algorithm = "stable-baselines3/MaskablePPO"`; [parameters] are those of its '
        "class.",
        "agora.agents.learned.stable_baselines",
        struct="",
    ),
)


def files() -> dict[Path, str]:
    """The pages by their path."""
    folder = ROOT / "docs" / "algorithms"
    return {folder / "README.md": index()} | {folder / f"{page.name}.md": written(page) for page in PAGES}


def index() -> str:
    lines = [
        "# Algorithms",
        "",
        "All of them run by `agora train SETTINGS.toml`, can be stopped and resumed, and save an agent that plays, is "
        "evaluated and ranked like any other. What they reached is in [baselines/results](../../baselines/results/"
        "README.md). Ways of giving credit for decisions, which PPO offers, are compared in "
        "[credit-assignment](../credit-assignment.md).",
        "",
        "| page | for |",
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| [{page.title}]({page.name}.md) | {page.solves} |" for page in PAGES), ""])


def written(page: Page) -> str:
    lines = [f"# {page.title}", "", f"**Solves.** {page.solves}", "", f"**When to choose it.** {page.choose}", ""]
    if page.module:
        module = importlib.import_module(page.module)
        lines += ["## What it does, and its papers", "", inspect.getdoc(module) or "", ""]
        if page.struct:
            lines += settings(getattr(module, page.struct), page.table)
    if page.targets:
        lines += ["## What it reached", "", *measured(page.targets)]
    return "\n".join(lines)


def settings(kind: type[msgspec.Struct], table: str) -> list[str]:
    """The keys of ``kind`` with their defaults and docstrings."""
    said = {name: text for part in reversed(kind.__mro__) for name, text in _field_docstrings(part)}
    lines = [f"## Settings: the table [{table}]", "", "| key | default | meaning |", "|---|---|---|"]
    for field in msgspec.structs.fields(kind):
        default = field.default
        if default is msgspec.NODEFAULT:
            made = field.default_factory
            default = "required" if made is msgspec.NODEFAULT else made()
        text = " ".join(said.get(field.name, "").split()).replace("|", "\\|").replace("``", "`")
        lines.append(f"| `{field.encode_name}` | {_shown(default)} | {text} |")
    return [*lines, ""]


def _shown(default: Any) -> str:
    if isinstance(default, msgspec.Struct):
        return "see its own table"
    if default is None or default == "required":
        return "none" if default is None else "required"
    return f"`{json.dumps(default)}`"


def _field_docstrings(kind: type) -> Iterator[tuple[str, str]]:
    """Name and docstring of the fields that stand in the source of the class itself."""
    if kind.__module__.startswith("agora."):
        body = ast.parse(inspect.getsource(kind)).body[0].body  # type: ignore[attr-defined]
        for field, text in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                yield field.target.id, str(text.value.value)  # type: ignore[union-attr]


def measured(names: tuple[str, ...]) -> list[str]:
    """What is stored of the targets ``names``: a row each, and their curves."""
    results = ROOT / "baselines" / "results"
    known = targets.read(ROOT / "baselines" / "targets.toml")
    rows, pictures = [], []
    for name in names:
        path = results / name / "results.json"
        if path.is_file():
            content = json.loads(path.read_text(encoding="utf-8"))
            rows += report.rows_of(content)
            pictures += ["", f"![{known[name].task}](../../baselines/results/{name}/curve.png)"]
    if not rows:
        return ["Nothing is stored yet: `make results`.", ""]
    return [*report.HEAD, *rows, *pictures, ""]
