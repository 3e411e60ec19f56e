"""Settings of the cache that processes and machines share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, SecretStr, field_validator


class RedisSettings(BaseModel):
    """A cache that processes and machines share (needs the extra `redis`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    url: SecretStr = SecretStr("")
    """Address, such as `redis://localhost/0`; also `rediss://` or `unix://`."""

    namespace: Annotated[str, Field(max_length=100)] = ""
    """Keeps services apart that share a Redis."""

    body_bytes: PositiveInt = 1_000_000
    """Largest answer that is shared."""

    ttl_s: PositiveInt = 24 * 3600
    """How long an answer is kept, in seconds."""

    timeout_ms: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Longest wait for Redis, in milliseconds."""

    pause_s: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 5.0
    """How long Redis is not asked after a failure, in seconds."""

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: SecretStr) -> SecretStr:
        given = url.get_secret_value()
        if given and not given.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("begins with redis://, rediss:// or unix://")
        return url
