"""Loops over many hands of cards, compiled once for those who judge hands: see ``hands`` in reference.py.

A card is ``rank * 4 + suit``, ranks 0 (deuce) to 12 (ace), suits clubs, diamonds, hearts, spades. ``L`` is the number
of hands.
"""

from agora.envs.games.holdem.evaluator import CATEGORY, strength
from agora.envs.jit import entry, rule

DECK = 52
SUIT_BITS = 16  # the four masks of ranks as one number, which one addition extends by a card


@rule
def bit(card):
    """``card`` as one bit among the four masks."""
    return 1 << ((card & 3) * SUIT_BITS + (card >> 2))


@rule
def judge(packed):
    """The strength of the cards in ``packed``."""
    return strength(packed & 0x1FFF, (packed >> 16) & 0x1FFF, (packed >> 32) & 0x1FFF, (packed >> 48) & 0x1FFF)


@entry
def strengths(cards, out):
    """Writes the strength of each row of ``cards`` (L, 5 to 7) integers into ``out`` (L,) int64."""
    for row in range(cards.shape[0]):
        packed = 0
        for place in range(cards.shape[1]):
            packed |= bit(int(cards[row, place]))
        out[row] = judge(packed)


@entry
def count_hands(most, counts):
    """Counts all hands of ``most`` cards, 5 or 7, by category into ``counts`` (9,) int64, which arrives as zeros."""
    for a in range(DECK):
        for b in range(a):
            for c in range(b):
                for d in range(c):
                    four = bit(a) | bit(b) | bit(c) | bit(d)
                    for e in range(d):
                        five = four | bit(e)
                        if most == 5:
                            counts[judge(five) >> CATEGORY] += 1
                            continue
                        for f in range(e):
                            six = five | bit(f)
                            for g in range(f):
                                counts[judge(six | bit(g)) >> CATEGORY] += 1


@entry
def hand_strengths(own, board, board_cards, out):
    """Writes how often each hand beats one other hand of two unseen cards, ties counted half, into ``out`` (L,).

    ``own`` is (L, 2) and ``board`` (L, 5), of which the first ``board_cards`` (L,), three to five, are dealt.
    """
    for row in range(own.shape[0]):
        public = 0
        for place in range(board_cards[row]):
            public |= bit(int(board[row, place]))
        mine = bit(int(own[row, 0])) | bit(int(own[row, 1]))
        seen = public | mine
        strong = judge(seen)
        beaten, pairs = 0, 0
        for a in range(DECK):
            for b in range(a):
                theirs = bit(a) | bit(b)
                if theirs & seen == 0:
                    other = judge(public | theirs)
                    beaten += 2 * (strong > other) + (strong == other)
                    pairs += 2
        out[row] = beaten / pairs
