"""The key under which the few secrets that must be read again are kept in the database."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from gisapp.database.private_files import write_private
from gisapp.errors import Conflict
from gisapp.settings import Settings
from layers.spec import Text

LOST = Conflict(
    Text(
        "二次验证的密钥已更换，无法核对验证码。",
        "The key of the second factor was changed: codes cannot be checked.",
    ),
    Text(
        "请用恢复码登录，或请管理员移除该账号的二次验证。",
        "Sign in with a recovery code, or ask an administrator to remove the second factor.",
    ),
)


def seal(settings: Settings, secret: str) -> bytes:
    """Return ``secret`` encrypted and authenticated (Fernet) under the deployment's key."""
    return Fernet(read_key(settings)).encrypt(secret.encode())


def unseal(settings: Settings, sealed: bytes) -> str:
    """Return what was sealed. Raises Conflict when that was done under another key."""
    try:
        return Fernet(read_key(settings)).decrypt(sealed).decode()
    except InvalidToken as error:
        raise LOST from error


def read_key(settings: Settings) -> bytes:
    """Return the Fernet key: of ``GISAPP_SECRET_KEY``, else of ``secret.key`` in the var folder.

    The file is made when it is missing, for this account only, once even by many at once.
    """
    if settings.access.secret_key:
        digest = hashlib.sha256(settings.access.secret_key.encode()).digest()
        return base64.urlsafe_b64encode(digest)
    kept = settings.var / "secret.key"
    if not kept.exists():
        make_key(kept)
    return kept.read_bytes()


def make_key(kept: Path) -> None:
    """Write a new random key to ``kept``, whole or not at all, unless another was first."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    mine = kept.with_name(f"{kept.name}.{secrets.token_hex(8)}")
    write_private(mine, Fernet.generate_key().decode(), None)
    with suppress(FileExistsError):
        os.link(mine, kept)
    mine.unlink()
