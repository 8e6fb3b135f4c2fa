"""``agora-agent.toml``: what a submission says about itself.

::

    name = "my agent"                   # up to 40 characters, unlike every other name of a season
    author = "my name"                  # up to 60
    kind = "python"                     # python, saved or remote
    entry = "agent.py:Agent"            # what to call with the Spec to get the agent
    ids = ["agora/KuhnPoker-v0"]        # environments it plays
    requires = ["torch"]                # modules it imports; they are looked for, never installed
    token_file = "token"                # remote: a file of the submission with what the address asks for as bearer

==========  =================================  ==========================================================
kind        entry                              what it is
==========  =================================  ==========================================================
``python``  ``agent.py:Agent``, ``pkg.m:make``  a class or function of the submission's own code; see ``agents.api``
``saved``   a folder, ``"."`` for its own      an agent that Agora saved: ``agent.toml`` and safetensors
``remote``  ``https://host/path``              an agent elsewhere, that answers the same messages over HTTP
==========  =================================  ==========================================================
"""

import difflib
import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from agora import envs
from agora.leaderboard.submission.names import AUTHOR_LENGTH, NAME_LENGTH, check_name

FILE = "agora-agent.toml"

_LARGEST = 64 * 1024  # bytes of a manifest
_LONGEST_TOKEN = 4096  # bytes


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of the file; ``read`` checks what they hold."""

    name: str
    author: str
    entry: str
    ids: list[str]
    requires: list[str] = []
    kind: Literal["python", "saved", "remote"] = "python"
    token_file: str = ""


_WAYS_OUT = {
    "name": 'give a text, such as name = "my agent"',
    "author": 'give a text, such as author = "Ada Lovelace"',
    "entry": 'give a text, such as entry = "agent.py:Agent"',
    "ids": 'give a list of environments, such as ids = ["agora/KuhnPoker-v0"]',
    "requires": 'give a list of modules, such as requires = ["torch"]',
    "kind": 'give "python", "saved" or "remote"',
    "token_file": 'give a file of the submission, such as token_file = "token"',
}


def read(folder: str | Path) -> Manifest:
    """The manifest of the submission in ``folder``, checked; of ``requires`` only the form, see ``missing``.

    Raises:
        ValueError: it is missing or wrong; the message is one line that names key, value and way out.
    """
    path = Path(folder) / FILE
    try:
        text = path.read_bytes()
    except OSError:
        raise ValueError(f"There is no {FILE} in {folder}; 'agora new-agent DIR' writes one to begin with.") from None
    if len(text) > _LARGEST:
        raise ValueError(f"{FILE} has {len(text)} bytes; {_LARGEST} are allowed.")
    try:
        table = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{FILE} is not valid TOML: {' '.join(str(error).split())}.") from None
    manifest = _typed(table)
    with _telling("name", manifest.name):
        name = check_name(manifest.name, NAME_LENGTH)
    with _telling("author", manifest.author):
        author = check_name(manifest.author, AUTHOR_LENGTH)
    with _telling("ids", manifest.ids):
        _check_ids(manifest.ids)
    with _telling("requires", manifest.requires):
        _check_requires(manifest.requires)
    with _telling("entry", manifest.entry):
        _ENTRIES[manifest.kind](manifest.entry, Path(folder))
    if manifest.token_file:
        with _telling("token_file", manifest.token_file):
            if manifest.kind != "remote":
                raise ValueError("only an agent elsewhere is sent a token; leave it out")
            read_token(manifest, folder)
    return msgspec.structs.replace(manifest, name=name, author=author)


def _typed(table: dict[str, Any]) -> Manifest:
    """The table as a ``Manifest``; ValueError for keys that are unknown or missing and values of a wrong type."""
    for key in table:
        if key not in _WAYS_OUT:
            near = difflib.get_close_matches(key, _WAYS_OUT, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the keys are {', '.join(_WAYS_OUT)}."
            raise ValueError(f"{FILE}: there is no key {_shown(key)}; {hint}")
    for key in Manifest.__struct_fields__[: -len(Manifest.__struct_defaults__)]:
        if key not in table:
            raise ValueError(f"{FILE}: the key {key!r} is missing; {_WAYS_OUT[key]}.")
    try:
        return msgspec.convert(table, Manifest)
    except msgspec.ValidationError as error:
        key = re.sub(r".*\$\.(\w+).*", r"\1", str(error))
        raise ValueError(f"{FILE}: {key} = {_shown(table.get(key))} is not allowed: {_WAYS_OUT.get(key)}.") from None


@contextmanager
def _telling(key: str, value: Any) -> Iterator[None]:
    """Adds to the reason of a ValueError which key it is about, and its value."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{FILE}: {key} = {_shown(value)} is not allowed: {error}.") from None


