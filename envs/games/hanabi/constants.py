"""Numbers that the rules share."""

LEVELS = ("minimal", "card_knowledge", "seer")
MINIMAL, SEER = 0, 2
PLAY, DISCARD, HINT_COLOR, HINT_RANK = range(4)  # kinds of action
COLOR_TOLD, RANK_TOLD = 1, 2  # bits of `told`
NONE = -1

# Columns of `past`: who acted, the kind, then for hints whom, the colour or rank and the slots it points at (one bit
# each), for others the slot, the card's colour and rank, and whether it scored and whether it won an information token.
WHO, KIND, TARGET, VALUE, TOUCHED, SLOT, COLOR, RANK, SCORED, TOKEN = range(10)
COLUMNS = 10
