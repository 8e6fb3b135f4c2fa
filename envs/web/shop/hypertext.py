"""The pages as HTML: what ``words.describe`` says, as a form whose buttons carry their actions."""

from html import escape

from agora.envs.web.shop.pages import HIT, ITEM, OPTION, RESULTS, SEARCH, SUBMIT, TEMPLATE
from agora.envs.web.shop.rules import World
from agora.envs.web.shop.text import (
    bar,
    buttons,
    chosen,
    code,
    heading,
    hit_lines,
    hits,
    instruction,
    item_lines,
    label,
    option_groups,
    query,
    target_line,
)


def html(world: World, state, player: int | None) -> str:
    """The page as HTML, well-formed as XML: a form in which every button's value is its action.

    With query="words" the search page also has a text field, ``query``.
    """
    page = int(state.page)
    if page == SEARCH:
        body = _search_box(world, state) + _queries(world, state)
    elif page == RESULTS:
        body = _results(world, state)
    else:
        body = _list([code(state.product), *item_lines(world, state)])
    if page == ITEM:
        body += _options(world, state)
    form = _element("form", body + _bar(world, state), 'method="post"')
    ask = _element("p", escape(f"Instruction: {instruction(world, state)}"), 'id="instruction"')
    target = _element("p", escape(target_line(world, state)), 'id="target"') if player is None else ""
    head = _element("head", '<meta charset="utf-8"/>' + _element("title", "Agora shop"))
    top = _element("h1", escape(heading(world, state)))
    return "<!DOCTYPE html>\n" + _element("html", head + _element("body", ask + target + top + form))


def _element(tag: str, content: str, attributes: str = "") -> str:
    return f"<{tag}{' ' if attributes else ''}{attributes}>{content}</{tag}>"


def _list(lines: list[str]) -> str:
    return _element("ul", "".join(_element("li", escape(line)) for line in lines))


def _button(world: World, state, action: int) -> str:
    text = escape(label(world, state, action))
    return _element("button", text, f'type="submit" name="action" value="{action}"')


def _bar(world: World, state) -> str:
    return _element("nav", "".join(_button(world, state, action) for action in bar(world, state)))


def _search_box(world: World, state) -> str:
    return f'<input type="text" name="query" value="{escape(query(state))}"/>' if world.typing else ""


def _queries(world: World, state) -> str:
    queries = [action for action in buttons(world, state) if action < SUBMIT]
    return _element("div", "".join(_button(world, state, action) for action in queries), 'id="queries"')


def _results(world: World, state) -> str:
    if not hits(state):
        return _element("p", "Nothing was found.")
    lines = [f"{_button(world, state, HIT + row)} {escape(line)}" for row, line in enumerate(hit_lines(world, state))]
    return _element("ol", "".join(_element("li", line) for line in lines))


def _options(world: World, state) -> str:
    actions = {label(world, state, action): action for action in buttons(world, state) if OPTION <= action < TEMPLATE}
    picked = chosen(world, state)
    groups = []
    for group, values in option_groups(world, state.product):
        radios = [_element("legend", escape(group))]
        for value in values:
            checked = ' checked="checked"' if value in picked else ""
            radio = f'<input type="radio" name="{escape(group)}" value="{actions[value]}"{checked}/>'
            radios.append(_element("label", radio + escape(value)))
        groups.append(_element("fieldset", "".join(radios)))
    return "".join(groups)