def _shown(value: Any) -> str:
    """A value in one line of plain ASCII, so that no terminal obeys it."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 100 else f"{text[:100]}..."


def _check_ids(ids: list[str]) -> None:
    if not ids:
        raise ValueError("name at least one environment; 'agora list' shows them")
    for id in ids:
        if id not in envs.TABLE:
            near = difflib.get_close_matches(id, envs.TABLE, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]!r}?" if near else "'agora list' shows them"
            raise ValueError(f"there is no environment {_shown(id)}; {hint}")
    if len(set(ids)) < len(ids):
        raise ValueError("an environment is named twice; name each once")


def _check_requires(modules: list[str]) -> None:
    for module in modules:
        if not module.isidentifier():
            raise ValueError(f"{_shown(module)} is not the name of a module to import, such as torch; give no versions")


def _python(entry: str, folder: Path) -> None:
    source, _, name = entry.partition(":")
    if not name.isidentifier():
        raise ValueError("give FILE:NAME, such as agent.py:Agent")
    find_source(folder, source)


def find_source(folder: Path, source: str) -> Path:
    """The file in ``folder`` that ``source`` means: ``agent.py``, or the module ``package.agent``.

    Raises:
        ValueError: there is none, or it lies elsewhere.
    """
    if source.endswith(".py"):
        choices = [source]
    else:
        if not all(part.isidentifier() for part in source.split(".")):
            raise ValueError("give FILE:NAME, such as agent.py:Agent")
        choices = [f"{source.replace('.', '/')}.py", f"{source.replace('.', '/')}/__init__.py"]
    found = next((folder / choice for choice in choices if _inside(choice) and (folder / choice).is_file()), None)
    if found is None:
        raise ValueError(f"there is no {choices[0]} in the submission; name a file that is in it")
    return found


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and "\0" not in path


def _saved(entry: str, folder: Path) -> None:
    if not _inside(entry) or not (folder / entry / "agent.toml").is_file():
        raise ValueError("there is no agent.toml in that folder; name the folder of a saved agent, '.' for this one")


def _remote(entry: str, folder: Path) -> None:
    try:
        url = urlsplit(entry)
        good = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        good = False
    if not good or not entry.isascii() or not entry.isprintable() or " " in entry:
        raise ValueError("give an address such as https://example.org/agent")
    if url.username or url.password:
        raise ValueError("leave user and password out of the address")


def read_token(manifest: Manifest, folder: str | Path) -> str:
    """What the address of ``manifest`` asks for as bearer; empty if nothing. It belongs in no log and in no message.

    Raises:
        ValueError: there is no such file in ``folder``, or it does not hold one word.
    """
    if not manifest.token_file:
        return ""
    path = Path(folder) / manifest.token_file
    if not _inside(manifest.token_file) or not path.is_file():
        raise ValueError("there is no such file in the submission; name one that is in it, without a dot in front")
    return token_in(path)


def token_in(path: Path) -> str:
    """The token in a file, which holds nothing else.

    Raises:
        ValueError: it does not hold one word.
        OSError: it cannot be read.
    """
    token = path.read_bytes()[:_LONGEST_TOKEN].strip()
    if not token.isascii() or not token.decode("ascii").isprintable() or b" " in token or not token:
        raise ValueError("it does not hold a token; write one word of ASCII into it")
    return token.decode("ascii")


_ENTRIES = {"python": _python, "saved": _saved, "remote": _remote}


def missing(manifest: Manifest) -> list[str]:
    """Those of ``requires`` that cannot be imported here. Nothing is imported to find out, and nothing installed."""
    return [module for module in manifest.requires if not _is_there(module)]


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:  # of __main__ and its like
        return False
