"""What ``agora list`` and ``agora show`` print of an environment."""

import inspect

from rich.table import Table

from agora import envs
from agora.envs.api import Spec
from agora.envs.game import Game


def environments(family: str | None) -> Table:
    """All environments, or those of ``family``, a line each."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("id", "family", "players", "turns", "info", "best return"):
        wraps = heading == "best return"
        table.add_column(heading, justify="right" if heading == "players" else "left", no_wrap=not wraps)
    for id in envs.ids(family):
        game = envs.game(id)
        spec, reference = game.spec, game.reference()
        best = f"{_numbers(reference.best, 3)} {spec.unit} ({reference.kind})"
        table.add_row(id, _family(id), str(spec.players), spec.turns, spec.information, best)
    return table


def facts(game: Game) -> Table:
    """The spec, the options and the reference as a table of two columns."""
    spec, reference = game.spec, game.reference()
    low, high = spec.returns
    rows = [
        ("players", f"{spec.players}: {', '.join(spec.seats)}"),
        ("turns", f"{spec.turns}, {spec.information} information, {spec.payoff} payoff, chance: {spec.chance}"),
        ("actions", str(spec.action)),
        ("observation", f"{spec.observation_size} numbers, {spec.observation_dtype}: {_pieces(spec)}"),
        ("returns", f"{low:.4g} to {high:.4g} {spec.unit}"),
        ("longest episode", f"{spec.max_steps} decisions"),
        ("random play gets", f"{_numbers(reference.random)} {spec.unit}"),
        ("best", f"{_numbers(reference.best)} {spec.unit} ({reference.kind}): {reference.source}"),
    ]
    for parameter in inspect.signature(game.rules.make_world).parameters.values():
        now = spec.options.get(parameter.name, parameter.default)
        rows.append(
            (
                f"--option {parameter.name}",
                f"{now!r}" + (f", by default {parameter.default!r}" if now != parameter.default else ""),
            )
        )
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(name, text)
    return table


def _pieces(spec: Spec) -> str:
    return ", ".join(f"{piece.name} {'x'.join(map(str, piece.shape)) or '1'}" for piece in spec.observation)


def _numbers(values: tuple[float, ...], digits: int = 4) -> str:
    """Rounded; one number where all are equal."""
    written = [f"{value:.{digits}g}" for value in values]
    return written[0] if len(set(written)) == 1 else ", ".join(written)


def _family(id: str) -> str:
    return envs.TABLE[id].split(".")[2]
