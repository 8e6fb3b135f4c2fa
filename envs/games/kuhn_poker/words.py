"""Kuhn poker in words."""

from agora.envs.games.kuhn_poker.rules import BET, NONE, World

RANKS = {2: ("J", "Q", "K"), 3: ("J", "Q", "K", "A"), 4: ("10", "J", "Q", "K", "A")}


def rank(world: World, card: int) -> str:
    """The name of a card: J, Q, K with two players; A joins with three, 10 with four."""
    return "-" if card == NONE else RANKS[world.players][card]


def moves(world: World, state) -> list[tuple[int, str]]:
    """The actions so far, in order: who, and what it was: check, bet, fold or call."""
    done, facing_bet = [], False
    for play in range(state.plays):
        bet = bool(state.betting[play] == BET)
        done.append((play % world.players, _verb(bet, facing_bet)))
        facing_bet = facing_bet or bet
    return done


def _verb(bet: bool, facing_bet: bool) -> str:
    return (("check", "bet"), ("fold", "call"))[facing_bet][bet]


def stakes(world: World, state) -> list[int]:
    """Chips that each player has in the pot: the ante, and one more after a bet or a call."""
    paid = {seat for seat, verb in moves(world, state) if verb in ("bet", "call")}
    return [2 if seat in paid else 1 for seat in range(world.players)]


def winner(world: World, state) -> int:
    """Who wins the pot of a hand that is over."""
    stake = stakes(world, state)
    staying = [seat for seat in range(world.players) if stake[seat] == max(stake)]
    return max(staying, key=lambda seat: state.card[seat])


def describe(world: World, state, player: int | None) -> str:
    """The table as ``player`` sees it; ``None`` is a spectator, who sees every card."""
    lines = []
    for seat, stake in enumerate(stakes(world, state)):
        card = rank(world, state.card[seat]) if player in (seat, None) else "hidden"
        you = " (you)" if seat == player else ""
        lines.append(f"Player {seat + 1}{you}: {card}, {stake} in the pot")
    betting = [f"player {seat + 1} {verb}s" for seat, verb in moves(world, state)]
    lines.append("Betting: " + (", ".join(betting) or "none yet"))
    lines.append(status(world, state, player))
    return "\n".join(lines)


def status(world: World, state, player: int | None) -> str:
    """Whose turn it is; at the end, who wins, which only the spectator knows for certain."""
    if state.over:
        won = f" Player {winner(world, state) + 1} wins the pot of {sum(stakes(world, state))}."
        return "The hand is over." + (won if player is None else "")
    return f"To move: player {state.to_move + 1}" if state.to_move >= 0 else "The cards are being dealt."


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` (0 or 1) is called for ``player`` now."""
    return _verb(action == BET, bool(state.bettor != NONE))


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The actions that ``line`` stands for; raises ValueError with a reason when it is none."""
    word = line.strip().lower()
    for action in (0, 1):
        if word == name(world, state, player, action):
            return [action]
    allowed = " or ".join(repr(name(world, state, player, action)) for action in (0, 1))
    raise ValueError(f"{line!r} is no action here: say {allowed}.")
