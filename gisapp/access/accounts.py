"""Accounts: a sign-in name with a role and the areas whose rows it sees."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from psycopg2 import errors

from gisapp.access.passwords import REMEMBERED, hash_password, require_good
from gisapp.access.scope import EVERYTHING, Scope
from gisapp.errors import BadParameter, Conflict, NotFound
from layers.spec import Role, Text

NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
AREA = re.compile(r"[0-9]{6}|[0-9]{9}|[0-9]{12}")
COLUMNS = """
SELECT id, name, role, everywhere,
    ARRAY(SELECT area_code FROM gisapp.account_areas WHERE account = accounts.id ORDER BY 1),
    password, former_passwords, must_change, factor IS NOT NULL, subject IS NOT NULL, signed_in_at
FROM gisapp.accounts
"""
LIST = COLUMNS + "WHERE removed_at IS NULL ORDER BY name"
BY_NAME = COLUMNS + "WHERE removed_at IS NULL AND name = %(name)s"
BY_NUMBER = COLUMNS + "WHERE removed_at IS NULL AND id = %(account)s"
LOCKED = BY_NUMBER + " FOR UPDATE"
BY_SUBJECT = COLUMNS + "WHERE removed_at IS NULL AND subject = %(subject)s"
ANY_ACCOUNT = "SELECT EXISTS (SELECT FROM gisapp.accounts WHERE removed_at IS NULL)"
CREATE = """
INSERT INTO gisapp.accounts (name, role, everywhere) VALUES (%(name)s, %(role)s, %(everywhere)s)
RETURNING id
"""
CHANGE = """
UPDATE gisapp.accounts SET role = %(role)s, everywhere = %(everywhere)s WHERE id = %(account)s
"""
FORGET_AREAS = "DELETE FROM gisapp.account_areas WHERE account = %(account)s"
ADD_AREA = "INSERT INTO gisapp.account_areas VALUES (%(account)s, %(area)s) ON CONFLICT DO NOTHING"
KEEP_NEW = """
UPDATE gisapp.accounts SET password = %(password)s, must_change = %(must_change)s,
    password_at = now(),
    former_passwords = (array_remove(ARRAY[password] || former_passwords, ''))[1:%(remembered)s]
WHERE id = %(account)s
"""
KEEP_SAME = """
UPDATE gisapp.accounts SET password = %(password)s
WHERE id = %(account)s AND password = %(former)s
"""
REMOVE = """
UPDATE gisapp.accounts SET removed_at = now(), password = '', former_passwords = '{}',
    factor = NULL, factor_wanted = NULL, subject = NULL
WHERE id = %(account)s
"""
END_SESSIONS = "DELETE FROM gisapp.sessions WHERE account = %(account)s"
END_STEPS = "DELETE FROM gisapp.sign_in_steps WHERE account = %(account)s"
FORGET_CODES = "DELETE FROM gisapp.recovery_codes WHERE account = %(account)s"
CONNECT = "UPDATE gisapp.accounts SET subject = %(subject)s WHERE id = %(account)s"
REVOKE_TOKENS = """
UPDATE gisapp.tokens SET revoked_at = now() WHERE account = %(account)s AND revoked_at IS NULL
"""
# Locked, so that two administrators do not take the right from each other at once.
ADMINISTRATORS = """
SELECT id FROM gisapp.accounts
WHERE removed_at IS NULL AND role = 'administrator' AND everywhere ORDER BY id FOR UPDATE
"""
# Two who manage accounts wait for each other before they lock rows, whatever the order.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(8170, 1)"
UNKNOWN = NotFound(Text("没有这个账号。", "There is no such account."))
LAST = Conflict(
    Text("这是最后一个管理员。", "This is the last administrator."),
    Text("先设置另一个看全部区域的管理员。", "Make another administrator of all areas first."),
)


@dataclass(frozen=True)
class Account:
    """One account; ``password`` is a hash, "" when it signs in elsewhere only."""

    id: int
    name: str
    role: Role
    everywhere: bool
    areas: tuple[str, ...]
    password: str
    former: tuple[str, ...]
    must_change: bool
    has_factor: bool
    has_subject: bool
    signed_in_at: datetime | None

    @property
    def scope(self) -> Scope:
        """Return the areas whose rows the account sees."""
        return EVERYTHING if self.everywhere else Scope(self.areas)


def read_account(row: tuple[Any, ...]) -> Account:
    """Return the account of a row of ``COLUMNS``."""
    number, name, role, everywhere, areas, password, former, *rest = row
    return Account(number, name, role, everywhere, tuple(areas), password, tuple(former), *rest)


def list_accounts(connection: Any) -> list[Account]:
    """Return all accounts by name."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        return [read_account(row) for row in cursor.fetchall()]


def find_account(connection: Any, name: str) -> Account | None:
    """Return the account called ``name``, or None."""
    with connection.cursor() as cursor:
        cursor.execute(BY_NAME, {"name": name.strip().lower()})
        row = cursor.fetchone()
        return read_account(row) if row else None


def account_of_subject(connection: Any, subject: bytes) -> Account | None:
    """Return the account connected with a digest of an OpenID subject, or None."""
    with connection.cursor() as cursor:
        cursor.execute(BY_SUBJECT, {"subject": subject})
        row = cursor.fetchone()
        return read_account(row) if row else None


