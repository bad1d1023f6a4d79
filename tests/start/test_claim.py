"""One start at a time, and ports that are nobody else's."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gisapp.errors import SetupNeeded
from gisapp.serving.claim import AlreadyRunning, claim_start
from gisapp.serving.ports import hold, page_address, require_safe_address, reserve_port
from gisapp.settings import ServerSettings, load_settings

HOLD_CLAIM = """
import sys
from pathlib import Path
from gisapp.serving.claim import claim_start
with claim_start(Path(sys.argv[1])) as claim:
    claim.publish("http://127.0.0.1:1/")
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_claim_when_held_elsewhere_tells_the_address(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_CLAIM, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AlreadyRunning, match=r"http://127\.0\.0\.1:1/"), claim_start(tmp_path):
        pass
    holder.kill()
    holder.communicate()
    with claim_start(tmp_path):
        assert not (tmp_path / "address").exists()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.8.8", "127.8.8.8"),
        ("::1", "::1"),
        ("[::1]", "::1"),
    ],
)
def test_host_when_loopback_is_taken(host: str, address: str) -> None:
    assert require_safe_address(server(GISAPP_HOST=host)) == address


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2"])
def test_host_when_on_the_network_needs_a_certificate(host: str, tmp_path: Path) -> None:
    with pytest.raises(SetupNeeded, match="needs a certificate"):
        require_safe_address(server(GISAPP_HOST=host))
    assert require_safe_address(server(GISAPP_HOST=host, GISAPP_PLAIN_HTTP="yes")) == host
    files = {"GISAPP_TLS_CERTIFICATE": tmp_path / "cert", "GISAPP_TLS_KEY": tmp_path / "key"}
    settings = server(GISAPP_HOST=host, **{name: str(path) for name, path in files.items()})
    with pytest.raises(SetupNeeded, match="is not there"):
        require_safe_address(settings)
    for path in files.values():
        path.touch()
    assert require_safe_address(settings) == host


@pytest.mark.parametrize("host", ["example.org", "", "*", "1", "1.2.3"])
def test_host_when_no_address_is_refused(host: str) -> None:
    with pytest.raises(SetupNeeded, match="is no address"):
        require_safe_address(server(GISAPP_HOST=host))


def server(**settings: str) -> ServerSettings:
    return load_settings(settings).server


def test_port_when_free_is_kept_for_next_time(tmp_path: Path) -> None:
    kept = tmp_path / "port"
    with (
        reserve_port("127.0.0.1", 0, kept) as first,
        reserve_port("127.0.0.1", 0, tmp_path / "other") as second,
    ):
        assert first != second
        assert kept.read_text() == str(first)
    with reserve_port("127.0.0.1", 0, tmp_path / "other") as again:
        assert again == second


@pytest.mark.parametrize("content", ["", "x", "99999999", "-1", "٣"])
def test_port_when_the_kept_one_is_nonsense_is_chosen_anew(content: str, tmp_path: Path) -> None:
    (tmp_path / "port").write_text(content, encoding="utf-8")
    with reserve_port("127.0.0.1", 0, tmp_path / "port") as port:
        assert 8000 <= port < 9000


def test_port_when_taken_is_refused_or_passed_over(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        taken = other.getsockname()[1]
        assert hold("127.0.0.1", taken) is None
        with (
            pytest.raises(SetupNeeded, match=f"Port {taken} is taken"),
            reserve_port("127.0.0.1", taken, tmp_path / "port"),
        ):
            pass
        (tmp_path / "port").write_text(str(taken))
        with reserve_port("127.0.0.1", 0, tmp_path / "port") as port:
            assert port != taken
    for impossible in (70000, 2**40):
        with (
            pytest.raises(SetupNeeded),
            reserve_port("127.0.0.1", impossible, tmp_path / "port"),
        ):
            pass


def test_address_when_ipv6_has_brackets() -> None:
    assert page_address("127.0.0.1", 8000) == "http://127.0.0.1:8000/"
    assert page_address("::1", 8000) == "http://[::1]:8000/"
