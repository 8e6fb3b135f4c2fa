"""The seeded catalogue: products with near-miss siblings, and the goals that a customer can have.

A family is a pair of equals, which have everything that a goal of the family asks for, and two to five near misses,
which differ from them in exactly one thing that every goal of the family asks for: an attribute, an option or the
price. Which of the pair a customer has in mind makes no difference to anything else.

Letters for shapes: ``N`` products, ``F`` families, ``G`` goals.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.web.shop import grammar as words
from agora.envs.web.shop.grammar import GROUPS, TYPES, tokens

NONE = -1
WANTED_ATTRIBUTES, OPTION_GROUPS, OPTION_VALUES = 3, 3, 6
"""Most attributes that a goal names, most option groups of a product and most values of a group."""
GOALS_PER_TARGET = 6
SEGMENTS, SEGMENT_WORDS = 1 + WANTED_ATTRIBUTES + OPTION_GROUPS, 2
"""An instruction's phrases: the type, then the attributes, then the options."""
HELD_OUT_EVERY = 5
"""Every fifth type is kept for the test goals."""
TEST_SHARE = 0.2
"""Share of the targets of the other types that is kept for the test goals."""

_ATTRIBUTE, _OPTION, _PRICE = range(3)  # what a sibling has wrong
_TITLE, _EITHER, _FEATURE, _DESCRIPTION, _REVIEW, _HIDDEN, _SPARE = range(7)  # columns of a family's attributes


class Products(NamedTuple):
    """What is sold. Sets of attributes are int64, bit ``a`` for attribute ``a``."""

    type: np.ndarray  # (N,) int16
    brand: np.ndarray  # (N,) int16
    price: np.ndarray  # (N,) int32, cents
    rating: np.ndarray  # (N,) int16, tenths of a star, 10 to 50
    attributes: np.ndarray  # (N,) int64, all attributes, some of which no page shows
    in_title: np.ndarray  # (N,) int64, those that the title shows
    in_features: np.ndarray  # (N,) int64
    in_description: np.ndarray  # (N,) int64, exactly one
    in_reviews: np.ndarray  # (N,) int64, not indexed
    offered: np.ndarray  # (N, OPTION_GROUPS, OPTION_VALUES) int16, values in order, then NONE
    description: np.ndarray  # (N,) int16, sentence of the Description page
    bullets: np.ndarray  # (N, 2) int16, lines of the Features page


class Goals(NamedTuple):
    """What customers want."""

    targets: np.ndarray  # (G, 2) int32, the pair of products, either of which the customer has in mind
    attributes: np.ndarray  # (G, WANTED_ATTRIBUTES) int16, then NONE
    options: np.ndarray  # (G, OPTION_GROUPS) int16, value wanted in each group, then NONE
    limit: np.ndarray  # (G,) int32, cents
    frame: np.ndarray  # (G,) int16, sentence of the instruction
    words: np.ndarray  # (G, SEGMENTS, SEGMENT_WORDS) int16, words of the instruction's phrases, NONE where none


def _table(phrases: list[list[str]]) -> np.ndarray:
    """Words of phrases as numbers (rows, longest) int16, padded with NONE."""
    table = np.full((len(phrases), max(map(len, phrases))), NONE, np.int16)
    for row, phrase in enumerate(phrases):
        table[row, : len(phrase)] = [words.WORD[word] for word in phrase]
    return table


TYPE_WORDS = _table([tokens(type.name) for type in TYPES])
ALSO_WORDS = _table([tokens(type.synonym) for type in TYPES])
ATTRIBUTE_WORDS = _table([tokens(phrase) for phrase in words.ATTRIBUTES])
SYNONYM_WORDS = _table([tokens(phrase) for phrase in words.ATTRIBUTE_SYNONYMS])
VALUE_WORDS = _table([tokens(value) for value in words.VALUES])
BRAND_WORDS = _table([tokens(brand) for brand in words.BRANDS])
DESCRIPTION_WORDS = _table([list(sentence) for sentence in words.DESCRIPTION_WORDS])
BULLET_WORDS = _table([list(line) for line in words.BULLET_WORDS])
FRAME_WORDS = _table([list(frame) for frame in words.FRAME_WORDS])
NAMES_TYPE = np.array(["{type}" in sentence for sentence in words.DESCRIPTIONS])
NAMES_ALSO = np.array(["{also}" in sentence for sentence in words.DESCRIPTIONS])
TYPE_FACTOR = np.array([[words.type_factor(wanted, bought) for bought in TYPES] for wanted in TYPES])
"""(types, types) float64: ``r_type`` for the wanted and the bought type."""


