"""Golden traces: a game per id as readable text. A change in one needs a new version of the id.

``python tests/golden.py`` writes the traces that are missing; delete a file to have it written anew.
"""

import hashlib
from pathlib import Path

import numpy as np

import agora.envs
from support import random_actions, rows

FOLDER = Path(__file__).parent / "golden"
GAMES = 3
STEPS = 30


def golden_file(id: str) -> Path:
    return FOLDER / f"{id.split('/')[-1]}.txt"


def golden_trace(id: str) -> str:
    """Three short games of random play: what each mover sees, does and gets, and the state's bytes."""
    lines = [f"# {id}: {GAMES} games of at most {STEPS} decisions, drawn uniformly among legal actions."]
    for seed in range(GAMES):
        lines += ["", f"## seed {seed}", *game_lines(id, seed)]
    return "\n".join(lines) + "\n"


def game_lines(id, seed):
    batch = agora.envs.batch(id, 1, seed, autoreset="disabled")
    generator = np.random.default_rng(seed)
    for _ in range(STEPS):
        actions = random_actions(batch, generator)
        yield from seen_lines(batch)
        batch.step(actions)
        rewards = " ".join(f"{reward:.12g}" for reward in batch.rewards[0])
        yield f"   does {numbers(actions)} gets {rewards}"
        if batch.ended[0]:
            yield f"   {'terminated' if batch.terminated[0] else 'truncated'}"
            break
    yield f"   state {checksum(batch.states.tobytes())}"


def seen_lines(batch):
    for slot, (row, mask) in enumerate(zip(*rows(batch), strict=True)):
        mover = batch.to_move[0] if batch.to_move[0] >= 0 else slot
        legal = np.flatnonzero(mask)
        text = f"player {mover} sees {checksum(row.tobytes())} {numbers(row[row != 0][:8])}"
        yield text + (f" may {numbers(legal[:12])}" if legal.size else "")


def numbers(array):
    return " ".join(f"{number:.6g}" for number in np.ravel(array)[:12])


def checksum(data):
    return hashlib.sha256(data).hexdigest()[:12]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in agora.envs.ids():
        if not golden_file(name).exists():
            golden_file(name).write_text(golden_trace(name))
            print(f"wrote {golden_file(name)}")
