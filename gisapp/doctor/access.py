"""Checks of accounts and of settings that weaken them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from gisapp.database.engine import Reader
from gisapp.database.statements import Statement
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.spec import Text

LONG_HOURS, LONG_IDLE = 24, 480  # a working day and a night; minutes
UNUSED_DAYS = 90
ACCOUNTS = Statement(
    "SELECT count(*) FILTER (WHERE role = 'administrator' AND everywhere),"
    " count(*) FILTER (WHERE role = 'administrator' AND factor IS NULL),"
    " count(*) FILTER (WHERE must_change AND created_at < now() - interval '30 days'),"
    " count(*) FILTER (WHERE NOT everywhere AND NOT EXISTS"
    " (SELECT FROM gisapp.account_areas WHERE account = accounts.id))"
    " FROM gisapp.accounts WHERE removed_at IS NULL"
)
TOKENS = Statement(
    "SELECT count(*) FROM gisapp.tokens WHERE revoked_at IS NULL AND expires_at > now()"
    " AND coalesce(used_at, created_at) < now() - %(days)s * interval '1 day'",
    example={"days": UNUSED_DAYS},
)


@check(
    "口令不以明文传输",
    Text(
        "设置 GISAPP_TLS_CERTIFICATE 与 GISAPP_TLS_KEY，或只在本机监听并由 TLS 代理转发。",
        "Set GISAPP_TLS_CERTIFICATE and GISAPP_TLS_KEY, or listen on this machine behind a TLS "
        "proxy.",
    ),
)
def encrypted(_reader: Reader, settings: Settings) -> Iterator[Finding]:
    """Passwords do not cross the network in the clear."""
    server = settings.server
    if not server.tls_key and not is_local(server.host):
        yield Finding(
            Text(
                "在 {host} 上监听，没有证书。", "It listens on {host} without a certificate."
            ).format(host=server.host)
        )
    address = urlsplit(settings.database.url)
    sent = parse_qs(address.query).get("sslmode", [""])[0]
    if address.hostname and not is_local(address.hostname) and not sent.startswith("verify"):
        yield Finding(
            Text(
                "数据库在另一台机器上，连接未核验证书（sslmode=verify-full）。",
                "The database is on another machine, and its certificate is not verified "
                "(sslmode=verify-full).",
            ),
            "warning",
        )


def is_local(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@check(
    "账号",
    Text(
        "gisapp account list 列出全部账号；不用的请停用。",
        "gisapp account list shows all; take out of use what is not needed.",
    ),
)
def accounts_in_order(reader: Reader, _settings: Settings) -> Iterator[Finding]:
    """There is an administrator, and no account or token lies about unused."""
    masters, plain, untouched, blind = reader.row(ACCOUNTS) or (0, 0, 0, 0)
    (stale,) = reader.row(TOKENS, {"days": UNUSED_DAYS}) or (0,)
    if not masters:
        yield Finding(
            Text("没有看全部区域的管理员。", "No administrator sees all areas."), "warning"
        )
    counted = (
        (plain, Text("{n} 个管理员没有第二因素。", "{n} administrators have no second factor.")),
        (
            untouched,
            Text("{n} 个账号从未改过初始口令。", "{n} accounts kept their first password."),
        ),
        (blind, Text("{n} 个账号看不到任何区域。", "{n} accounts see no area at all.")),
        (stale, Text("{n} 个令牌 90 天未用。", "{n} tokens were not used for 90 days.")),
    )
    for number, message in counted:
        if number:
            yield Finding(message.format(n=number), "warning")


@check(
    "会话时限",
    Text(
        "减小 GISAPP_SESSION_HOURS 与 GISAPP_SESSION_IDLE_MINUTES。",
        "Lower GISAPP_SESSION_HOURS and GISAPP_SESSION_IDLE_MINUTES.",
    ),
)
def short_sessions(_reader: Reader, settings: Settings) -> Iterator[Finding]:
    """Sessions end within a day, and when nobody uses them."""
    access = settings.access
    if access.session_hours > LONG_HOURS or access.session_idle > LONG_IDLE:
        yield Finding(
            Text(
                "会话可长达 {hours} 小时，闲置 {idle} 分钟。",
                "A session may last {hours} hours, unused {idle} minutes.",
            ).format(hours=access.session_hours, idle=access.session_idle),
            "warning",
        )
