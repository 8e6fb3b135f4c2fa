"""Liar's dice in words."""

import re

from agora.envs.games.liars_dice.rules import NONE, World

BID = re.compile(r"(?:bid\s+)?(\d{1,3})\s*(?:x|×|\*|-|of|\s)\s*(\d{1,2})(?:'?s)?")
CALLS = ("liar", "call", "challenge", "dudo")


def bid_name(world: World, bid: int) -> str:
    """Quantity and face: ``2x6``."""
    return f"{world.quantity[bid]}x{world.face[bid] + 1}"


def faces(world: World, state, player: int) -> list[int]:
    """What the dice of ``player`` show, 1 to sides, in order."""
    return [face + 1 for face in range(world.sides) for _ in range(state.dice[player, face])]


def history(world: World, state) -> list[tuple[int, int]]:
    """The bids so far: who, and which."""
    return [(place % world.players, bid) for place, bid in enumerate(state.bids.nonzero()[0].tolist())]


def shown(state, player: int | None, seat: int) -> bool:
    """Whether ``player`` sees the dice of ``seat``: its own, and all of them after the call."""
    return player in (seat, None) or bool(state.over)


def describe(world: World, state, player: int | None) -> str:
    """The dice and bids as ``player`` sees them; ``None`` is a spectator, who sees all dice."""
    lines = [rules_line(world)]
    for seat in range(world.players):
        dice = " ".join(map(str, faces(world, state, seat))) if shown(state, player, seat) else "hidden"
        lines.append(f"Player {seat + 1}{' (you)' if seat == player else ''}: {dice or 'not rolled yet'}")
    bids = [f"player {seat + 1} {bid_name(world, bid)}" for seat, bid in history(world, state)]
    lines.append("Bids: " + (", ".join(bids) or "none yet"))
    lines.append(status(world, state))
    return "\n".join(lines)


def rules_line(world: World) -> str:
    wild = f"; {world.sides} counts as every face" if world.wild else ""
    order = "face, then quantity" if world.by_face else "quantity, then face"
    return f"{world.total} dice of {world.sides} sides{wild}. Bids rise by {order}."


def status(world: World, state) -> str:
    """Whose turn it is; at the end, who wins."""
    if state.over and state.winner == NONE:
        return "The game is over: somebody made an illegal move."
    if state.over:
        verdict = "holds" if state.winner == state.bidder else "is a lie"
        return f"The bid {bid_name(world, int(state.last))} was called and {verdict}: player {state.winner + 1} wins."
    return f"To move: player {state.to_move + 1}" if state.to_move >= 0 else "The dice are being rolled."


def name(world: World, state, player: int, action: int) -> str:
    """A bid such as ``2x6``, two dice that show 6, or ``liar``."""
    return "liar" if action == world.bids else bid_name(world, action)


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` stands for: ``2x6``, ``2 6``, ``bid 2 of 6``, ``liar``; else ValueError."""
    word = line.strip().lower()
    if word in CALLS:
        if state.last == NONE:
            raise ValueError("There is no bid to call yet: bid, for example 1x1.")
        return [world.bids]
    match = BID.fullmatch(word)
    if match is None:
        raise ValueError(f"{line!r} is no action here: bid a quantity and a face, as in 2x6, or say 'liar'.")
    quantity, face = map(int, match.groups())
    if not (1 <= quantity <= world.total and 1 <= face <= world.sides):
        raise ValueError(f"{line!r}: there are {world.total} dice with faces 1 to {world.sides}.")
    bid = (face - 1) * world.total + quantity - 1 if world.by_face else (quantity - 1) * world.sides + face - 1
    if bid <= state.last:
        raise ValueError(f"{line!r} is not higher than the bid {bid_name(world, int(state.last))}.")
    return [bid]
