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


class Index(NamedTuple):
    """The postings of word ``w`` are ``first[w]`` to ``first[w + 1]``, sorted by product."""

    first: np.ndarray  # (words + 1,) int64
    product: np.ndarray  # (postings,) int32
    impact: np.ndarray  # (postings,) int32, in 1 / IMPACT_UNIT
    highest: np.ndarray  # (words,) int64, the highest impact of a word


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
    highest = np.zeros(len(WORDS), np.int64)
    np.maximum.at(highest, word, impact)
    first = np.concatenate([[0], np.cumsum(holding)]).astype(np.int64)
    return Index(first=first, product=product.astype(np.int32), impact=impact, highest=highest)


# A search reads the postings of all words side by side, product by product. Words are sorted by their highest impact.
# Once TOP hits are known, a product that holds only words whose highest impacts add up to no more than the lowest hit
# cannot get in, so the lists of those words are only looked up, not walked (MaxScore: H. Turtle and J. Flood, "Query
# evaluation: strategies and optimizations", Information Processing and Management 31, 1995).


@rule
def search(index, state):
    """Puts the TOP products for ``state.query`` in ``state.hits``, best first; NONE after the last one."""
    fill(state.hits, NONE)
    state.hit_count = 0
    words = open_postings(index, state)
    walked = 0  # words before this one are only looked up
    while walked < words:
        product = next_product(index, state, walked, words)
        if product == NONE:
            break
        score = score_product(index, state, product, walked, words)
        if state.hit_count < TOP or score > state.scores[TOP - 1]:
            insert_hit(state, product, score)
            if state.hit_count == TOP:
                while walked < words and state.bounds[walked] <= state.scores[TOP - 1]:
                    walked += 1


@rule
def open_postings(index, state):
    """Sorts the query's words by highest impact and sets cursors to their first postings; returns how many."""
    words = 0
    for place in range(state.query_length):
        word = int(state.query[place])
        if index.first[word] == index.first[word + 1]:
            continue
        rank = words
        while rank > 0 and state.bounds[rank - 1] > index.highest[word]:
            state.bounds[rank] = state.bounds[rank - 1]
            state.cursors[rank] = state.cursors[rank - 1]
            state.ends[rank] = state.ends[rank - 1]
            rank -= 1
        state.bounds[rank] = index.highest[word]
        state.cursors[rank] = index.first[word]
        state.ends[rank] = index.first[word + 1]
        words += 1
    for rank in range(1, words):
        state.bounds[rank] += state.bounds[rank - 1]
    return words


@rule
def next_product(index, state, walked, words):
    """The lowest product under the cursors of the words that are walked; NONE when all lists are at their end."""
    product = NONE
    for rank in range(walked, words):
        if state.cursors[rank] < state.ends[rank]:
            candidate = int(index.product[state.cursors[rank]])
            if product == NONE or candidate < product:
                product = candidate
    return product


@rule
def score_product(index, state, product, walked, words):
    """The score of ``product``, or less where it cannot be a hit; moves the cursors of walked words past it."""
    score = 0
    for rank in range(walked, words):
        cursor = int(state.cursors[rank])
        if cursor < state.ends[rank] and index.product[cursor] == product:
            score += int(index.impact[cursor])
            state.cursors[rank] += 1
    for rank in range(walked - 1, -1, -1):
        if score + state.bounds[rank] <= state.scores[TOP - 1]:
            break
        cursor = find_posting(index, int(state.cursors[rank]), int(state.ends[rank]), product)
        state.cursors[rank] = cursor
        if cursor < state.ends[rank] and index.product[cursor] == product:
            score += int(index.impact[cursor])
    return score


@rule
def find_posting(index, low, end, product):
    """The first posting from ``low`` on whose product is not below ``product``, or ``end``: growing steps, halving."""
    step = 1
    high = low
    while high < end and index.product[high] < product:
        low = high + 1
        high += step
        step *= 2
    if high > end:
        high = end
    while low < high:
        middle = (low + high) // 2
        if index.product[middle] < product:
            low = middle + 1
        else:
            high = middle
    return low


@rule
def insert_hit(state, product, score):
    """Puts a product where it belongs among the hits, after its equals; the last one of TOP falls out."""
    place = state.hit_count
    if place < TOP:
        state.hit_count += 1
    else:
        place = TOP - 1
    while place > 0 and state.scores[place - 1] < score:
        state.hits[place] = state.hits[place - 1]
        state.scores[place] = state.scores[place - 1]
        place -= 1
    state.hits[place] = product
    state.scores[place] = score
