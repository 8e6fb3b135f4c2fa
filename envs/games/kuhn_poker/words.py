"""Kuhn poker in words."""

from agora.envs.games.kuhn_poker.rules import BET, NONE, World

RANKS = {2: ("J", "Q", "K"), 3: ("J", "Q", "K", "A"), 4: ("10", "J", "Q", "K", "A")}


def rank(world: World, card: int) -> str:
    """The name of a card: J, Q, K with two players; A joins with three, 10 with four."""
    return "-" if card == NONE else RANKS[world.players][card]


def betting(world: World, state) -> list[str]:
    """The actions so far, each as who did what."""
    lines, facing_bet = [], False
    for play in range(state.plays):
        bet = state.betting[play] == BET
        action = ("call" if bet else "fold") if facing_bet else ("bet" if bet else "check")
        facing_bet = facing_bet or bet
        lines.append(f"player {play % world.players + 1} {action}s")
    return lines


def describe(world: World, state, player: int | None) -> str:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    lines = []
    for seat in range(world.players):
        card = rank(world, state.card[seat]) if player in (seat, None) else "hidden"
        lines.append(f"Player {seat + 1}{' (you)' if seat == player else ''}: {card}")
    lines.append("Betting: " + (", ".join(betting(world, state)) or "none yet"))
    if state.over:
        lines.append("The hand is over.")
    elif state.to_move >= 0:
        lines.append(f"To move: player {state.to_move + 1}")
    return "\n".join(lines)


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` (0 or 1) is called for ``player`` now."""
    return ("fold", "call")[action] if state.bettor != NONE else ("check", "bet")[action]


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The actions that ``line`` stands for; raises ValueError with a reason when it is none."""
    word = line.strip().lower()
    for action in (0, 1):
        if word == name(world, state, player, action):
            return [action]
    allowed = " or ".join(repr(name(world, state, player, action)) for action in (0, 1))
    raise ValueError(f"{line!r} is no action here: say {allowed}.")
