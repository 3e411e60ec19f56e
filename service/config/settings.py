"""Settings: read once from the environment, checked, then never changed."""

import ipaddress
import os
import re
import urllib.parse
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from service.config.access import AccessSettings
from service.config.hosts import host_name
from service.config.redis import RedisSettings
from spatial.coordinates.crs import checked_working_crs
from spatial.errors import InvalidParameterError

PREFIX = "HOTSPOTS_"
TEST_PREFIX = "HOTSPOTS_TEST_"

_ORIGIN = re.compile(r"https?://[^/\s]+")
# What may stand in a Content-Security-Policy: a host, perhaps any of its subdomains, and a port.
_HOST = re.compile(r"https?://(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")
_PUBLIC_URL = re.compile(
    r"https?://[\w.-]+(:\d{1,5})?(/[\w.~-]+)*|https?://\[[0-9a-fA-F:]+\](:\d{1,5})?(/[\w.~-]+)*",
    re.ASCII,
)

Zoom = Annotated[int, Field(ge=0, le=24)]


class SettingError(Exception):
    """Settings with which the program cannot run."""


class UnknownSettingError(SettingError):
    """A variable of ours in the environment that names no setting."""

    def __init__(self, variable: str, allowed: tuple[str, ...]) -> None:
        super().__init__(variable, allowed)
        self.variable = variable
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.variable} is not a setting; the settings are {', '.join(self.allowed)}"


class InvalidSettingError(SettingError):
    """A setting whose value is not allowed."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(variable, reason)
        self.variable = variable
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.variable}: {self.reason}"


class TileSettings(BaseModel):
    """The zooms that are offered, and how long answers are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    min_zoom: Zoom = 5
    """Lowest zoom that TileJSON, styles and WMTS offer."""

    max_zoom: Zoom = 17
    """Highest zoom that they offer."""

    cache_bytes: PositiveInt = 256 * 1024**2
    """Memory for rendered answers, in each process."""

    max_age_s: PositiveInt = 3600
    """How long a client may keep a tile of a named version, in seconds."""

    @model_validator(mode="after")
    def _zooms_in_order(self) -> Self:
        if self.min_zoom > self.max_zoom:
            raise ValueError(f"min_zoom ({self.min_zoom}) is above max_zoom ({self.max_zoom})")
        return self


class BackgroundSettings(BaseModel):
    """The map behind the page's layers; without one, boundaries and place names are drawn."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    tiles: str = ""
    """Address of tiles with `{z}`, `{x}` and `{y}`, or of a MapLibre style that ends in `.json`:
    at another host, or a path of this one."""

    attribution: str = ""
    """The attribution that the makers of the map ask for."""

    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Further hosts that a style takes its tiles, fonts or pictures from, separated by commas."""

    @field_validator("hosts", mode="before")
    @classmethod
    def _listed(cls, hosts: object) -> object:
        return _parts(hosts)

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            _checked_host(host)
        return hosts

    @field_validator("tiles")
    @classmethod
    def _address(cls, tiles: str) -> str:
        if not tiles:
            return tiles
        if not tiles.startswith("/") or tiles.startswith("//"):
            _checked_host(_origin_of(tiles))
        is_template = all(part in tiles for part in ("{z}", "{x}", "{y}"))
        is_style = "{" not in tiles and tiles.split("?")[0].endswith(".json")
        if not (is_template or is_style) or "{s}" in tiles or re.search(r"\s", tiles):
            raise ValueError(
                "an address of tiles has {z}, {x} and {y} in it, and no {s}; that of a style ends "
                f"in .json; got {tiles!r}"
            )
        return tiles

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The hosts that a browser may ask for the background."""
        own = () if not self.tiles or self.tiles.startswith("/") else (_origin_of(self.tiles),)
        return tuple(dict.fromkeys((*own, *self.hosts)))


def _origin_of(address: str) -> str:
    """Scheme, host and port of an address."""
    return "/".join(address.split("/")[:3])


def _checked_host(host: str) -> None:
    """Raise ValueError unless a text is a scheme and a host, and nothing else."""
    if not _HOST.fullmatch(host):
        raise ValueError(f"hosts are written https://maps.example.org, got {host!r}")


def _parts(listed: object) -> object:
    """A text with commas as its parts."""
    if not isinstance(listed, str):
        return listed
    return tuple(part.strip() for part in listed.split(",") if part.strip())


class LimitSettings(BaseModel):
    """How much work one request may ask for; a request for more is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    raster_cells: PositiveInt = 16_000_000
    """Most cells of a raster."""

    permutations: PositiveInt = 999_999
    """Most permutations of one request."""

    permuted_values: PositiveInt = 2_000_000_000
    """Most permutations times areas of one request."""

    wait_s: PositiveInt = 10
    """Estimated seconds up to which a client waits for an answer; a longer one is a job (202)."""

    work_s: PositiveInt = 600
    """Most estimated seconds of work of one request; a request for more is refused."""

    work_bytes: PositiveInt = 900 * 1024**2
    """Most estimated memory that one request may take besides what is kept."""

    heavy_running: PositiveInt = 2
    """Answers with a permutation test, or of some seconds, that one process computes at a time."""

    heavy_waiting: NonNegativeInt = 64
    """Such answers that may wait; a request beyond them is refused (503)."""

    jobs_running: PositiveInt = 1
    """Jobs that one process computes at a time."""

    jobs_waiting: NonNegativeInt = 16
    """Jobs that may wait; a request beyond them is refused (503)."""

    jobs_kept: PositiveInt = 100
    """Most ended jobs whose results are kept."""

    jobs_kept_s: PositiveInt = 3_600
    """How long they are kept, in seconds."""

    jobs_bytes: PositiveInt = 1024**3
    """Most bytes of results kept."""

    waiting: PositiveInt = 1_024
    """Other answers that may wait."""


