"""The grammar of the shop: what is sold, how it is called, and every sentence that a page can hold.

Each thing is a number; these tables turn numbers into phrases. Words that a search can find have a number too, their
place in ``WORDS``. Everything here is written for this project; brands are made up.
"""

import re
from typing import NamedTuple

_STOP = """
a am an and are as at be by for from i in is it me my of on or our so that the them these this to with you your
color size scent flavor length finish pack please
"""

_BRANDS = """
norvane calidra ostrello quenby tarlow brindel mavora fenwick solvane yorrick peltona grinvald hestia lumora kestrin
varro dunmere aldora wexley zephra corvina belmira halden ristora ovella jorund tamsin pellucid marlowe sentry
"""

STOP = frozenset(_STOP.split())
"""Words that no search looks for."""


def tokens(text: str) -> list[str]:
    """The searchable words of ``text``, in order: letters and digits in lower case, without ``STOP``."""
    return [word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in STOP]


class Type(NamedTuple):
    """A kind of product; the words of its name and of its path are its nouns."""

    name: str
    synonym: str
    path: tuple[str, str, str]  # category, department, shelf
    groups: tuple[str, ...]  # option groups
    low: int  # dollars
    high: int


_GROUPS = """
color   | black, white, red, navy, green, purple, orange, pink, silver, beige, teal, burgundy
size    | xsmall, small, medium, large, xlarge, xxlarge, plus
scent   | lavender, vanilla, rose, citrus, sandalwood, jasmine, unscented, eucalyptus
flavor  | strawberry, caramel, hazelnut, cinnamon, original, mango, peppermint, blueberry
length  | 3ft, 6ft, 8ft, 10ft, 12ft, 15ft, 20ft
finish  | matte, glossy, brushed, antique, rustic, polished, satin
pack    | single, twin, triple, fourpack, sixpack, dozen, bulk
"""

_TYPES = """
running shoes | jogging trainers | fashion > footwear > athletic sneakers | color size pack | 25 120
hiking boots | trekking shoe | fashion > footwear > outdoor gear | color size | 40 180
house slippers | indoor mules | fashion > footwear > lounge wear | color size | 12 45
polo shirt | collared tee | fashion > clothing > casual tops | color size pack | 12 60
crew sweater | round pullover | fashion > clothing > winter knits | color size | 20 90
rain jacket | waterproof anorak | fashion > clothing > weather outerwear | color size | 30 150
weekend backpack | short rucksack | fashion > luggage > travel bags | color finish | 30 140
card wallet | slim billfold | fashion > luggage > pocket accessories | color finish | 10 70
day cream | morning moisturizer | beauty > skincare > face care | scent pack | 10 60
body lotion | skin milk | beauty > skincare > bath essentials | scent size pack | 8 35
sun stick | uv protector | beauty > skincare > summer protection | scent pack | 8 40
hair shampoo | scalp cleanser | beauty > haircare > washing products | scent size | 7 45
styling gel | hold pomade | beauty > haircare > grooming tools | scent size pack | 6 30
lip tint | mouth rouge | beauty > makeup > cosmetic colors | color pack | 6 35
eye pencil | liner crayon | beauty > makeup > vanity kits | color pack | 5 30
perfume spray | cologne mist | beauty > fragrance > signature bottles | scent size | 20 140
studio headphones | monitor earphones | electronics > audio > personal listening | color finish | 30 300
party speaker | boom box | electronics > audio > room sound | color finish size | 25 280
charging cable | power cord | electronics > accessories > phone wires | color length pack | 6 40
wall adapter | plug charger | electronics > accessories > mains supplies | color pack | 8 50
tablet stand | screen holder | electronics > accessories > workstation mounts | color finish | 12 70
computer monitor | desktop display | electronics > displays > visual screens | size finish | 90 450
tv antenna | television aerial | electronics > displays > broadcast reception | length finish | 15 90
action camera | sports recorder | electronics > photography > digital video | color pack | 50 380
coffee table | cocktail bench | garden > furniture > living pieces | color finish size | 60 350
office chair | work seat | garden > furniture > study pieces | color finish | 70 400
book shelf | reading rack | garden > furniture > storage units | color finish size | 40 260
desk lamp | task light | garden > lighting > indoor lamps | color finish | 15 110
string lights | fairy bulbs | garden > lighting > patio decoration | color length pack | 10 60
bed sheets | mattress linens | garden > textiles > bedroom covers | color size | 18 120
throw blanket | sofa coverlet | garden > textiles > cozy layers | color size pack | 15 90
wall mirror | hanging glass | garden > decor > home accents | finish size | 25 200
trail mix | hiker medley | grocery > snacks > savory bites | flavor size pack | 6 40
protein bars | fitness slabs | grocery > snacks > energy food | flavor pack | 8 50
ground coffee | milled brew | grocery > drinks > hot beverages | flavor size pack | 7 45
green tea | leaf infusion | grocery > drinks > herbal cups | flavor pack | 5 35
pasta sauce | noodle ragu | grocery > pantry > cooking staples | flavor size pack | 4 25
salad dressing | greens vinaigrette | grocery > pantry > table condiments | flavor size | 4 25
dark chocolate | bitter bar | grocery > sweets > gift confections | flavor pack | 5 45
fruit candy | berry gummies | grocery > sweets > party treats | flavor size pack | 4 30
"""

