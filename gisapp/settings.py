"""The settings: documented defaults in ``defaults.env``, the environment on top.

Built once at the start and passed down; never a module global.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gisapp.errors import SetupNeeded
from layers.spec import Text

ROOT = Path(__file__).resolve().parent.parent  # the checkout
LEAST_MONTHS = 6  # history is never kept for less
DEFAULTS = Path(__file__).with_name("defaults.env")
OPEN_ID = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME")
WEIGHED = ("premises", "hazards", "incidents", "road_m", "ground")  # see gisapp.coverage.weights
# Edits find what they touch by these bounds: gisapp.longest_view in 0010_coverage.sql.
LEAST_FOV, FURTHEST, LEAST_DENSITY = 20.0, 500.0, 20.0
SECOND_FACTOR = ("optional", "administrators", "everybody")


@dataclass(frozen=True)
class DatabaseSettings:
    """``url`` is empty for the private cluster; it may hold a password, so it is not shown."""

    url: str = field(repr=False)
    pool: int
    statement_timeout_ms: int
    lock_timeout_ms: int
    metric_srid: int | None  # None: what the database has


@dataclass(frozen=True)
class ServerSettings:
    host: str
    port: int
    workers: int
    threads: int
    streams: int
    public_hosts: tuple[str, ...]
    proxies: int
    tls_certificate: str
    tls_key: str
    plain_http: bool
    request_mb: int
    costly_per_minute: int


@dataclass(frozen=True)
class MapSettings:
    language: str
    basemap_url: str
    basemap_attribution: str
    tile_memory_mb: int
    tile_disk_mb: int


@dataclass(frozen=True)
class AccessSettings:
    """``session_idle`` in minutes, ``session_hours`` whatever happens.

    ``second_factor`` says who must have one; ``secret_key`` is empty for the file in ``var``.
    """

    session_idle: int
    session_hours: int
    second_factor: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True)
class OpenIdSettings:
    """The OpenID Connect provider; an empty ``issuer`` is none."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str


@dataclass(frozen=True)
class HistorySettings:
    """``months`` that versions are kept after they ended; 0 is for ever."""

    months: int


@dataclass(frozen=True)
class DemoSettings:
    scale: float
    seed: int


@dataclass(frozen=True)
class JobSettings:
    threads: int  # 0: `gisapp run` starts no worker
    heartbeat: float  # seconds


@dataclass(frozen=True)
class ExportSettings:
    """``rows`` that are given at once; more are a job, whose file is kept for ``days``."""

    rows: int
    days: int


@dataclass(frozen=True)
class CoverageSettings:
    """``weights`` are points by component, ``density`` pixels for each metre; None: no such rule.

    ``fov`` (degrees) and ``range`` (metres) are the least and the most of what is not known.
    """

    weights: Mapping[str, float]
    incident_months: int
    smallest_gap_m2: float
    fov: tuple[float, float]
    range: tuple[float, float]
    density: float | None


@dataclass(frozen=True)
class UploadSettings:
    """Where uploads lie, how large one may be in megabytes, and for how many days it is kept."""

    folder: Path
    largest_mb: int
    days: int


@dataclass(frozen=True)
class Settings:
    var: Path
    database: DatabaseSettings
    server: ServerSettings
    access: AccessSettings
    open_id: OpenIdSettings
    map: MapSettings
    demo: DemoSettings
    history: HistorySettings
    jobs: JobSettings
    exports: ExportSettings
    coverage: CoverageSettings
    uploads: UploadSettings

    @property
    def exports_folder(self) -> Path:
        """The folder of files that jobs have made, and of those under way."""
        return self.var / "exports"


class Values(dict[str, str]):
    """The settings as they are written, by name."""

    def whole(self, name: str, least: int = 0) -> int:
        """Return a whole number. Raises SetupNeeded."""
        return int(self.number(name, least))

    def span(self, name: str, above: float, most: float) -> tuple[float, float]:
        """Return two numbers in order, from ``above`` to ``most``. Raises SetupNeeded."""
        try:
            least, largest = map(float, self[name].split())
        except ValueError:
            least = largest = float("nan")
        if not above <= least <= largest <= most:
            raise not_valid(name, self[name])
        return least, largest

    def number(self, name: str, least: float = 0) -> float:
        """Return a number that is not below ``least``. Raises SetupNeeded naming the setting."""
        try:
            value = float(self[name])
        except ValueError:
            value = float("nan")
        if not value >= least:
            raise not_valid(name, self[name])
        return value


def read_defaults(path: Path = DEFAULTS) -> dict[str, str]:
    """Return the settings of an env file: ``NAME=value`` lines, ``#`` comments."""
    pairs = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            name, _, value = line.partition("=")
            pairs[name.strip()] = value.strip()
    return pairs


