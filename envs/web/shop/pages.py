"""The pages: their numbers, the buttons on them (actions), which of them can be used and what a reader sees."""

from agora.envs.jit import rule
from agora.envs.web.shop.catalogue import NONE, OPTION_GROUPS, OPTION_VALUES, WANTED_ATTRIBUTES
from agora.envs.web.shop.search import QUERY_WORDS

SEARCH, RESULTS, ITEM, DESCRIPTION, FEATURES, REVIEWS, DONE = range(7)
"""Pages."""
PAGE_HITS = 10
"""Hits on a page of results."""

TEMPLATES = (1, 3, 5, 15, 113, 127, 126, 127)
"""Phrases of the instruction that each query template takes: bit 0 the type, 1 to 3 attributes, 4 to 6 options."""
WHOLE = 7
"""The template that also takes the words between the phrases."""

HIT, PREVIOUS, NEXT, BACK, TAB, BUY, OPTION, TEMPLATE, SUBMIT, WORD = 0, 10, 11, 12, 13, 16, 17, 35, 43, 44
"""First action of each kind."""


@rule
def allow_search(world, state, out):
    two_attributes = world.goals.attributes[state.goal, 1] != NONE
    for template in range(len(TEMPLATES)):
        out[TEMPLATE + template] = two_attributes or (template != 2 and template != 3)
    if world.typing == 1:
        out[SUBMIT] = True
        for action in range(WORD, out.shape[0]):
            out[action] = state.query_length < QUERY_WORDS


@rule
def allow_results(state, out):
    left = state.hit_count - PAGE_HITS * state.results_page
    for row in range(min(left, PAGE_HITS)):
        out[HIT + row] = True
    out[PREVIOUS] = state.results_page > 0
    out[NEXT] = left > PAGE_HITS


@rule
def allow_item(world, state, out):
    for tab in range(3):
        out[TAB + tab] = True
    out[BUY] = True
    for group in range(OPTION_GROUPS):
        for place in range(OPTION_VALUES):
            if world.products.offered[state.product, group, place] != NONE:
                out[OPTION + OPTION_VALUES * group + place] = True


@rule
def has(attributes, attribute):
    """Whether the set holds the attribute; NONE is in no set."""
    return attribute != NONE and (attributes >> max(attribute, 0)) & 1 == 1


@rule
def show_instruction(world, state, out):
    goal = state.goal
    out.wanted_type[world.products.type[state.target]] = 1.0
    for place in range(WANTED_ATTRIBUTES):
        attribute = world.goals.attributes[goal, place]
        if attribute != NONE:
            out.wanted_attributes[attribute] = 1.0
    for group in range(OPTION_GROUPS):
        value = world.goals.options[goal, group]
        if value != NONE:
            out.wanted_options[value] = 1.0
    out.limit[0] = world.goals.limit[goal] / 100000.0


@rule
def show_hit(world, state, place, row):
    product, goal = state.hits[place], state.goal
    row[0] = 1.0
    row[1] = world.products.type[product] == world.products.type[state.target]
    for wanted in range(WANTED_ATTRIBUTES):
        row[2 + wanted] = has(world.products.in_title[product], world.goals.attributes[goal, wanted])
    row[5] = world.products.price[product] <= world.goals.limit[goal]
    row[6] = world.products.price[product] / 100000.0
    row[7] = state.visited[place]


@rule
def show_item(world, state, out):
    item, goal = state.product, state.goal
    out[0] = world.products.type[item] == world.products.type[state.target]
    out[1] = world.products.price[item] <= world.goals.limit[goal]
    out[2] = world.products.price[item] / 100000.0
    out[3] = world.products.rating[item] / 50.0
    attributes = world.products.in_title[item]
    if state.read[0]:
        attributes |= world.products.in_description[item]
    if state.read[1]:
        attributes |= world.products.in_features[item]
    if state.read[2]:
        attributes |= world.products.in_reviews[item]
    for wanted in range(WANTED_ATTRIBUTES):
        out[4 + wanted] = has(attributes, world.goals.attributes[goal, wanted])
    for tab in range(3):
        out[9 + tab] = state.read[tab]


@rule
def is_wanted(world, state, value):
    """Whether the instruction names the option value."""
    found = False
    for group in range(OPTION_GROUPS):
        found = found or world.goals.options[state.goal, group] == value
    return found


@rule
def show_options(world, state, out, item):
    """Writes a row for each option offered, and into ``item`` the shares of wanted ones offered and chosen."""
    wanted, offered, chosen = 0, 0, 0
    for group in range(OPTION_GROUPS):
        wanted += world.goals.options[state.goal, group] != NONE
        for place in range(OPTION_VALUES):
            value = world.products.offered[state.product, group, place]
            if value != NONE:
                taken, named = state.chosen[group] == place, is_wanted(world, state, value)
                out[group, place, 0] = 1.0
                out[group, place, 1] = taken
                out[group, place, 2] = named
                offered += named
                chosen += named and taken
    item[7] = offered / wanted
    item[8] = chosen / wanted
