"""A web shop: find and buy what an instruction asks for.

# Description
A customer's instruction names a type of product, one to three attributes, an option value for every option group of
the product it has in mind, and a price limit. The shop has a search page, pages of results (ten a page, the best fifty
hits by BM25), item pages with options as radio buttons, three sub-pages (Description, Features, Reviews) and a button
Buy Now, which ends the visit. The catalogue is made from a grammar by `catalogue_seed`: for every instruction it holds
two products that fit, often more, and two to five near misses with one attribute, one option or the price wrong.
Titles show some attributes only; others stand on the sub-pages, and some on no page at all. Options are unset whenever
an item is opened from the results. What is hidden is which of the two products the customer has in mind.

# Observation
Features of what is on the screen, as a reader who knows every synonym gathers them; nothing that no page shows.
`page` (7): search, results, item, description, features, reviews, done, one-hot. `wanted_type` (40),
`wanted_attributes` (61), `wanted_options` (56), `limit` (1, thousands of dollars): the instruction. `progress` (3):
share of the steps used, results page / 5, hits / 50. `tried` (8): query templates used in this visit. `results`
(10, 8), a row a hit, zeros where none: there is a hit; right type; first, second, third wanted attribute in the title;
price within the limit; price in thousands of dollars; opened since this search. `product` (12), of the open item: right
type; price within the limit; price in thousands of dollars; rating / 5; first, second, third wanted attribute read so
far; share of the wanted options offered, and chosen; description, features, reviews read. `options` (3, 6, 3), a row a
button: offered, chosen, wanted. `typed` (1; 483 with query="words", one for each word): words in the search box or of
the query that was searched for, counted in 24ths.

# Action
`Discrete`, masked to what is on the screen. 0 to 9: open a hit of this results page. 10: `< Prev` (sub-page to item,
item to results, results to the page before). 11: `Next >`, while there are more hits. 12: Back to Search. 13, 14, 15:
Description, Features, Reviews. 16: Buy Now. 17 to 34: choose an option, 17 + 6 * group + place. 35 to 42: search for
words of the instruction: the type; type and first attribute; type and second attribute; type and all attributes; type
and options; type, attributes and options; attributes and options; the whole instruction. With query="words" also 43:
search for what is in the box, and 44 + w: type word w of the vocabulary (483 words, at most 24 in the box).

# Reward
Points, once, at Buy Now, with WebShop's formula: r_type * (attributes hit + options hit + [price <= limit]) /
(attributes wanted + options wanted + 1). An attribute is hit if the product has it, shown or not; an option if its
value is chosen. r_type is 1 for the same type of product, for types that share two nodes of their category path, and
for types of which more than 20 % of the nouns (words of name and path) agree; else 0.5; 0.1 below 10 % and 0 without
a common noun. A type has six nouns, so 0.1 does not occur. WebShop compares attributes and options by fuzzy text
matching; here every phrase means one thing and equality does.

# End
At Buy Now. The limit is 100 steps, 400 with query="words", where typing a word is a step.

# Options
- `products` (200 to 100,000, default 1,000): size of the catalogue.
- `split` ("all", "train", "test", default "all"): train and test goals share no target, and every fifth type of
  product is in test goals only. The catalogue is the same.
- `noise` (0 to 1, default 0): probability that the type or an attribute is called by a synonym in the instruction, or
  one time in four by its last word only.
- `catalogue_seed` (0 to 2**31 - 1, default 0): which catalogue.
- `query` ("templates", "words", default "templates"): whether words can also be typed one by one.

# Source
S. Yao, H. Chen, J. Yang, K. Narasimhan, "WebShop: towards scalable real-world web interaction with grounded language
agents", NeurIPS 2022: pages, goals and reward. Own catalogue, search engine and text; scores are not comparable with
those on WebShop's products. Prices and goals are seeded, results end with the last hit, reviews exist.

# Versions
- v0: first release.
"""

from typing import NamedTuple

import numpy as np

from agora.envs.api import Discrete, Piece, Spec, check_choice, check_integer, check_number
from agora.envs.arrays import fill
from agora.envs.jit import rule
from agora.envs.rng import integer
from agora.envs.web.shop.catalogue import (
    FRAME_WORDS,
    NONE,
    OPTION_GROUPS,
    OPTION_VALUES,
    SEGMENT_WORDS,
    SEGMENTS,
    TYPE_FACTOR,
    WANTED_ATTRIBUTES,
    Goals,
    Products,
    build,
)
from agora.envs.web.shop.grammar import ATTRIBUTES, TYPES, VALUES, WORDS
from agora.envs.web.shop.pages import (
    BACK,
    BUY,
    DESCRIPTION,
    DONE,
    ITEM,
    NEXT,
    OPTION,
    PAGE_HITS,
    PREVIOUS,
    RESULTS,
    SEARCH,
    SUBMIT,
    TAB,
    TEMPLATE,
    TEMPLATES,
    WHOLE,
    WORD,
    allow_item,
    allow_results,
    allow_search,
    has,
    show_hit,
    show_instruction,
    show_item,
    show_options,
)
from agora.envs.web.shop.search import QUERY_WORDS, TOP, WINDOW, Index, build_index, search


