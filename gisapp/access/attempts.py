"""Guessing costs time: failed sign-ins by name and by address, with a growing wait.

An attempt is counted before the password is looked at, so that many at once gain nothing. One from a
browser in which the name has signed in before is counted by that browser instead (``known_browsers``):
whoever guesses elsewhere does not keep the name's holder out.
"""

from __future__ import annotations

import math
from ipaddress import IPv6Address, ip_address
from typing import Any, Literal

from gisapp.errors import TooMany
from layers.spec import Text

What = Literal["name", "code"]
# Failures that cost nothing, by kind of subject. A whole office may share one address.
# Codes of the second factor count by themselves: whoever knows the password guesses no faster.
FREE = {"name": 5, "code": 5, "address": 30, "browser": 5}
LONGEST_WAIT = 900  # seconds
# A house has at least so much of an IPv6 address to itself, and may guess from each (RFC 6177).
NETWORK_BITS = 64
COUNT = """
INSERT INTO gisapp.sign_in_failures AS held (subject, failures, last_at, free_at)
VALUES (%(subject)s, 1, now(), now())
ON CONFLICT (subject) DO UPDATE SET
    failures = CASE WHEN held.last_at < now() - interval '1 hour' THEN 1
        ELSE held.failures + 1 END,
    last_at = now(),
    free_at = now() + interval '1 second' * CASE
        WHEN held.last_at < now() - interval '1 hour' OR held.failures + 1 < %(free)s THEN 0
        ELSE least(%(longest)s, power(2, least(20, held.failures + 2 - %(free)s))) END
WHERE held.free_at <= clock_timestamp()  -- after waiting for others on this row
RETURNING failures
"""
WAIT = """
SELECT extract(epoch FROM free_at - now()) FROM gisapp.sign_in_failures
WHERE subject = %(subject)s
"""
# What nobody comes back to: names that were made up, addresses that were used once.
CLEAN_UP = """
DELETE FROM gisapp.sign_in_failures WHERE subject IN (
    SELECT subject FROM gisapp.sign_in_failures
    WHERE greatest(last_at, free_at) < now() - interval '1 day' FOR UPDATE SKIP LOCKED
)
"""
FORGET = "DELETE FROM gisapp.sign_in_failures WHERE subject = %(subject)s"
TAKE_BACK = """
UPDATE gisapp.sign_in_failures SET failures = greatest(0, failures - 1), free_at = now()
WHERE subject = %(subject)s
"""


def count_attempt(
    connection: Any, name: str, address: str, what: What = "name", browser: str = ""
) -> None:
    """Count an attempt on ``name`` from ``address`` as failed. Raises TooMany while they wait.

    ``what`` is tried: the password ("name") or the second factor ("code"). ``browser`` is the number
    of one in which ``name`` has signed in before.
    """
    for kind, subject in subjects(name, address, what, browser):
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"subject": subject, "free": FREE[kind], "longest": LONGEST_WAIT})
            if cursor.fetchone():
                continue
            cursor.execute(WAIT, {"subject": subject})
            seconds = max(1, math.ceil(cursor.fetchone()[0]))
        raise TooMany(
            Text(
                f"失败次数过多，请 {seconds} 秒后再试。",
                f"Too many failures: try again in {seconds} seconds.",
            )
        )


def forgive(
    connection: Any, name: str, address: str, what: What = "name", browser: str = ""
) -> None:
    """Take back the attempt that turned out right; what is a day old is cleaned away.

    The address keeps its other failures: one's own account must not cover for guesses.
    """
    with connection.cursor() as cursor:
        for kind, subject in subjects(name, address, what, browser):
            cursor.execute(TAKE_BACK if kind == "address" else FORGET, {"subject": subject})
        cursor.execute(CLEAN_UP)


def subjects(name: str, address: str, what: What, browser: str) -> list[tuple[str, str]]:
    """Return by what an attempt is counted: kinds of ``FREE``, and what is counted."""
    counted = [(what, name), ("address", network_of(address))]
    if browser:  # a code is asked for only of who knows the password
        counted = [(what, name)] if what == "code" else [("browser", browser)]
    return [(kind, f"{kind} {value}"[:200]) for kind, value in counted]


def lift_waits(connection: Any, name: str) -> None:
    """Let ``name`` try again at once: an administrator knows that it is no guessing."""
    with connection.cursor() as cursor:
        for what in ("name", "code"):
            cursor.execute(FORGET, {"subject": f"{what} {name}"[:200]})


def network_of(address: str) -> str:
    """Return by what an address counts: itself, or the network of one house under IPv6."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(IPv6Address(int(known) >> (128 - NETWORK_BITS) << (128 - NETWORK_BITS)))
