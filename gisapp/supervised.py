"""Processes that belong to a supervisor: they leave Ctrl-C to it, and end when it is gone."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def belong_to(supervisor: int) -> None:
    """Leave Ctrl-C to the process ``supervisor``, our parent, and end with it, even by kill -9.

    A process that is told twice to stop, by the terminal and by the supervisor, may hang. The
    system watches the very thread that started us: it has to live as long as we shall.
    """
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(1)  # it went before we asked
