"""Loops compiled to machine code by numba, kept on disk where that is possible."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])
# What comes of files that cannot be read or written, or that were cut short.
UNUSABLE = (OSError, EOFError, ValueError, pickle.UnpicklingError)
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


def compiled(loop: Loop) -> Loop:
    """Compile ``loop`` at its first call, releasing Python's lock while it runs.

    numba keeps the result in ``NUMBA_CACHE_DIR`` if that is set and can be written, else beside
    the module, else in the account's own cache folder; where none of them can be written it
    compiles anew in each process. Functions that ``loop`` calls must be compiled too, and stand in
    the same module: numba compiles anew when that file changes, and not when another one does.
    """
    try:
        made: Any = numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # no folder to keep it in
        return cast(Loop, numba.njit(nogil=True)(loop))
    made._cache = ForgivingCache(made._cache)
    return cast(Loop, made)
