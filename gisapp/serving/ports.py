"""Where to listen: only on this machine until there are accounts, and never on a taken port."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gisapp.errors import SetupNeeded
from layers.spec import Text

FIRST_PORT = 8000
TRIED_PORTS = 1000


def require_loopback(host: str) -> str:
    """Return the loopback address that ``host`` means.

    Raises SetupNeeded for any other: without accounts nobody may listen to the network.
    """
    address = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass  # a host name: it may mean another address tomorrow
    raise SetupNeeded(
        Text(
            "不能在 {host} 上监听：还没有账号功能，现在只允许本机地址。",
            "Listening on {host} is refused: without accounts only this machine may connect.",
        ).format(host=host),
        Text(
            "把 GISAPP_HOST 设为 127.0.0.1 或 ::1。",
            "Set GISAPP_HOST to 127.0.0.1 or ::1.",
        ),
    )


def page_address(host: str, port: int) -> str:
    """Return the address to open in a browser."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


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
