"""Hanabi: a firework of five colours, built together by players who do not see their own cards.

# Description
Two to five players work together. Everybody sees the hands of the others, never their own. A deck of five colours
holds each colour's ranks 1 to 5 three, two, two, two and one times, 50 cards in all. In turn a player plays a card,
discards one or gives a hint. A played card that is the next rank of its colour goes on that colour's stack; any other
is discarded and costs one of three lives. A hint names a colour or a rank and points at all the cards of another
player's hand that have it, at least one; it costs one of eight information tokens. A discard wins one back, and so
does completing a stack. After a play or a discard a card is drawn while the deck lasts. Slots are numbered from the
oldest card; a new one takes the last slot.

# Observation
Numbers are 0 or 1. With two players at level `card_knowledge` these are the 658 of the Hanabi Learning Environment, in
its order. Players are counted from the observer on, cards are (colour, rank). H is the hand size, D the size of the
deck when play begins.
- `hands` (players - 1, H, colors, ranks): the cards of the others. `short` (players): whose hand lacks a card.
- `deck` (D): as many ones as cards are left. `fireworks` (colors, ranks): the top of each stack.
  `information` (information_tokens), `lives` (lives): as many ones as are left.
- `discards` (colors, copies of a colour): per rank as many ones as copies are discarded.
- The last players - 1 actions, the latest first, which is all that has happened since the observer's last decision:
  `last_player` (players - 1, players); `last_kind` (players - 1, 4): play, discard, hint of a colour, of a rank; for
  hints `last_target` (players - 1, players), `last_color` (players - 1, colors), `last_rank` (players - 1, ranks) and
  `last_touched` (players - 1, H): the slots it points at; for others `last_slot` (players - 1, H), `last_card`
  (players - 1, colors, ranks) and `last_result` (players - 1, 2): the play scored, it won an information token.
- `knowledge` (players, H, colors x ranks + colors + ranks): per slot what hints leave possible, then the colour and
  the rank if a hint named them. Empty at level minimal. At level seer it names every card, the own ones too.

At a decision all this together with the own past decisions is everything a player has ever seen (perfect recall). The
Hanabi Learning Environment shows the latest action alone, which is less with three players or more.

# Action
`Discrete`: discard slot 0 to H - 1, not while all information tokens are there; play slot 0 to H - 1; hint a colour,
for each other player in turn order all colours; hint a rank likewise. 20, 30, 38 and 48 actions with 2 to 5 players.

# Reward
The change of the score, the same for everybody. The score is the number of cards on the stacks, at most 25. Losing the
last life takes it back to 0, or leaves it, see `score_without_lives`.

# End
When the last life is lost, when all stacks are complete, or after every player has had one turn more since the last
card of the deck was drawn.

# Options
- `players` (default 2): 2 to 5.
- `observation` (default "card_knowledge"): "minimal", "card_knowledge" or "seer", where everybody sees all cards.
- `score_without_lives` (default "zero"): "zero" as in the Hanabi Learning Environment; "stacks" keeps the score, as
  the rules on the box do.
- `colors` (default 5), `ranks` (default 5): 1 to 5. The lowest rank has three copies, the highest one, others two.
- `hand_size` (default None): 1 to 8; None is 5 with two or three players, else 4. The deck must outlast the deal.
- `information_tokens` (default 8): 1 to 20. `lives` (default 3): 1 to 10.

# Source
N. Bard, J. N. Foerster, S. Chandar, N. Burch, M. Lanctot, H. F. Song, E. Parisotto, V. Dumoulin, S. Moitra, E. Hughes,
I. Dunning, S. Mourad, H. Larochelle, M. G. Bellemare, M. Bowling, "The Hanabi challenge: a new frontier for AI
research", Artificial Intelligence 280, 2020; the game is by A. Bauza, 2010.

# Versions
- v0: first release.
"""

from typing import NamedTuple

