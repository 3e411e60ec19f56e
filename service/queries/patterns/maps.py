"""Queries of maps for paper of patterns of incidents."""

from service.queries.patterns.clusters import ClustersQuery
from service.queries.patterns.patrols import PatrolQuery
from service.queries.printed_maps import AreaMapQuery


class ClusterMapQuery(AreaMapQuery, ClustersQuery):
    """Query of clusters for paper."""


class PatrolMapQuery(AreaMapQuery, PatrolQuery):
    """Query of places for patrols for paper."""
