"""What every bench needs: a filled database, wrk, pgbench, and rounds whose medians count."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg2

from bench.dataset import fill
from bench.servers import authorization
from gisapp.database.cluster import private_cluster
from gisapp.database.engine import Database
from gisapp.database.migrate import migrate
from gisapp.settings import load_settings

CONNECTIONS = 8
ROUNDS = 3
WRK_SCRIPT = """
local paths = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = line end
local at = 0
wrk.headers["Authorization"] = os.getenv("BENCH_AUTHORIZATION")
function init(args) at = math.floor(#paths * math.random()) end
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""
READER = "-c jit=off -c max_parallel_workers_per_gather=0 -c search_path=public"


@contextmanager
def filled_database() -> Iterator[Database]:
    """Lend a database with the bench's rows, in a durable private cluster of its own."""
    home = Path(tempfile.mkdtemp(prefix="gisapp-bench-"))
    home.chmod(0o755)
    cluster = private_cluster(home)
    cluster.start()
    try:
        migrate(cluster.url())
        database = Database(load_settings({"GISAPP_VAR": str(home)}).database, cluster.url())
        fill(database)
        with closing(psycopg2.connect(database.url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("VACUUM ANALYZE")
        yield database
        database.close()
    finally:
        cluster.stop()
        shutil.rmtree(cluster.socket, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def wrk(address: str, paths: Sequence[str], seconds: int) -> float:
    """Return the requests a second that a server answers over ``paths``; errors end the bench."""
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder, "paths.lua"), Path(folder, "paths.txt")
        script.write_text(WRK_SCRIPT, encoding="utf-8")
        listed.write_text("\n".join(paths), encoding="utf-8")
        command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s"]
        environ = {"BENCH_PATHS": str(listed), "BENCH_AUTHORIZATION": authorization(address)}
        said = run([*command, "-s", str(script), address], environ)
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"errors under load:\n{said}")
    return figure(r"Requests/sec:\s+([\d.]+)", said)


def pgbench(url: str, statements: Sequence[str], seconds: int) -> float:
    """Return the statements a second that PostgreSQL answers by itself: the limit."""
    parts = urlsplit(url)
    environ = {
        "PGHOST": parse_qs(parts.query)["host"][0],
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGOPTIONS": READER,
    }
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, statement in enumerate(statements):
            path = Path(folder, f"{number}.sql")
            path.write_text(" ".join(statement.split()) + ";\n", encoding="utf-8")
            files += ["-f", str(path)]
        command = ["pgbench", "-n", f"-c{CONNECTIONS}", "-j2", f"-T{seconds}", *files]
        said = run([*command, parts.path.lstrip("/")], environ)
    return figure(r"tps = ([\d.]+)", said)


def run(command: Sequence[str], environ: Mapping[str, str]) -> str:
    """Run a program and return what it prints; end the bench when it fails."""
    done = subprocess.run(
        list(command), env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def figure(pattern: str, said: str) -> float:
    """Return the number that a program printed."""
    found = re.search(pattern, said)
    if found is None:
        raise SystemExit(f"no figure in:\n{said}")
    return float(found.group(1))


def rounds(contenders: Mapping[str, Callable[[], float]], count: int = ROUNDS) -> dict[str, float]:
    """Measure everyone in turn, ``count`` times, and return the medians."""
    seen: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(count):
        for name, measure in contenders.items():
            seen[name].append(measure())
    for name, values in seen.items():
        listed = " ".join(f"{value:,.1f}" for value in values)
        print(f"  {name:10} median {statistics.median(values):10,.1f} /s   rounds {listed}")
    return {name: statistics.median(values) for name, values in seen.items()}


def verdict(what: str, ratio: float, wanted: float) -> None:
    """Print one claim and whether this run bears it out."""
    print(f"  {'ok  ' if ratio >= wanted else 'MISS'} {what}: {ratio:.2f} (wanted {wanted})")
