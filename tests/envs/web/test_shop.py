"""The web shop: its reward by hand, its search against brute force, its pages by hand, its catalogue's promises."""

import hashlib
import html as entities
import math
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import agora.envs
from agora.envs.web.shop import catalogue, grammar, text
from agora.envs.web.shop.catalogue import NONE
from agora.envs.web.shop.grammar import TYPES, WORD, WORDS, Type, tokens, type_factor
from agora.envs.web.shop.pages import BACK, BUY, HIT, ITEM, NEXT, OPTION, PREVIOUS, SEARCH, SUBMIT, TAB, TEMPLATE
from agora.envs.web.shop.pages import WORD as TYPE_WORD
from agora.envs.web.shop.search import TOP

ID = "agora/Shop-v0"


@pytest.fixture(scope="module")
def shop():
    return agora.envs.game(ID)


@pytest.fixture(scope="module")
def free():
    return agora.envs.game(ID, query="words")


def with_goal(game, goal, target=0):
    """A new visit with a goal of the test's choice."""
    state = game.new(0)
    state.goal, state.target = goal, game.world.goals.targets[goal, target]
    return state


def goal_with(game, attributes, options, type=None):
    """The first goal with so many attributes and option groups, and of the type if one is given."""
    goals = game.world.goals
    fits = ((goals.attributes != NONE).sum(1) == attributes) & ((goals.options != NONE).sum(1) == options)
    if type is not None:
        fits &= game.world.products.type[goals.targets[:, 0]] == type
    return int(np.flatnonzero(fits)[0])


def number(name):
    return [type.name for type in TYPES].index(name)


def buy(game, state, product, values=()):
    """The reward of buying ``product`` with the option values in ``values``."""
    state = game.clone(state)
    state.page, state.product = ITEM, product
    for value in values:
        group, place = np.argwhere(game.world.products.offered[product] == value)[0]
        game.step(state, OPTION + 6 * group + place)
    reward = game.step(state, BUY)[0]
    assert state.over
    return reward


def say(game, state, *lines):
    """Plays lines as a person writes them; returns the sum of the rewards."""
    total = 0.0
    for line in lines:
        for action in game.words.parse(game.world, state, 0, line):
            assert game.legal(state)[action], line
            total += game.step(state, action)[0]
    return total


# Reward


def test_reward_counts_attributes_options_and_price(shop):
    goal = goal_with(shop, 2, 2)
    state, goals, products = with_goal(shop, goal), shop.world.goals, shop.world.products
    wanted = goals.options[goal][goals.options[goal] != NONE]
    for target in goals.targets[goal]:
        assert buy(shop, state, target, wanted) == 1.0
        assert buy(shop, state, target, wanted[:1]) == pytest.approx(4 / 5)
        assert buy(shop, state, target) == pytest.approx(3 / 5)
    shop.world.goals.limit[goal] -= 100_000
    try:
        assert buy(shop, state, goals.targets[goal, 0], wanted) == pytest.approx(4 / 5)
    finally:
        shop.world.goals.limit[goal] += 100_000
    target = goals.targets[goal, 0]
    before, first = products.attributes[target], int(goals.attributes[goal, 0])
    products.attributes[target] = before & ~(1 << first)
    try:
        assert buy(shop, state, target, wanted) == pytest.approx(4 / 5)
    finally:
        products.attributes[target] = before


def test_reward_of_other_types(shop):
    goal = goal_with(shop, 1, 2, number("hiking boots"))
    state, products = with_goal(shop, goal), shop.world.products
    cheap = products.price <= shop.world.goals.limit[goal]
    attribute = int(shop.world.goals.attributes[goal, 0])
    lacks = (products.attributes >> attribute & 1) == 0
    other_category = np.flatnonzero(products.type == number("green tea"))
    same_category = np.flatnonzero((products.type == number("rain jacket")) & cheap & lacks)
    same_department = np.flatnonzero((products.type == number("house slippers")) & cheap & lacks)
    assert buy(shop, state, other_category[0]) == 0.0
    assert buy(shop, state, same_category[0]) == pytest.approx(0.5 * 1 / 4)
    assert buy(shop, state, same_department[0]) == pytest.approx(1 / 4)


