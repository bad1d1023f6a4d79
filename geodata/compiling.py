"""Loops compiled to machine code by numba, kept on disk where that is possible."""

from __future__ import annotations

import hashlib
import logging
import pickle
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])
# What comes of files that cannot be read or written, or that were cut short.
UNUSABLE = (OSError, EOFError, ValueError, pickle.UnpicklingError)
TOGETHER = "loops"  # the folder whose loops may call one another
Stamp = tuple[tuple[str, str], ...]
log = logging.getLogger(__name__)


class ForgivingCache:
    """numba's cache of one loop, without the errors of its files.

    A full disk, or files of another account that may not be read, then cost a second of
    compiling in each process and nothing else.
    """

    def __init__(self, kept: Any) -> None:
        self.kept = kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return what was compiled before, None where there is nothing that can be read."""
        try:
            return self.kept.load_overload(signature, context)
        except UNUSABLE as error:
            log.debug("compiled loop not read: %s", error)
            return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep what was compiled, if the disk will have it."""
        try:
            self.kept.save_overload(signature, result)
        except UNUSABLE as error:
            log.debug("compiled loop not kept: %s", error)


@lru_cache(maxsize=16)
def stamp_of(folder: Path) -> Stamp:
    """Return what changes when a module of a folder does: their names and digests."""
    files = sorted(folder.glob("*.py"))
    return tuple((file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files)


def compiled(loop: Loop) -> Loop:
    """Compile ``loop`` at its first call, releasing Python's lock while it runs.

    numba keeps the result in ``NUMBA_CACHE_DIR`` if that is set and can be written, else beside
    the module, else in the account's own cache folder; where none of them can be written it
    compiles anew in each process. Functions that ``loop`` calls must be compiled too, and stand in
    the same module, or with it in a folder called ``loops``: numba compiles anew when the loop's own
    file changes, and here when any of such a folder does.
    """
    try:
        made: Any = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # no folder to keep it in
        return cast(Loop, numba.njit(nogil=True)(loop))
    folder = Path(loop.__code__.co_filename).parent
    if folder.name == TOGETHER:
        made._cache._cache_file._source_stamp = stamp_of(folder)
    made._cache = ForgivingCache(made._cache)
    return cast(Loop, made)


def loops_of(*modules: ModuleType) -> list[Any]:
    """Return the compiled loops that modules define."""
    return [
        held
        for module in modules
        for held in vars(module).values()
        if isinstance(held, numba.core.registry.CPUDispatcher)
        and held.__module__ == module.__name__
    ]


def folder_of(loop: Any) -> Path | None:
    """Return where a loop's machine code is kept; None where no folder can be written."""
    path = loop._cache.cache_path
    return Path(path) if path else None


def is_kept(loop: Any) -> bool:
    """Tell whether machine code of a loop is kept that this processor and this source may use."""
    kept = getattr(loop._cache, "kept", None)
    if kept is None:
        return False
    try:
        index = kept._cache_file._load_index()
    except UNUSABLE:
        return False
    machine = loop.targetctx.codegen().magic_tuple()
    held = (kept._cache_file._data_path(data) for key, data in index.items() if key[1] == machine)
    return any(Path(path).is_file() for path in held)