class ImportSettings(BaseModel):
    """How much an import may take; a file that needs more is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    unpacked_bytes: PositiveInt = 32 * 1024**3
    """All files of one import, unpacked."""

    file_bytes: PositiveInt = 2 * 1024**3
    """Largest file, unpacked; an import needs about five times its size in memory."""

    geojson_bytes: PositiveInt = 256 * 1024**2
    """Largest GeoJSON file of measures or sites."""

    unpacked_ratio: PositiveInt = 200
    """Most bytes that a zip or gzip unpacks to for each of its own, beyond the first 64 MiB."""

    members: PositiveInt = 20_000
    """Most files in a zip."""

    columns: PositiveInt = 5_000
    """Most columns of a file."""

    line_bytes: PositiveInt = 1024**2
    """Longest line of a delimited file."""

    crossings: PositiveInt = 100_000
    """Most places where borders of areas may cross, beyond one for each vertex."""

    layer_memory_bytes: PositiveInt = 4 * 1024**3
    """Memory of the process that reads a file of areas."""

    layer_processor_s: PositiveInt = 600
    """Processor time of that process, in seconds."""


class ProfileSettings(BaseModel):
    """The least area that has a profile; a smaller one is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    least_residents: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 100.0
    """Fewest residents, by area; it counts where the layer has residents."""

    least_hectares: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    """Least ground, in hectares."""


