"""The house: which room may import which, read from the imports themselves."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("service", "boundaries", "spatial")

# What each folder may import of ours, from the ground up; itself always, and nothing above it.
ALLOWED: dict[str, set[str]] = {
    "spatial": set(),
    "spatial.coordinates": {"spatial"},
    "spatial.density": {
        "spatial",
        "spatial.coordinates",
    },
    "spatial.bandwidths": {
        "spatial",
        "spatial.density",
    },
    "spatial.growth": {"spatial"},
    "spatial.weights": {
        "spatial",
        "spatial.density",
    },
    "spatial.local_statistics": {
        "spatial",
        "spatial.weights",
    },
    "spatial.associations": {
        "spatial",
        "spatial.local_statistics",
        "spatial.weights",
    },
    "spatial.rates": {
        "spatial",
        "spatial.weights",
    },
    "spatial.scans": {
        "spatial",
        "spatial.local_statistics",
    },
    "spatial.over_time": {
        "spatial",
        "spatial.local_statistics",
        "spatial.rates",
        "spatial.weights",
    },
    "spatial.point_patterns": {"spatial", "spatial.coordinates", "spatial.density"},
    "spatial.patrols": {
        "spatial",
        "spatial.rates",
        "spatial.weights",
    },
    "spatial.clusters": {"spatial"},
    "spatial.process_control": {"spatial"},
    "spatial.near_repeats": {"spatial"},
    "spatial.surfaces": {
        "spatial",
        "spatial.bandwidths",
        "spatial.coordinates",
        "spatial.density",
    },
    "spatial.networks": {"spatial"},
    "service.disclosure": {"spatial"},
    "boundaries": set(),
    "boundaries.layers": {
        "boundaries",
        "spatial",
    },
    "boundaries.storage": {
        "boundaries",
        "boundaries.layers",
        "spatial.coordinates",
    },
    "boundaries.changes": {
        "boundaries",
        "boundaries.layers",
        "spatial",
    },
    "boundaries.neighbours": {
        "boundaries.layers",
        "boundaries.storage",
        "spatial",
        "spatial.weights",
    },
    "boundaries.points": {
        "boundaries.layers",
        "boundaries.storage",
        "spatial",
    },
    "boundaries.reading": {
        "boundaries",
        "boundaries.layers",
        "boundaries.neighbours",
        "spatial",
        "spatial.coordinates",
    },
    "boundaries.tiles": {
        "boundaries.layers",
        "boundaries.storage",
        "spatial",
        "spatial.coordinates",
    },
    "service.config": {
        "spatial",
        "spatial.coordinates",
    },
    "service.coverage": {"spatial"},
    "service.delta_log": {"boundaries.storage"},
    "service.store": {
        "boundaries.storage",
        "service.coverage",
        "service.delta_log",
        "service.disclosure",
        "spatial",
        "spatial.coordinates",
    },
    "service.store.reference": {
        "spatial.weights",
        "boundaries.changes",
        "boundaries.layers",
        "boundaries.storage",
        "service.store",
        "spatial",
    },
    "service.model": {
        "boundaries.layers",
        "boundaries.storage",
        "boundaries.tiles",
        "service.config",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
    },
    "service.access": {"service.disclosure", "service.model", "spatial"},
    "service.identity": {
        "boundaries.storage",
        "service.access",
        "service.config",
    },
    "service.sentences": {"service.model"},
    "service.sentences.findings": {
        "service.coverage",
        "service.model",
        "service.sentences",
        "spatial.over_time",
    },
    "service.runtime": {
        "boundaries.points",
        "boundaries.storage",
        "service.access",
        "service.config",
        "service.model",
        "spatial.associations",
        "spatial.bandwidths",
        "spatial.clusters",
        "spatial.coordinates",
        "spatial.density",
        "spatial.local_statistics",
        "spatial.near_repeats",
        "spatial.over_time",
        "spatial.point_patterns",
        "spatial.rates",
        "spatial.scans",
        "spatial.surfaces",
        "spatial.weights",
    },
    "service.publication": {
        "boundaries",
        "boundaries.layers",
        "boundaries.storage",
        "service.access",
        "service.coverage",
        "service.disclosure",
        "service.identity",
        "service.model",
        "service.runtime",
        "service.store",
        "spatial",
    },
    "service.audit": {
        "service.access",
        "service.disclosure",
        "service.identity",
        "service.runtime",
    },
    "service.analyses.harm": {
        "service.model",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
    },
    "service.analyses.inputs": {
        "boundaries.changes",
        "boundaries.layers",
        "boundaries.neighbours",
        "boundaries.points",
        "boundaries.storage",
        "service.analyses.harm",
        "service.config",
        "service.coverage",
        "service.model",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
        "spatial.local_statistics",
        "spatial.rates",
        "spatial.weights",
    },
    "service.analyses.publication": {
        "boundaries.layers",
        "boundaries.points",
        "boundaries.storage",
        "service.analyses.inputs",
        "service.coverage",
        "service.disclosure",
        "service.model",
        "service.publication",
        "service.sentences",
        "service.store",
        "spatial",
    },
    "service.analyses.naming": {
        "service.model",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.networks",
    },
    "service.queries": {"service.model", "spatial.weights"},
    "service.queries.tables": {
        "service.model",
        "service.queries",
    },
    "service.queries.flags": {"service.model"},
    "service.queries.reports": {"service.model"},
    "service.queries.patterns": {
        "service.model",
        "service.queries",
        "service.queries.tables",
    },
    "service.analyses.areas": {
        "service.analyses.inputs",
        "service.config",
        "service.model",
        "service.queries",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
        "spatial.local_statistics",
        "spatial.over_time",
        "spatial.rates",
        "spatial.weights",
    },
    "service.analyses.tables": {
        "boundaries.layers",
        "boundaries.points",
        "service.analyses.inputs",
        "service.coverage",
        "service.model",
        "service.queries.tables",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.local_statistics",
        "spatial.over_time",
        "spatial.rates",
    },
    "service.analyses.crosstabs": {
        "service.analyses.inputs",
        "service.analyses.tables",
        "service.coverage",
        "service.model",
        "service.queries.tables",
        "service.store.reference",
        "spatial",
        "spatial.over_time",
        "spatial.rates",
    },
    "service.analyses.harm_tables": {
        "boundaries.layers",
        "service.analyses.harm",
        "service.analyses.inputs",
        "service.analyses.tables",
        "service.model",
        "service.queries.tables",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.local_statistics",
        "spatial.over_time",
        "spatial.rates",
    },
    "service.analyses.measures": {
        "boundaries.changes",
        "boundaries.layers",
        "boundaries.points",
        "service.analyses.inputs",
        "service.analyses.tables",
        "service.coverage",
        "service.model",
        "service.queries.tables",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.rates",
    },
    "service.analyses.trends": {
        "boundaries.layers",
        "service.analyses.areas",
        "service.analyses.inputs",
        "service.analyses.tables",
        "service.config",
        "service.coverage",
        "service.model",
        "service.queries.tables",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.over_time",
        "spatial.rates",
    },
    "service.analyses.transitions": {
        "boundaries.layers",
        "service.analyses.areas",
        "service.analyses.inputs",
        "service.config",
        "service.model",
        "service.queries",
        "service.runtime",
        "spatial",
        "spatial.local_statistics",
        "spatial.over_time",
        "spatial.rates",
    },
    "service.analyses.scans": {
        "boundaries.layers",
        "service.analyses.inputs",
        "service.model",
        "service.queries.patterns",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.bandwidths",
        "spatial.scans",
    },
    "service.analyses.near_repeats": {
        "service.analyses.inputs",
        "service.analyses.naming",
        "service.model",
        "service.queries.patterns",
        "service.runtime",
        "service.sentences",
        "service.store",
        "spatial",
        "spatial.bandwidths",
        "spatial.local_statistics",
        "spatial.near_repeats",
    },
    "service.analyses.process_control": {
        "service.analyses.inputs",
        "service.analyses.trends",
        "service.coverage",
        "service.model",
        "service.queries.tables",
        "service.sentences",
        "service.store.reference",
        "spatial",
        "spatial.process_control",
    },
    "service.analyses.patrols": {
        "boundaries.storage",
        "service.analyses.inputs",
        "service.analyses.naming",
        "service.config",
        "service.model",
        "service.queries.patterns",
        "service.sentences",
        "spatial",
        "spatial.bandwidths",
        "spatial.local_statistics",
        "spatial.patrols",
        "spatial.rates",
    },
    "service.analyses.catalogue": {
        "boundaries",
        "boundaries.layers",
        "boundaries.storage",
        "service.access",
        "service.analyses.inputs",
        "service.config",
        "service.coverage",
        "service.disclosure",
        "service.model",
        "service.queries",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
    },
    "service.analyses.flags": {
        "boundaries.layers",
        "boundaries.points",
        "service.analyses.harm",
        "service.analyses.inputs",
        "service.coverage",
        "service.model",
        "service.queries.flags",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.rates",
    },
    "service.analyses.maps": {
        "boundaries.layers",
        "boundaries.tiles",
        "service.analyses.inputs",
        "service.config",
        "service.model",
        "service.queries",
        "service.runtime",
        "service.store",
        "spatial",
        "spatial.clusters",
        "spatial.coordinates",
        "spatial.growth",
        "spatial.local_statistics",
        "spatial.over_time",
        "spatial.scans",
    },
    "service.analyses.density": {
        "boundaries.layers",
        "boundaries.points",
        "boundaries.storage",
        "service.analyses.harm",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.config",
        "service.disclosure",
        "service.model",
        "service.queries",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.bandwidths",
        "spatial.coordinates",
        "spatial.density",
        "spatial.rates",
        "spatial.surfaces",
    },
    "service.analyses.clusters": {
        "boundaries.layers",
        "boundaries.points",
        "boundaries.storage",
        "service.analyses.density",
        "service.analyses.harm",
        "service.analyses.inputs",
        "service.analyses.naming",
        "service.config",
        "service.model",
        "service.queries.patterns",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.bandwidths",
        "spatial.clusters",
    },
    "service.analyses.point_patterns": {
        "boundaries.storage",
        "service.analyses.density",
        "service.analyses.inputs",
        "service.config",
        "service.coverage",
        "service.model",
        "service.queries.patterns",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.bandwidths",
        "spatial.local_statistics",
        "spatial.point_patterns",
    },
    "service.analyses.near": {
        "boundaries.layers",
        "boundaries.points",
        "service.analyses.inputs",
        "service.analyses.point_patterns",
        "service.model",
        "service.queries.patterns",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.local_statistics",
        "spatial.networks",
        "spatial.rates",
    },
    "service.analyses.growth": {
        "boundaries.layers",
        "boundaries.points",
        "boundaries.storage",
        "service.analyses.areas",
        "service.analyses.density",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.coverage",
        "service.model",
        "service.queries",
        "service.runtime",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.growth",
        "spatial.rates",
    },
    "service.analyses.profiles": {
        "boundaries",
        "boundaries.changes",
        "boundaries.layers",
        "boundaries.reading",
        "boundaries.storage",
        "service.analyses.areas",
        "service.analyses.growth",
        "service.analyses.harm",
        "service.analyses.inputs",
        "service.config",
        "service.model",
        "service.queries",
        "service.queries.tables",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
        "spatial.over_time",
        "spatial.rates",
    },
    "service.analyses.neighbours": {
        "service.analyses.areas",
        "service.analyses.inputs",
        "service.config",
        "service.model",
        "service.queries",
        "service.queries.patterns",
        "service.runtime",
        "service.store.reference",
        "spatial",
        "spatial.associations",
        "spatial.local_statistics",
        "spatial.weights",
    },
    "service.analyses": {
        "service.analyses.neighbours",
        "service.queries.patterns",
        "boundaries.points",
        "boundaries.storage",
        "boundaries.tiles",
        "service.access",
        "service.analyses.areas",
        "service.analyses.catalogue",
        "service.analyses.clusters",
        "service.analyses.crosstabs",
        "service.analyses.density",
        "service.analyses.flags",
        "service.analyses.growth",
        "service.analyses.harm_tables",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.analyses.measures",
        "service.analyses.point_patterns",
        "service.analyses.near",
        "service.analyses.naming",
        "service.analyses.patrols",
        "service.analyses.near_repeats",
        "service.analyses.process_control",
        "service.analyses.profiles",
        "service.analyses.scans",
        "service.analyses.tables",
        "service.analyses.transitions",
        "service.analyses.trends",
        "service.config",
        "service.model",
        "service.publication",
        "service.queries",
        "service.queries.flags",
        "service.queries.tables",
        "service.runtime",
        "service.store",
        "service.store.reference",
        "spatial.coordinates",
    },
    "service.analyses.printed_maps": {
        "boundaries.layers",
        "boundaries.storage",
        "service.analyses",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.coverage",
        "service.model",
        "service.queries",
        "service.runtime",
    },
    "service.render": {
        "service.access",
        "service.model",
    },
    "service.render.fonts": set(),
    "service.render.paper": {"service.render.fonts"},
    "service.render.reports": {
        "service.access",
        "service.model",
        "service.render.fonts",
        "service.render.paper",
    },
    "service.render.maps": {
        "boundaries.layers",
        "service.access",
        "service.coverage",
        "service.model",
        "service.render",
    },
    "service.render.maps.printed": {
        "boundaries.layers",
        "service.access",
        "service.model",
        "service.render",
        "service.render.fonts",
        "service.render.maps",
        "service.render.paper",
        "service.sentences",
        "service.sentences.findings",
        "spatial.rates",
    },
    "service.render.charts": {
        "service.access",
        "service.model",
        "service.render",
        "service.render.fonts",
        "service.render.paper",
        "service.sentences.findings",
    },
    "service.render.tables": {
        "boundaries.layers",
        "service.access",
        "service.config",
        "service.model",
        "service.render",
        "service.render.charts",
        "service.sentences.findings",
        "spatial",
        "spatial.coordinates",
    },
    "service.render.tiles": {
        "boundaries.layers",
        "boundaries.tiles",
        "service.access",
        "service.model",
        "service.render",
        "service.render.maps",
        "spatial",
        "spatial.coordinates",
    },
    "service.http": {
        "boundaries",
        "service.access",
        "service.analyses",
        "service.analyses.catalogue",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.audit",
        "service.config",
        "service.model",
        "service.render",
        "service.render.maps",
        "service.render.tables",
        "service.render.tiles",
        "service.runtime",
        "service.store",
        "spatial",
        "spatial.coordinates",
    },
    "service.http.pictures": {
        "service.analyses.printed_maps",
        "service.http",
        "service.model",
        "service.render",
        "service.render.maps.printed",
    },
    "service.http.identity": {
        "service.config",
        "service.http",
        "service.identity",
        "service.analyses",
    },
    "service.http.guards": {
        "service.config",
        "service.http",
    },
    "service.reports": {
        "boundaries",
        "boundaries.storage",
        "service.access",
        "service.analyses",
        "service.analyses.inputs",
        "service.coverage",
        "service.http",
        "service.model",
        "service.render.reports",
        "service.render.tables",
        "service.runtime",
        "service.sentences",
        "service.sentences.findings",
        "service.store",
        "spatial",
    },
    "service.render.html": {
        "service.access",
        "service.model",
    },
    "service.routes": {
        "service.analyses.harm_tables",
        "service.analyses",
        "service.analyses.areas",
        "service.analyses.catalogue",
        "service.analyses.density",
        "service.analyses.flags",
        "service.analyses.growth",
        "service.analyses.measures",
        "service.analyses.process_control",
        "service.analyses.profiles",
        "service.analyses.tables",
        "service.analyses.transitions",
        "service.analyses.trends",
        "service.analyses.printed_maps",
        "service.http",
        "service.http.pictures",
        "service.model",
        "service.queries",
        "service.queries.flags",
        "service.queries.tables",
        "service.render",
        "service.render.html",
        "service.render.maps",
        "service.render.tables",
        "service.render.tiles",
        "service.reports",
        "service.runtime",
        "service.http.identity",
        "service.identity",
        "service.http.guards",
    },
    "service.routes.patterns": {
        "service.analyses",
        "service.analyses.near",
        "service.analyses.point_patterns",
        "service.analyses.scans",
        "service.http",
        "service.queries.patterns",
        "service.analyses.neighbours",
        "service.analyses.patrols",
        "service.analyses.near_repeats",
        "service.render.tables",
        "service.analyses.clusters",
        "service.runtime",
    },
    "service.routes.reports": {
        "service.access",
        "service.http",
        "service.model",
        "service.queries.reports",
        "service.render",
        "service.reports",
        "service.runtime",
    },
    "service.ogc.features": {
        "boundaries.layers",
        "boundaries.storage",
        "service.access",
        "service.analyses",
        "service.analyses.areas",
        "service.analyses.catalogue",
        "service.analyses.growth",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.config",
        "service.http",
        "service.model",
        "service.queries",
        "service.render",
        "service.render.tables",
        "service.runtime",
        "service.store",
        "spatial",
        "spatial.coordinates",
        "spatial.local_statistics",
    },
    "service.ogc.wmts": {
        "boundaries",
        "boundaries.storage",
        "service.access",
        "service.analyses",
        "service.analyses.density",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.config",
        "service.http",
        "service.model",
        "service.queries",
        "service.render",
        "service.render.maps",
        "service.render.tiles",
        "service.runtime",
        "service.store",
        "spatial.coordinates",
    },
    "service.assembly": {
        "service.analyses.neighbours",
        "service.routes.patterns",
        "service.routes.reports",
        "boundaries.neighbours",
        "boundaries.points",
        "boundaries.storage",
        "boundaries.tiles",
        "service.access",
        "service.analyses",
        "service.analyses.areas",
        "service.analyses.catalogue",
        "service.analyses.clusters",
        "service.analyses.crosstabs",
        "service.analyses.density",
        "service.analyses.flags",
        "service.analyses.growth",
        "service.analyses.harm",
        "service.analyses.harm_tables",
        "service.analyses.inputs",
        "service.analyses.maps",
        "service.analyses.measures",
        "service.analyses.point_patterns",
        "service.analyses.near",
        "service.analyses.naming",
        "service.analyses.patrols",
        "service.analyses.near_repeats",
        "service.analyses.process_control",
        "service.analyses.profiles",
        "service.analyses.scans",
        "service.analyses.tables",
        "service.analyses.transitions",
        "service.analyses.trends",
        "service.audit",
        "service.config",
        "service.disclosure",
        "service.http",
        "service.http.guards",
        "service.http.identity",
        "service.identity",
        "service.model",
        "service.ogc.features",
        "service.ogc.wmts",
        "service.publication",
        "service.render.tiles",
        "service.routes",
        "service.runtime",
        "service.store",
        "service.store.reference",
    },
    "service.imports.files": {
        "boundaries.reading",
        "service.config",
        "service.render",
        "service.store",
        "spatial",
        "spatial.coordinates",
    },
    "service.housekeeping": {
        "boundaries",
        "boundaries.storage",
        "service.config",
        "service.coverage",
        "service.delta_log",
        "service.imports.files",
        "service.model",
        "service.store",
    },
    "service.commands": {
        "boundaries",
        "service.access",
        "service.analyses",
        "service.assembly",
        "service.config",
        "service.housekeeping",
        "service.model",
        "service.store",
        "spatial",
        "service.identity",
    },
    "service.demo.places": {
        "boundaries.layers",
        "spatial",
    },
    "service.demo.records": {
        "service.demo.places",
        "spatial",
    },
    "service.demo": {
        "boundaries.layers",
        "boundaries.storage",
        "service.coverage",
        "service.demo.places",
        "service.demo.records",
        "service.model",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
    },
    "service.doctor": {
        "boundaries",
        "boundaries.storage",
        "service.access",
        "service.analyses",
        "service.config",
        "service.delta_log",
        "service.publication",
        "service.store",
        "spatial",
        "service.identity",
    },
    "service.commands.admin": {
        "boundaries.storage",
        "service.analyses",
        "service.analyses.publication",
        "service.assembly",
        "service.audit",
        "service.commands",
        "service.config",
        "service.demo",
        "service.disclosure",
        "service.doctor",
        "service.housekeeping",
        "service.http.guards",
        "service.model",
        "service.publication",
        "service.runtime",
        "service.identity",
    },
    "service.commands.answers": {
        "service.access",
        "service.analyses",
        "service.analyses.inputs",
        "service.analyses.printed_maps",
        "service.assembly",
        "service.commands",
        "service.model",
        "service.queries",
        "service.queries.flags",
        "service.queries.tables",
        "service.render",
        "service.render.maps",
        "service.render.maps.printed",
        "service.render.tables",
        "service.render.tiles",
        "service.reports",
        "service.routes",
        "spatial.coordinates",
    },
    "service.imports": {
        "boundaries",
        "boundaries.changes",
        "boundaries.layers",
        "boundaries.reading",
        "boundaries.storage",
        "service.config",
        "service.coverage",
        "service.imports.files",
        "service.queries.flags",
        "service.store",
        "service.store.reference",
        "spatial",
    },
    "service.imports.incidents": {
        "boundaries.layers",
        "service.config",
        "service.coverage",
        "service.imports.files",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
    },
    "service.imports.postcodes": {
        "service.config",
        "service.imports.files",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
    },
    "service.imports.sites": {
        "boundaries.layers",
        "service.imports.files",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
    },
    "service.imports.places": {
        "service.config",
        "service.imports.files",
        "service.imports.postcodes",
        "service.sentences",
        "service.store",
        "service.store.reference",
        "spatial",
        "spatial.coordinates",
    },
    "service.commands.data": {
        "service.access",
        "service.analyses",
        "service.commands",
        "service.coverage",
        "service.imports",
        "service.imports.incidents",
        "service.imports.places",
        "service.imports.postcodes",
        "service.imports.sites",
        "service.model",
        "service.render",
        "service.render.tables",
        "service.store.reference",
    },
    "service.commands.patterns": {
        "service.access",
        "service.commands",
        "service.commands.answers",
        "service.queries.patterns",
    },
    "service.commands.reports": {
        "service.access",
        "service.assembly",
        "service.commands",
        "service.commands.answers",
        "service.queries.reports",
        "service.reports",
    },
    "service": {
        "service.commands.patterns",
        "service.commands.reports",
        "service.commands.admin",
        "service.commands.answers",
        "service.commands.data",
        "service.config",
    },
}
# In `spatial`: no files, no network, no environment, no clock, no global random state.
FORBIDDEN_IN_SPATIAL = {
    "os", "pathlib", "io", "socket", "urllib", "http", "requests", "httpx", "time", "datetime",
    "random", "subprocess", "tempfile", "shutil", "fastapi", "deltalake", "pyogrio", "geopandas",
    "rasterio",
}  # fmt: skip
FORBIDDEN_IN_ANALYSES = {"fastapi", "starlette", "uvicorn", "http", "typer", "PIL", "matplotlib"}
FORBIDDEN_IN_RENDER = {"fastapi", "starlette", "deltalake", "typer"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


def imported_names(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            module = node.module or ""
            names.add(module)
            names |= {f"{module}.{alias.name}" for alias in node.names if is_module(module, alias)}
    return names


def is_module(module: str, alias: ast.alias) -> bool:
    where = ROOT / module.replace(".", "/") / alias.name
    return where.is_dir() or where.with_suffix(".py").is_file()


def folder_of(name: str) -> str | None:
    """The folder that holds a module of ours, None for a module of anybody else."""
    if name.split(".")[0] not in PACKAGES:
        return None
    return name if (ROOT / name.replace(".", "/")).is_dir() else name.rpartition(".")[0]


def folders() -> dict[str, list[Path]]:
    """The modules of each folder that has any besides `__init__`."""
    contents: dict[str, list[Path]] = {}
    for package in PACKAGES:
        for path in modules(package):
            if path.name != "__init__.py" and "web" not in path.parts:
                folder = ".".join(path.relative_to(ROOT).parent.parts)
                contents.setdefault(folder, []).append(path)
    return contents


def wrong_imports(folder: str, names: set[str]) -> list[str]:
    """Those names that a module of a folder must not import."""
    targets = {name: folder_of(name) for name in names}
    return sorted(
        name
        for name, target in targets.items()
        if target is not None
        and target != folder
        and target not in ALLOWED[folder]
        # `from package import module` names the package too.
        and not any(other.startswith(f"{name}.") for other in names)
    )


def test_every_folder_has_its_row():
    assert set(ALLOWED) == set(folders())


def test_the_rows_go_up_floor_by_floor():
    """A folder's row names only folders written before it: no circle and no arrow up."""
    floors = list(ALLOWED)
    wrong = [
        f"{folder} is below {target}"
        for folder, targets in ALLOWED.items()
        for target in targets
        if floors.index(target) >= floors.index(folder)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", ALLOWED)
def test_arrows_point_down_only(folder):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in folders()[folder]
        for name in wrong_imports(folder, imported_names(path))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", ALLOWED)
def test_no_row_allows_what_nothing_imports(folder):
    imported = {folder_of(name) for path in folders()[folder] for name in imported_names(path)}
    assert ALLOWED[folder] <= imported


@pytest.mark.parametrize("folder", list(ALLOWED)[:-1])
def test_a_planted_import_from_above_is_seen(folder, tmp_path):
    above = list(ALLOWED)[-1]
    module = folders()[above][0].stem
    planted = tmp_path / "planted.py"
    planted.write_text(f"def f():\n    from {above} import {module}\n")
    assert wrong_imports(folder, imported_names(planted)) == [f"{above}.{module}"]


def test_no_folder_is_a_drawer():
    full = {folder: len(paths) for folder, paths in folders().items() if len(paths) > 15}
    assert not full
    assert {path.name for path in (ROOT / "service").glob("*.py")} == {
        "__init__.py",
        "__main__.py",
    }


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("spatial", FORBIDDEN_IN_SPATIAL),
        ("service.analyses", FORBIDDEN_IN_ANALYSES),
        ("service.render", FORBIDDEN_IN_RENDER),
    ],
)
def test_a_room_keeps_out_what_is_not_its_business(room, forbidden):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in sorted(imported_names(path))
        if name.split(".")[0] in forbidden
    ]
    assert not wrong, "\n".join(wrong)


def test_every_file_stays_readable():
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for package in PACKAGES
        for path in modules(package)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 500
    ]
    assert not long, "\n".join(long)


def test_only_the_command_line_builds_settings():
    builders = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in modules(package)
        if "read_settings(" in path.read_text(encoding="utf-8")
    ]
    assert sorted(builders) == ["service/commands/terminal.py", "service/config/settings.py"]
