"""What the pages say: texts of products, the instruction, the buttons and their labels."""

from agora.envs.web.shop import grammar
from agora.envs.web.shop.catalogue import GROUPS_OF_TYPE, NONE, OPTION_GROUPS, OPTION_VALUES
from agora.envs.web.shop.grammar import ATTRIBUTES, GROUPS, TYPES, VALUES, WORDS
from agora.envs.web.shop.pages import (
    BACK,
    BUY,
    DESCRIPTION,
    DONE,
    FEATURES,
    HIT,
    ITEM,
    NEXT,
    OPTION,
    PAGE_HITS,
    PREVIOUS,
    RESULTS,
    REVIEWS,
    SEARCH,
    SUBMIT,
    TAB,
    TEMPLATE,
    TEMPLATES,
    WHOLE,
)
from agora.envs.web.shop.pages import WORD as TYPE_WORD
from agora.envs.web.shop.rules import World

TABS = ("Description", "Features", "Reviews")
LABELS = {PREVIOUS: "< Prev", NEXT: "Next >", BACK: "Back to Search", BUY: "Buy Now", SUBMIT: "Search"}
LABELS.update({TAB + tab: label for tab, label in enumerate(TABS)})
"""What the buttons say that stand for no product, option or query."""


def members(attributes: int) -> list[int]:
    """The attributes in a set of the catalogue, lowest first."""
    return [attribute for attribute in range(len(ATTRIBUTES)) if int(attributes) >> attribute & 1]


def code(product: int) -> str:
    """How the shop calls a product, for example P000042."""
    return f"P{product:06d}"


def price(cents: int) -> str:
    return f"${cents / 100:.2f}"


def title(world: World, product: int) -> str:
    products = world.products
    shown = [ATTRIBUTES[attribute] for attribute in reversed(members(products.in_title[product]))]
    return " ".join([grammar.BRANDS[products.brand[product]], *shown, TYPES[products.type[product]].name]).title()


def category(world: World, product: int) -> str:
    return " > ".join(TYPES[world.products.type[product]].path)


def description(world: World, product: int) -> str:
    products, type = world.products, TYPES[world.products.type[product]]
    (attribute,) = members(products.in_description[product])
    return grammar.DESCRIPTIONS[products.description[product]].format(
        type=type.name,
        also=type.synonym,
        attribute=ATTRIBUTES[attribute],
        synonym=grammar.ATTRIBUTE_SYNONYMS[attribute],
    )


def features(world: World, product: int) -> list[str]:
    shown = [ATTRIBUTES[attribute].capitalize() for attribute in members(world.products.in_features[product])]
    return shown + [grammar.BULLETS[line] for line in world.products.bullets[product]]


def reviews(world: World, product: int) -> list[str]:
    remarks = [
        grammar.REVIEWS[(product + attribute) % len(grammar.REVIEWS)].format(
            synonym=grammar.ATTRIBUTE_SYNONYMS[attribute]
        )
        for attribute in members(world.products.in_reviews[product])
    ]
    return [*remarks, grammar.NO_REMARK[product % len(grammar.NO_REMARK)]]


def option_groups(world: World, product: int) -> list[tuple[str, list[str]]]:
    """Name and values of every option group of a product."""
    groups = GROUPS_OF_TYPE[world.products.type[product]]
    return [
        (list(GROUPS)[group], [VALUES[value] for value in world.products.offered[product, row] if value != NONE])
        for row, group in enumerate(groups)
        if group != NONE
    ]


def _phrase(words: list[int]) -> str:
    return " ".join(WORDS[word] for word in words if word != NONE)


def instruction(world: World, state) -> str:
    """What the customer is asked to buy."""
    goals, goal = world.goals, state.goal
    phrases = [_phrase(words) for words in goals.words[goal]]
    groups = option_groups(world, state.target)
    options = [f"{group} {phrase}" for (group, _), phrase in zip(groups, phrases[4:], strict=False)]
    return grammar.FRAMES[goals.frame[goal]].format(
        type=phrases[0],
        attributes=", ".join(filter(None, phrases[1:4])),
        options=" and ".join(options),
        limit=goals.limit[goal] // 100,
    )


def template_query(world: World, state, template: int) -> str:
    """What query template ``template`` searches for; the last one is the instruction as it stands."""
    if template == WHOLE:
        return instruction(world, state)
    words = world.goals.words[state.goal]
    return " ".join(filter(None, (_phrase(words[row]) for row in range(7) if TEMPLATES[template] >> row & 1)))


