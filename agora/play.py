"""A person against agents, in a window or in the terminal."""

from collections.abc import Callable
from typing import Any

import numpy as np

from agora.envs.canvas import picture
from agora.envs.faces.window import Window, checked, listed
from agora.envs.game import Game
from agora.envs.seats import SeatedBatch

QUIT = ("q", "quit", "exit")


def in_terminal(
    game: Game, opponent: Any, seat: int, seed: int, read: Callable[[], str], write: Callable[[str], None]
) -> np.ndarray | None:
    """Plays one game in words.

    Args:
        opponent: who plays the other seats, see ``agora.agents.api.load``.
        seat: the person's.
        seed: fixes the deal.
        read: gives the next line that the person types; EOFError when there is none.
        write: shows the person a text.

    Returns:
        The return of every player (P,), or None when the person quit.
    """
    seated = _sit_down(game, opponent, seat, seed)
    message = "Type what you do; q quits."
    while not seated.batch.ended[0]:
        hint = f"You can say: {listed(game, seated.batch.states[0], seat)}"
        write("\n".join(["", describe(seated), "", *([message] if message else []), hint]))
        try:
            line = read().strip()
        except EOFError:
            return None
        if line.lower() in QUIT:
            return None
        try:
            message = play_actions(seated, game.words.parse(game.world, seated.batch.states[0], seat, line))
        except ValueError as error:
            message = f"Not played: {error}"
    write(f"\n{describe(seated)}\n\n{result(seated)}")
    return seated.batch.returns[0].copy()


def in_window(game: Game, opponent: Any, seat: int, seed: int, write: Callable[[str], None]) -> np.ndarray | None:
    """Plays one game in a window, by mouse and keyboard; arguments and result as for ``in_terminal``."""
    seated = _sit_down(game, opponent, seat, seed)
    window, message = Window(game.spec.id), ""
    try:
        while not seated.batch.ended[0]:
            actions = window.ask(game, seated.batch.states[0], seat, message)
            if actions is None:
                return None
            try:
                message = play_actions(seated, actions)
            except ValueError as error:
                message = f"Not played: {error}"
        write(result(seated))
        window.wait(picture(game, seated.batch.states[0], seat), result(seated))
    finally:
        window.close()
    return seated.batch.returns[0].copy()


def _sit_down(game: Game, opponent: Any, seat: int, seed: int) -> SeatedBatch:
    seated = SeatedBatch(game, 1, opponent=opponent, seat=seat, illegal="raise")
    seated.restart(seed=seed)
    return seated


def play_actions(seated: SeatedBatch, actions: list[Any]) -> str:
    """Plays ``actions`` one after the other while the game lasts, and returns what is to be said about them.

    Raises:
        ValueError: an action is not legal; then none is played.
    """
    batch, seat = seated.batch, int(seated.seats[0])
    before, clipped = batch.snapshot(), False
    try:
        for action in actions:
            if batch.ended[0]:
                break
            action = checked(batch.game, batch.states[0], seat, action)
            seated.step(np.asarray(action, seated.spec.action_dtype)[None])
            clipped = clipped or bool(batch.clipped[0, seat])
    except ValueError:
        batch.restore(before)
        raise
    return "A number was out of range; the nearest one within it was played." if clipped else ""


def describe(seated: SeatedBatch) -> str:
    """What the person sees, in words."""
    game = seated.batch.game
    return game.words.describe(game.world, seated.batch.states[0], int(seated.seats[0]))


def result(seated: SeatedBatch) -> str:
    """What everybody got, on one line."""
    spec, seat = seated.spec, int(seated.seats[0])
    parts = [
        f"{name}{' (you)' if player == seat and spec.players > 1 else ''} {value:+.4g}"
        for player, (name, value) in enumerate(zip(spec.seats, seated.batch.returns[0], strict=True))
    ]
    ending = "The game is over" if seated.batch.terminated[0] else "Time is up"
    return f"{ending}. Returns in {spec.unit}: {', '.join(parts)}."