def _groups_of_types() -> np.ndarray:
    table = np.full((len(TYPES), OPTION_GROUPS), NONE, np.int16)
    for row, type in enumerate(TYPES):
        table[row, : len(type.groups)] = [list(GROUPS).index(name) for name in type.groups]
    return table


GROUPS_OF_TYPE = _groups_of_types()
"""(types, OPTION_GROUPS) int16: option groups of a type, then NONE."""
_GROUP_SIZE = np.array([len(values) for values in GROUPS.values()])
_GROUP_START = np.cumsum(_GROUP_SIZE) - _GROUP_SIZE
_CATEGORY = np.array([words.CATEGORIES.index(type.path[0]) for type in TYPES])
_ATTRIBUTES_OF = np.array([words.ATTRIBUTES_OF[name] for name in words.CATEGORIES])
_PRICE_RANGE = np.array([(type.low, type.high) for type in TYPES], float)


class _Families(NamedTuple):
    """What the products of a family share, before siblings are changed."""

    size: np.ndarray  # (F,) products
    type: np.ndarray  # (F,)
    price: np.ndarray  # (F,) cents, of the first of the pair
    material: np.ndarray  # (F,)
    attributes: np.ndarray  # (F, 13) in the order of the columns above; those from _SPARE on are not the pair's
    title_holds: np.ndarray  # (F,) bool: whether the attribute of column _EITHER is in the title
    has_reviewed: np.ndarray  # (F,) bool: whether there is an attribute in column _REVIEW
    has_hidden: np.ndarray  # (F,) bool: whether there is one in column _HIDDEN
    values: np.ndarray  # (F, OPTION_GROUPS, OPTION_VALUES) values offered, NONE where none
    spare_value: np.ndarray  # (F, OPTION_GROUPS) a value not offered
    pivot: np.ndarray  # (F,) column of the attribute that every goal wants
    pivot_group: np.ndarray  # (F,) group of the option value that every goal wants
    pivot_value: np.ndarray  # (F,) its place in the group