def not_valid(name: str, value: str) -> SetupNeeded:
    """Return the error for a setting whose value is not of its type."""
    return SetupNeeded(
        Text(
            "设置 {name} 的值 {value!r} 无效。", "Setting {name} has no valid value: {value!r}."
        ).format(name=name, value=value),
        Text("说明见 gisapp/defaults.env。", "See gisapp/defaults.env."),
    )


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Build the settings from the defaults with ``environ`` on top.

    Raises SetupNeeded naming the setting when a value is not of its type.
    """
    values = Values(read_defaults())
    values.update({name: environ[name] for name in values if name in environ})

    whole, number = values.whole, values.number
    var = Path(values["GISAPP_VAR"] or ROOT / "var").absolute()
    return Settings(
        var=var,
        database=DatabaseSettings(
            url=values["GISAPP_DATABASE_URL"],
            pool=whole("GISAPP_DATABASE_POOL", 1),
            statement_timeout_ms=whole("GISAPP_STATEMENT_TIMEOUT_MS", 1),
            lock_timeout_ms=whole("GISAPP_LOCK_TIMEOUT_MS", 1),
            metric_srid=whole("GISAPP_METRIC_SRID", 1) if values["GISAPP_METRIC_SRID"] else None,
        ),
        server=server_settings(values, whole),
        access=AccessSettings(
            session_idle=whole("GISAPP_SESSION_IDLE_MINUTES", 1),
            session_hours=whole("GISAPP_SESSION_HOURS", 1),
            second_factor=one_of("GISAPP_SECOND_FACTOR", values, SECOND_FACTOR),
            secret_key=values["GISAPP_SECRET_KEY"],
        ),
        open_id=OpenIdSettings(*(values[f"GISAPP_OIDC_{part}"] for part in OPEN_ID)),
        map=MapSettings(
            language=values["GISAPP_LANGUAGE"],
            basemap_url=values["GISAPP_BASEMAP_URL"],
            basemap_attribution=values["GISAPP_BASEMAP_ATTRIBUTION"],
            tile_memory_mb=whole("GISAPP_TILE_MEMORY_MB"),
            tile_disk_mb=whole("GISAPP_TILE_DISK_MB"),
        ),
        demo=DemoSettings(scale=number("GISAPP_DEMO_SCALE", 0.01), seed=whole("GISAPP_DEMO_SEED")),
        history=HistorySettings(months=kept_months(whole("GISAPP_HISTORY_MONTHS"))),
        jobs=JobSettings(
            threads=whole("GISAPP_JOB_THREADS"),
            heartbeat=number("GISAPP_JOB_HEARTBEAT_SECONDS", 0.1),
        ),
        exports=ExportSettings(
            rows=whole("GISAPP_EXPORT_ROWS", 1), days=whole("GISAPP_EXPORT_DAYS", 1)
        ),
        uploads=UploadSettings(
            folder=Path(values["GISAPP_UPLOAD_FOLDER"] or var / "uploads").absolute(),
            largest_mb=whole("GISAPP_UPLOAD_MB", 1),
            days=whole("GISAPP_UPLOAD_DAYS", 1),
        ),
        coverage=coverage_settings(values),
    )


def coverage_settings(values: Values) -> CoverageSettings:
    """Build the settings of camera coverage. Raises SetupNeeded."""
    density = "GISAPP_COVERAGE_PIXEL_DENSITY"
    return CoverageSettings(
        weights={name: values.number(f"GISAPP_COVERAGE_{name.upper()}") for name in WEIGHED},
        incident_months=values.whole("GISAPP_COVERAGE_INCIDENT_MONTHS", 1),
        smallest_gap_m2=values.number("GISAPP_COVERAGE_SMALLEST_GAP_M2"),
        fov=values.span("GISAPP_COVERAGE_FOV", LEAST_FOV, 360),
        range=values.span("GISAPP_COVERAGE_RANGE", 1, FURTHEST),
        density=values.number(density, LEAST_DENSITY) if values[density] else None,
    )


def kept_months(months: int) -> int:
    """Return the months that history is kept. Raises SetupNeeded for fewer than are allowed."""
    if 0 < months < LEAST_MONTHS:
        raise SetupNeeded(
            Text(
                "GISAPP_HISTORY_MONTHS 不能少于 {least} 个月。",
                "GISAPP_HISTORY_MONTHS must be at least {least}.",
            ).format(least=LEAST_MONTHS),
            Text("填 0 表示永久保留。", "0 keeps history for ever."),
        )
    return months


def one_of(name: str, values: Mapping[str, str], choices: tuple[str, ...]) -> str:
    """Return the value of a setting that is one of ``choices``. Raises SetupNeeded."""
    if values[name] not in choices:
        raise not_valid(name, values[name])
    return values[name]


def server_settings(values: Mapping[str, str], whole: Callable[..., int]) -> ServerSettings:
    """Build the settings of the web server; ``whole`` reads a number, at least so large."""
    return ServerSettings(
        host=values["GISAPP_HOST"],
        port=whole("GISAPP_PORT"),
        workers=whole("GISAPP_WORKERS", 1),
        threads=whole("GISAPP_THREADS", 1),
        streams=whole("GISAPP_STREAMS"),
        public_hosts=tuple(values["GISAPP_PUBLIC_HOSTS"].split()),
        proxies=whole("GISAPP_PROXIES"),
        tls_certificate=values["GISAPP_TLS_CERTIFICATE"],
        tls_key=values["GISAPP_TLS_KEY"],
        plain_http=values["GISAPP_PLAIN_HTTP"] == "yes",
        request_mb=whole("GISAPP_REQUEST_MB", 1),
        costly_per_minute=whole("GISAPP_COSTLY_PER_MINUTE", 1),
    )