class World(NamedTuple):
    products: Products
    goals: Goals
    inverted_index: Index
    type_factor: np.ndarray  # (types, types) float64, r_type of the wanted and the bought type
    frame_words: np.ndarray  # (frames, words) int16, words between an instruction's phrases, NONE where none
    typing: int  # 1 with query="words"
    noise: float
    catalogue_seed: int


def make_world(
    products: int = 1000, split: str = "all", noise: float = 0.0, catalogue_seed: int = 0, query: str = "templates"
) -> World:
    noise = check_number("noise", noise, 0, 1)
    sold, goals = build(
        check_integer("products", products, 200, 100_000),
        check_integer("catalogue_seed", catalogue_seed, 0, 2**31 - 1),
        check_choice("split", split, ("all", "train", "test")),
        noise,
    )
    typing = check_choice("query", query, ("templates", "words")) == "words"
    return World(sold, goals, build_index(sold), TYPE_FACTOR, FRAME_WORDS, int(typing), noise, int(catalogue_seed))


def step_limit(world: World) -> int:
    return 400 if world.typing else 100


def make_spec(world: World) -> Spec:
    pieces = (
        Piece("page", (7,), 0, 1, "search, results, item, description, features, reviews, done, one-hot"),
        Piece("wanted_type", (len(TYPES),), 0, 1, "type that the instruction names, one-hot"),
        Piece("wanted_attributes", (len(ATTRIBUTES),), 0, 1, "1 for attributes that the instruction names"),
        Piece("wanted_options", (len(VALUES),), 0, 1, "1 for option values that the instruction names"),
        Piece("limit", (1,), 0, 1, "price limit in thousands of dollars"),
        Piece("progress", (3,), 0, 1, "share of steps used, results page / 5, hits / 50"),
        Piece("tried", (len(TEMPLATES),), 0, 1, "1 for query templates used before"),
        Piece(
            "results", (PAGE_HITS, 8), 0, 1, "hit, type, three attributes, in limit, price, opened before", "entities"
        ),
        Piece("product", (12,), 0, 1, "type, in limit, price, rating, attributes, options offered, chosen, pages read"),
        Piece("options", (OPTION_GROUPS, OPTION_VALUES, 3), 0, 1, "offered, chosen, wanted", "entities"),
        Piece("typed", (len(WORDS) if world.typing else 1,), 0, 1, "words of the query, counted in 24ths"),
    )
    return Spec(
        players=1,
        turns="sequential",
        information="imperfect",
        payoff="single",
        chance="sampled",
        action=Discrete(action_count(world)),
        observation=pieces,
        returns=(0.0, 1.0),
        unit="points",
        max_steps=step_limit(world),
        exemptions={"max_cycles": "a customer may buy in the third step, which ends the visit"},
        seats=("customer",),
    )


def action_count(world: World) -> int:
    """A: templates and clicks, and with query="words" a word each and the button that submits them."""
    return WORD + len(WORDS) if world.typing else SUBMIT


def make_dtype(world: World) -> list:
    return [
        ("goal", "i4"),  # number in world.goals
        ("target", "i4"),  # product that the customer has in mind, one of the goal's pair
        ("page", "i1"),  # SEARCH to DONE
        ("query", "i2", (QUERY_WORDS,)),  # words in the search box or searched for, then NONE
        ("query_length", "i2"),  # how many
        ("hits", "i4", (TOP,)),  # products found, best first, then NONE
        ("hit_count", "i2"),  # how many products were found
        ("results_page", "i1"),  # 0 first
        ("place", "i1"),  # among the hits, of the item that is open
        ("product", "i4"),  # product that is open or bought, or NONE
        ("chosen", "i1", (OPTION_GROUPS,)),  # place of the value chosen in each group, or NONE
        ("read", "u1", (3,)),  # description, features, reviews of the item were opened
        ("visited", "u1", (TOP,)),  # hits that were opened since the search
        ("tried", "u1", (len(TEMPLATES),)),  # query templates used
        ("heap", "i8", (TOP,)),  # scratch of the search: keys of the hits, zeros between searches
        ("cursors", "i4", (QUERY_WORDS,)),  # scratch: next posting of each word
        ("sums", "i4", (WINDOW,)),  # scratch: scores of the products in the window, zeros between searches
    ]


@rule
def reset(world, state):
    state.goal = integer(state, world.goals.targets.shape[0])
    state.target = world.goals.targets[state.goal, integer(state, 2)]
    clear_search(state)


