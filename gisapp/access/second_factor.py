"""The second factor: codes that change every 30 s (TOTP, RFC 6238), and recovery codes."""

from __future__ import annotations

import base64
import secrets
import time
from hmac import compare_digest
from typing import Any

import pyotp

from gisapp.access.accounts import END_STEPS, FORGET_CODES, Account
from gisapp.access.attempts import count_attempt, forgive
from gisapp.access.secret_key import seal, unseal
from gisapp.access.sessions import digest
from gisapp.database.engine import Database
from gisapp.errors import BadParameter, NotSignedIn
from gisapp.settings import Settings
from layers.spec import Text

ISSUER = "gisapp"  # what the app on the phone shows beside the account's name
STEP = 30  # seconds for which a code is shown
SKEW = (0, -1, 1)  # steps by which the two clocks may differ
RECOVERY_CODES = 10
KEEP_WANTED = "UPDATE gisapp.accounts SET factor_wanted = %(sealed)s WHERE id = %(account)s"
SECRETS = "SELECT factor, factor_wanted FROM gisapp.accounts WHERE id = %(account)s"
TAKE_WANTED = """
UPDATE gisapp.accounts SET factor = factor_wanted, factor_wanted = NULL, factor_step = %(step)s
WHERE id = %(account)s AND factor_wanted = %(sealed)s
"""
REMOVE = """
UPDATE gisapp.accounts SET factor = NULL, factor_wanted = NULL, factor_step = 0
WHERE id = %(account)s
"""
# One of two that come with the same code at once finds the step used.
USE_STEP = """
UPDATE gisapp.accounts SET factor_step = %(step)s
WHERE id = %(account)s AND factor_step < %(step)s AND factor IS NOT NULL
"""
ADD_CODE = "INSERT INTO gisapp.recovery_codes VALUES (%(account)s, %(digest)s)"
USE_CODE = """
DELETE FROM gisapp.recovery_codes WHERE account = %(account)s AND digest = %(digest)s
"""
COUNT_CODES = "SELECT count(*) FROM gisapp.recovery_codes WHERE account = %(account)s"
WRONG = NotSignedIn(
    Text("验证码不正确，或已用过。", "The code is wrong or was used already."),
    Text("等下一个验证码再试。", "Wait for the next one."),
)
NOT_BEGUN = BadParameter(Text("请重新开始设置。", "Begin the set-up again."))
WRONG_NEW = BadParameter(
    Text("验证码不正确。", "The code is wrong."),
    Text("请核对手机时间。", "Check the clock of the phone."),
)


def want_factor(connection: Any, settings: Settings, account: Account) -> str:
    """Return a new secret for ``account`` in base 32; it counts once a code confirms it."""
    secret = pyotp.random_base32()
    values = {"account": account.id, "sealed": seal(settings, secret)}
    with connection.cursor() as cursor:
        cursor.execute(KEEP_WANTED, values)
    return secret


def is_wanted(connection: Any, account: Account) -> bool:
    """Tell whether a new secret waits for its confirming code."""
    return read_secrets(connection, account)[1] is not None


def wanted_secret(connection: Any, settings: Settings, account: Account) -> str:
    """Return the secret that waits for its confirming code. Raises BadParameter without one."""
    _, wanted = read_secrets(connection, account)
    if wanted is None:
        raise NOT_BEGUN
    return unseal(settings, wanted)


def address_of(secret: str, name: str) -> str:
    """Return the ``otpauth:`` address that a phone reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def confirm_factor(connection: Any, settings: Settings, account: Account, code: str) -> list[str]:
    """Take the wanted secret into use by a ``code`` of it; return fresh recovery codes.

    Raises BadParameter for a wrong code and when no secret is wanted.
    """
    _, wanted = read_secrets(connection, account)
    if wanted is None:
        raise NOT_BEGUN
    step = step_of(unseal(settings, wanted), code)
    if step is None:
        raise WRONG_NEW
    with connection.cursor() as cursor:
        cursor.execute(TAKE_WANTED, {"account": account.id, "step": step, "sealed": wanted})
        if not cursor.rowcount:
            raise NOT_BEGUN
    return new_recovery_codes(connection, account)


def remove_factor(connection: Any, account: Account) -> None:
    """Let ``account`` sign in without a second factor."""
    with connection.cursor() as cursor:
        for statement in (REMOVE, FORGET_CODES, END_STEPS):
            cursor.execute(statement, {"account": account.id})


def check_code(
    database: Database,
    settings: Settings,
    account: Account,
    code: str,
    address: str,
    browser: str = "",
) -> None:
    """Use up a code of the second factor, or a recovery code.

    The attempt is counted first. Raises NotSignedIn for a wrong or used code, TooMany while the
    account or the address has to wait (not the address of a ``browser`` that knows the account),
    Conflict when the key was changed.
    """
    with database.write() as connection:
        count_attempt(connection, account.name, address, "code", browser)
    with database.write() as connection:
        if not use_code(connection, settings, account, code):
            raise WRONG
        forgive(connection, account.name, address, "code", browser)


def use_code(connection: Any, settings: Settings, account: Account, code: str) -> bool:
    """Tell whether ``code`` is right and was not used before; from now on it is used."""
    typed = "".join(code.split()).replace("-", "").lower()
    if len(typed) != 6:
        return use_recovery_code(connection, account, typed)
    factor, _ = read_secrets(connection, account)
    step = None if factor is None else step_of(unseal(settings, factor), typed)
    if step is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(USE_STEP, {"account": account.id, "step": step})
        return bool(cursor.rowcount)


def use_recovery_code(connection: Any, account: Account, typed: str) -> bool:
    """Tell whether a recovery code is one of the account's; it never works again."""
    with connection.cursor() as cursor:
        cursor.execute(USE_CODE, {"account": account.id, "digest": digest(typed)})
        return bool(cursor.rowcount)


def step_of(secret: str, code: str) -> int | None:
    """Return the time step, now or one beside it, whose code this is, or None."""
    totp, now = pyotp.TOTP(secret, interval=STEP), int(time.time()) // STEP
    typed = "".join(code.split()).encode()
    fitting = [
        now + skew for skew in SKEW if compare_digest(totp.generate_otp(now + skew).encode(), typed)
    ]
    return fitting[0] if fitting else None


def new_recovery_codes(connection: Any, account: Account) -> list[str]:
    """Return ten fresh recovery codes, kept as digests; former ones are of no use any more."""
    codes = [recovery_code() for _ in range(RECOVERY_CODES)]
    with connection.cursor() as cursor:
        cursor.execute(FORGET_CODES, {"account": account.id})
        for code in codes:
            kept = digest(code.replace("-", ""))
            cursor.execute(ADD_CODE, {"account": account.id, "digest": kept})
    return codes


def recovery_code() -> str:
    """Return 80 random bits as 16 letters and digits in groups of four."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def count_recovery_codes(connection: Any, account: Account) -> int:
    """Return how many recovery codes are left."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_CODES, {"account": account.id})
        return int(cursor.fetchone()[0])


def read_secrets(connection: Any, account: Account) -> tuple[bytes | None, bytes | None]:
    """Return the sealed secret in use and the one that is wanted."""
    with connection.cursor() as cursor:
        cursor.execute(SECRETS, {"account": account.id})
        used, wanted = cursor.fetchone()
    return used and bytes(used), wanted and bytes(wanted)