def account_numbered(connection: Any, number: int, lock: bool = False) -> Account:
    """Return the account with a number. Raises NotFound.

    With ``lock`` nobody else changes it until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCKED if lock else BY_NUMBER, {"account": number})
        row = cursor.fetchone()
    if row is None:
        raise UNKNOWN
    return read_account(row)


def has_accounts(connection: Any) -> bool:
    """Tell whether there is any account."""
    with connection.cursor() as cursor:
        cursor.execute(ANY_ACCOUNT)
        return bool(cursor.fetchone()[0])


def create_account(
    connection: Any, name: str, role: str, areas: Iterable[str] | None, password: str = ""
) -> Account:
    """Make an account that sees ``areas`` (None: all) and must change its ``password`` first.

    Without a password it signs in through OpenID Connect only. Raises BadParameter for a name,
    role, area or password that will not do, Conflict for a name that is taken.
    """
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise BadParameter(
            Text(
                "账号名须为 2 到 32 个小写字母、数字、点、横线，以字母开头。",
                "A name has 2 to 32 small letters, digits, dots and dashes, a letter first.",
            ),
            Text(
                "用岗位名，不用人名或电话号码。",
                "Name the post, not the person, and no telephone number.",
            ),
        )
    wanted = {"name": name, "role": known_role(role), "everywhere": areas is None}
    with connection.cursor() as cursor:
        try:
            cursor.execute(CREATE, wanted)
        except errors.UniqueViolation as error:
            raise Conflict(
                Text(f"账号 {name} 已存在。", f"There is an account {name} already.")
            ) from error
        number: int = cursor.fetchone()[0]
    store_areas(connection, number, areas or ())
    if password:
        set_password(connection, account_numbered(connection, number), password, must_change=True)
    return account_numbered(connection, number)


def change_account(
    connection: Any, account: Account, role: str, areas: Iterable[str] | None
) -> None:
    """Give an account another role and other areas (None: all); it works at once.

    Another role ends the sessions, so that none outlives the right that it was begun with. Raises BadParameter, and Conflict when no administrator of everything would be left.
    """
    changed = {"role": known_role(role), "everywhere": areas is None, "account": account.id}
    if role != "administrator" or areas is not None:
        require_other_administrator(connection, account)
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, changed)
        cursor.execute(FORGET_AREAS, {"account": account.id})
    if role != account.role:
        end_sessions(connection, account.id)
    store_areas(connection, account.id, areas or ())


def store_areas(connection: Any, number: int, areas: Iterable[str]) -> None:
    """Note the areas of an account. Raises BadParameter for what is no area code."""
    with connection.cursor() as cursor:
        for area in areas:
            if not AREA.fullmatch(area):
                raise BadParameter(
                    Text(
                        f"区划代码 {area[:20]} 无效：须为 6、9 或 12 位数字。",
                        f"Not an area code: {area[:20]}. It has 6, 9 or 12 digits.",
                    )
                )
            cursor.execute(ADD_AREA, {"account": number, "area": area})


def set_password(
    connection: Any, account: Account, password: str, must_change: bool = False
) -> None:
    """Give an account another password and end its sessions. Raises BadParameter."""
    kept = [hashed for hashed in (account.password, *account.former) if hashed]
    require_good(password, account.name, kept[:REMEMBERED])
    values = {
        "account": account.id,
        "password": hash_password(password),
        "must_change": must_change,
        "remembered": REMEMBERED,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP_NEW, values)
    end_sessions(connection, account.id)


def end_sessions(connection: Any, number: int, tokens: bool = False) -> None:
    """Sign an account out everywhere, also where it has not finished signing in.

    With ``tokens`` its programs are shut out too.
    """
    with connection.cursor() as cursor:
        for statement in (END_SESSIONS, END_STEPS, *([REVOKE_TOKENS] if tokens else ())):
            cursor.execute(statement, {"account": number})


def connect_subject(connection: Any, account: Account, subject: bytes | None) -> None:
    """Let an account sign in by a digest of an OpenID subject; None: no longer.

    Raises Conflict when another account has it.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(CONNECT, {"account": account.id, "subject": subject})
        except errors.UniqueViolation as error:
            raise Conflict(
                Text("另一账号已绑定此标识。", "Another account is connected with this subject.")
            ) from error


def set_hash(connection: Any, account: Account, hashed: str) -> None:
    """Keep the same password under a newer hash, unless it was changed meanwhile."""
    values = {"account": account.id, "password": hashed, "former": account.password}
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SAME, values)


def remove_account(connection: Any, account: Account) -> None:
    """Take an account out of use: its sessions end, its tokens are revoked, its name is free.

    Its number stays in history and audit. Raises Conflict for the last administrator.
    """
    require_other_administrator(connection, account)
    with connection.cursor() as cursor:
        for statement in (REMOVE, FORGET_CODES, FORGET_AREAS):
            cursor.execute(statement, {"account": account.id})
    end_sessions(connection, account.id, tokens=True)


def require_other_administrator(connection: Any, account: Account) -> None:
    """Raise Conflict when ``account`` is the only administrator of everything."""
    take_turns(connection)
    with connection.cursor() as cursor:
        cursor.execute(ADMINISTRATORS)
        if [row[0] for row in cursor.fetchall()] == [account.id]:
            raise LAST


def take_turns(connection: Any) -> None:
    """Wait until nobody else manages accounts; until the transaction ends nobody else does."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURNS)


def known_role(role: str) -> str:
    """Return ``role`` if it is one. Raises BadParameter."""
    if role not in get_args(Role):
        listed = ", ".join(get_args(Role))
        raise BadParameter(Text(f"角色只能是：{listed}。", f"The role must be one of: {listed}."))
    return role
