"""Leduc poker in words."""

from agora.envs.games.leduc_poker.rules import CALL, FOLD, MAX_RAISES, NONE, RAISE, SUITS, World

RANKS = ("J", "Q", "K")
SYMBOLS = ("♠", "♥")


def face(world: World, card: int, player: int | None) -> str:
    """A card as ``player`` sees it: rank and suit, the rank alone where suits are hidden."""
    if card == NONE:
        return "-"
    rank = RANKS[card // SUITS]
    return rank if world.suit_isomorphism and player is not None else rank + SYMBOLS[card % SUITS]


def moves(state, stage: int) -> list[tuple[int, str]]:
    """The actions of round ``stage`` (0 or 1) so far, in order: who, and what it was."""
    done, facing_bet = [], False
    for play in range(state.plays[stage]):
        action = int(state.betting[stage, play])
        done.append((play % 2, _verb(action, facing_bet)))
        facing_bet = facing_bet or action == RAISE
    return done


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
    for stage in range(state.stage + 1):
        size = 2 * (stage + 1)
        betting = [f"player {seat + 1} {verb}s" for seat, verb in moves(state, stage)]
        lines.append(f"Round {stage + 1} (bets of {size}): " + (", ".join(betting) or "no action yet"))
    lines.append(status(world, state, player))
    return "\n".join(lines)


def status(world: World, state, player: int | None) -> str:
    """Whose turn it is; at the end, who wins, which only the spectator knows for certain."""
    if state.over:
        return "The hand is over." + (f" {_outcome(state)}" if player is None else "")
    return f"To move: player {state.to_move + 1}" if state.to_move >= 0 else "A card is being dealt."


def _outcome(state) -> str:
    """Who wins the pot of a hand that is over: the one who did not fold, the pair, the higher rank."""
    pot = state.stake.sum()
    last = state.plays[state.stage] - 1
    if state.betting[state.stage, last] == FOLD:
        return f"Player {2 - last % 2} wins the pot of {pot}."
    ranks = [int(card) // SUITS for card in state.card]
    if ranks[0] == ranks[1]:
        return f"The pot of {pot} is shared."
    best = max(range(2), key=lambda seat: (ranks[seat] == state.board // SUITS, ranks[seat]))
    return f"Player {best + 1} wins the pot of {pot}."


def choices(state, player: int) -> list[int]:
    """The legal actions."""
    facing_bet = state.stake[player] < state.stake[1 - player]
    return [FOLD] * bool(facing_bet) + [CALL] + [RAISE] * bool(state.raises < MAX_RAISES)


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called for ``player`` now: fold, check or call, bet or raise."""
    return _verb(action, state.raises > 0)


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The actions that ``line`` stands for; raises ValueError with a reason when it is none."""
    word = line.strip().lower()
    allowed = choices(state, player)
    for action in allowed:
        if word == name(world, state, player, action):
            return [action]
    if word == "fold":
        raise ValueError("'fold' is not allowed here: there is no bet to fold to, so check.")
    if word in ("bet", "raise") and RAISE not in allowed:
        raise ValueError(f"{word!r} is not allowed here: {MAX_RAISES} raises a round is the limit.")
    listed = " or ".join(repr(name(world, state, player, action)) for action in allowed)
    raise ValueError(f"{line!r} is no action here: say {listed}.")
