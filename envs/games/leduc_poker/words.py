"""Leduc poker in words."""

from agora.envs.games.leduc_poker.rules import CALL, FOLD, NONE, RAISE, SUITS, World

RANKS = ("J", "Q", "K")
SYMBOLS = ("♠", "♥")


def face(world: World, card: int, player: int | None) -> str:
    """A card as ``player`` sees it: rank and suit, the rank alone where suits are hidden."""
    if card == NONE:
        return "-"
    rank = RANKS[card // SUITS]
    return rank if world.suit_isomorphism and player is not None else rank + SYMBOLS[card % SUITS]


def betting(state, stage: int) -> list[str]:
    """The actions of round ``stage`` (0 or 1) so far, each as who did what."""
    lines, raises = [], 0
    for play in range(state.plays[stage]):
        action = state.betting[stage, play]
        lines.append(f"player {play % 2 + 1} {_verb(action, raises > 0)}s")
        raises += action == RAISE
    return lines


def _verb(action: int, facing_bet: bool) -> str:
    return ("fold", "call", "raise")[action] if facing_bet else ("fold", "check", "bet")[action]


def describe(world: World, state, player: int | None) -> str:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    lines = []
    for seat in range(2):
        card = face(world, state.card[seat], player) if player in (seat, None) else "hidden"
        you = " (you)" if seat == player else ""
        lines.append(f"Player {seat + 1}{you}: {card}, {state.stake[seat]} in the pot")
    lines.append(f"Board: {'not dealt yet' if state.board == NONE else face(world, state.board, player)}")
    for stage in range(state.round + 1):
        size = 2 * (stage + 1)
        lines.append(f"Round {stage + 1} (bets of {size}): " + (", ".join(betting(state, stage)) or "no action yet"))
    if state.over:
        lines.append("The hand is over.")
    elif state.to_move >= 0:
        lines.append(f"To move: player {state.to_move + 1}")
    return "\n".join(lines)


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called for ``player`` now: fold, check or call, bet or raise."""
    return _verb(action, state.raises > 0)


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The actions that ``line`` stands for; raises ValueError with a reason when it is none."""
    word = line.strip().lower()
    allowed = [CALL]
    if state.stake[player] < state.stake[1 - player]:
        allowed.insert(0, FOLD)
    if state.raises < 2:
        allowed.append(RAISE)
    for action in allowed:
        if word == name(world, state, player, action):
            return [action]
    if word == "fold":
        raise ValueError("'fold' is not allowed here: there is no bet to fold to, so check.")
    if word in ("bet", "raise") and state.raises == 2:
        raise ValueError(f"{word!r} is not allowed here: two raises a round is the limit.")
    choices = " or ".join(repr(name(world, state, player, action)) for action in allowed)
    raise ValueError(f"{line!r} is no action here: say {choices}.")
