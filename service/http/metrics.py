"""What the service counts about itself, in the text format of Prometheus.

With several worker processes the counts live in files that all of them map
(``PROMETHEUS_MULTIPROC_DIR``, set by the process that starts them), and whichever worker is
asked answers for all.
"""

import contextlib
import os
import threading
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from service.analyses.resources import Resources
from service.runtime.lanes import Lane
from service.store.errors import UnknownDatasetError

SHARED_DIR = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
COMPUTING_BUCKETS_S = (*BUCKETS_S, 30, 60)


class Metrics:
    """Counters of one application; another application has its own."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._registry = registry = CollectorRegistry()
        self._series: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._refreshing = threading.Lock()
        self._entered, self._left, self._last_left = 0, 0, 0.0
        self.requests = Counter(
            "hotspots_requests", "Requests answered", ("route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "hotspots_request_seconds",
            "Time from request to last byte",
            ("route",),
            buckets=BUCKETS_S,
            registry=registry,
        )
        self.in_flight = Gauge(
            "hotspots_requests_in_flight",
            "Requests not yet answered",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.answers = Counter(
            "hotspots_answers",
            "Answers by where they came from: client (304), recall, memory, shared, joined "
            "(computed for another request), computed",
            ("level",),
            registry=registry,
        )
        self.computing = Histogram(
            "hotspots_computation_seconds",
            "Time to compute and render an answer",
            ("kind",),
            buckets=COMPUTING_BUCKETS_S,
            registry=registry,
        )
        self.work = Gauge(
            "hotspots_work",
            "Answers being computed or queued",
            ("lane", "state"),
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.cache_uses = Gauge(
            "hotspots_cache_uses",
            "Look-ups since start-up",
            ("cache", "result"),
            multiprocess_mode="sum",
            registry=registry,
        )

    def entered(self) -> None:
        """A request came."""
        self._entered += 1
        self.in_flight.inc()

    def left(self, route: str, status: int, seconds: float, level: str | None) -> None:
        """Count one request that is over; the series of a route are looked up once."""
        self.in_flight.dec()
        self._left, self._last_left = self._left + 1, time.monotonic()
        series = self._series.get((route, status))
        if series is None:
            series = (self.requests.labels(route, str(status)), self.seconds.labels(route))
            self._series[route, status] = series
        series[0].inc()
        series[1].observe(seconds)
        if level is not None:
            self.answers.labels(level).inc()

    def quiet_s(self) -> float | None:
        """Seconds since the last answer; 0 while there are requests, None before the first."""
        if self._entered > self._left:
            return 0.0
        return time.monotonic() - self._last_left if self._left else None

    def computed(self, kind: str, seconds: float) -> None:
        """Count one computation of an answer of a kind."""
        self.computing.labels(kind).observe(seconds)
        self.refresh()

    def lane_changed(self, lane: Lane) -> None:
        """Note how many a lane computes, and how many wait."""
        self.work.labels(lane.cost, "running").set(lane.running)
        self.work.labels(lane.cost, "waiting").set(lane.waiting)

    def refresh(self) -> None:
        """Take over what the caches of this process have counted."""
        tiles = self._resources.geometry_tiles.counts()
        placed = self._resources.assignments.counts()
        counted = {
            ("geometry tiles", "memory"): tiles.from_memory,
            ("geometry tiles", "archive"): tiles.from_archive,
            ("geometry tiles", "made"): tiles.made,
            ("assignments", "hit"): placed.hits,
            ("assignments", "miss"): placed.misses,
        }
        with self._refreshing:
            for labels, number in counted.items():
                self.cache_uses.labels(*labels).set(number)

    def text(self, seen: Resources) -> bytes:
        """Everything counted so far, by all processes of this service.

        Parameters
        ----------
        seen : Resources
            Of whoever asks, who is told the versions of nothing else.
        """
        self.refresh()
        counted = self._registry
        if SHARED_DIR in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        versions = CollectorRegistry()
        versions.register(_Versions(seen))
        return generate_latest(counted) + generate_latest(versions)


class _Versions:
    """The versions of the data, read from where they are when asked: the same in any process."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def collect(self) -> list[Metric]:
        """Gauges of the versions of tables and layers, and of the parts that are damaged."""
        held = self._resources
        versions = GaugeMetricFamily(
            "hotspots_dataset_version", "Table version of a dataset", labels=("dataset",)
        )
        for dataset in held.incidents.ids():
            with contextlib.suppress(UnknownDatasetError):  # removed since they were listed
                versions.add_metric((dataset,), held.incidents.version(dataset))
        layers = GaugeMetricFamily(
            "hotspots_layer_info", "Version of a boundary layer", labels=("layer", "version")
        )
        for header in held.layers.headers():
            layers.add_metric((header.metadata.layer_id, header.metadata.version), 1)
        damaged = GaugeMetricFamily(
            "hotspots_damaged_parts", "Parts of the data that are damaged", labels=("part", "name")
        )
        for part in held.damage.parts():
            damaged.add_metric((part.part, part.name), 1)
        return [versions, layers, damaged]