@rule
def clear_search(state):
    """Goes to the search page with an empty box."""
    state.page = SEARCH
    fill(state.query, NONE)
    state.query_length = 0
    state.results_page = 0
    leave_item(state)


@rule
def leave_item(state):
    state.product = NONE
    state.place = NONE
    fill(state.chosen, NONE)
    fill(state.read, 0)


@rule
def legal(world, state, player, out):
    fill(out, False)
    page = int(state.page)
    if page == SEARCH:
        allow_search(world, state, out)
    elif page == DONE:
        return
    else:
        out[BACK] = True
        if page == RESULTS:
            allow_results(state, out)
        else:
            out[PREVIOUS] = True
            if page == ITEM:
                allow_item(world, state, out)


@rule
def step(world, state, actions, rewards):
    action = actions[0]
    if action >= WORD:
        state.query[state.query_length] = action - WORD
        state.query_length += 1
    elif action >= TEMPLATE:
        if action < SUBMIT:
            write_template(world, state, action - TEMPLATE)
        search(world.inverted_index, state)
        fill(state.visited, 0)
        state.page = RESULTS
    elif action >= OPTION:
        state.chosen[(action - OPTION) // OPTION_VALUES] = (action - OPTION) % OPTION_VALUES
    elif action == BUY:
        rewards[0] = reward(world, state)
        state.page = DONE
        state.over = True
    elif action >= TAB:
        state.page = DESCRIPTION + action - TAB
        state.read[action - TAB] = 1
    elif action == BACK:
        clear_search(state)
    elif action == NEXT:
        state.results_page += 1
    elif action == PREVIOUS:
        go_back(state)
    else:
        open_hit(state, PAGE_HITS * state.results_page + action)


@rule
def go_back(state):
    if state.page == RESULTS:
        state.results_page -= 1
    elif state.page == ITEM:
        state.page = RESULTS
        leave_item(state)
    else:
        state.page = ITEM


@rule
def open_hit(state, place):
    state.page = ITEM
    state.place = place
    state.product = state.hits[place]
    state.visited[place] = 1


@rule
def write_template(world, state, template):
    """Puts the instruction's words that ``template`` takes into the search box."""
    fill(state.query, NONE)
    state.query_length = 0
    state.tried[template] = 1
    for segment in range(SEGMENTS):
        if TEMPLATES[template] >> segment & 1:
            for place in range(SEGMENT_WORDS):
                write_word(state, world.goals.words[state.goal, segment, place])
    if template == WHOLE:
        frame = world.goals.frame[state.goal]
        for place in range(world.frame_words.shape[1]):
            write_word(state, world.frame_words[frame, place])


@rule
def write_word(state, word):
    if word != NONE:
        state.query[state.query_length] = word
        state.query_length += 1


@rule
def chosen_value(world, state, group):
    """The option value chosen in ``group``, or NONE."""
    if state.chosen[group] == NONE:
        return NONE
    return int(world.products.offered[state.product, group, state.chosen[group]])


@rule
def reward(world, state):
    """WebShop's formula for buying the open item with the options chosen."""
    goal, item = state.goal, state.product
    wanted, hit = 1, 0
    if world.products.price[item] <= world.goals.limit[goal]:
        hit += 1
    for place in range(WANTED_ATTRIBUTES):
        attribute = world.goals.attributes[goal, place]
        if attribute != NONE:
            wanted += 1
            hit += has(world.products.attributes[item], attribute)
    for group in range(OPTION_GROUPS):
        value = world.goals.options[goal, group]
        if value != NONE:
            wanted += 1
            for other in range(OPTION_GROUPS):
                hit += chosen_value(world, state, other) == value
    factor = world.type_factor[world.products.type[state.target], world.products.type[item]]
    return factor * hit / wanted


@rule
def observe(world, state, player, out):
    out.page[state.page] = 1.0
    show_instruction(world, state, out)
    out.progress[0] = state.steps / (400.0 if world.typing == 1 else 100.0)
    if state.page != SEARCH:
        out.progress[1] = (state.results_page + 1) / 5.0
        out.progress[2] = state.hit_count / float(TOP)
    for template in range(len(TEMPLATES)):
        out.tried[template] = state.tried[template]
    if state.page == RESULTS:
        for row in range(min(PAGE_HITS, state.hit_count - PAGE_HITS * state.results_page)):
            show_hit(world, state, PAGE_HITS * state.results_page + row, out.results[row])
    if state.product != NONE:
        show_item(world, state, out.product)
        show_options(world, state, out.options, out.product)
    for place in range(state.query_length):
        out.typed[state.query[place] % out.typed.shape[0]] += 1.0 / QUERY_WORDS


@rule
def resample(world, state, player):
    """Draws anew which of the two products that fit the instruction the customer has in mind."""
    state.target = world.goals.targets[state.goal, integer(state, 2)]