def _sizes(products: int, generator: np.random.Generator) -> np.ndarray:
    """Family sizes from 4 to 7 that add up to ``products``."""
    size = generator.integers(4, 8, products * 2 // 11)
    while (missing := products - size.sum()) != 0:
        change = 1 if missing > 0 else -1
        able = np.flatnonzero((size + change >= 4) & (size + change <= 7))
        size[able[: abs(missing)]] += change
    return size


def _make_families(products: int, generator: np.random.Generator) -> _Families:
    size = _sizes(products, generator)
    count = len(size)
    type = generator.permutation(np.arange(count) % len(TYPES))
    low, high = _PRICE_RANGE[type].T
    dollars = np.exp(generator.uniform(np.log(low), np.log(high))).astype(np.int64)
    category = _CATEGORY[type]
    order = np.argsort(generator.random((count, _ATTRIBUTES_OF.shape[1])), axis=1)
    offers, spare = _offer(type, generator)
    pivot_group = (generator.random(count) * (GROUPS_OF_TYPE[type] != NONE).sum(1)).astype(np.int64)
    offered_there = (offers[np.arange(count), pivot_group] != NONE).sum(1)
    return _Families(
        size=size,
        type=type,
        price=dollars * 100 - generator.choice([1, 50, 0], count),
        material=_draw_materials(category, generator),
        attributes=np.take_along_axis(_ATTRIBUTES_OF[category], order, axis=1),
        title_holds=generator.random(count) < 0.5,
        has_reviewed=generator.random(count) < 0.6,
        has_hidden=generator.random(count) < 0.5,
        values=offers,
        spare_value=spare,
        pivot=generator.integers(0, _DESCRIPTION + 1, count),
        pivot_group=pivot_group,
        pivot_value=(generator.random(count) * offered_there).astype(np.int64),
    )


def _draw_materials(category: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    pools = [words.MATERIALS_OF[name] for name in words.CATEGORIES]
    longest = max(map(len, pools))
    table = np.array([pool + [NONE] * (longest - len(pool)) for pool in pools])
    place = generator.random(len(category)) * np.array([len(pool) for pool in pools])[category]
    return table[category, place.astype(np.int64)]


def _offer(type: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Values offered (F, OPTION_GROUPS, OPTION_VALUES), 3 to 6 a group, and one (F, OPTION_GROUPS) that is not."""
    groups = GROUPS_OF_TYPE[type]
    keys = generator.random((*groups.shape, _GROUP_SIZE.max()))
    keys[np.arange(_GROUP_SIZE.max()) >= _GROUP_SIZE[groups][..., None]] = 2.0
    values = _GROUP_START[groups][..., None] + np.argsort(keys, axis=2)
    count = generator.integers(3, OPTION_VALUES + 1, groups.shape)
    values[groups == NONE] = NONE
    offered = np.where(np.arange(OPTION_VALUES) < count[..., None], values[..., :OPTION_VALUES], NONE)
    return offered, values[..., OPTION_VALUES]


def _bits(attributes: np.ndarray) -> np.ndarray:
    """The set with the one attribute, or the empty set for NONE: int64."""
    return np.where(attributes == NONE, 0, np.left_shift(np.int64(1), np.maximum(attributes, 0).astype(np.int64)))


def _make_products(families: _Families, generator: np.random.Generator) -> Products:
    """The products family by family, the pair first."""
    parent = np.repeat(np.arange(len(families.size)), families.size)
    rank = np.arange(len(parent)) - (np.cumsum(families.size) - families.size)[parent]
    wrong = (rank + generator.integers(0, 3, len(families.size))[parent]) % 3
    miss = rank > 1
    attributes, price, values = families.attributes[parent], families.price[parent], families.values[parent]
    shown_in = np.full(len(parent), _SPARE)
    shown_in += generator.integers(0, attributes.shape[1] - _SPARE, len(parent))

    rows = np.flatnonzero(miss & (wrong == _ATTRIBUTE))
    attributes[rows, families.pivot[parent[rows]]] = attributes[rows, shown_in[rows]]
    rows = np.flatnonzero(miss & (wrong == _OPTION))
    group = families.pivot_group[parent[rows]]
    values[rows, group, families.pivot_value[parent[rows]]] = families.spare_value[parent[rows], group]
    cheaper = (price * generator.uniform(0.85, 1.0, len(parent))).astype(np.int64)
    dearer = price + generator.integers(41, 90, len(parent)) * 100
    same_tens = price // 1000 * 1000 + generator.integers(3, 10, len(parent)) * 100  # so the same price limits fit
    price = np.select([rank == 0, rank == 1, wrong == _PRICE], [price, same_tens, dearer], cheaper)

    bits = _bits(attributes)
    either, in_title = bits[:, _EITHER], bits[:, _TITLE] | _bits(families.material)[parent]
    title_holds = families.title_holds[parent]
    in_title = in_title | np.where(title_holds, either, 0)
    in_features = bits[:, _FEATURE] | np.where(title_holds, 0, either)
    in_reviews = np.where(families.has_reviewed[parent], bits[:, _REVIEW], 0)
    hidden = np.where(families.has_hidden[parent], bits[:, _HIDDEN], 0)
    values = np.sort(np.where(values == NONE, np.iinfo(np.int16).max, values), axis=2).astype(np.int16)
    values[values == np.iinfo(np.int16).max] = NONE
    bullet = generator.integers(0, len(words.BULLETS), len(parent))
    second = (bullet + generator.integers(1, len(words.BULLETS), len(parent))) % len(words.BULLETS)
    return Products(
        type=families.type[parent].astype(np.int16),
        brand=generator.integers(0, len(words.BRANDS), len(parent)).astype(np.int16),
        price=price.astype(np.int32),
        rating=np.clip(generator.normal(40, 7, len(parent)), 10, 50).astype(np.int16),
        attributes=in_title | in_features | bits[:, _DESCRIPTION] | in_reviews | hidden,
        in_title=in_title,
        in_features=in_features,
        in_description=bits[:, _DESCRIPTION],
        in_reviews=in_reviews,
        offered=values,
        description=generator.integers(0, len(words.DESCRIPTIONS), len(parent)).astype(np.int16),
        bullets=np.stack([bullet, second], axis=1).astype(np.int16),
    )


def _subsets() -> np.ndarray:
    """Which of four shown attributes a goal names beside the pivot: all sets of up to two, (11, 4) bool."""
    sets = np.array([[bool(number >> bit & 1) for bit in range(4)] for number in range(16)])
    return sets[sets.sum(1) < WANTED_ATTRIBUTES]


def _make_goals(families: _Families, generator: np.random.Generator) -> tuple[Goals, np.ndarray]:
    """GOALS_PER_TARGET different goals for each family, whose number stands for the targets, and that number."""
    subsets = _subsets()
    family = np.repeat(np.arange(len(families.size)), GOALS_PER_TARGET)
    count, rows = len(family), np.arange(len(family))
    offset = generator.integers(0, len(subsets), len(families.size))[family]
    chosen = subsets[(offset + rows % GOALS_PER_TARGET) % len(subsets)]

    shown = families.attributes[family, : _DESCRIPTION + 1]
    pivot = families.pivot[family]
    others = np.arange(3) + (np.arange(3) >= pivot[:, None])
    beside = np.concatenate([families.material[family, None], np.take_along_axis(shown, others, axis=1)], axis=1)
    named = np.concatenate([shown[rows, pivot][:, None], np.where(chosen, beside, NONE)], axis=1)
    order = np.argsort(np.where(named == NONE, len(words.ATTRIBUTES), named), axis=1)
    attributes = np.take_along_axis(named, order, axis=1)[:, :WANTED_ATTRIBUTES]

    offered = families.values[family]
    place = (generator.random((count, OPTION_GROUPS)) * (offered != NONE).sum(2)).astype(np.int64)
    place[rows, families.pivot_group[family]] = families.pivot_value[family]
    options = np.take_along_axis(offered, place[..., None], axis=2)[..., 0]

    one = generator.integers(0, 4, count)
    other = (one + generator.integers(1, 4, count)) % 4
    price = families.price[family]
    limit = price // 1000 * 1000 + 1000 * (1 + np.maximum(one, other))
    goals = Goals(
        targets=np.stack([family, family], axis=1),
        attributes=attributes.astype(np.int16),
        options=options.astype(np.int16),
        limit=limit.astype(np.int32),
        frame=generator.integers(0, len(words.FRAMES), count).astype(np.int16),
        words=_phrases(families.type[family], attributes, options),
    )
    return goals, family


def _phrases(type: np.ndarray, attributes: np.ndarray, options: np.ndarray) -> np.ndarray:
    """The words of instructions (G, SEGMENTS, SEGMENT_WORDS), literally those of the catalogue."""
    phrases = np.full((len(type), SEGMENTS, SEGMENT_WORDS), NONE, np.int16)
    phrases[:, 0] = TYPE_WORDS[type]
    for place in range(WANTED_ATTRIBUTES):
        named = attributes[:, place] != NONE
        phrases[named, 1 + place] = ATTRIBUTE_WORDS[attributes[named, place]]
    for group in range(OPTION_GROUPS):
        named = options[:, group] != NONE
        phrases[named, 1 + WANTED_ATTRIBUTES + group, : VALUE_WORDS.shape[1]] = VALUE_WORDS[options[named, group]]
    return phrases


def _blur(goals: Goals, type: np.ndarray, noise: float, generator: np.random.Generator) -> None:
    """Rewrites phrases in place: with probability ``noise`` a type or an attribute is named by its synonym, or, one
    time in four and if it has two words, by its last word only."""
    for segment in range(1 + WANTED_ATTRIBUTES):
        phrase = goals.words[:, segment]
        blurred = (generator.random(len(phrase)) < noise) & (phrase[:, 0] != NONE)
        shortened = blurred & (generator.random(len(phrase)) < 0.25) & (phrase[:, 1] != NONE)
        replaced = np.flatnonzero(blurred & ~shortened)
        number = type if segment == 0 else goals.attributes[:, segment - 1]
        phrase[shortened, 0], phrase[shortened, 1] = phrase[shortened, 1], NONE
        phrase[replaced] = (ALSO_WORDS if segment == 0 else SYNONYM_WORDS)[number[replaced]]


def build(products: int, seed: int, split: str, noise: float) -> tuple[Products, Goals]:
    """The catalogue that ``seed`` stands for, and its goals in ``split`` (train, test or all).

    Train and test share no target, and types whose number is 4 modulo ``HELD_OUT_EVERY`` are in no train goal.
    Products and goals do not depend on ``noise``, only the words of instructions do.
    """
    shelves, customers, places, cut, blur = (np.random.default_rng([seed, stream]) for stream in range(5))
    families = _make_families(products, shelves)
    sold = _make_products(families, shelves)
    goals, family = _make_goals(families, customers)

    place = places.permutation(products)  # so that a product's number says nothing of its family
    sold = Products(*(array[np.argsort(place)] for array in sold))
    first = np.cumsum(families.size) - families.size
    pair = np.stack([place[first], place[first + 1]], axis=1)
    goals = goals._replace(targets=pair[family].astype(np.int32))

    held_out = families.type % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
    test = (held_out | (cut.random(len(first)) < TEST_SHARE))[family]
    kept = {"train": ~test, "test": test, "all": np.ones(len(test), bool)}[split]
    _blur(goals, families.type[family], noise, blur)
    return sold, Goals(*(array[kept] for array in goals))