def test_type_factor_follows_the_published_thresholds():
    def factor(wanted, bought):
        return type_factor(TYPES[number(wanted)], TYPES[number(bought)])

    assert factor("running shoes", "running shoes") == 1.0
    assert factor("running shoes", "hiking boots") == 1.0  # two nodes of the path
    assert factor("running shoes", "polo shirt") == 0.5  # one noun of six, fashion
    assert factor("coffee table", "ground coffee") == 0.5  # one noun of six, coffee
    assert factor("running shoes", "green tea") == 0.0
    plain = Type("blue lamp", "", ("home", "lights", "desk"), (), 1, 2)
    assert (
        type_factor(plain, Type("red lamp", "", ("office", "stuff", "tin"), (), 1, 2)) == 0.5
    )  # one of five is not > 0.2
    assert type_factor(plain, Type("blue lamp oil", "", ("office", "stuff", "tin"), (), 1, 2)) == 1.0  # two of five
    many = Type("one two three four five six seven", "", ("eight", "nine", "ten eleven"), (), 1, 2)
    assert type_factor(many, Type("one other", "", ("x", "y", "z"), (), 1, 2)) == 0.1  # one of eleven
    assert type_factor(many, Type("other", "", ("x", "y", "z"), (), 1, 2)) == 0.0


def test_metrics_are_the_parts_of_the_reward(shop):
    batch = agora.envs.Batch(shop, 64, 3, autoreset="disabled")
    generator = np.random.default_rng(0)
    while not batch.ended.all():
        batch.step((generator.random(batch.legal.shape) * batch.legal).argmax(1))
    for state, reward in zip(batch.states, batch.final_returns[:, 0], strict=True):
        parts = shop.metrics(state)
        assert parts["score"] == pytest.approx(100 * reward)
        assert parts["success"] == (reward == 1)
    goal = goal_with(shop, 2, 2)
    state = with_goal(shop, goal)
    state.page, state.product = ITEM, state.target
    shop.step(state, BUY)
    assert shop.metrics(state) == {
        "score": pytest.approx(60), "success": 0, "attributes": 1, "options": 0, "price": 1, "type": 1
    }  # fmt: skip


# Search


def brute_force(game):
    """The impact of every word in every product, from the text that the pages show: (products, words) int."""
    world = game.world
    documents = []
    for product in range(len(world.products.price)):
        options = " ".join(value for _, values in text.option_groups(world, product) for value in values)
        parts = [text.title(world, product), *text.features(world, product), text.description(world, product), options]
        documents.append(tokens(" ".join(parts)))
    mean = sum(map(len, documents)) / len(documents)
    holding = {word: sum(word in document for document in documents) for word in WORDS}
    impact = np.zeros((len(documents), len(WORDS)), np.int64)
    for product, document in enumerate(documents):
        for word in set(document):
            often = document.count(word)
            idf = math.log(1 + (len(documents) - holding[word] + 0.5) / (holding[word] + 0.5))
            weight = often / (often + 0.9 * (1 - 0.4 + 0.4 * len(document) / mean))
            impact[product, WORD[word]] = round(idf * weight * 65536)
    return impact


def test_search_agrees_with_brute_force_on_the_text_of_the_pages(free):
    impact, generator = brute_force(free), np.random.default_rng(1)
    for length in [1, 1, 1, 2, 3, 5, 8, 13, 24] * 6:
        query = generator.integers(0, len(WORDS), length)
        state = free.new(0)
        for word in query:
            free.step(state, TYPE_WORD + word)
        free.step(state, SUBMIT)
        scores = impact[:, query].sum(axis=1)
        best = np.argsort(-scores, kind="stable")[:TOP]
        best = best[scores[best] > 0]
        assert state.hit_count == len(best)
        assert list(state.hits[: len(best)]) == list(best)
        assert (state.hits[len(best) :] == NONE).all()
        assert not state.sums.any()


