"""``@rule``, and compiled code that is kept between processes.

Numba's own cache does not see an edit in a helper of another file, so the folder of the cache is named by a hash of
everything that the code is made of: an edit anywhere starts a new folder.
With ``NUMBA_DISABLE_JIT=1`` the same functions run as plain Python, for a debugger or coverage.
Numba is loaded when the first rule is, so that ``import agora`` stays fast.
"""

import functools
import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

_HERE = Path(__file__).parent
_ENGINE = ("api.py", "jit.py", "arrays.py", "rng.py", "lanes.py")
_FACES = ("words.py", "draw.py", "reference.py")  # files of an environment that are never compiled
_RULES = ("reset", "legal", "step", "observe", "chance", "resample")


def _compiled(function: Function, **options: Any) -> Function:
    import numba

    config: Any = importlib.import_module("numba.core.config")

    # Without Numba's runtime (_nrt) arrays are not reference-counted, which makes the loop several times faster, and an
    # allocation inside a rule is an error of compilation, as the contract demands.
    if config.DISABLE_JIT:
        return np.errstate(over="ignore")(function)
    compiled: Any = numba.njit(**{"nogil": True, "error_model": "numpy", "_nrt": False, **options})
    return compiled(function)


def rule(function: Function) -> Function:
    """Compiles a rule, to be called by compiled code. Integer overflow wraps, compiled or not."""
    return _compiled(function, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def entry(function: Function) -> Function:
    """Compiles a function that Python calls, and keeps its machine code in the cache folder of the moment."""
    return _compiled(function, cache=True)


def direct(function: Any, *arguments: Any) -> Any:
    """The machine code of ``function`` for arguments of just these types, without Numba's dispatch.

    Dispatch looks at the type of every argument in every call, which takes 4 microseconds with our records; whoever
    skips it must pass the same types each time. Uncompiled functions come back as they are.
    """
    from numba import typeof

    if not hasattr(function, "overloads"):
        return function
    signature = tuple(typeof(argument) for argument in arguments)
    compiled = function.overloads.get(signature)
    return compiled.entry_point if compiled is not None else function


def _nothing(world, state, player, out):
    """Stands in for a rule that an environment does not need."""


def _no_chance(world, state, out):
    """Stands in for ``chance``."""


def _no_resample(world, state, player):
    """Stands in for ``resample``: with perfect information there is only the one state."""


_OPTIONAL: dict[str, Callable[..., None]] = {"legal": _nothing, "chance": _no_chance, "resample": _no_resample}


def cache_folder() -> Path:
    """Where compiled code is kept: ``$AGORA_CACHE``, else the user's cache folder."""
    if chosen := os.environ.get("AGORA_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agora"


@functools.cache
def compiled_loop(rules: ModuleType) -> ModuleType:
    """A copy of ``loop.py`` compiled for the functions of one rules module."""
    return compiled(_HERE / "loop.py", rules)


@functools.cache
def _digest(rules: ModuleType) -> bytes:
    """A hash of all that compiled rules are made of.

    It is taken when a game is first made, just after its rules were imported, and kept: an edit while the process runs
    must not file old code under the new sources.
    """
    import numba

    own = Path(rules.__file__ or "").parent.glob("*.py")  # rules may stand in several files of the folder
    sources = [_HERE / name for name in _ENGINE] + sorted(path for path in own if path.name not in _FACES)
    digest = hashlib.sha256(f"{rules.__name__} {numba.__version__} {np.__version__} {sys.version}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.digest()


@functools.cache
def compiled(template: Path, rules: ModuleType) -> ModuleType:
    """A copy of the file ``template`` whose globals ``reset``, ``legal``, ``step``... are the functions of ``rules``.

    They are globals of the copy, not arguments: passing them would cost 18 microseconds of dispatch a call, and
    closing over them would keep Numba from finding its cache. The cache watches the template, the rules and the files
    of the engine: compiled code, and classes of arguments, must stand in one of these.
    """
    digest = hashlib.sha256(_digest(rules) + template.read_bytes())
    name = f"{rules.__name__}.{template.stem}"
    found = importlib.util.spec_from_file_location(name, template)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # Numba looks the module up when it reads its cache
    with cache_in(cache_folder() / digest.hexdigest()[:20]):
        found.loader.exec_module(module)
    for name in _RULES:
        setattr(module, name, getattr(rules, name, None) or rule(_OPTIONAL[name]))
    module.has_chance = hasattr(rules, "chance")  # type: ignore[attr-defined]
    return module


@contextmanager
def cache_in(folder: Path):
    """Functions decorated inside keep their machine code in ``folder``, if it can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RuntimeError(
            f"Cannot keep compiled code in {folder} ({error.strerror}). Set AGORA_CACHE to a folder you can write."
        ) from None
    config: Any = importlib.import_module("numba.core.config")
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before
