"""Checks of how the server stands towards the network, and of the key of its secrets."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from gisapp.database.engine import Reader
from gisapp.doctor.access import is_local
from gisapp.doctor.check import Finding, check
from gisapp.settings import Settings
from layers.spec import Text

SHORTEST_KEY = 32  # characters: 128 random bits in hexadecimal digits
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@check(
    "代理设置",
    Text(
        "前面有几层代理就把 GISAPP_PROXIES 设为几；有代理时只在本机监听。",
        "Set GISAPP_PROXIES to how many proxies stand in front; behind one, listen on this "
        "machine only.",
    ),
)
def proxies_told(_reader: Reader, settings: Settings) -> Iterator[Finding]:
    """Callers are told apart by their own addresses."""
    server = settings.server
    behind = is_local(server.host) and bool(server.public_hosts)
    if behind and not server.proxies and not server.tls_key:
        yield Finding(
            Text(
                "只在本机监听却对外使用主机名：若前面有代理，所有人都算作同一地址，"
                "一人输错口令会让所有人等待，登录 Cookie 也不带 Secure。",
                "It listens on this machine only, under a public name: behind a proxy all callers "
                "count as one address, so that one who guesses makes everybody wait, and cookies "
                "are not Secure.",
            ),
            "warning",
        )
    if server.proxies and not is_local(server.host):
        yield Finding(
            Text(
                "在 {host} 上监听并相信 X-Forwarded-For：绕过代理的人可以冒用任何地址。",
                "It listens on {host} and believes X-Forwarded-For: whoever goes past the proxy "
                "may claim any address.",
            ).format(host=server.host),
            "warning",
        )


@check(
    "二次验证的密钥",
    Text(
        "用 openssl rand -hex 32 生成；文件只许本服务的账号读取（chmod 600）。换密钥后须重设二次验证。",
        "Make one by openssl rand -hex 32; let nobody but the service's account read the file "
        "(chmod 600). After another key, second factors are set up again.",
    ),
)
def secret_key_kept(_reader: Reader, settings: Settings) -> Iterator[Finding]:
    """The key of the second factors can neither be guessed nor read by others."""
    key, kept = settings.access.secret_key, settings.var / "secret.key"
    if key and len(key) < SHORTEST_KEY:
        yield Finding(
            Text(
                "GISAPP_SECRET_KEY 不足 {least} 个字符。",
                "GISAPP_SECRET_KEY has less than {least} characters.",
            ).format(least=SHORTEST_KEY),
            "warning",
        )
    if not key and kept.exists() and kept.stat().st_mode & OTHERS:
        yield Finding(
            Text("其他账号能读取 {path}。", "Other accounts can read {path}.").format(path=kept)
        )
