"""Names that strangers give: which ones are allowed, and which ones a reader would take for each other.

Two names look alike if their skeletons are the same: compatibility forms folded (NFKC), accents dropped, look-alikes of
other alphabets and digits replaced, case folded, spaces and punctuation dropped. This is the idea of the Unicode
Technical Standard 39, section 4, with a table of the alphabets that share most shapes with Latin.

Not caught: look-alikes outside the table (Cherokee, Coptic, ...), shapes that meet only in some typefaces (``5`` and
``S``, ``cl`` and ``d``), names that sound or mean the same, and misspellings.
"""

import unicodedata

NAME_LENGTH = 40
"""Most characters of a name."""

AUTHOR_LENGTH = 60

_MARKS_IN_A_ROW = 2  # combining marks on one letter; more of them climb into the lines above and below

_INVISIBLE = {
    "Cc": "a control character",
    "Cf": "an invisible character (text direction, zero width)",
    "Cs": "half of a surrogate pair",
    "Co": "a private-use character",
    "Cn": "a character that Unicode does not define",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
    "Zs": "a space other than the plain one",
}

_PAIRS = (
    ("АВЕЅІЈКМНОРСТУХҮԚԜӀ", "ABESIJKMHOPCTYXYQWI"),  # Cyrillic
    ("аеѕіјорсухһԁԛԝѵкмтвнгпьӏү", "aesijopcyxhdqwvkmtbhrnbly"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),  # Greek
    ("αβγεικνορτυχωησ", "abyeikvoptuxwno"),
    ("ՕՍՏօսհոցզ", "OUSouhngq"),  # Armenian
    ("ØøŁłĐđĦħŦŧıȷɑɡɩʀ", "OoLlDdHhTtijagir"),  # Latin that does not decompose
    ("01Ii|", "ollll"),  # small L stands for all letters of one stroke
)
_LOOK_ALIKES = {ord(one): other for row, plain in _PAIRS for one, other in zip(row, plain, strict=True)}


def check_name(text: str, longest: int = NAME_LENGTH) -> str:
    """The name in composed form (NFC).

    Raises:
        ValueError: it is empty or too long, does not begin with a letter or digit, or holds something that cannot be
            seen or that changes how its surroundings are shown.
    """
    name = unicodedata.normalize("NFC", text)
    if not 1 <= len(name) <= longest:
        raise ValueError(f"it has {len(name)} characters; give 1 to {longest}")
    marks = 0
    for letter in name:
        category = unicodedata.category(letter)
        if category in _INVISIBLE and letter != " ":
            raise ValueError(f"it holds {_INVISIBLE[category]}, U+{ord(letter):04X}; leave that out")
        marks = marks + 1 if category.startswith("M") else 0
        if marks > _MARKS_IN_A_ROW:
            raise ValueError("it stacks more than two accents on a letter; leave them out")
    if not name[0].isalnum():
        raise ValueError(f"it begins with {name[0]!r}; begin with a letter or digit")
    if name.endswith(" ") or "  " in name:
        raise ValueError("it has spaces at its end or two in a row; use single ones within")
    return name


def skeleton(name: str) -> str:
    """What is left of ``name`` when everything a reader may overlook is gone.

    >>> skeleton("Rand0m ") == skeleton("RANDOM")
    True
    """
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name))
    bare = "".join(letter for letter in decomposed if not unicodedata.category(letter).startswith("M"))
    # Twice: folding can make a letter of the table out of one that is not in it, and the other way round.
    folded = bare.translate(_LOOK_ALIKES).casefold().translate(_LOOK_ALIKES)
    letters = "".join(letter for letter in folded if letter.isalnum())
    return letters.replace("rn", "m").replace("vv", "w")


def looks_like(name: str, others: list[str]) -> str | None:
    """The first of ``others`` that ``name`` could be taken for, or None."""
    own = skeleton(name)
    return next((other for other in others if skeleton(other) == own), None)
