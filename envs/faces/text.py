"""One seat of one game in words: strings out, strings in."""

from typing import Any

import numpy as np

from agora.envs.api import Discrete
from agora.envs.game import Game
from agora.envs.seats import Seat, SeatedBatch

FEW = 20  # legal actions are listed when they are no more than this


class TextEnv:
    """The game as a page of text; other seats are played by ``opponent``. Arguments as for ``SingleEnv``."""

    def __init__(self, game: Game, *, opponent: Any = "random", seat: Seat = 0):
        self.game = game
        self._seated = SeatedBatch(game, 1, opponent=opponent, seat=seat, illegal="raise")
        self._batch = self._seated.batch
        self._dealt = False

    @property
    def seat(self) -> int:
        return int(self._seated.seats[0])

    def reset(self, seed: int | None = None) -> str:
        """Deals a new game and describes it."""
        self._seated.restart(seed=seed)
        self._dealt = True
        return self.text()

    def text(self) -> str:
        """What the seat sees, and the legal actions when they are few."""
        page = self.game.words.describe(self.game.world, self._batch.states[0], self.seat)
        actions = [] if self._batch.ended[0] else self.legal_actions()
        if 0 < len(actions) <= FEW:
            page += "\n\nLegal actions:\n" + "\n".join(f"- {action}" for action in actions)
        return page

    def legal_actions(self) -> list[str]:
        """The names of all legal actions; none with continuous actions."""
        if not isinstance(self.game.spec.action, Discrete):
            return []
        state, words = self._batch.states[0], self.game.words
        allowed = np.flatnonzero(self._seated.legal[0])
        return [words.name(self.game.world, state, self.seat, int(action)) for action in allowed]

    def step(self, line: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Plays what ``line`` says: (text, reward, terminated, truncated, info).

        A line that is no legal action changes nothing: the text begins with the reason, ``info["error"]`` has it too.

        Raises:
            RuntimeError: no game is in progress.
        """
        if not self._dealt or self._batch.ended[0]:
            raise RuntimeError(f"{self.game.spec.id} has no game in progress: call reset() first.")
        reward, before = 0.0, self._batch.snapshot()
        try:
            for action in self.game.words.parse(self.game.world, self._batch.states[0], self.seat, line):
                reward += float(self._seated.step(np.asarray(action, self.game.spec.action_dtype)[None])[0])
                if self._batch.ended[0]:
                    break
        except ValueError as error:
            self._batch.restore(before)
            return f"{error}\n\n{self.text()}", 0.0, False, False, {"error": str(error)}
        return self.text(), reward, bool(self._batch.terminated[0]), bool(self._batch.truncated[0]), {}