from agora.envs.api import CHANCE, Discrete, Piece, Spec, check_choice, check_integer
from agora.envs.arrays import fill
from agora.envs.games.hanabi.belief import resample as resample
from agora.envs.games.hanabi.constants import COLUMNS, LEVELS, MINIMAL, NONE, SEER
from agora.envs.games.hanabi.moves import begin_entry, deal, hint, pass_on, use_card
from agora.envs.games.hanabi.sight import observe as observe
from agora.envs.jit import rule

WITHOUT_LIVES = ("zero", "stacks")
SEATS = ("Alice", "Bob", "Cathy", "Donald", "Emily")


class World(NamedTuple):
    players: int
    level: int  # an index of LEVELS
    keeps_score: bool  # without lives
    colors: int
    ranks: int
    hand_size: int
    information_tokens: int
    lives: int
    copies: tuple[int, ...]  # of each rank in one colour


def make_world(
    players: int = 2,
    observation: str = "card_knowledge",
    score_without_lives: str = "zero",
    colors: int = 5,
    ranks: int = 5,
    hand_size: int | None = None,
    information_tokens: int = 8,
    lives: int = 3,
) -> World:
    players = check_integer("players", players, 2, 5)
    ranks = check_integer("ranks", ranks, 1, 5)
    if hand_size is None:
        hand_size = 5 if players < 4 else 4
    world = World(
        players=players,
        level=LEVELS.index(check_choice("observation", observation, LEVELS)),
        keeps_score=check_choice("score_without_lives", score_without_lives, WITHOUT_LIVES) == "stacks",
        colors=check_integer("colors", colors, 1, 5),
        ranks=ranks,
        hand_size=check_integer("hand_size", hand_size, 1, 8),
        information_tokens=check_integer("information_tokens", information_tokens, 1, 20),
        lives=check_integer("lives", lives, 1, 10),
        copies=tuple(3 if rank == 0 else 1 if rank == ranks - 1 else 2 for rank in range(ranks)),
    )
    if cards_left_after_deal(world) < 1:
        raise ValueError(
            f"{players} hands of {world.hand_size} need more than the {world.colors * sum(world.copies)} cards "
            "there are: give fewer players, a smaller hand_size, or more colors or ranks."
        )
    return world


def cards_left_after_deal(world: World) -> int:
    return world.colors * sum(world.copies) - world.players * world.hand_size


def make_spec(world: World) -> Spec:
    deck, kinds = cards_left_after_deal(world), world.colors * world.ranks
    hints = (world.players - 1) * (world.colors + world.ranks)
    return Spec(
        players=world.players,
        turns="sequential",
        information="perfect" if world.level == SEER else "imperfect",
        payoff="common",
        chance="explicit",
        action=Discrete(2 * world.hand_size + hints),
        observation=pieces(world, deck),
        returns=(0.0, float(kinds)),
        unit="points",
        # Every card of the deck is drawn for a play or a discard; a hint needs a token from the start, a discard or a
        # complete stack; and there is the last round.
        max_steps=2 * deck + world.information_tokens + world.colors + world.players,
        seats=SEATS[: world.players],
        observation_dtype="int8",
        chance_outcomes=kinds,
    )


def pieces(world: World, deck: int) -> tuple[Piece, ...]:
    players, hand, card = world.players, world.hand_size, (world.colors, world.ranks)
    others = players - 1
    known = world.colors * world.ranks + world.colors + world.ranks
    knowers = 0 if world.level == MINIMAL else players
    return (
        Piece("hands", (others, hand, *card), 0, 1, "cards of the others, from the next player on, oldest first"),
        Piece("short", (players,), 0, 1, "whose hand lacks a card, from the observer on"),
        Piece("deck", (deck,), 0, 1, "as many ones as cards are left to draw"),
        Piece("fireworks", card, 0, 1, "top card of each stack, one-hot"),
        Piece("information", (world.information_tokens,), 0, 1, "as many ones as information tokens"),
        Piece("lives", (world.lives,), 0, 1, "as many ones as lives"),
        Piece("discards", (world.colors, sum(world.copies)), 0, 1, "per rank as many ones as discarded copies"),
        Piece("last_player", (others, players), 0, 1, "who acted, one-hot from the observer on, the latest row first"),
        Piece("last_kind", (others, 4), 0, 1, "play, discard, hint of a colour, hint of a rank"),
        Piece("last_target", (others, players), 0, 1, "who was given a hint, one-hot from the observer on"),
        Piece("last_color", (others, world.colors), 0, 1, "the colour that the hint named"),
        Piece("last_rank", (others, world.ranks), 0, 1, "the rank that the hint named"),
        Piece("last_touched", (others, hand), 0, 1, "slots that the hint pointed at"),
        Piece("last_slot", (others, hand), 0, 1, "slot played or discarded"),
        Piece("last_card", (others, *card), 0, 1, "card played or discarded"),
        Piece("last_result", (others, 2), 0, 1, "the play scored; it won an information token"),
        Piece("knowledge", (knowers, hand, known), 0, 1, "possible cards, named colour, named rank", "entities"),
    )


