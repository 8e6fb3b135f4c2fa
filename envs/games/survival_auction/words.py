"""The survival auction in words."""

from agora.envs.games.survival_auction.rules import NONE, World


def describe(world: World, state, player: int | None) -> str:
    """The rules, all days so far and how everybody is; nothing is hidden, ``player`` only says who is addressed."""
    lines = [
        f"Water for {world.supply} of {world.residents} residents a day goes to the highest bids; equal bids that it "
        f"does not suffice for get none. Drinking gives {world.recovery} health points, up to {world.max_health}; the "
        f"n-th dry day in a row takes n. At 0 you die. The salary is {world.salary} a day."
    ]
    lines += [f"Day {day + 1}: {outcome(world, state, day)}" for day in range(state.played)]
    lines += [condition(state, resident, resident == player) for resident in range(world.residents)]
    lines.append(status(world, state))
    return "\n".join(lines)


def outcome(world: World, state, day: int) -> str:
    """What was bid on a day and who got water."""
    bids = state.bids[day]
    told = ", ".join(f"resident {seat + 1} bid {bid}" for seat, bid in enumerate(bids) if bid != NONE)
    winners = [f"resident {seat + 1}" for seat in drinkers(world, state, day)]
    return f"{told}; {' and '.join(winners) or 'nobody'} got water."


def drinkers(world: World, state, day: int) -> list[int]:
    """Who got water on a day."""
    bids = state.bids[day]
    return [
        seat for seat in range(world.residents) if bids[seat] != NONE and (bids >= bids[seat]).sum() <= world.supply
    ]


def condition(state, resident: int, you: bool) -> str:
    """How a resident is."""
    name = f"Resident {resident + 1}{' (you)' if you else ''}"
    if state.health[resident] == 0:
        return f"{name}: died on day {state.lived[resident] + 1}."
    return (
        f"{name}: health {state.health[resident]}, money {state.money[resident]}, "
        f"dry days in a row {state.dry[resident]}"
    )


def status(world: World, state) -> str:
    if not state.over:
        return f"Day {state.played + 1} of {world.days}: all bid at once, at most their money."
    alive = int((state.health > 0).sum())
    return f"The drought is over; {alive} of {world.residents} are alive." if alive else "Nobody is alive."


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called."""
    return f"bid {int(action)}"


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The bid in ``line``; raises ValueError with a reason when it is none."""
    word = line.strip().lower().removeprefix("bid").strip().removeprefix("$")
    most = int(state.money[player])
    if not (word.isascii() and word.isdigit() and len(word) <= 9):
        raise ValueError(f"{line.strip()[:80]!r} is no bid: say 'bid' and a whole number from 0 to {most}.")
    if int(word) > most:
        raise ValueError(f"A bid of {word} is not allowed: you have {most}, so bid a whole number from 0 to {most}.")
    return [int(word)]