def query(state) -> str:
    """The words in the search box, or those searched for."""
    return _phrase(state.query[: state.query_length])


def hits(state) -> list[int]:
    """The products on this page of results."""
    first = PAGE_HITS * state.results_page
    return [int(product) for product in state.hits[first : min(first + PAGE_HITS, state.hit_count)]]


def chosen(world: World, state) -> list[str]:
    """The option values chosen."""
    offered = world.products.offered[state.product]
    return [VALUES[offered[group, place]] for group, place in enumerate(state.chosen) if place != NONE]


def buttons(world: World, state) -> list[int]:
    """The actions that the page offers, but for typing words: in the order in which the page shows them."""
    if state.page == DONE:
        return []
    if state.page == SEARCH:
        two_attributes = world.goals.attributes[state.goal, 1] != NONE
        queries = [TEMPLATE + number for number in range(len(TEMPLATES)) if two_attributes or number not in (2, 3)]
        return [*queries, SUBMIT] if world.typing else queries
    if state.page == RESULTS:
        shown = [BACK, PREVIOUS] if state.results_page > 0 else [BACK]
        if state.hit_count > PAGE_HITS * (state.results_page + 1):
            shown.append(NEXT)
        return shown + [HIT + row for row in range(len(hits(state)))]
    if state.page == ITEM:
        offered = world.products.offered[state.product].reshape(-1)
        options = [OPTION + place for place in range(OPTION_GROUPS * OPTION_VALUES) if offered[place] != NONE]
        return [BACK, PREVIOUS, *options, *(TAB + tab for tab in range(3)), BUY]
    return [BACK, PREVIOUS]


def label(world: World, state, action: int) -> str:
    """What the button of ``action`` says."""
    if action in LABELS:
        return LABELS[action]
    if action >= TYPE_WORD:
        return WORDS[action - TYPE_WORD]
    if action >= TEMPLATE:
        return template_query(world, state, action - TEMPLATE)
    if action >= OPTION:
        group, place = divmod(action - OPTION, OPTION_VALUES)
        value = world.products.offered[state.product, group, place] if state.product != NONE else NONE
        return VALUES[value] if value != NONE else f"option {group + 1}.{place + 1}"
    shown = hits(state)
    return code(shown[action]) if action < len(shown) else f"result {action + 1}"


def bar(world: World, state) -> list[int]:
    """The buttons of the page that stand for no product, option or query."""
    return [action for action in buttons(world, state) if action in LABELS]


def heading(world: World, state) -> str:
    """Where the customer is."""
    page = int(state.page)
    if page == RESULTS:
        pages = max(1, -(-int(state.hit_count) // PAGE_HITS))
        return f"results for '{query(state)}', page {state.results_page + 1} of {pages}, {state.hit_count} hits"
    if page in (SEARCH, DONE):
        return "search" if page == SEARCH else "done"
    return f"{'item' if page == ITEM else TABS[page - DESCRIPTION].lower() + ' of'} {code(state.product)}"


def hit_lines(world: World, state) -> list[str]:
    """Title and price of the products on this page of results."""
    lines = []
    for row, product in enumerate(hits(state)):
        opened = " (opened before)" if state.visited[PAGE_HITS * state.results_page + row] else ""
        lines.append(f"{title(world, product)}, {price(world.products.price[product])}{opened}")
    return lines


def item_lines(world: World, state) -> list[str]:
    """What the item page, the sub-pages and the last page say, but for the options."""
    item, page = int(state.product), int(state.page)
    if page == DESCRIPTION:
        return [description(world, item)]
    if page == FEATURES:
        return features(world, item)
    if page == REVIEWS:
        return reviews(world, item)
    if page == DONE:
        choice = ", ".join(chosen(world, state)) or "no options chosen"
        return [f"You bought {code(item)}: {title(world, item)} ({choice})."]
    rating = f"Rating: {world.products.rating[item] / 10:.1f} of 5"
    cost = f"Price: {price(world.products.price[item])}"
    return [title(world, item), f"Category: {category(world, item)}", cost, rating]


def target_line(world: World, state) -> str:
    """What only a spectator sees."""
    return f"Target: {code(state.target)} {title(world, state.target)}"