def test_free_text_is_typed_word_by_word(free):
    state = free.new(4)
    actions = free.words.parse(free.world, state, 0, "Search[a red COTTON qwerty shirt]")
    assert actions == [TYPE_WORD + WORD["red"], TYPE_WORD + WORD["cotton"], TYPE_WORD + WORD["shirt"], SUBMIT]
    say(free, state, "search[a red COTTON qwerty shirt]")
    assert "results for 'red cotton shirt'" in free.words.describe(free.world, state, 0)
    top = text.title(free.world, state.hits[0])
    assert "Cotton" in top
    assert "Shirt" in top
    say(free, state, "click[back to search]", "search[qwerty]")
    assert state.hit_count == 0
    assert "Nothing was found." in free.words.describe(free.world, state, 0)
    assert list(np.flatnonzero(free.legal(state))) == [BACK]


def test_the_search_box_holds_24_words(free):
    state = free.new(4)
    say(free, state, "type[" + "red " * 20 + "]")
    with pytest.raises(ValueError, match="room for 4 more"):
        free.words.parse(free.world, state, 0, "search[red red red red red]")
    say(free, state, "type[red red red red]")
    legal = free.legal(state)
    assert not legal[TYPE_WORD:].any()
    assert legal[SUBMIT]


def test_templates_take_phrases_of_the_instruction(shop):
    state = with_goal(shop, goal_with(shop, 2, 2))
    phrases = [" ".join(WORDS[word] for word in row if word != NONE) for row in shop.world.goals.words[state.goal]]
    type, first, second, _, one, two, _ = phrases
    expected = [
        type, f"{type} {first}", f"{type} {second}", f"{type} {first} {second}", f"{type} {one} {two}",
        f"{type} {first} {second} {one} {two}", f"{first} {second} {one} {two}",
    ]  # fmt: skip
    names = [shop.words.name(shop.world, state, 0, TEMPLATE + number) for number in range(8)]
    assert names[:7] == [f"search[{query}]" for query in expected]
    assert names[7] == f"search[{text.instruction(shop.world, state)}]"
    for number in range(8):
        after = shop.clone(state)
        shop.step(after, TEMPLATE + number)
        asked = [word for word in tokens(names[number].removeprefix("search")) if word in WORD]
        assert sorted(text.query(after).split()) == sorted(asked)
        assert shop.words.parse(shop.world, state, 0, names[number]) == [TEMPLATE + number]
    with pytest.raises(ValueError, match="query='words'"):
        shop.words.parse(shop.world, state, 0, "search[red cotton shirt]")
    assert list(np.flatnonzero(shop.legal(with_goal(shop, goal_with(shop, 1, 2))))) == [35, 36, 39, 40, 41, 42]


# Pages


def test_walk_through_every_page(shop):
    state = with_goal(shop, goal_with(shop, 1, 2))
    assert list(np.flatnonzero(shop.legal(state))) == [35, 36, 39, 40, 41, 42]
    shop.step(state, TEMPLATE + 7)
    assert state.hit_count == 50
    assert list(np.flatnonzero(shop.legal(state))) == [*range(10), NEXT, BACK]
    shop.step(state, NEXT)
    assert list(np.flatnonzero(shop.legal(state))) == [*range(10), PREVIOUS, NEXT, BACK]
    for _ in range(3):
        shop.step(state, NEXT)
    assert list(np.flatnonzero(shop.legal(state))) == [*range(10), PREVIOUS, BACK]
    shop.step(state, HIT + 9)
    assert state.product == state.hits[49]
    offered = [OPTION + place for place in np.flatnonzero(shop.world.products.offered[state.product].ravel() != NONE)]
    assert list(np.flatnonzero(shop.legal(state))) == [PREVIOUS, BACK, TAB, TAB + 1, TAB + 2, BUY, *offered]
    shop.step(state, offered[1])
    for tab, content in enumerate(("description", "features", "reviews")):
        shop.step(state, TAB + tab)
        assert f"Page: {content} of" in shop.words.describe(shop.world, state, 0)
        assert list(np.flatnonzero(shop.legal(state))) == [PREVIOUS, BACK]
        shop.step(state, PREVIOUS)
        assert state.chosen[0] == 1
    shop.step(state, PREVIOUS)
    assert "page 5 of 5" in shop.words.describe(shop.world, state, 0)
    assert state.product == NONE
    shop.step(state, HIT + 9)
    assert state.chosen[0] == NONE, "options are unset when an item is opened from the results"
    shop.step(state, BACK)
    assert state.page == SEARCH