def make_dtype(world: World) -> list:
    hands = (world.players, world.hand_size)
    kinds = world.colors * world.ranks
    return [
        ("color", "i1", hands),  # of each card in hand, oldest first; NONE beyond `held`
        ("rank", "i1", hands),  # 0 is the lowest; NONE beyond `held`
        ("held", "i1", (world.players,)),  # cards in each hand
        ("maybe_color", "u1", hands),  # colours that hints leave possible, a bit each
        ("maybe_rank", "u1", hands),  # ranks likewise
        ("told", "u1", hands),  # whether a hint named COLOR_TOLD, RANK_TOLD
        ("deck", "i1", (kinds,)),  # copies left to draw, by colour * ranks + rank
        ("left", "i1"),  # cards left to draw
        ("fireworks", "i1", (world.colors,)),  # cards on each stack
        ("discards", "i1", (kinds,)),  # copies discarded
        ("score", "i1"),  # cards on all stacks
        ("information", "i1"),  # tokens left
        ("lives", "i1"),  # left
        ("turns", "i1"),  # left once the deck is empty
        ("latest", "i1"),  # who acted last, or is being dealt a hand
        (
            "past",
            "i2",
            (world.players - 1, COLUMNS),
        ),  # the latest actions first, columns above; NONE where there is none
    ]


@rule
def reset(world, state):
    for color in range(world.colors):
        for rank in range(world.ranks):
            state.deck[color * world.ranks + rank] = world.copies[rank]
            state.left += world.copies[rank]
    for player in range(world.players):
        fill(state.color[player], NONE)
        fill(state.rank[player], NONE)
    for row in range(world.players - 1):
        fill(state.past[row], NONE)
    state.information = world.information_tokens
    state.lives = world.lives
    state.turns = world.players
    state.to_move = CHANCE


@rule
def legal(world, state, player, out):
    hand = world.hand_size
    for slot in range(state.held[player]):
        out[slot] = state.information < world.information_tokens
        out[hand + slot] = True
    if state.information == 0:
        return
    others = world.players - 1
    for other in range(others):
        target = (player + 1 + other) % world.players
        colors = 2 * hand + other * world.colors
        ranks = 2 * hand + others * world.colors + other * world.ranks
        for slot in range(state.held[target]):
            out[colors + state.color[target, slot]] = True
            out[ranks + state.rank[target, slot]] = True


@rule
def chance(world, state, out):
    share = 1.0 / state.left
    for kind in range(world.colors * world.ranks):
        out[kind] = state.deck[kind] * share


@rule
def step(world, state, actions, rewards):
    if state.to_move == CHANCE:
        deal(world, state, int(actions[0]))
        return
    player, action = int(state.to_move), int(actions[int(state.to_move)])
    state.latest = player
    if state.left == 0:
        state.turns -= 1
    begin_entry(world, state, player)
    before = int(state.score)
    if action < 2 * world.hand_size:
        use_card(world, state, player, action % world.hand_size, action >= world.hand_size)
    else:
        hint(world, state, player, action - 2 * world.hand_size)
    pass_on(world, state, player)
    gain = float(state.score - before)
    if state.lives == 0 and not world.keeps_score:
        gain = -float(before)
    fill(rewards, gain)
