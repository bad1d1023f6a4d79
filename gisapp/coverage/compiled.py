"""Compile functions over arrays with numba, kept on disk where the disk allows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` compiled at its first call, without Python's lock while it runs.

    The compiled code is kept beside the module or in the user's cache folder; where neither can
    be written, each process compiles anew.
    """
    try:
        made = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba: no folder to keep it in
        made = njit(nogil=True)(function)
    return cast(Callable[P, R], made)
