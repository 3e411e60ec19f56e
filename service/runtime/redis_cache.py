"""Rendered answers that several processes and machines share, in Redis; an extra.

Nothing here may fail a request or hold it up: whatever goes wrong is logged once when it
begins and once when it is over, and meanwhile answers are computed as if there were no Redis.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from service.config.redis import RedisSettings
from service.config.settings import Settings

CHECK_BYTES = 8
PREFIX = "hotspots:1:"
CONNECTIONS = 16  # at a time; who finds none free waits for one
WAITING_WRITES = 64  # more are dropped: a cache may forget
# Settings that change no byte of any answer.
IRRELEVANT = {
    "access",
    "connections",
    "cors_origins",
    "data_dir",
    "hosts",
    "log_format",
    "log_level",
    "proxies",
    "redis",
    "shutdown_s",
}

logger = logging.getLogger("hotspots.shared")


class Circuit:
    """Whether to ask something that may be away.

    After a failure nobody asks for a while; then one caller tries, and the others go on without
    until it has worked. Each episode is logged twice: at its beginning and its end.

    Parameters
    ----------
    failure : str
        In the log: what does not work.
    pause_s : float
        How long nobody asks.
    """

    def __init__(
        self, failure: str, pause_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failure = failure
        self._pause_s = pause_s
        self._clock = clock
        self._failing_since: float | None = None
        self._next_try = 0.0

    def lets_through(self) -> bool:
        """Whether this caller may ask; during an episode one in each pause may."""
        if self._failing_since is None:
            return True
        if self._clock() < self._next_try:
            return False
        self._next_try = self._clock() + self._pause_s
        return True

    def failed(self, error: BaseException) -> None:
        """Note that it did not work."""
        self._next_try = self._clock() + self._pause_s
        if self._failing_since is None:
            self._failing_since = self._clock()
            # One line; the address with its password is in no error's message.
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            logger.warning("%s (%s): answers are made without it", self._failure, reason)

    def worked(self) -> None:
        """Note that it worked."""
        if self._failing_since is not None:
            seconds = self._clock() - self._failing_since
            self._failing_since = None
            logger.warning("%s: over after %.0f s", self._failure, seconds)


class RedisCache:
    """Bodies by entity tag; of one event loop, and connected at its first use.

    Parameters
    ----------
    settings : RedisSettings
        With an address.
    namespace : str
        Of the keys: services that share a Redis share answers only where it is equal.
    """

    def __init__(self, settings: RedisSettings, namespace: str) -> None:
        self.client = _client(settings)
        self.prefix = f"{PREFIX}{namespace}:"
        self._settings = settings
        self._reads = Circuit("the shared cache does not respond", settings.pause_s)
        self._writes = Circuit("the shared cache accepts no writes", settings.pause_s)
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._pending: set[asyncio.Task[None]] = set()

    async def get(self, tag: str) -> bytes | None:
        """The body of a tag, None where there is none or Redis cannot say in time."""
        from redis.exceptions import RedisError

        async with self._connections:
            if not self._reads.lets_through():
                return None
            try:
                value = await self.client.get(self._key(tag))
            except (RedisError, OSError) as error:
                self._reads.failed(error)
                return None
            self._reads.worked()
            return None if value is None else _checked(value)

    def put(self, tag: str, body: bytes) -> None:
        """Begin to write a body and return at once; large bodies stay here."""
        if len(body) <= self._settings.body_bytes and len(self._pending) < WAITING_WRITES:
            task = asyncio.ensure_future(self._write(tag, body))
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    async def close(self) -> None:
        """Finish the writes that have begun, and let go of the connections."""
        await asyncio.gather(*self._pending)
        await self.client.aclose()

    def _key(self, tag: str) -> str:
        return self.prefix + tag.strip('"')

    async def _write(self, tag: str, body: bytes) -> None:
        from redis.exceptions import ConnectionError as NotConnectedError
        from redis.exceptions import RedisError
        from redis.exceptions import TimeoutError as TooSlowError

        async with self._connections:
            if not (self._writes.lets_through() and self._reads.lets_through()):
                return
            value = hashlib.sha256(body).digest()[:CHECK_BYTES] + body
            try:
                await self.client.set(self._key(tag), value, ex=self._settings.ttl_s)
            except (NotConnectedError, TooSlowError, OSError) as error:
                self._reads.failed(error)
            except RedisError as error:  # it answers, and refuses: out of memory, read-only ...
                self._writes.failed(error)
            else:
                self._reads.worked()
                self._writes.worked()


def redis_cache(settings: Settings) -> RedisCache | None:
    """The shared cache that the settings name; None where they name none.

    The key of an answer has its question, data, policy and role. Between processes the settings
    may differ too, and so may the program: a digest of both is in every key.

    Raises
    ------
    ModuleNotFoundError
        If the extra is not installed.
    """
    if not settings.redis.url.get_secret_value():
        return None
    digest = hashlib.sha256(settings.redis.namespace.encode())
    digest.update(settings.model_dump_json(exclude=IRRELEVANT).encode())
    for package in ("service", "boundaries", "spatial"):
        for file in sorted((Path(__file__).parents[2] / package).rglob("*.py")):
            digest.update(file.read_bytes())
    return RedisCache(settings.redis, digest.hexdigest()[:16])


def forget_shared_answers(settings: Settings) -> int | None:
    """Delete all answers from the shared cache, of other settings and releases too.

    Returns
    -------
    int or None
        How many; None where the settings name no shared cache.

    Raises
    ------
    redis.RedisError
        If it cannot be reached.
    """
    url = settings.redis.url.get_secret_value()
    if not url:
        return None
    from redis import Redis

    with Redis.from_url(url, socket_timeout=10, socket_connect_timeout=10) as client:
        keys = list(client.scan_iter(f"{PREFIX}*", count=1_000))
        for start in range(0, len(keys), 1_000):
            client.delete(*keys[start : start + 1_000])
    return len(keys)


def _client(settings: RedisSettings) -> Any:
    """A client that gives up soon and tries nothing twice."""
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    timeout_s = settings.timeout_ms / 1000
    return Redis.from_url(
        settings.url.get_secret_value(),
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
    )


def _checked(value: bytes) -> bytes | None:
    """The body of a stored value, None where it is damaged."""
    digest, body = value[:CHECK_BYTES], value[CHECK_BYTES:]
    return body if hashlib.sha256(body).digest()[:CHECK_BYTES] == digest else None
