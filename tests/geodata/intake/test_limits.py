"""The parser as a process: it is stopped when it takes too much, and never takes anyone along."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from geodata.errors import BadFile
from geodata.intake import sandbox
from geodata.intake.convert import convert
from geodata.intake.facts import DEFAULT
from tests.geodata.intake.making import make
from tests.geodata.intake.test_formats import column


def confined(folder: Path, code: str, **limits: int) -> subprocess.CompletedProcess[str]:
    """Run some Python in the parser's environment under its limits."""
    begin = (
        f"from geodata.intake import facts, sandbox; sandbox.confine(facts.Limits(**{limits}))\n"
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", begin + code],
        cwd=folder,
        env=sandbox.environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )


def test_parser_when_started_reads_and_leaves_nothing_else(tmp_path: Path) -> None:
    files = make("zip", tmp_path)
    (table,) = convert(files, tmp_path / "out")
    assert column(table, "名称")
    assert sorted(path.name for path in (tmp_path / "out").rglob("*")) == [
        "001",
        "intake.json",
        "rows.arrow",
    ]


def test_parser_has_few_drivers_no_network_and_no_privileges(tmp_path: Path) -> None:
    code = (
        "import json, pyogrio, resource, socket\n"
        "status = open('/proc/self/status').read()\n"
        "print(json.dumps([sorted(pyogrio.list_drivers()), 'NoNewPrivs:\\t1' in status,"
        " resource.getrlimit(resource.RLIMIT_CORE)]))\n"
    )
    done = confined(tmp_path, code)
    drivers, no_new, core = json.loads(done.stdout)
    assert drivers == sorted(sandbox.DRIVERS)
    assert no_new
    assert core == [0, 0]
    assert "DATABASE" not in "".join(sandbox.environment(tmp_path))


def test_parser_when_it_wants_too_much_memory_or_disk_fails(tmp_path: Path) -> None:
    assert "MemoryError" in confined(tmp_path, "bytearray(10**9)", memory_bytes=500_000_000).stderr
    done = confined(tmp_path, "open('x','wb').write(b'x' * 10**6)", output_bytes=1000)
    assert "File too large" in done.stderr


def test_file_when_it_needs_too_much_is_refused_cleanly(tmp_path: Path) -> None:
    (path,) = make("CSV", tmp_path)
    for limits in (
        replace(DEFAULT, memory_bytes=60_000_000),
        replace(DEFAULT, output_bytes=200),
    ):
        with pytest.raises(BadFile) as refused:
            convert([path], tmp_path / "out", limits=limits)
        assert refused.value.message.zh != refused.value.message.en
        assert list((tmp_path / "out").iterdir()) == []


def test_parser_when_it_takes_too_long_is_killed(tmp_path: Path) -> None:
    (path,) = make("CSV", tmp_path)
    with pytest.raises(BadFile) as refused:
        convert([path], tmp_path / "out", limits=replace(DEFAULT, wall_seconds=0))
    assert "0 秒" in refused.value.message.zh
    assert list((tmp_path / "out").iterdir()) == []
    busy = confined(tmp_path, "while True: pass", cpu_seconds=1)
    assert busy.returncode == -signal.SIGXCPU


def test_parser_when_it_reads_a_long_list_tells_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "TELL_EVERY", 0.002)
    path = tmp_path / "long.csv"
    path.write_text("编号,名称\n" + "".join(f"a{n},路口\n" for n in range(60_000)), "utf-8")
    told: list[int] = []
    (table,) = convert([path], tmp_path / "out", tell=told.append)
    assert table.rows == 60_000
    assert told == sorted(told)
    assert 0 < told[0] <= told[-1] <= 60_000
    assert len(set(told)) > 1


def test_parser_when_nobody_wants_its_rows_any_more_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "TELL_EVERY", 0.002)
    path = tmp_path / "long.csv"
    path.write_text("a,b\n" + "1,x\n" * 200_000, "utf-8")

    def cancel(_rows: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        convert([path], tmp_path / "out", tell=cancel)
    assert list((tmp_path / "out").iterdir()) == []


def test_parser_when_its_parent_dies_ends_too(tmp_path: Path) -> None:
    inner = (
        "from geodata.intake import facts, sandbox; sandbox.confine(facts.Limits());"
        "import time; print('up', flush=True); time.sleep(60)"
    )
    outer = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-P', '-c', {inner!r}], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\nprint(child.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-c", outer],
        env=sandbox.environment(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        for _ in range(200):
            if not alive(child):
                break
            time.sleep(0.05)
        assert not alive(child)


def alive(process: int) -> bool:
    """Tell whether a process runs; one that is only waited for does not."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"