def test_results_end_with_the_last_hit(free):
    for brand in grammar.BRANDS[:6]:
        state = free.new(1)
        say(free, state, f"search[{brand}]")
        count = int(state.hit_count)
        assert 0 < count < TOP
        seen = []
        while True:
            seen += text.hits(state)
            if not free.legal(state)[NEXT]:
                break
            say(free, state, "click[next >]")
        assert len(seen) == len(set(seen)) == count
        assert all(brand.title() in text.title(free.world, product) for product in seen)


@pytest.mark.parametrize("query", ["templates", "words"])
def test_buttons_and_html_are_what_is_legal(query):
    game = agora.envs.game(ID, query=query)
    generator = np.random.default_rng(2)
    for seed in range(12):
        state = game.new(seed)
        for _ in range(25):
            legal = np.flatnonzero(game.legal(state))
            assert sorted(text.buttons(game.world, state)) == [action for action in legal if action < TYPE_WORD]
            check_html(game, state)
            if state.over:
                break
            game.step(state, generator.choice(legal[legal < TYPE_WORD]))


def check_html(game, state):
    """The page parses, carries the legal actions, and says what ``describe`` says."""
    source = game.words.html(game.world, state, 0)
    root = ElementTree.fromstring(source)
    fields = [*root.iter("button"), *(field for field in root.iter("input") if field.get("type") == "radio")]
    assert sorted(int(field.get("value")) for field in fields) == sorted(text.buttons(game.world, state))
    said = entities.unescape("".join(root.itertext()))
    lines = [text.instruction(game.world, state)]
    if state.product != NONE:
        lines += text.item_lines(game.world, state)
        lines += [text.VALUES[value] for value in game.world.products.offered[state.product].ravel() if value != NONE][
            : 100 if state.page == ITEM else 0
        ]
    lines += text.hit_lines(game.world, state) if state.page == 1 else []
    for line in lines:
        assert line in said


def test_html_escapes(free, monkeypatch):
    monkeypatch.setattr(grammar, "BRANDS", tuple(f'<b>&"{brand}' for brand in grammar.BRANDS))
    state = free.new(1)
    say(free, state, "search[cotton]")
    root = ElementTree.fromstring(free.words.html(free.world, state, 0))
    assert "<B>&" in "".join(root.itertext())
    assert root.find(".//b") is None


def test_observation_shows_attributes_once_they_were_read(shop):
    world = shop.world
    products, goals = world.products, world.goals
    for goal in range(0, len(goals.targets), 7):
        state = with_goal(shop, goal)
        state.page, state.product = ITEM, state.target
        for tab, shown in ((0, products.in_description), (1, products.in_features), (2, products.in_reviews)):
            before = shop.spec.pieces(shop.observe(state, 0))["product"][4:7].copy()
            shop.step(state, TAB + tab)
            after = shop.spec.pieces(shop.observe(state, 0))["product"]
            for place, attribute in enumerate(goals.attributes[goal]):
                there = attribute != NONE and shown[state.product] >> int(attribute) & 1
                assert after[4 + place] == max(before[place], there)
            assert after[9 + tab] == 1
            shop.step(state, PREVIOUS)
        pieces = shop.spec.pieces(shop.observe(state, 0))
        named = goals.attributes[goal] != NONE
        assert (pieces["product"][4:7] == named).all(), "every attribute of a goal can be read somewhere"
        assert pieces["product"][7] == 1
        assert pieces["wanted_options"].sum() == pieces["options"][..., 2].sum()


