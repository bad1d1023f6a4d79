"""Passwords: argon2id, and what one must be like."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gisapp.errors import BadParameter
from layers.spec import Text

# RFC 9106, section 4, second recommended option (64 MiB), at one lane: a guess costs about 0.1 s
# of one core and 64 MiB.
HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
SHORTEST, LONGEST = 10, 200
REMEMBERED = 5  # former passwords that are not taken again
KINDS = (str.islower, str.isupper, str.isdigit)
WANTED_KINDS = 3
# Compared with when there is no such account: the answer takes as long.
NOBODY = HASHER.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password in PHC form."""
    return HASHER.hash(password)


def is_password(kept: str, password: str) -> bool:
    """Tell whether ``password`` is the one that was kept; an account without one costs the same."""
    try:
        return HASHER.verify(kept or NOBODY, password[: LONGEST + 1]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def require_good(password: str, name: str, former: Iterable[str] = ()) -> None:
    """Raise BadParameter unless ``password`` will do for the account ``name``.

    At least 10 characters of three kinds (small, capital, digit, other), without the account's
    name, none of ``former`` (hashes). Passphrases of 20 characters need no kinds. Configured by
    the product, after what Chinese grade protection assessments ask for.
    """
    kinds = sum(any(map(kind, password)) for kind in KINDS)
    kinds += any(not sign.isascii() or not sign.isalnum() for sign in password)
    if not SHORTEST <= len(password) <= LONGEST or "\0" in password:
        raise weak(
            Text(f"须为 {SHORTEST} 到 {LONGEST} 个字符", f"{SHORTEST} to {LONGEST} characters")
        )
    if kinds < WANTED_KINDS and len(password) < 2 * SHORTEST:
        raise weak(
            Text(
                "须含大写、小写、数字、符号中的三种，或不少于 20 个字符",
                "three kinds of capital, small, digit and other, or 20 characters and more",
            )
        )
    if name.lower() in password.lower() or len(set(password)) < SHORTEST // 2:
        raise weak(
            Text(
                "不能含账号名，也不能只用几个字符",
                "without the account's name, and of more than a few different characters",
            )
        )
    if any(is_password(kept, password) for kept in former):
        raise weak(
            Text(f"不能与最近 {REMEMBERED} 个口令相同", f"none of the last {REMEMBERED} passwords")
        )


def weak(why: Text) -> BadParameter:
    """Return the error for a password that will not do."""
    return BadParameter(
        Text(f"口令不符合要求：{why.zh}。", f"The password will not do. It needs: {why.en}.")
    )


def new_password() -> str:
    """Return a random password that anyone can type: 16 letters and digits in groups of four."""
    signs = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    while True:
        groups = ["".join(secrets.choice(signs) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if all(any(map(kind, password)) for kind in KINDS):
            return password
