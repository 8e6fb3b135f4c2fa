"""The search engine: an inverted index with BM25, built once into arrays, and a search that allocates nothing.

The score of a product is the sum over the query's words of idf * tf / (tf + K1 * (1 - B + B * length / mean length))
with idf = ln(1 + (N - n + 0.5) / (n + 0.5)), where n of N products hold the word and this one holds it tf times: BM25
as Lucene 8 computes it. The summands (impacts) are kept as whole numbers, so that the order of addition does not
matter. Equal scores are ordered by product number.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.web.shop import catalogue as tables
from agora.envs.web.shop.catalogue import NONE, Products
from agora.envs.web.shop.grammar import WORDS

K1, B = 0.9, 0.4
"""The parameters of WebShop's search engine (the defaults of Pyserini)."""
IMPACT_UNIT = 1 << 16
"""Impacts are rounded to multiples of 1 / IMPACT_UNIT."""
TOP = 50
"""Most hits of a search."""
QUERY_WORDS = 24
"""Most words of a query."""
WINDOW = 256
"""Products whose scores are added up at a time."""
PRODUCT_LIMIT = 1 << 17
"""More than any product number. A hit's key is score * PRODUCT_LIMIT + PRODUCT_LIMIT - 1 - product."""


class Index(NamedTuple):
    """The postings of word ``w`` are ``first[w]`` to ``first[w + 1]``, sorted by product."""

    first: np.ndarray  # (words + 1,) int64
    product: np.ndarray  # (postings,) int32
    impact: np.ndarray  # (postings,) int32, in 1 / IMPACT_UNIT


def members(sets: np.ndarray, most: int) -> np.ndarray:
    """The attributes in each of ``sets`` (N,) int64, lowest first: (N, most) with NONE where there are no more."""
    columns, left = [], sets.copy()
    for _ in range(most):
        lowest = left & -left
        columns.append(np.frexp(lowest.astype(np.float64))[1] - 1)  # 0 has exponent 0
        left ^= lowest
    return np.stack(columns, axis=1)


def _phrases(table: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The words of phrases ``numbers`` (N, ...), NONE for none, side by side: (N, columns)."""
    phrases = np.where((numbers == NONE)[..., None], NONE, table[numbers])
    return phrases.reshape(len(numbers), -1)


def text_words(products: Products) -> np.ndarray:
    """The words of every product's title, features, description and options: (N, columns) int16, NONE where none."""
    type, sentence = products.type, products.description
    described = members(products.in_description, 1)
    columns = [
        _phrases(tables.BRAND_WORDS, products.brand),
        _phrases(tables.TYPE_WORDS, type),
        _phrases(tables.ATTRIBUTE_WORDS, members(products.in_title, 3)),
        _phrases(tables.ATTRIBUTE_WORDS, members(products.in_features, 2)),
        _phrases(tables.BULLET_WORDS, products.bullets),
        _phrases(tables.DESCRIPTION_WORDS, sentence),
        _phrases(tables.TYPE_WORDS, np.where(tables.NAMES_TYPE[sentence], type, NONE)),
        _phrases(tables.ALSO_WORDS, np.where(tables.NAMES_ALSO[sentence], type, NONE)),
        _phrases(tables.ATTRIBUTE_WORDS, described),
        _phrases(tables.SYNONYM_WORDS, described),
        _phrases(tables.VALUE_WORDS, products.offered),
    ]
    return np.concatenate(columns, axis=1)


def build_index(products: Products) -> Index:
    words = text_words(products)
    count = len(words)
    length = (words != NONE).sum(axis=1)
    keys = words.astype(np.int64) * count + np.arange(count)[:, None]
    keys = np.sort(keys[words != NONE])
    fresh = np.concatenate([[True], keys[1:] != keys[:-1]])
    start = np.flatnonzero(fresh)
    often = np.diff(np.append(start, len(keys)))
    word, product = np.divmod(keys[start], count)
    holding = np.bincount(word, minlength=len(WORDS))
    rarity = np.log1p((count - holding + 0.5) / (holding + 0.5))
    weight = often / (often + K1 * (1 - B + B * (length / length.mean())[product]))
    impact = np.rint(rarity[word] * weight * IMPACT_UNIT).astype(np.int32)
    first = np.concatenate([[0], np.cumsum(holding)]).astype(np.int64)
    return Index(first=first, product=product.astype(np.int32), impact=impact)


# A search goes through the products in windows of WINDOW numbers: the postings of one word after the other are added to
# the window's sums, then each sum is compared with the lowest hit. The hits are a heap whose root is the lowest one,
# sorted at the end. Every array belongs to the state, so nothing is allocated.


@rule
def search(index, state):
    """Puts the TOP products for ``state.query`` in ``state.hits``, best first; NONE after the last one."""
    state.hit_count = 0
    for place in range(state.query_length):
        state.cursors[place] = index.first[state.query[place]]
    start = next_window(index, state)
    while start != NONE:
        for place in range(state.query_length):
            add_postings(index, state, place, start)
        take_hits(state, start)
        start = next_window(index, state)
    sort_hits(state)


@rule
def next_window(index, state):
    """The lowest product under a cursor, where the next window starts; NONE when all postings are read."""
    lowest = NONE
    for place in range(state.query_length):
        if state.cursors[place] < index.first[state.query[place] + 1]:
            product = int(index.product[state.cursors[place]])
            if lowest == NONE or product < lowest:
                lowest = product
    return lowest


@rule
def add_postings(index, state, place, start):
    """Adds the impacts of one word to the sums of the window from ``start``, and moves its cursor past the window."""
    cursor, end = int(state.cursors[place]), index.first[state.query[place] + 1]
    while cursor < end and index.product[cursor] < start + WINDOW:
        state.sums[index.product[cursor] - start] += index.impact[cursor]
        cursor += 1
    state.cursors[place] = cursor


@rule
def take_hits(state, start):
    """Takes the window's best products among the hits and clears its sums."""
    lowest = 0
    if state.hit_count == TOP:
        lowest = state.heap[0] // PRODUCT_LIMIT
    for place in range(WINDOW):
        if state.sums[place] > lowest:
            key = int(state.sums[place]) * PRODUCT_LIMIT + PRODUCT_LIMIT - 1 - (start + place)
            if state.hit_count < TOP:
                rise(state, int(state.hit_count), key)
                state.hit_count += 1
            else:
                sink(state, 0, TOP, key)
            if state.hit_count == TOP:
                lowest = state.heap[0] // PRODUCT_LIMIT
        state.sums[place] = 0


@rule
def rise(state, place, key):
    """Puts ``key`` at the end of the heap and moves it up to where its parent is not higher."""
    while place > 0 and state.heap[(place - 1) // 2] > key:
        state.heap[place] = state.heap[(place - 1) // 2]
        place = (place - 1) // 2
    state.heap[place] = key


@rule
def sink(state, place, size, key):
    """Puts ``key`` at ``place`` of a heap of ``size`` and moves it down to where no child is lower."""
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and state.heap[child + 1] < state.heap[child]:
            child += 1
        if state.heap[child] >= key:
            break
        state.heap[place] = state.heap[child]
        place = child
    state.heap[place] = key


@rule
def sort_hits(state):
    """Empties the heap, lowest first, into ``state.hits``."""
    fill(state.hits, NONE)
    for place in range(state.hit_count - 1, -1, -1):
        state.hits[place] = PRODUCT_LIMIT - 1 - state.heap[0] % PRODUCT_LIMIT
        sink(state, 0, place, state.heap[place])
    fill(state.heap, 0)
