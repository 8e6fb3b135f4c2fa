"""The web shop in words: its pages as text and as HTML, its actions as ``search[...]`` and ``click[...]``."""

import re

from agora.envs.web.shop.grammar import WORD, tokens
from agora.envs.web.shop.hypertext import html
from agora.envs.web.shop.pages import ITEM, RESULTS, SEARCH, SUBMIT, TEMPLATE
from agora.envs.web.shop.pages import WORD as TYPE_WORD
from agora.envs.web.shop.rules import World
from agora.envs.web.shop.search import QUERY_WORDS
from agora.envs.web.shop.text import (
    LABELS,
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

__all__ = ["OPTIONS", "describe", "html", "name", "parse"]

OPTIONS = {"query": "words"}
"""Options that the text face sets unless told otherwise: free text."""


def name(world: World, state, player: int, action: int) -> str:
    """What ``action`` is called now: ``search[words]``, ``click[label]`` or ``type[word]``."""
    verb = "type" if action >= TYPE_WORD else "search" if TEMPLATE <= action < SUBMIT else "click"
    return f"{verb}[{label(world, state, action)}]"


def parse(world: World, state, player: int, line: str) -> list[int]:
    """The actions that ``line`` stands for; raises ValueError with a reason when it is none.

    With query="words" ``search[...]`` takes any text: the words that the shop knows are typed after what is in the box,
    then searched for. Words that it does not know match nothing and are left out.
    """
    match = re.fullmatch(r"\s*(search|click|type)\s*\[(.*)\]\s*", line, re.IGNORECASE | re.DOTALL)
    if not match:
        raise ValueError(f"{line!r} is no action: write search[words] or click[label]. {_possible(world, state)}")
    verb, text = match[1].lower(), " ".join(match[2].split())
    if verb == "click":
        return [_parse_click(world, state, text)]
    if state.page != SEARCH:
        raise ValueError(f"There is no search box on this page. {_possible(world, state)}")
    return _parse_type(world, state, text) if verb == "type" else _parse_search(world, state, text)


def _parse_click(world: World, state, text: str) -> int:
    for action in buttons(world, state):
        if not TEMPLATE <= action < SUBMIT and label(world, state, action).lower() == text.lower():
            return action
    raise ValueError(f"There is no button {text!r} on this page. {_possible(world, state)}")


def _parse_search(world: World, state, text: str) -> list[int]:
    known = _known(text)
    for action in buttons(world, state):
        if action < SUBMIT and sorted(known) == sorted(_known(label(world, state, action))):
            return [action]
    if not world.typing:
        raise ValueError(
            f"search[{text}] is none of the shop's queries; free text needs the option query='words'. "
            f"{_possible(world, state)}"
        )
    return [*_typed(state, known), SUBMIT]


def _known(text: str) -> list[str]:
    """The words of ``text`` that a search can find: prices, for example, are none."""
    return [word for word in tokens(text) if word in WORD]


def _parse_type(world: World, state, text: str) -> list[int]:
    unknown = [word for word in text.lower().split() if word not in WORD]
    if not world.typing or unknown or not text:
        reason = f"The shop knows no word {unknown[0]!r}." if unknown else "Words are typed with query='words' only."
        raise ValueError(f"{reason} {_possible(world, state)}")
    return _typed(state, text.lower().split())


def _typed(state, words: list[str]) -> list[int]:
    room = QUERY_WORDS - int(state.query_length)
    if len(words) > room:
        raise ValueError(f"The search box has room for {room} more words, not for {len(words)}: write fewer.")
    return [TYPE_WORD + WORD[word] for word in words]


def _possible(world: World, state) -> str:
    names = [name(world, state, 0, action) for action in buttons(world, state)]
    free = ["search[any words]"] if world.typing and state.page == SEARCH else []
    return f"Possible: {', '.join(free + names)}." if free + names else "The visit is over."


def describe(world: World, state, player: int | None) -> str:
    """The page as text, buttons in brackets; ``None`` is a spectator, who also sees the target."""
    lines = [f"Instruction: {instruction(world, state)}"]
    if player is None:
        lines.append(target_line(world, state))
    lines.append(f"Page: {heading(world, state)}")
    page = int(state.page)
    if page == SEARCH:
        lines += _search_lines(world, state)
    elif page == RESULTS:
        found = zip(hits(state), hit_lines(world, state), strict=True)
        lines += [f"[{code(product)}] {line}" for product, line in found] or ["Nothing was found."]
    else:
        lines += item_lines(world, state)
    if page == ITEM:
        lines += _option_lines(world, state)
    if shown := bar(world, state):
        lines.append(" ".join(f"[{LABELS[action]}]" for action in shown))
    return "\n".join(lines)


def _search_lines(world: World, state) -> list[str]:
    box = [f"Search box: {query(state) or '(empty)'}"] if world.typing else []
    queries = [name(world, state, 0, action) for action in buttons(world, state) if action < SUBMIT]
    return [*box, "Queries from the instruction:", *queries]


def _option_lines(world: World, state) -> list[str]:
    picked = chosen(world, state)
    return [
        f"{group}: {' '.join(f'[{value}] (chosen)' if value in picked else f'[{value}]' for value in values)}"
        for group, values in option_groups(world, state.product)
    ]
