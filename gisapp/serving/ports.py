"""Where to listen: beyond this machine only with a certificate, and never on a taken port."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gisapp.errors import SetupNeeded
from gisapp.settings import ServerSettings
from layers.spec import Text

FIRST_PORT = 8000
TRIED_PORTS = 1000


def require_safe_address(server: ServerSettings) -> str:
    """Return the address to listen on: the one of the settings, ``localhost`` as a number.

    Raises SetupNeeded for a host name, which may mean another address tomorrow, for a certificate
    without its key or that is not there, and for an address of the network without a certificate,
    where passwords would be sent in the clear.
    """
    address = "127.0.0.1" if server.host == "localhost" else server.host.strip("[]")
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        raise SetupNeeded(
            Text(f"GISAPP_HOST 须为 IP 地址：{address}", f"GISAPP_HOST is no address: {address}"),
            Text("例：127.0.0.1 或 0.0.0.0。", "Such as 127.0.0.1 or 0.0.0.0."),
        ) from None
    files = (server.tls_certificate, server.tls_key)
    if any(files) and not all(name and Path(name).is_file() for name in files):
        raise SetupNeeded(
            Text("证书或私钥文件不存在。", "The certificate or its key is not there."),
            Text(
                "检查 GISAPP_TLS_CERTIFICATE 与 GISAPP_TLS_KEY，两者都要设置。",
                "See GISAPP_TLS_CERTIFICATE and GISAPP_TLS_KEY; both are needed.",
            ),
        )
    if not (loopback or all(files) or server.plain_http):
        raise SetupNeeded(
            Text(
                f"在 {address} 上监听须有证书：否则口令会以明文经过网络。",
                f"Listening on {address} needs a certificate: passwords would be sent in the clear.",
            ),
            Text(
                "设置 GISAPP_TLS_CERTIFICATE 与 GISAPP_TLS_KEY；做法见 docs/operator.md。",
                "Set GISAPP_TLS_CERTIFICATE and GISAPP_TLS_KEY; docs/operator.md says how.",
            ),
        )
    return address


def page_address(host: str, port: int, https: bool = False) -> str:
    """Return the address to open in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - shown, not bound
    return f"http{'s' * https}://{f'[{shown}]' if ':' in shown else shown}:{port}/"


@contextmanager
def reserve_port(host: str, wished: int, kept: Path) -> Iterator[int]:
    """Hold a free port: the wished one, else the one of last time, else the first from 8000 up.

    The server's processes share their port, so a taken one would not be noticed, and two
    starts at once could both find it free: each holds a name that only one process can have.
    Raises SetupNeeded when the wished port is taken.
    """
    last = kept.read_bytes().strip() if kept.exists() else b""
    remembered = [int(last)] if last.isdigit() else []
    others = range(FIRST_PORT, FIRST_PORT + TRIED_PORTS)
    for port in [wished] if wished else [*remembered, *others]:
        held = hold(host, port)
        if held is not None:
            with held:
                kept.write_text(str(port), encoding="ascii")
                yield port
            return
    raise SetupNeeded(
        Text("端口 {port} 已被占用。", "Port {port} is taken.").format(port=wished or FIRST_PORT),
        Text(
            "换一个 GISAPP_PORT；设为 0 则自动挑选。",
            "Choose another GISAPP_PORT; 0 finds a free one.",
        ),
    )


def hold(host: str, port: int) -> socket.socket | None:
    """Return what holds ``port`` for this process, or None when it is taken or not allowed."""
    name = socket.socket(socket.AF_UNIX)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        name.bind(f"\0gisapp-port-{port}")  # known to this machine's network only, no file
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
            tried.listen()
    except (OSError, OverflowError):
        name.close()
        return None
    return name
