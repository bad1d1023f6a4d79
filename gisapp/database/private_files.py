"""Files and folders that only one account may enter: the private cluster's, with its password."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

from gisapp.errors import DatabaseUnusable
from layers.spec import Text


def may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    """Tell whether ``account`` may enter every existing folder above and at ``folder``."""
    return all(
        enters(place.stat(), account) for place in (folder, *folder.parents) if place.exists()
    )


def enters(held: os.stat_result, account: pwd.struct_passwd) -> bool:
    """Tell whether the mode of one folder lets ``account`` through."""
    if held.st_uid == account.pw_uid:
        return bool(held.st_mode & stat.S_IXUSR)
    if held.st_gid == account.pw_gid:
        return bool(held.st_mode & stat.S_IXGRP)
    return bool(held.st_mode & stat.S_IXOTH)


def make_folder_chain(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make ``folder`` and what is missing above it; only ``folder`` goes to ``account``."""
    for above in reversed(folder.parents):
        if not above.exists():
            above.mkdir(exist_ok=True)
            above.chmod(0o755)  # whatever the umask says: the account must pass through
    make_private_folder(folder, account)


def make_private_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that only ``account`` (None: the caller) may enter.

    Raises DatabaseUnusable when it exists and belongs to somebody else.
    """
    owner = account.pw_uid if account else os.geteuid()
    folder.mkdir(exist_ok=True, mode=0o700)
    if account and folder.lstat().st_uid == os.geteuid():
        os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)
    held = folder.lstat()
    if held.st_uid != owner or not stat.S_ISDIR(held.st_mode):
        raise DatabaseUnusable(
            Text(
                "文件夹 {path} 属于另一个账号。", "The folder {path} belongs to another account."
            ).format(path=folder),
            Text(
                "请用当初启动它的账号启动，或用 GISAPP_VAR 另指一个文件夹。",
                "Start with the account that started it first, or name another folder "
                "by GISAPP_VAR.",
            ),
        )
    folder.chmod(0o700)


def write_private(path: Path, text: str, account: pwd.struct_passwd | None) -> None:
    """Write a file that only ``account`` may read, replacing it at once."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if account:
        os.chown(fresh, account.pw_uid, account.pw_gid)
    fresh.replace(path)
