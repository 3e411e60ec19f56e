"""A level of the cache that several processes and machines share, in Redis; an extra.

Nothing here may fail a request or hold it up: whatever goes wrong is logged once when it
begins and once when it is over, and meanwhile answers are computed as if there were no Redis.
"""

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from service.config.settings import RedisSettings, Settings
from service.runtime.flights import Body

CHECK_BYTES = 8
# Settings that change no byte of any answer.
ELSEWHERE = {"data_dir", "log_level", "log_format", "shutdown_s", "cors_origins", "redis"}
WAITING_WRITES = 64  # more are dropped: a cache may forget

logger = logging.getLogger("hotspots.shared")


class Circuit:
    """Whether to ask something that may be away.

    After a failure nobody asks for a while; then one request tries, and the others go on doing
    without until it has worked. Each episode is logged twice: at its beginning and its end.

    Parameters
    ----------
    what : str
        In the log: what does not work.
    pause_s : float
        How long nobody asks.
    """

    def __init__(
        self, what: str, pause_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._pause_s = pause_s
        self._clock = clock
        self._lock = threading.Lock()
        self._since: float | None = None
        self._next_try = 0.0

    def lets_through(self) -> bool:
        """Whether this caller may ask; during an episode one in so many seconds may."""
        if self._since is None:
            return True
        with self._lock:
            if self._clock() < self._next_try:
                return False
            self._next_try = self._clock() + self._pause_s
            return True

    def failed(self, why: object) -> None:
        """It did not work."""
        with self._lock:
            self._next_try = self._clock() + self._pause_s
            begins = self._since is None
            if begins:
                self._since = self._clock()
        if begins:
            logger.warning("%s (%s): answers come without it", self._what, why)

    def worked(self) -> None:
        """It worked."""
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            logger.warning("%s: over after %.0f s", self._what, self._clock() - since)


class SharedCache:
    """Rendered answers by entity tag, in Redis.

    Parameters
    ----------
    settings : RedisSettings
        With an address.
    namespace : str
        Of the keys: services that share a Redis share answers only where it is equal.
    """

    def __init__(self, settings: RedisSettings, namespace: str) -> None:
        self._settings = settings
        self._prefix = f"hotspots:1:{namespace}:"
        self._client: Any = _connected(settings)
        self._reads = Circuit("the shared cache does not answer", settings.pause_s)
        self._writes = Circuit("the shared cache takes nothing", settings.pause_s)
        self._queue: queue.Queue[tuple[str, Body] | None] = queue.Queue(WAITING_WRITES)
        self._writer: threading.Thread | None = None
        self._lock = threading.Lock()

    def get(self, tag: str) -> Body | None:
        """The body of a tag, None where there is none or Redis cannot say in time."""
        from redis.exceptions import RedisError

        if not self._reads.lets_through():
            return None
        try:
            value = self._client.get(self._key(tag))
        except (RedisError, OSError) as error:
            self._reads.failed(_words(error))
            return None
        self._reads.worked()
        return None if value is None else _checked(value)

    def put(self, tag: str, body: Body) -> None:
        """Hand a body over to be written; returns at once, and large bodies stay here."""
        if len(body) > self._settings.body_bytes:
            return
        self._start_writer()
        try:
            self._queue.put_nowait((tag, body))
        except queue.Full:
            return

    def close(self) -> None:
        """Write what waits to be written, and let go of the connections."""
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join()
        self._client.close()

    def _key(self, tag: str) -> str:
        return self._prefix + tag.strip('"')

    def _start_writer(self) -> None:
        if self._writer is not None:
            return
        with self._lock:
            if self._writer is None:
                self._writer = threading.Thread(
                    target=self._write_all, name="hotspots-shared", daemon=True
                )
                self._writer.start()

    def _write_all(self) -> None:
        while (item := self._queue.get()) is not None:
            self._write(*item)

    def _write(self, tag: str, body: Body) -> None:
        from redis.exceptions import ConnectionError as NotConnectedError
        from redis.exceptions import RedisError
        from redis.exceptions import TimeoutError as TooSlowError

        if not (self._writes.lets_through() and self._reads.lets_through()):
            return
        value = hashlib.sha256(body).digest()[:CHECK_BYTES] + body
        try:
            self._client.set(self._key(tag), value, ex=self._settings.ttl_s)
        except (NotConnectedError, TooSlowError, OSError) as error:
            self._reads.failed(_words(error))
        except RedisError as error:  # it answers, and refuses: out of memory, read-only ...
            self._writes.failed(_words(error))
        else:
            self._reads.worked()
            self._writes.worked()


def shared_cache(settings: Settings) -> SharedCache | None:
    """The shared cache that the settings name; None where they name none.

    An entity tag tells the question, the data, policy and role. Between processes the settings
    may differ too, and so may the program: a digest of both stands in every key.

    Raises
    ------
    ModuleNotFoundError
        If the extra is not installed.
    """
    if not settings.redis.url.get_secret_value():
        return None
    digest = hashlib.sha256(settings.redis.namespace.encode())
    digest.update(settings.model_dump_json(exclude=ELSEWHERE).encode())
    for package in ("service", "boundaries", "spatial"):
        for file in sorted((Path(__file__).parents[2] / package).rglob("*.py")):
            digest.update(file.read_bytes())
    return SharedCache(settings.redis, digest.hexdigest()[:16])


def _connected(settings: RedisSettings) -> Any:
    """A client that gives up soon and tries nothing twice; connects at its first use."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    patience_s = settings.timeout_ms / 1000
    return Redis.from_url(
        settings.url.get_secret_value(),
        socket_timeout=patience_s,
        socket_connect_timeout=patience_s,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
    )


def _checked(value: bytes) -> Body | None:
    """The body of a stored value, None where it is damaged."""
    digest, body = value[:CHECK_BYTES], value[CHECK_BYTES:]
    return body if hashlib.sha256(body).digest()[:CHECK_BYTES] == digest else None


def _words(error: BaseException) -> str:
    """An error in one line; the address with its password is in none of them."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]
