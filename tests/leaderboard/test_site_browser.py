"""The site in a real browser: reading, stepping through a match, small screens, dark rooms."""

import pytest

from agora.leaderboard.log import records
from agora.leaderboard.season import run_season
from agora.leaderboard.site import viewer
from agora.leaderboard.site.write import write_site
from browser import chromium, served

LONG = "a-name-without-any-space-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on"
SEASON = f"""
title = "A season to read"

[[environments]]
id = "agora/ConnectFour-v0"
title = "Four in a row"
games = 30
duplicates = []
agents = ["random", "scripted/greedy", {{ name = "{LONG}", agent = "random" }}]

[[environments]]
id = "agora/OshiZumo-v0"
title = "{LONG}"
games = 6
agents = ["random", "scripted/steady"]
"""
CONTRAST = """() => {
  // The least contrast of a text with what is behind it (WCAG 2.2, 1.4.3), and the text
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const parts = [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const over = (top, under) => {
    const alpha = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map((i) => alpha * top[i] + (1 - alpha) * under[i]);
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    return over(parse(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  };
  let worst = [99, ""];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("figure, script, [hidden], button:disabled, .skip")) continue;
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const ink = over(parse(element.closest("svg") ? style.fill : style.color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < worst[0]) worst = [contrast, node.data.trim()];
  }
  return worst;
}"""
OVERFLOW = """() => {
  // Texts that stick out of the screen and are not within a box of their own that scrolls or cuts them
  const inside = (element) => element.getBoundingClientRect().right <= innerWidth + 1;
  const boxed = (element) => {
    for (let at = element; at && at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== "visible" && inside(at)) return true;
    return false;
  };
  const out = [...document.querySelectorAll("main *, nav *")].filter((element) =>
    element.getClientRects().length && !inside(element) && !boxed(element));
  return [document.documentElement.scrollWidth, ...out.map((element) => element.outerHTML.slice(0, 80))];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two sites of one season: ``site``, and ``in-parts`` where matches have pages of three steps."""
    out = tmp_path_factory.mktemp("season")
    (out / "season.toml").write_text(SEASON)
    sections = run_season(out / "season.toml", out / "out", progress=False)
    results = records.read(out / "out/log.jsonl")
    write_site(results, sections, out / "site", log=out / "out/log.jsonl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(viewer, "STEPS", 3)
        write_site(results, sections, out / "in-parts")
    return out


@pytest.fixture(scope="module")
def address(folder):
    with served(folder) as address:
        yield f"{address}site/"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser, address):
    """Opens pages in a fresh context; in the end nothing may have been complained of."""
    contexts, complaints = [], []

    def open_at(path="index.html", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda response: complaints.append(response.url) if response.status >= 400 else None)
        page.goto(address + path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []


def shown(page):
    return [step.get_attribute("id") for step in page.locator(".step").all() if step.is_visible()]


def kinds_of_pages(page):
    """One address of each kind of page, as a reader finds them."""
    links = "links => links.map(link => link.href)"
    found = [page.url, *page.locator(".links a").evaluate_all(links), page.locator("h2 a").evaluate_all(links)[0]]
    found += page.locator(".forest .name a").evaluate_all(links)[:1]
    for environment in page.locator(".cards h3 a").evaluate_all(links):
        page.goto(environment)
        found += [environment, page.locator("#matches a").first.evaluate("link => link.href")]
    return list(dict.fromkeys(found))


def test_a_reader_finds_the_way_from_the_ranking_to_a_match_and_steps_through_it(open_page):
    page = open_page()
    page.get_by_role("link", name="Four in a row").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Four in a row"
    page.locator("#ranking .agent a", has_text="greedy").click()
    assert page.get_by_role("heading", level=1).inner_text() == "greedy"
    page.locator(".group a", has_text="Against random").first.click()
    assert shown(page) == ["step-1"]
    place = page.locator(".steps output")
    total = int(page.locator(".replay").get_attribute("data-total"))
    assert place.inner_text() == f"Step 1 of {total}"
    assert page.get_by_role("button", name="Previous step").is_disabled()
    page.get_by_role("button", name="Next step").click()
    assert shown(page) == ["step-2"]
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["step-3"]
    assert page.url.endswith("#step-3")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Previous step").click()
    assert shown(page) == ["step-1"]
    page.keyboard.press("End")
    assert shown(page) == ["end"]
    assert place.inner_text() == "The end"
    assert page.get_by_role("button", name="Next step").is_disabled()
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["end"]
    page.keyboard.press("Home")
    assert shown(page) == ["step-1"]
    page.get_by_role("button", name="Show all steps").click()
    assert len(shown(page)) == total + 1
    page.get_by_role("button", name="Show one step").click()
    assert shown(page) == ["step-1"]


def test_a_link_to_a_step_opens_there(open_page):
    page = open_page("replays/1-four-in-a-row/1.html#step-4")
    assert shown(page) == ["step-4"]
    page.goto(f"{page.url.partition('#')[0]}#no-such-step")
    assert shown(page) == ["step-1"]


def test_a_long_match_goes_on_over_several_pages(open_page):
    page = open_page("../in-parts/replays/1-four-in-a-row/1.html#step-3")
    assert page.locator(".step").count() == 3
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/1-2.html*")
    assert shown(page) == ["step-4"]
    page.get_by_role("button", name="Previous step").click()
    page.wait_for_url("**/1.html*")
    assert shown(page) == ["step-3"]
    parts = page.locator("nav.parts a").count() + 1
    total = int(page.locator(".replay").get_attribute("data-total"))
    assert parts == -(-total // 3)
    for part in range(2, parts + 1):
        page.get_by_role("link", name="Next steps").click()
        page.wait_for_url(f"**/1-{part}.html*")
    page.keyboard.press("End")
    assert shown(page) == ["end"]
    assert page.get_by_role("link", name="Next steps").count() == 0


def test_a_step_shows_picture_words_legal_actions_and_the_one_taken(open_page):
    step = open_page("replays/1-four-in-a-row/1.html").locator("#step-1")
    box = step.locator("figure svg").bounding_box()
    assert box["width"] > 300
    assert box["height"] > 300
    assert step.locator(".actions li").count() == 7
    taken = step.locator(".taken strong").inner_text()
    assert step.locator(".actions .chosen").inner_text() == taken
    assert "To move: X" in step.locator(".view").inner_text()
    drawn = step.locator("figure svg").evaluate(
        "svg => [...svg.querySelectorAll('use')].every(use => document.querySelector(use.getAttribute('href')))"
    )
    assert drawn


def test_without_a_script_all_steps_stand_one_below_the_other(open_page):
    page = open_page("replays/1-four-in-a-row/1.html", java_script_enabled=False)
    total = int(page.locator(".replay").get_attribute("data-total"))
    assert shown(page) == [f"step-{number}" for number in range(1, total + 1)] + ["end"]
    assert page.locator(".steps").count() == 0
    page.get_by_role("link", name="Four in a row").click()
    assert page.locator("table.heat td").count() == 9


def test_every_page_fits_a_small_screen_and_can_be_read_by_day_and_by_night(open_page):
    page = open_page(viewport={"width": 360, "height": 740}, color_scheme="light")
    for address in kinds_of_pages(page):
        page.goto(address)
        assert page.evaluate(OVERFLOW) == [360], address
        assert max(page.locator(".scroll").evaluate_all("boxes => boxes.map(box => box.clientWidth)"), default=0) < 360
        for scheme, ground in (("light", "rgb(244, 246, 248)"), ("dark", "rgb(17, 22, 27)")):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
            contrast, text = page.evaluate(CONTRAST)
            assert contrast >= 4.5, (address, scheme, text)


def test_the_site_is_read_from_a_disk_as_well(folder, open_page):
    page = open_page()
    page.goto(f"file://{folder}/site/replays/1-four-in-a-row/1.html")
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["step-2"]
    assert page.evaluate("getComputedStyle(document.querySelector('.bar')).display") == "block"
    assert page.locator(".actions .chosen").first.evaluate("e => getComputedStyle(e).fontWeight") == "600"
