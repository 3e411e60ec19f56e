"""Settings: read once from the environment, checked, then never changed."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from spatial.crs import checked_working_crs
from spatial.errors import InvalidParameterError

PREFIX = "HOTSPOTS_"
TEST_PREFIX = "HOTSPOTS_TEST_"

Zoom = Annotated[int, Field(ge=0, le=24)]


class UnknownSettingError(Exception):
    """A variable of ours in the environment that names no setting."""

    def __init__(self, variable: str, allowed: tuple[str, ...]) -> None:
        super().__init__(variable, allowed)
        self.variable = variable
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.variable} is not a setting; there are {', '.join(self.allowed)}"


class TileSettings(BaseModel):
    """What this deployment spends on tiles, e.g. ``HOTSPOTS_TILES__MAX_ZOOM=15``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_zoom: Zoom = 5
    max_zoom: Zoom = 17
    cache_bytes: PositiveInt = 256 * 1024**2
    max_age_s: PositiveInt = 3600

    @model_validator(mode="after")
    def _zooms_in_order(self) -> Self:
        if self.min_zoom > self.max_zoom:
            raise ValueError(f"min_zoom ({self.min_zoom}) is above max_zoom ({self.max_zoom})")
        return self


class LimitSettings(BaseModel):
    """How much work one request may ask for; more is refused, never shortened in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    raster_cells: PositiveInt = 16_000_000
    permutations: PositiveInt = 999_999
    permuted_values: PositiveInt = 2_000_000_000


class Settings(BaseSettings):
    """All settings, each from ``HOTSPOTS_<NAME>``.

    Built by the command line only; everything else is handed one.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_dir: Path = Path("hotspots-data")
    crs: str = "EPSG:27700"
    study_area: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    cors_origins: tuple[str, ...] = ("*",)
    tiles: TileSettings = TileSettings()
    limits: LimitSettings = LimitSettings()

    @field_validator("crs")
    @classmethod
    def _metric(cls, crs: str) -> str:
        try:
            checked_working_crs(crs)
        except InvalidParameterError as error:
            raise ValueError(str(error)) from None
        return crs


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises
    ------
    UnknownSettingError
        If the environment has a ``HOTSPOTS_`` variable that names no setting. Variables that
        begin with ``HOTSPOTS_TEST_`` are for the tests and passed over.
    pydantic.ValidationError
        If a value is not allowed.
    """
    names = {name.upper() for name in (os.environ if environ is None else environ)}
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    for name in sorted(names):
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX):
            continue
        if name.split("__")[0] not in known:
            raise UnknownSettingError(name, tuple(sorted(known)))
    return Settings()