def test_pages_do_not_show_hidden_attributes(shop):
    world, hidden = shop.world, 0
    products = world.products
    for product in range(0, 1000, 3):
        shown = (
            products.in_title[product] | products.in_features[product]
            | products.in_description[product] | products.in_reviews[product]
        )  # fmt: skip
        lines = [text.title(world, product), text.description(world, product)]
        page = " ".join(lines + text.features(world, product) + text.reviews(world, product)).lower()
        for attribute in text.members(products.attributes[product] & ~shown):
            hidden += 1
            assert grammar.ATTRIBUTES[attribute] not in page
            assert grammar.ATTRIBUTE_SYNONYMS[attribute] not in page
    assert hidden > 50


def test_text_face_takes_free_text():
    env = agora.envs.text(ID)
    page = env.reset(seed=2)
    assert page.startswith("Instruction: ")
    page, reward, *_ = env.step("search[bamboo desk lamp]")
    assert "results for 'bamboo desk lamp'" in page
    first = page[page.index("[P") + 1 :][:7]
    page, reward, *_ = env.step(f"click[{first}]")
    assert f"Page: item {first}" in page
    page, reward, terminated, *_ = env.step("click[Buy Now]")
    assert terminated
    assert "You bought" in page
    assert 0 <= reward <= 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("buy it", "no action"),
        ("click[Buy Now]", "no button"),
        ("type[red]", "query='words'"),
        ("click[35]", "no button"),
    ],
)
def test_bad_lines(shop, line, reason):
    with pytest.raises(ValueError, match=reason):
        shop.words.parse(shop.world, shop.new(0), 0, line)


# Catalogue and goals


def digest(world):
    sha = hashlib.sha256()
    for part in (*world.products, *world.goals, *world.inverted_index):
        sha.update(f"{part.dtype} {part.shape}".encode() + part.tobytes())
    return sha.hexdigest()[:16]


def test_catalogue_follows_from_its_seed(shop):
    assert digest(shop.world) == digest(agora.envs.game(ID, products=1000).world)
    assert digest(shop.world) != digest(agora.envs.game(ID, catalogue_seed=1).world)
    assert digest(shop.world) == "315d022782817a86", "another catalogue needs a new version of the id"


def best_rewards(game, goal):
    """What every product could earn for a goal with the best choice of options, in thirds and halves by hand."""
    world = game.world
    products, goals = world.products, world.goals
    attributes = [int(attribute) for attribute in goals.attributes[goal] if attribute != NONE]
    options = [value for value in goals.options[goal] if value != NONE]
    wrong = (products.price > goals.limit[goal]).astype(int)
    for attribute in attributes:
        wrong += (products.attributes >> attribute & 1) == 0
    for value in options:
        wrong += ~(products.offered == value).any(axis=(1, 2))
    return wrong, products.type == products.type[goals.targets[goal, 0]]


@pytest.mark.parametrize("options", [{}, {"products": 200, "catalogue_seed": 5}])
def test_every_goal_has_two_that_fit_and_two_near_misses(options):
    game = agora.envs.game(ID, **options)
    for goal in range(len(game.world.goals.targets)):
        wrong, same_type = best_rewards(game, goal)
        one, other = game.world.goals.targets[goal]
        assert one != other
        assert wrong[one] == wrong[other] == 0
        assert (same_type & (wrong == 1)).sum() >= 2


def test_near_misses_differ_in_one_thing(shop):
    kinds = {"attribute": 0, "option": 0, "price": 0}
    products, goals = shop.world.products, shop.world.goals
    for goal in range(len(goals.targets)):
        wrong, same_type = best_rewards(shop, goal)
        for product in np.flatnonzero(same_type & (wrong == 1)):
            if products.price[product] > goals.limit[goal]:
                kinds["price"] += 1
            elif all((products.offered[product] == value).any() for value in goals.options[goal] if value != NONE):
                kinds["attribute"] += 1
            else:
                kinds["option"] += 1
    assert min(kinds.values()) > 500


