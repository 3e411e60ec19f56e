"""What the service counts about itself, in the text format of Prometheus."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.resources import Resources

UNKNOWN_ROUTE = "none"
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one application; another application has its own."""

    def __init__(self, resources: Resources) -> None:
        self._registry = CollectorRegistry()
        self._series: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self.requests = Counter(
            "hotspots_requests",
            "Requests answered",
            ("route", "status"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "hotspots_request_seconds",
            "Time from request to last byte",
            ("route",),
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._registry.register(_CacheCollector(resources))

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count one request; the series of a route are looked up once."""
        series = self._series.get((route, status))
        if series is None:
            series = (self.requests.labels(route, str(status)), self.seconds.labels(route))
            self._series[route, status] = series
        series[0].inc()
        series[1].observe(seconds)

    def text(self) -> bytes:
        """Everything counted so far."""
        return generate_latest(self._registry)


class Measured:
    """ASGI middleware that counts and times every request by its route."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._metrics.count(route_of(scope), status, time.perf_counter() - began)


def route_of(scope: Scope) -> str:
    """The route that a request met, with its parameters' names: never what was asked."""
    known = getattr(scope.get("route"), "path", None) or scope.get("hotspots.route")
    return known or UNKNOWN_ROUTE


class _CacheCollector:
    """Hits and misses of the caches, and the versions of the data, read when asked."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def collect(self) -> list[Metric]:
        """One gauge of cache uses, one of data versions."""
        held = self._resources
        uses = GaugeMetricFamily(
            "hotspots_cache_uses", "Look-ups since the start", labels=("cache", "result")
        )
        tiles = held.geometry_tiles.counts()
        uses.add_metric(("geometry tiles", "memory"), tiles.from_memory)
        uses.add_metric(("geometry tiles", "archive"), tiles.from_archive)
        uses.add_metric(("geometry tiles", "made"), tiles.made)
        placed = held.assignments.counts()
        uses.add_metric(("assignments", "hit"), placed.hits)
        uses.add_metric(("assignments", "miss"), placed.misses)
        versions = GaugeMetricFamily(
            "hotspots_dataset_version", "Table version of a dataset", labels=("dataset",)
        )
        for dataset in held.incidents.ids():
            versions.add_metric((dataset,), held.incidents.version(dataset))
        return [uses, versions]