_ATTRIBUTES = """
all: eco friendly = planet kind; easy care = low fuss; long lasting = very durable; gift ready = nicely boxed
all: travel ready = takes journeys
fashion: machine washable = washer safe; slip resistant = grips firmly; moisture wicking = sweat drying
fashion: water repellent = sheds drizzle; slim fit = narrow cut; quick drying = dries fast; arch support = foot bracing
fashion: tumble dry = dryer proof
beauty: cruelty free = never tested; paraben free = without parabens; sulfate free = without sulfates
beauty: dermatologist approved = doctor endorsed; sensitive skin = delicate complexion; fast absorbing = soaks quickly
beauty: anti aging = wrinkle fighting; deep hydrating = rich watering
electronics: fast charging = rapid refuel; noise cancelling = hush blocking; high resolution = crisp picture
electronics: plug play = instant setup; voice controlled = speech operated; energy saving = frugal watts
electronics: shock proof = drop safe; hands free = no touch
garden: easy assembly = simple build; stain resistant = spill proof; space saving = compact footprint
garden: heavy duty = very sturdy; ready use = works immediately; fade resistant = keeps hue; non toxic = harmless made
garden: pet friendly = animal safe
grocery: gluten free = wheatless recipe; sugar free = unsweetened recipe; dairy free = milkless recipe
grocery: low sodium = little salt; high fiber = much roughage; non gmo = unmodified crop; keto friendly = carb light
grocery: kosher certified = rabbi checked
"""

_MATERIALS = """
fashion: cotton = cottony weave; leather = hide made; wool = fleecy yarn; nylon = polyamide weave
beauty: aloe = agave extract; argan = moroccan oil; shea = karite butter
electronics: aluminum = alloy body; silicone = rubbery body; plastic = polymer body
garden: bamboo = cane made; oak = timber made; steel = iron alloy
grocery: almond = marzipan nut; honey = bee nectar; oat = porridge grain
"""

BRANDS = tuple(_BRANDS.split())

DESCRIPTIONS = (
    "This {type} is {attribute}, or {synonym}, and made for everyday comfort.",
    "People looking for quality choose this {type}, also known as {also}: {attribute}, {synonym}.",
    "You want {type} you can trust. It is {attribute} and {synonym}, at a fair price.",
    "Find more value here: {also}, {attribute} and {synonym}, tested by experts.",
    "The {type} that families need, {attribute}, {synonym}, at a lower price than most.",
    "A modern {also} with classic lines; {attribute}, {synonym}, worth every dollar.",
)
"""Sentences of the Description page. ``{also}`` stands for the synonym of the type."""

BULLETS = (
    "Buy once and enjoy for years",
    "Designed with care in small batches",
    "Makes daily life simple",
    "Satisfaction promised or money back",
    "Ships in recycled paper",
    "Loved at home and at work",
    "Choose your favorite below",
    "Trusted brand since 1987",
)
"""Lines that fill the Features page; every product has two."""

REVIEWS = (
    "Exactly as described. To me it is {synonym}.",
    "My sister recommended it and I would buy it again: {synonym}.",
    "Good value, {synonym}, arrived on time.",
)
NO_REMARK = ("Does what it should.", "Nice, but delivery took a week.", "Not bad for the money.")

