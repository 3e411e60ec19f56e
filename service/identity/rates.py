"""How often a key may ask, in one process."""

import time
from collections.abc import Callable
from typing import Final

PERIOD_S: Final = 60.0
MOST_KEYS: Final = 10_000


class RateLimits:
    """A bucket for each key, that a request takes from and time refills.

    Parameters
    ----------
    per_minute : int
        Requests a minute, and at most at once, of a key without a limit of its own.
    clock : callable
        Seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, key_id: str, per_minute: int | None = None) -> float:
        """Count a request of a key; 0 where it may be answered, else the seconds to wait.

        Parameters
        ----------
        key_id : str
            Of the key or token.
        per_minute : int or None
            Its own limit.
        """
        most = float(per_minute or self._per_minute)
        now = self._clock()
        left, at = self._buckets.get(key_id, (most, now))
        left = min(most, left + (now - at) * most / PERIOD_S)
        if left < 1:
            self._buckets[key_id] = left, now
            return (1 - left) * PERIOD_S / most
        if len(self._buckets) >= MOST_KEYS and key_id not in self._buckets:
            self._buckets.clear()  # more tokens than a service has readers: begin anew
        self._buckets[key_id] = left - 1, now
        return 0.0
