"""What a season's TOML file may say, and the check that it says nothing else.

::

    title = "The first season"
    seed = 1

    [[environments]]
    id = "agora/LeducPoker-v0"
    games = { quick = 2_000, full = 20_000 }   # of every lineup, or one number for both budgets
    agents = [
        "random",
        "scripted/bettor",
        "path/to/a/saved/agent",
        { name = "self-play", train = "../baselines/leduc_poker.toml", seeds = 5 },   # trained with five seeds
        { name = "a stranger's", submission = "path/to/a/folder/or/archive" },
        { name = "nobody knows", agent = "path/to/another", held_out = true },
    ]
    duplicates = ["bettor"]   # entered twice: the two differ by noise alone; left out, "random" is
    confirm = 1_000           # games of every lineup on fresh deals, on which the first are scored again

    [environments.options]
    players = 2

    [[environments]]
    id = "agora/ConnectFour-v0"
    games = 2_000           # of a lineup at most
    schedule = "adaptive"   # or "round-robin", or "swiss", see designs.py
    budget = 20_000         # games in all
    stop = 20               # Elo points that do not matter
    agents = ["random", "scripted/greedy", "search/mcts:100", "search/mcts:200"]

``secret = "file"`` at the top draws the secret that deals come from once, keeps it beside the log, and shows it when
the season is over; without it deals follow from ``seed``, which is for agents that one trusts.

``train`` names a settings file of ``agora train``, as seen from the season's file. Saved agents and submissions are
looked up from the working directory. A submission plays every unit of the schedule in a jail of its own.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from agora.leaderboard import seeds
from agora.leaderboard.schedules.units import Kind

Budget = Literal["quick", "full"]
Count = Annotated[int, msgspec.Meta(ge=1)]


class Games(msgspec.Struct, forbid_unknown_fields=True):
    """How many games of every lineup, by budget."""

    quick: Count
    full: Count


class Participant(msgspec.Struct, forbid_unknown_fields=True):
    """An agent under a name of the season's choice; one of ``agent``, ``train`` and ``submission`` says which."""

    name: str
    agent: str = ""
    """As on the command line."""
    train: str = ""
    """Settings file of the training."""
    seeds: Count = 1
    """Trains so many agents, NAME (seed 1) and so on; tables then say how much the luck of training is."""
    seed: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Takes the place of the settings' seed."""
    submission: str = ""
    """Folder or archive of a stranger's agent, see ``submission/``."""
    held_out: bool = False
    """Plays, but log and tables call it "held out": others should not learn against whom they will be measured."""


class Environment(msgspec.Struct, forbid_unknown_fields=True):
    """One table of the leaderboard."""

    id: str
    agents: list[str | Participant]
    games: Count | Games = 1000
    options: dict[str, Any] = {}
    title: str = ""
    """For people; the id with its options if empty."""
    schedule: Kind = "round-robin"
    budget: Count | Games | None = None
    """Games in all, see ``designs.make_plan``."""
    stop: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """Elo points."""
    confirm: Count | Games | None = None
    """Games of every lineup on fresh deals, which rank nobody: whoever came first is scored on them again."""
    duplicates: list[str] | None = None
    """Names of agents that are entered a second time. What tells the two apart is noise; where agents cooperate, the
    two show how an agent plays with itself, all other pairs how it plays with strangers.

    None: ``random``, or else the first agent that is no submission and not held out. Nobody if there is none, or an
    agent has the name of the duplicate already."""


class Season(msgspec.Struct, forbid_unknown_fields=True):
    """A whole file."""

    environments: list[Environment]
    title: str = "Leaderboard"
    seed: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)] = 0
    secret: seeds.Source = "seed"
    """Where the secret comes from that deals follow from."""


_KNOWN = [name for kind in (Season, Environment, Participant, Games) for name in kind.__struct_fields__]


def read_season(path: str | Path) -> Season:
    """The season in a TOML file, checked.

    Raises:
        ValueError: there is no such file, it is not TOML, or says something that is not allowed.
    """
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"Cannot read the season {path}: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not valid TOML: {error}") from None
    try:
        season = msgspec.convert(table, Season)
        for environment in season.environments:
            for each in environment.agents:
                _check(each)
            environment.agents = [run for each in environment.agents for run in _runs(each)]
    except (msgspec.ValidationError, ValueError) as error:
        raise ValueError(f"{path}: {error}{_nearest(str(error))}") from None
    return season


def _check(participant: str | Participant) -> None:
    if isinstance(participant, str):
        return
    if len([given for given in (participant.agent, participant.train, participant.submission) if given]) != 1:
        raise ValueError(f"agent {participant.name!r} needs one of `agent`, `train` and `submission`.")
    if (participant.seeds > 1 or participant.seed is not None) and not participant.train:
        raise ValueError(f"agent {participant.name!r} is not trained here: `seed` and `seeds` go with `train`.")
    if participant.seeds > 1 and participant.seed is not None:
        raise ValueError(f"agent {participant.name!r} has `seed` and `seeds`: give one of them.")


def _runs(participant: str | Participant) -> list[str | Participant]:
    """A participant for each training seed."""
    if isinstance(participant, str) or participant.seeds == 1:
        return [participant]
    return [
        msgspec.structs.replace(participant, name=f"{participant.name} (seed {seed})", seeds=1, seed=seed)
        for seed in range(1, participant.seeds + 1)
    ]


def _nearest(message: str) -> str:
    """The way out of an unknown key."""
    unknown = message.split("unknown field `")[-1].split("`")[0] if "unknown field" in message else ""
    near = difflib.get_close_matches(unknown, _KNOWN, n=1) if unknown else []
    return f". Did you mean {near[0]!r}?" if near else ""