class ConnectionSettings(BaseModel):
    """What one process grants its connections, before and after there is a request to answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    maximum: PositiveInt = 1_000
    """Most connections of one process. A further one takes the place of one without a request; it
    is refused (503) where all have one."""

    header_bytes: Annotated[int, Field(ge=1_024, le=1_048_576)] = 98_304
    """Most bytes of the headers of a request, with its address; more is refused (431)."""

    header_s: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 10.0
    """Longest time for the headers of a request, in seconds; a connection that takes longer is
    closed (408)."""

    idle_s: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 65.0
    """How long a connection is kept that sends no further request, or takes nothing of its answer,
    in seconds."""


class Settings(BaseSettings):
    """All settings, each from ``HOTSPOTS_<NAME>``; docs/settings.md is made from this model.

    Built by the command line only; everything else is handed one.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    data_dir: Path = Path("hotspots-data")
    """Folder with everything imported; `hotspots demo` uses `demo-data`."""

    data_group: str = ""
    """Group of the system whose members may read the data folder. By default nobody but its owner
    may."""

    crs: str = "EPSG:27700"
    """Working coordinate system: projected, in metres right to 1 % where the data are."""

    study_area: str = ""
    """`layer` or `layer:code`: the area that colour breaks and `outside` refer to. By default the
    first layer imported."""

    priority_rules: Path | None = None
    """JSON file with the rules behind growth priorities. By default those of the package."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Least severity that is logged."""

    shutdown_s: Annotated[int, Field(ge=0, le=3_600)] = 30
    """How long requests may continue after the signal to stop, in seconds."""

    log_format: Literal["text", "json"] = "text"
    """Text, or one JSON object per line."""

    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Other web pages whose scripts may read answers, separated by commas; `*` is all of them. By
    default none."""

    public_url: str = ""
    """What addresses in answers begin with, such as `https://maps.example.org/atlas`; set it
    behind a proxy, which may take the path off or leave it on. By default the address that the
    request was sent to."""

    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names and addresses that clients reach this service by, separated by commas, beside those of
    loopback and that of `HOTSPOTS_PUBLIC_URL`; a request for any other host is refused (421)."""

    proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses or networks of proxies, separated by commas, whose `X-Forwarded-Host` and
    `X-Forwarded-Proto` are believed."""

    tiles: TileSettings = TileSettings()
    limits: LimitSettings = LimitSettings()
    imports: ImportSettings = ImportSettings()
    profile: ProfileSettings = ProfileSettings()
    connections: ConnectionSettings = ConnectionSettings()
    background: BackgroundSettings = BackgroundSettings()
    frame_ancestors: Annotated[tuple[str, ...], NoDecode] = ()
    """Web pages that may show this service's page in a frame, separated by commas."""

    redis: RedisSettings = RedisSettings()
    access: AccessSettings = AccessSettings()

    @field_validator("cors_origins", "frame_ancestors", "hosts", "proxies", mode="before")
    @classmethod
    def _listed(cls, listed: object) -> object:
        return _parts(listed)

    @field_validator("frame_ancestors")
    @classmethod
    def _frames(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            _checked_host(host)
        return hosts

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"origins are written * or https://maps.example.org, with commas between "
                    f"several, got {origin!r}"
                )
        return origins

    @field_validator("hosts")
    @classmethod
    def _host_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if host_name(host) is None:
                raise ValueError(
                    f"hosts are written maps.example.org or 10.0.0.7, without https:// and path, "
                    f"got {host!r}"
                )
        return hosts

    @field_validator("proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ipaddress.ip_network(proxy)
            except ValueError as error:
                raise ValueError(f"proxies are written 10.0.0.7 or 10.0.0.0/24: {error}") from None
        return proxies

    @field_validator("public_url")
    @classmethod
    def _address(cls, url: str) -> str:
        plain = url.rstrip("/")
        if plain and not _PUBLIC_URL.fullmatch(plain):
            raise ValueError(
                "is written https://maps.example.org or https://example.org/atlas, "
                f"without query, user or blanks, got {url!r}"
            )
        return plain

    @field_validator("crs")
    @classmethod
    def _metric(cls, crs: str) -> str:
        try:
            checked_working_crs(crs)
        except InvalidParameterError as error:
            raise ValueError(str(error)) from None
        return crs

    @model_validator(mode="after")
    def _access_apart(self) -> Self:
        data = self.data_dir.resolve()
        if self.access_folder == data or data in self.access_folder.parents:
            raise ValueError(
                "the access folder has keys and secrets, and is not in the data folder, which is "
                f"backed up and shared: got {self.access_folder}"
            )
        return self

    @property
    def is_public(self) -> bool:
        """Whether others reach the service: by an address of its own, or by a proxy."""
        return bool(self.public_url or self.proxies)

    @property
    def access_folder(self) -> Path:
        """The folder of keys, secrets and records of use."""
        return (self.access.folder or Path(f"{self.data_dir.resolve()}-access")).resolve()

    @property
    def host_names(self) -> frozenset[str]:
        """The hosts that are answered for beside loopback, in the form of `host_name`."""
        public = urllib.parse.urlsplit(self.public_url).netloc
        names = {host_name(host) for host in (*self.hosts, public) if host}
        return frozenset(name for name in names if name)

    @property
    def proxy_networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The networks of `proxies`."""
        return tuple(ipaddress.ip_network(proxy) for proxy in self.proxies)


def read_settings() -> Settings:
    """The settings of this process, from its environment.

    Raises
    ------
    UnknownSettingError
        If the environment has a ``HOTSPOTS_`` variable that names no setting. Variables that
        begin with ``HOTSPOTS_TEST_`` are for the tests and passed over.
    InvalidSettingError
        If a value is not allowed.
    """
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    for name in sorted(name.upper() for name in os.environ):
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX):
            continue
        if name.split("__")[0] not in known:
            raise UnknownSettingError(name, tuple(sorted(known)))
    try:
        return Settings()
    except ValidationError as error:
        raise _invalid(error) from None
    except SettingsError as error:
        # A group of settings that was given whole, and is not JSON.
        raise InvalidSettingError("the environment", str(error)) from None


def _invalid(error: ValidationError) -> SettingError:
    """The first fault of some settings, by the variable that has it."""
    fault = error.errors()[0]
    where = [str(part) for part in fault["loc"]]
    variable = PREFIX + "__".join(where).upper()
    if fault["type"] == "extra_forbidden":
        group = Settings.model_fields[where[0]].annotation
        names = (
            group.model_fields if isinstance(group, type) and issubclass(group, BaseModel) else ()
        )
        return UnknownSettingError(
            variable, tuple(f"{PREFIX}{where[0]}__{name}".upper() for name in sorted(names))
        )
    reason = fault["msg"].removeprefix("Value error, ")
    if variable == f"{PREFIX}REDIS__URL":  # it may hold a password
        return InvalidSettingError(variable, reason)
    got = repr(fault["input"])
    return InvalidSettingError(variable, reason if got in reason else f"{reason}, got {got}")
