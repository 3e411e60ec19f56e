"""Caches in memory with one computation per key, however many ask at the same time.

BoundedCache             least recently used values within a weight
├── SingleFlightCache    for analyses: whoever asks first computes, in its own thread
└── AnswerCache          for answers: computed in a lane while nobody's thread waits, after a
                         look in the cache that several processes share
"""

import asyncio
import struct
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from cachetools import LRUCache

from service.model.answer_key import AnswerKey
from service.runtime.budget import LongWorkError
from service.runtime.cancellation import AbandonedError, CancelToken, check_cancelled
from service.runtime.lanes import Lane
from service.runtime.redis_cache import RedisCache

Value = TypeVar("Value")

OVERHEAD_BYTES = 64  # of key and bookkeeping, per answer
_HEAD = struct.Struct(">Iqd")  # length of the provenance, rows, sensitive share


class BoundedCache(Generic[Value]):
    """Values by key within a summed weight; the least recently used goes first.

    Parameters
    ----------
    capacity : int
        Largest summed weight. A single value above it is not kept.
    weigh : callable
        Weight of a value, in the unit of the capacity.
    """

    def __init__(self, capacity: int, *, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        self._values: LRUCache[Hashable, Value] = LRUCache(capacity, getsizeof=weigh)
        self._lock = threading.Lock()

    def peek(self, key: Hashable) -> Value | None:
        """The value of a key, None if there is none."""
        with self._lock:
            return self._values.get(key)

    def keep(self, key: Hashable, value: Value) -> None:
        """Keep a value, unless it weighs more than the whole cache may."""
        with self._lock:
            if self._values.getsizeof(value) <= self._values.maxsize:
                self._values[key] = value


class _OthersError(Exception):
    """The computation that was waited for ended for a reason of its own answer."""


class SingleFlightCache(BoundedCache[Value]):
    """A memo of an analysis; values must not be None.

    The key must hold everything that changes the value. While one caller computes a value,
    others who ask for the same key wait for it; an error reaches all of them and is not kept.
    """

    def __init__(self, capacity: int, *, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        super().__init__(capacity, weigh=weigh)
        self._pending: dict[Hashable, Future[Value]] = {}

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value of a key, computed at most once at a time.

        A computation that is cancelled because its answer is abandoned, or that is too long for
        its lane, ends for that answer alone: one of the others who waited for the value computes
        it instead.
        """
        while True:
            try:
                return self._get(key, compute)
            except AbandonedError:
                check_cancelled()  # raises again if it is this caller's answer that is abandoned
            except _OthersError:
                pass

    def has(self, key: Hashable) -> bool:
        """Whether the value of a key is kept."""
        return self.peek(key) is not None

    def _get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                return value
            pending = self._pending.get(key)
            if pending is None:
                future = self._pending[key] = Future[Value]()
        if pending is not None:
            try:
                return pending.result()
            except LongWorkError:
                raise _OthersError from None
        try:
            value = compute()
        except BaseException as error:
            self._pending.pop(key)
            future.set_exception(error)
            raise
        self.keep(key, value)
        self._pending.pop(key)
        future.set_result(value)
        return value


@dataclass(frozen=True)
class Result:
    """A rendered answer.

    Attributes
    ----------
    content : bytes
        What is sent.
    provenance : str
        In one line, for a header; empty where the content has it.
    is_current : bool
        Whether the data stayed the same while it was computed; only then is it kept.
    rows : int or None
        Of a table; for the audit.
    sensitive_share : float or None
        Of a density of published cells; for the audit.
    level : str
        Where it was found: memory, shared, joined (computed for somebody else) or computed.
    """

    content: bytes
    provenance: str = ""
    is_current: bool = True
    level: str = "computed"
    rows: int | None = None
    sensitive_share: float | None = None

    def to_bytes(self) -> bytes:
        """Content, provenance and what the audit says of it as one value."""
        provenance = self.provenance.encode("ascii")
        rows = -1 if self.rows is None else self.rows
        share = -1.0 if self.sensitive_share is None else self.sensitive_share
        return _HEAD.pack(len(provenance), rows, share) + provenance + self.content

    @classmethod
    def from_bytes(cls, value: bytes, *, level: str) -> "Result":
        """What `to_bytes` made."""
        length, rows, share = _HEAD.unpack_from(value)
        end = _HEAD.size + length
        return cls(
            value[end:],
            value[_HEAD.size : end].decode("ascii"),
            level=level,
            rows=None if rows < 0 else rows,
            sensitive_share=None if share < 0 else share,
        )


@dataclass
class Computation:
    """One answer on its way, however many wait for it."""

    task: "asyncio.Task[Result]"
    token: CancelToken
    waiters: int = 0


class AnswerCache(BoundedCache[Result]):
    """Rendered answers: from memory, else from Redis, else computed in a lane.

    Of one event loop. Waiting costs no thread. When the last who waits for a computation is
    cancelled, the computation is cancelled too, and who comes afterwards begins another.

    Parameters
    ----------
    capacity_bytes : int
        Largest sum of bytes. An answer above it is given and not kept.
    redis : RedisCache or None
        What several processes share.
    """

    def __init__(self, capacity_bytes: int, redis: RedisCache | None = None) -> None:
        super().__init__(capacity_bytes, weigh=_bytes_of)
        self.redis = redis
        self._computations: dict[str, Computation] = {}

    @property
    def waiters(self) -> int:
        """How many wait for answers on their way."""
        return sum(each.waiters for each in self._computations.values())

    async def get_or_compute(
        self,
        key: AnswerKey,
        compute: Callable[[], Result],
        lane: Lane,
        *,
        is_shared: bool = True,
    ) -> Result:
        """The answer of a key.

        Parameters
        ----------
        key : AnswerKey
            Everything that changes the bytes.
        compute : callable
            Computes it in a thread of the lane; called for the first who asks, and what it
            raises reaches all who wait.
        lane : Lane
            Where it waits and is computed.
        is_shared : bool
            Whether to ask Redis for it, and to give it to Redis.

        Raises
        ------
        BusyError
            If the lane's queue is full.
        """
        kept = self.peek(key.entity_tag)
        if kept is not None:
            return kept
        computation = self._computations.get(key.entity_tag)
        is_first = computation is None
        if computation is None:
            computation = self._begin(key.entity_tag, compute, lane, is_shared=is_shared)
        computation.waiters += 1
        try:
            result = await asyncio.shield(computation.task)
        finally:
            computation.waiters -= 1
            if not computation.waiters and not computation.task.done():
                self._abandon(key.entity_tag, computation)
        return result if is_first else replace(result, level="joined")

    async def close(self) -> None:
        """Let go of Redis."""
        if self.redis is not None:
            await self.redis.close()

    def _begin(
        self, tag: str, compute: Callable[[], Result], lane: Lane, *, is_shared: bool
    ) -> Computation:
        redis = self.redis if is_shared else None
        token = CancelToken()

        async def make() -> Result:
            stored = await redis.get(tag) if redis is not None else None
            if stored is not None:
                result = Result.from_bytes(stored, level="shared")
            else:
                result = await _computed(compute, lane, token)
                if redis is not None and result.is_current:
                    redis.put(tag, result.to_bytes())
            if result.is_current:
                self.keep(tag, replace(result, level="memory"))
            return result

        computation = Computation(asyncio.ensure_future(make()), token)
        self._computations[tag] = computation
        computation.task.add_done_callback(lambda _: self._end(tag, computation))
        return computation

    def _abandon(self, tag: str, computation: Computation) -> None:
        self._end(tag, computation)
        computation.token.cancel()  # ends it between two steps
        computation.task.cancel()  # ends it while it waits for Redis or for a thread

    def _end(self, tag: str, computation: Computation) -> None:
        if self._computations.get(tag) is computation:
            del self._computations[tag]


async def _computed(compute: Callable[[], Result], lane: Lane, token: CancelToken) -> Result:
    """What a lane computes, or the one for longer work where it turns out to be long."""
    while True:
        try:
            return await asyncio.wrap_future(lane.submit(compute, token))
        except LongWorkError as error:
            if lane.longer is None or error.seconds > lane.longer.seconds:
                raise
            lane = lane.longer


def _bytes_of(result: Result) -> int:
    return len(result.content) + len(result.provenance) + OVERHEAD_BYTES
