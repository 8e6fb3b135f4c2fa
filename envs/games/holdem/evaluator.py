"""How strong a poker hand of five to seven cards is: a number made of bit masks, without tables.

A hand is four masks, one per suit, with bit 0 for a deuce to bit 12 for an ace. Its strength is the category above two
masks of ranks: those that make the category, and those of the kickers. Masks with equally many bits compare as the
ranks in them do, the highest first, so hands compare as their strengths do: equal strengths share the pot.
"""

from agora.envs.jit import rule

HIGH_CARD, PAIR, TWO_PAIR, TRIPS, STRAIGHT, FLUSH, FULL_HOUSE, QUADS, STRAIGHT_FLUSH = range(9)
CATEGORIES = (
    "high card",
    "pair",
    "two pair",
    "three of a kind",
    "straight",
    "flush",
    "full house",
    "four of a kind",
    "straight flush",
)
RANKS = 13
MAKING = RANKS  # shift of the mask of ranks that make the category; kickers stand below
CATEGORY = 2 * RANKS  # shift of the category
ACE = RANKS - 1
HAND = 5  # cards that count


@rule
def strength(clubs, diamonds, hearts, spades):
    """The strength, 0 to 9 * 2**26, of a hand of five to seven cards given as four masks of ranks."""
    ranks = clubs | diamonds | hearts | spades
    black, red = clubs | diamonds, hearts | spades
    both_black, both_red = clubs & diamonds, hearts & spades
    two = both_black | both_red | (black & red)  # ranks held at least twice
    suited = flush_mask(clubs, diamonds, hearts, spades)
    if suited:  # seven cards with a flush hold no full house
        top = straight_top(suited)
        if top:
            return (STRAIGHT_FLUSH << CATEGORY) | (top << MAKING)
        return (FLUSH << CATEGORY) | (keep(suited, HAND) << MAKING)
    if two:
        three = (both_black & red) | (both_red & black)
        if three:
            return strength_of_many(ranks, two, three, both_black & both_red)
    top = straight_top(ranks)
    if top:
        return (STRAIGHT << CATEGORY) | (top << MAKING)
    if two == 0:
        return (HIGH_CARD << CATEGORY) | keep(ranks, HAND)
    pairs = keep(two, 2)
    if pairs & (pairs - 1):
        return (TWO_PAIR << CATEGORY) | (pairs << MAKING) | highest(ranks ^ pairs)
    return (PAIR << CATEGORY) | (pairs << MAKING) | keep(ranks ^ pairs, 3)


@rule
def strength_of_many(ranks, two, three, four):
    """The strength of a hand without a flush that holds some rank at least three times."""
    if four:
        return (QUADS << CATEGORY) | (four << MAKING) | highest(ranks ^ four)
    trips = highest(three)
    others = two ^ trips
    if others:
        return (FULL_HOUSE << CATEGORY) | (trips << MAKING) | highest(others)
    top = straight_top(ranks)
    if top:
        return (STRAIGHT << CATEGORY) | (top << MAKING)
    return (TRIPS << CATEGORY) | (trips << MAKING) | keep(ranks ^ trips, 2)


@rule
def flush_mask(clubs, diamonds, hearts, spades):
    """The mask of the suit that has five cards or more, or 0."""
    if count(clubs) >= HAND:
        return clubs
    if count(diamonds) >= HAND:
        return diamonds
    if count(hearts) >= HAND:
        return hearts
    return spades if count(spades) >= HAND else 0


@rule
def straight_top(mask):
    """The highest card, as a mask, of the best straight in ``mask``, or 0; an ace is also the card below a deuce."""
    run = (mask << 1) | (mask >> ACE)
    run &= run >> 1
    run &= run >> 2
    run &= run >> 1  # bit n is set where n to n + 4 were
    return highest(run) << 3


@rule
def highest(mask):
    """The highest bit of ``mask``, of at most 16 bits, alone; 0 when there is none."""
    mask |= mask >> 1
    mask |= mask >> 2
    mask |= mask >> 4
    mask |= mask >> 8
    return mask ^ (mask >> 1)


@rule
def keep(mask, most):
    """``mask`` without its lowest bits, so that at most ``most`` are left."""
    for _ in range(count(mask) - most):
        mask &= mask - 1
    return mask


@rule
def count(mask):
    """How many bits of ``mask``, of at most 16, are set."""
    mask -= (mask >> 1) & 0x5555
    mask = (mask & 0x3333) + ((mask >> 2) & 0x3333)
    mask = (mask + (mask >> 4)) & 0x0F0F
    return (mask + (mask >> 8)) & 0x1F
