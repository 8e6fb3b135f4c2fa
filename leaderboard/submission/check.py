"""``agora check``: a submission plays as it will on the server, and what is wrong is said in plain words.

Errors cost games. Warnings do not, but are seldom meant: answers that differ under the same seed, and memory that is
kept by row instead of by game, or past the end of a game. Whether memory is kept well can only be seen of an agent that
draws no lots: of such a one all games are asked again in another order, and all answers must be the same.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

import numpy as np

from agora import envs
from agora.agents.api import Agent
from agora.agents.random import RandomAgent
from agora.envs.game import Game
from agora.leaderboard.jail.limits import Budget
from agora.leaderboard.match import Played, play
from agora.leaderboard.submission.manifest import missing
from agora.leaderboard.submission.opening import Submission, isolation_level, opened, prepared, time_of, told
from agora.leaderboard.submission.weights import pickles

MANY = 64
"""Games at once, after one alone."""

AUTHOR_TO_REPLACE = "your name"  # as the template has it


class Finding(NamedTuple):
    """Something that was found out about a submission."""

    kind: Literal["error", "warning", "note"]
    text: str


def check(
    path: str | Path,
    trust: bool = False,
    budget: Budget | None = None,
) -> Iterator[Finding]:
    """Tries out the submission at ``path``, an archive or a folder; if nothing found is an error, it can be handed in.

    Args:
        trust: let it run in this process instead of in the jail, without limits of time.
        budget: of time; see ``opening.time_of`` if None.
    """
    try:
        with prepared(path) as submission:
            yield from _check_files(submission)
            yield Finding("note", _where(submission, trust))
            budget = budget or time_of(submission)
            for id in submission.manifest.ids:
                game = envs.game(id)
                yield from _check_play(partial(opened, submission, game.spec, trust, budget), game, budget)
    except ValueError as error:
        yield Finding("error", str(error))


def _where(submission: Submission, trust: bool) -> str:
    if submission.manifest.kind == "remote":
        return "It plays elsewhere, at the address that its manifest names."
    return f"It plays at isolation level {isolation_level(trust):g} of 2."


def _check_files(submission: Submission) -> Iterator[Finding]:
    manifest = submission.manifest
    yield Finding("note", f"{manifest.name} by {manifest.author}, {manifest.kind}, plays {', '.join(manifest.ids)}.")
    if manifest.author == AUTHOR_TO_REPLACE:
        yield Finding("warning", f"The author is still {AUTHOR_TO_REPLACE!r}; write yours into agora-agent.toml.")
    for module in missing(manifest):
        yield Finding("error", f"It requires {module}, which cannot be imported here; nothing is installed for it.")
    for path in pickles(submission.folder):
        yield Finding("note", f"{path} holds a pickle, which can run code: it is only ever loaded inside the jail.")


Start = Callable[[], AbstractContextManager[Agent]]
"""Opens the agent, each time anew."""


def _check_play(start: Start, game: Game, budget: Budget) -> Iterator[Finding]:
    id, failed = game.spec.id, False
    for games in (1, MANY):
        with start() as agent:
            tape = Recorder(agent)
            for cause in _causes(play_all_seats(game, tape, games), tape, budget):
                failed = True
                yield Finding("error", f"{id}, {_games(games)}: it forfeits: {cause}")
    if failed:
        return
    slowest = 1000 * max((call.seconds for call in tape.calls), default=0.0)
    yield Finding(
        "note", f"{id}: {_games(1)} and then {_games(MANY)} went by the rules; slowest answer {slowest:.0f} ms."
    )
    try:
        yield from _check_memory(start, game, tape)
    except (Exception, SystemExit) as error:
        yield Finding("error", f"{id}: it fails when the same games are played again: {told(error)}")


def _games(count: int) -> str:
    return "one game alone" if count == 1 else f"{count} games at once"


class Call(NamedTuple):
    """One call of ``act``, and what came back."""

    observation: np.ndarray
    legal: np.ndarray
    lanes: np.ndarray
    states: Any
    actions: np.ndarray | None
    """None: it raised."""
    seconds: float


class Recorder:
    """An agent that passes on everything, and keeps it."""

    def __init__(self, agent: Agent):
        self.agent, self.needs = agent, agent.needs
        self.calls: list[Call] = []
        self.lanes = np.zeros(0, np.int64)
        self.seed = 0

    def reset(self, spec: Any, lanes: np.ndarray, seed: int) -> None:
        self.lanes, self.seed = lanes.copy(), seed
        self.agent.reset(spec, lanes, seed)
        self.needs = self.agent.needs  # known for certain only now

    def act(self, observation: np.ndarray, legal: np.ndarray, lanes: np.ndarray, states: Any = None) -> np.ndarray:
        kept = (observation.copy(), legal.copy(), lanes.copy(), None if states is None else states.copy())
        begin = perf_counter()
        actions: Any = None
        try:
            actions = self.agent.act(observation, legal, lanes, states)
        finally:
            self.calls.append(Call(*kept, None if actions is None else np.array(actions), perf_counter() - begin))
        return actions


def play_all_seats(game: Game, agent: Agent, games: int) -> list[Played]:
    """``games`` in which ``agent`` takes every seat in turn, beside random agents."""
    players = game.spec.players
    seating = np.ones((games, players), np.int64)
    seating[np.arange(games), np.arange(games) % players] = 0
    return play(game, [agent, RandomAgent()], seating, np.arange(games, dtype=np.uint64))


def _causes(played: Sequence[Played], tape: Recorder, budget: Budget) -> list[str]:
    """Why the agent forfeited, each reason once."""
    causes: dict[str, None] = {}
    for lane, one in enumerate(played):
        seat = one.seating.index(0)
        cause = one.faults.get(str(seat))
        if cause is not None:
            causes[_explained(cause, one, lane, seat, tape, budget)] = None
    return list(causes)


def _explained(cause: str, one: Played, lane: int, seat: int, tape: Recorder, budget: Budget) -> str:
    if cause.startswith("time:"):
        return (
            f"{cause}: it has {budget.start:g} s for each reset, {budget.move:g} s for each call of act and "
            f"{budget.lane:g} s more for each game in it, and may overrun that by {budget.bank:g} s in all."
        )
    if cause != "illegal action":
        return cause
    key = lane * len(one.seating) + seat
    last = next(call for call in reversed(tape.calls) if key in call.lanes)
    row = int(np.flatnonzero(last.lanes == key)[0])
    assert last.actions is not None
    if last.legal.shape[1] == 0:
        return f"{cause}: it answered {last.actions[row].tolist()}; NaN is no action."
    allowed = np.flatnonzero(last.legal[row])
    shown = ", ".join(map(str, allowed[:8].tolist())) + (", ..." if len(allowed) > 8 else "")
    return f"{cause}: it answered {last.actions[row]} where `legal` allowed {shown}."


def _check_memory(start: Start, game: Game, tape: Recorder) -> Iterator[Finding]:
    """Asks fresh agents again what was asked in the games of ``tape``."""
    given = [np.asarray(call.actions) for call in tape.calls]

    def again(seed: int, shuffle: bool = False, times: int = 1) -> bool:
        """Whether the answers are the same, the last of ``times``."""
        with start() as agent:
            answers = [_replayed(agent, game, tape, seed, shuffle) for _ in range(times)]
        return all(np.array_equal(*pair) for pair in zip(given, answers[-1], strict=True))

    id = game.spec.id
    if not again(tape.seed):
        yield Finding("warning", f"{id}: under the same seed it answers differently; draw only from the seed of reset.")
    elif not again(tape.seed, times=2):
        yield Finding("warning", f"{id}: a second reset does not make it play as new; forget games, take the seed.")
    elif not again(tape.seed + 1):
        yield Finding("note", f"{id}: it draws lots, so how it remembers games cannot be seen from outside.")
    elif not again(tape.seed, shuffle=True):
        yield Finding(
            "warning", f"{id}: the order of games in a call changes its answers; remember by lane, not by row."
        )


def _replayed(agent: Agent, game: Game, tape: Recorder, seed: int, shuffle: bool) -> list[np.ndarray]:
    """Answers to the calls of ``tape``, in its order of rows; asked in another one if ``shuffle``."""
    agent.reset(game.spec, tape.lanes.copy(), seed)
    generator, answers = np.random.default_rng(0), []
    for call in tape.calls:
        order = generator.permutation(len(call.lanes)) if shuffle else np.arange(len(call.lanes))
        states = () if call.states is None else (call.states[order],)
        actions = np.asarray(agent.act(call.observation[order], call.legal[order], call.lanes[order], *states))
        answers.append(actions[np.argsort(order)])
    return answers