def test_price_limits_are_the_larger_of_two_of_the_next_four_tens():
    world = agora.envs.game(ID, products=20_000).world
    price, limit = world.products.price[world.goals.targets], world.goals.limit[:, None]
    tens = limit // 1000 - price // 1000
    assert (limit % 1000 == 0).all()
    assert (tens[:, 0] == tens[:, 1]).all(), "both products fit the same limits"
    share = np.bincount(tens[:, 0], minlength=5) / len(tens)
    assert share == pytest.approx([0, 0, 1 / 6, 1 / 3, 1 / 2], abs=0.015)  # 21,816 goals: 5 sigma


def test_goals_of_a_target_are_different(shop):
    goals = shop.world.goals
    wishes = {(*targets, *attributes, *options) for targets, attributes, options in zip(
        goals.targets.tolist(), goals.attributes.tolist(), goals.options.tolist(), strict=True)}  # fmt: skip
    assert len(wishes) == len(goals.targets)


def test_splits_are_disjoint_by_target_and_by_type():
    worlds = {split: agora.envs.game(ID, split=split).world for split in ("train", "test", "all")}
    targets = {split: set(world.goals.targets.ravel().tolist()) for split, world in worlds.items()}
    types = {split: set(world.products.type[world.goals.targets.ravel()].tolist()) for split, world in worlds.items()}
    assert not targets["train"] & targets["test"]
    assert targets["train"] | targets["test"] == targets["all"]
    held_out = {number for number in range(len(TYPES)) if number % 5 == 4}
    assert not types["train"] & held_out
    assert types["train"] == set(range(len(TYPES))) - held_out
    assert held_out < types["test"], "test also has new targets of known types"
    assert sum(len(worlds[split].goals.targets) for split in ("train", "test")) == len(worlds["all"].goals.targets)
    for split in ("train", "test"):
        assert all((a == b).all() for a, b in zip(worlds[split].products, worlds["all"].products, strict=True))


def test_noise_changes_words_only():
    literal, blurred, half = (agora.envs.game(ID, noise=noise).world.goals for noise in (0, 1, 0.5))
    for field in ("targets", "attributes", "options", "limit", "frame"):
        assert (getattr(literal, field) == getattr(blurred, field)).all()
    named = literal.words[:, :4, 0] != NONE
    changed = (literal.words != blurred.words).any(axis=2)
    assert changed[:, :4][named].all()
    assert not changed[:, 4:].any(), "option values are called by their name"
    share = (literal.words != half.words).any(axis=2)[:, :4][named].mean()
    assert share == pytest.approx(0.5, abs=0.05)
    shortened = (blurred.words[:, 0, 1] == NONE).mean()
    assert shortened == pytest.approx(0.25, abs=0.07)
    assert (catalogue.ALSO_WORDS[:, 0] != NONE).all()


def test_large_catalogue():
    game = agora.envs.game(ID, products=100_000)
    assert len(game.world.products.price) == 100_000
    assert len(game.world.goals.targets) == 6 * (200_000 // 11)
    state = game.new(0)
    game.step(state, TEMPLATE + 5)
    assert state.hit_count == TOP
    found = [text.title(game.world, product) for product in state.hits[:10]]
    name = TYPES[game.world.products.type[state.target]].name.title()
    assert sum(name in title for title in found) >= 8


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("products", 100, "from 200 to 100000"),
        ("products", 1000.0, "from 200 to 100000"),
        ("split", "dev", "'all', 'train', 'test'"),
        ("noise", 1.5, "from 0 to 1"),
        ("noise", float("nan"), "from 0 to 1"),
        ("catalogue_seed", -1, "from 0"),
        ("query", "text", "'templates', 'words'"),
    ],
)
def test_options_are_checked(option, value, allowed):
    with pytest.raises(ValueError, match=allowed):
        agora.envs.game(ID, **{option: value})


def test_reference(shop):
    reference = shop.reference()
    assert (reference.best, reference.kind) == ((1.0,), "exact")
    simulated = shop.reference_module.simulate(shop.world, 400)
    assert simulated == pytest.approx(reference.random[0], abs=0.05)  # 400 visits: 95 % interval +-0.02
    assert agora.envs.game(ID, noise=1.0, products=200).reference().kind == "bound"
