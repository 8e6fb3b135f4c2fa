"""Texas hold'em in words: cards as ``Ah`` or ``Tc``, bets as ``raise to 60``, the whole bet of the round."""

import re

import numpy as np

from agora.envs.games.holdem import rules
from agora.envs.games.holdem.betting import CALL, FOLD, MOST_BETS, NONE, RAISE
from agora.envs.games.holdem.evaluator import CATEGORIES, CATEGORY, QUADS, TRIPS, TWO_PAIR
from agora.envs.games.holdem.world import World, seat_names
from agora.envs.games.legality import legal_mask

RANKS, SUITS = "23456789TJQKA", "cdhs"
ROUNDS = ("Before the flop", "Flop", "Turn", "River")
FEW = 8  # raises that are listed one by one
ALL_IN = ("all-in", "all in", "allin", "shove", "jam")

_raise_to = getattr(rules.raise_to, "py_func", rules.raise_to)  # Python cannot call a compiled rule


def card_name(card: int) -> str:
    """``Ah`` for the ace of hearts; ``-`` for no card."""
    return "-" if card == NONE else RANKS[card // 4] + SUITS[card % 4]


def board_cards(world: World, state) -> list[int]:
    """The shared cards that lie open, 0 to 5 of them."""
    return [int(card) for card in state.cards[2 * world.players :] if card != NONE]


def own_cards(state, seat: int, player: int | None) -> list[int] | None:
    """The two cards of ``seat`` as ``player`` sees them, None where they are hidden."""
    if player not in (None, seat) and not state.strength[seat]:
        return None
    return [int(card) for card in state.cards[2 * seat : 2 * seat + 2]]


def describe(world: World, state, player: int | None) -> str:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    lines = [_title(world)]
    for seat, who in enumerate(seat_names(world.players)):
        cards = own_cards(state, seat, player)
        shown = "hidden" if cards is None else " ".join(map(card_name, cards))
        you = " (you)" if seat == player else ""
        lines.append(f"{who.capitalize()}{you}: {shown}, {chips_of(state, seat)}")
    lines.append("Board: " + (" ".join(map(card_name, board_cards(world, state))) or "not dealt yet"))
    lines.append(f"Pot: {int(state.stake.sum())}")
    for stage in range(state.stage + 1):
        moves = [f"{who} {verb}" for who, verb in history(world, state, stage)]
        if moves or (stage == state.stage and not state.over):
            lines.append(f"{ROUNDS[stage]}: {', '.join(moves) or 'no action yet'}")
    lines.append(status(world, state, player))
    return "\n".join(lines)


def _title(world: World) -> str:
    kind = f"Limit {world.small_bet}/{world.big_bet}" if world.limit else "No-limit"
    ante = f", ante {world.ante}" if world.ante else ""
    return f"{kind} Texas hold'em, blinds {world.small_blind}/{world.big_blind}{ante}"


def chips_of(state, seat: int) -> str:
    """What ``seat`` has: its stack, its bet of the round, whether it is out."""
    if state.folded[seat]:
        return f"folded, {state.stack[seat]} behind"
    behind = f"{state.stack[seat]} behind" if state.stack[seat] else "all-in"
    return behind + (f", bets {state.bet[seat]}" if state.bet[seat] else "")


def history(world: World, state, stage: int) -> list[tuple[str, str]]:
    """The actions of round ``stage`` so far, in order: who, and what it did."""
    done, level = [], 0 if stage else world.big_blind
    names = seat_names(world.players)
    for play in range(state.plays):
        if state.history_stage[play] == stage:
            seat, to = int(state.history_seat[play]), int(state.history_bet[play])
            posted = (world.small_blind, world.big_blind, 0)[min(seat, 2)] if stage == 0 else 0
            done.append((names[seat], _verb(int(state.history_move[play]), to, level, posted)))
            level = max(level, to)
    return done


def _verb(move: int, to: int, level: int, posted: int) -> str:
    """What an action was called when ``level`` was the bet to match and the player had posted ``posted`` blind."""
    if move == FOLD:
        return "folds"
    if move == CALL:
        return "checks" if level == posted else "calls"
    return f"raises to {to}" if level else f"bets {to}"


def status(world: World, state, player: int | None) -> str:
    """Whose turn it is and what to call; at the end, who gets the chips."""
    if state.over:
        return " ".join(["The hand is over.", *_winners(world, state)])
    if state.to_move < 0:
        return "A card is being dealt."
    mover = int(state.to_move)
    who = seat_names(world.players)[mover] + (" (you)" if mover == player else "")
    price = to_call(state, mover)
    return f"To move: {who}" + (f", {price} to call" if price else "")


def _winners(world: World, state) -> list[str]:
    told = []
    for seat, who in enumerate(seat_names(world.players)):
        if state.won[seat]:
            hand = f" with {_hand(int(state.strength[seat]))}" if state.strength[seat] else ""
            told.append(f"{who.capitalize()} gets {state.won[seat]:g}{hand}.")
    return told


def _hand(strength: int) -> str:
    category = CATEGORIES[strength >> CATEGORY]
    return category if strength >> CATEGORY in (TWO_PAIR, TRIPS, QUADS) else f"a {category}"


def to_call(state, player: int) -> int:
    """The chips that a call by ``player`` takes."""
    return int(min(state.level - state.bet[player], state.stack[player]))


def choices(world: World, state, player: int) -> list[int]:
    """The legal actions."""
    count = rules.make_spec(world).action.n  # type: ignore[union-attr]
    return np.flatnonzero(legal_mask(rules, world, state, player, count)).tolist()


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called for ``player`` now; amounts of raises are the whole bet of the round."""
    if action == FOLD:
        return "fold"
    if action == CALL:
        price = to_call(state, player)
        return f"call {price}" if price else "check"
    to = bet_after(world, state, player, action)
    all_in = " all-in" if to == state.bet[player] + state.stack[player] else ""
    return (f"raise to {to}" if state.level else f"bet {to}") + all_in


def bet_after(world: World, state, player: int, action: int) -> int:
    """The chips that ``player`` has bet in this round after the raise ``action``."""
    return int(_raise_to(world, state, player, action))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The action that ``line`` stands for; raises ValueError with a reason when it is none.

    ``fold``, ``check``, ``call``, ``bet 20``, ``raise to 60``, ``raise 60``, ``all-in``; ``bet`` or ``raise`` alone
    where there is one size. The number after a call may be left out.
    """
    allowed = choices(world, state, player)
    word = " ".join(line.lower().split())
    if word in ALL_IN:
        return [_all_in(world, state, player, allowed)]
    found = re.fullmatch(r"(fold|check|call|bet|raise)(?: to)?(?: ([0-9]{1,9}))?(?: all-in)?", word)
    if not found:
        raise ValueError(f"{line[:40]!r} is no action here: {_offer(world, state, player, allowed)}.")
    verb, number = found[1], None if found[2] is None else int(found[2])
    if verb in ("bet", "raise"):
        return [_raise(world, state, player, allowed, number)]
    action = FOLD if verb == "fold" else CALL
    price = to_call(state, player)
    if verb == "fold" and FOLD not in allowed:
        raise ValueError("'fold' is not allowed here: there is no bet to fold to, so check.")
    if (verb == "check" and price) or (verb == "call" and (not price or number not in (None, price))):
        raise ValueError(f"{word!r} is not possible: say {name(world, state, player, CALL)!r}.")
    return [action]


def _all_in(world: World, state, player: int, allowed: list[int]) -> int:
    """The action that puts in everything."""
    for action in reversed(allowed):
        if action >= RAISE and name(world, state, player, action).endswith("all-in"):
            return action
    if to_call(state, player) == state.stack[player]:
        return CALL
    raise ValueError(f"All-in is not possible here: {_offer(world, state, player, allowed)}.")


def _raise(world: World, state, player: int, allowed: list[int], number: int | None) -> int:
    """The raise to ``number``, or the only one there is."""
    sizes = {bet_after(world, state, player, action): action for action in allowed if action >= RAISE}
    if not sizes:
        reason = (
            f"{MOST_BETS} bets a round are the limit"
            if world.limit and state.raises >= MOST_BETS
            else ("the betting is not open to you or nobody can answer")
        )
        raise ValueError(f"A raise is not possible: {reason}; {_offer(world, state, player, allowed)}.")
    if number is None and len(sizes) == 1:
        return next(iter(sizes.values()))
    if number not in sizes:
        raise ValueError(f"Say how much to bet in this round: {_sizes(sorted(sizes))}.")
    return sizes[number]


def _sizes(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes)) if len(sizes) <= FEW else f"{sizes[0]} to {sizes[-1]}"


def _offer(world: World, state, player: int, allowed: list[int]) -> str:
    """The allowed actions, for an error message."""
    raises = [action for action in allowed if action >= RAISE]
    named = [action for action in allowed if action < RAISE] + (raises if len(raises) <= FEW else [])
    text = "say " + " or ".join(repr(name(world, state, player, action)) for action in named)
    if len(raises) > FEW:
        text += f", or raise to {_sizes([bet_after(world, state, player, action) for action in raises])}"
    return text