FRAMES = (
    "i am looking for {attributes} {type} with {options}, and price lower than {limit} dollars",
    "i need {type} that are {attributes}, {options}, price lower than {limit} dollars",
    "find me {attributes} {type} with {options}, for a price lower than {limit} dollars",
    "i want to buy {type}, {attributes}, and choose {options}, price lower than {limit} dollars",
)
"""Instructions."""


def _rows(table: str, separator: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split(separator)] for row in table.strip().splitlines()]


def _types() -> tuple[Type, ...]:
    types = []
    for name, synonym, path, groups, price in _rows(_TYPES, "|"):
        category, department, shelf = path.split(" > ")
        low, high = map(int, price.split())
        types.append(Type(name, synonym, (category, department, shelf), tuple(groups.split()), low, high))
    return tuple(types)


def _phrases(table: str) -> list[tuple[str, str, str]]:
    """Rows of a table above as (category, phrase, synonym)."""
    return [
        (category, phrase.strip(), synonym.strip())
        for category, phrases in _rows(table, ":")
        for phrase, synonym in (pair.split("=") for pair in phrases.split(";"))
    ]


GROUPS: dict[str, tuple[str, ...]] = {name: tuple(values.split(", ")) for name, values in _rows(_GROUPS, "|")}
"""Option group -> its values."""
VALUES = tuple(value for values in GROUPS.values() for value in values)
"""Every option value; its number is its place."""

TYPES = _types()
CATEGORIES = tuple(dict.fromkeys(type.path[0] for type in TYPES))
_ALL = _phrases(_ATTRIBUTES) + _phrases(_MATERIALS)
ATTRIBUTES = tuple(phrase for _, phrase, _ in _ALL)
"""Every attribute, materials last; its number is its place. At most 62, since sets of them are bits of an int64."""
ATTRIBUTE_SYNONYMS = tuple(synonym for _, _, synonym in _ALL)
_FIRST_MATERIAL = len(_phrases(_ATTRIBUTES))

ATTRIBUTES_OF = {
    name: [number for number in range(_FIRST_MATERIAL) if _ALL[number][0] in ("all", name)] for name in CATEGORIES
}
MATERIALS_OF = {
    name: [number for number in range(_FIRST_MATERIAL, len(_ALL)) if _ALL[number][0] == name] for name in CATEGORIES
}


def _blank(text: str) -> str:
    """A sentence without its placeholders."""
    return re.sub(r"\{\w+\}", " ", text)


DESCRIPTION_WORDS = tuple(tokens(_blank(text)) for text in DESCRIPTIONS)
BULLET_WORDS = tuple(tokens(text) for text in BULLETS)
FRAME_WORDS = tuple(tokens(_blank(text)) for text in FRAMES)


def _vocabulary() -> tuple[str, ...]:
    phrases = [type.name for type in TYPES] + [type.synonym for type in TYPES]
    phrases += [*ATTRIBUTES, *ATTRIBUTE_SYNONYMS, *VALUES, *BRANDS, *BULLETS]
    phrases += [_blank(text) for text in DESCRIPTIONS + FRAMES]
    return tuple(sorted({word for phrase in phrases for word in tokens(phrase)}))


WORDS = _vocabulary()
"""Every word that a search can look for, in alphabetical order."""
WORD = {word: number for number, word in enumerate(WORDS)}
"""Word -> its number."""


def nouns(type: Type) -> set[str]:
    """The nouns of a type: the words of its name and of its category path."""
    return {word for phrase in (type.name, *type.path) for word in tokens(phrase)}


def type_factor(wanted: Type, bought: Type) -> float:
    """``r_type`` of the reward, with WebShop's thresholds.

    WebShop compares the scraping query, the nodes of the category path and the nouns that a tagger finds in the
    titles. Here the query of a product is the name of its type, and its nouns are those of its type.
    """
    overlap = len(nouns(wanted) & nouns(bought)) / len(nouns(wanted))
    if overlap == 0:
        return 0.0
    if overlap < 0.1:
        return 0.1
    shared_nodes = len(set(wanted.path) & set(bought.path))
    if wanted.name == bought.name or shared_nodes >= 2 or overlap > 0.2:
        return 1.0
    return 0.5
