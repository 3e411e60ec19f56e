"""The stores of a data folder and the analyses over them, wired together."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from boundaries.storage.data_folder import DataFolder
from service.access.audience import OWNERS, Audience
from service.analyses.background.backgrounds import Backgrounds
from service.analyses.catalogue.page_config import PageConfiguration
from service.analyses.catalogue.page_files import PageFiles
from service.analyses.catalogue.search import Places
from service.analyses.maps.legends import Legends
from service.analyses.maps.vector_tiles import VectorTiles
from service.analyses.resources import Resources
from service.assembly.basis import basis_of
from service.assembly.late import late
from service.assembly.stores import Stores, open_stores
from service.config.settings import Settings
from service.publication.audience_incidents import AudienceIncidents
from service.runtime.data_state import VersionCache
from service.store.incidents import IncidentStore

if TYPE_CHECKING:
    from service.assembly.area_analyses import AreaAnalyses
    from service.assembly.point_analyses import PointAnalyses
    from service.assembly.table_analyses import TableAnalyses


def open_resources(settings: Settings, data: DataFolder | None = None) -> Resources:
    """The stores of the data folder, and the analyses over them; reads nothing yet.

    Parameters
    ----------
    settings : Settings
        Data folder, CRS and limits.
    data : DataFolder or None
        The data folder, by default that of the settings on a local disk.
    """
    stores = open_stores(settings, data or DataFolder(settings.data_dir))
    return _analyses_over(stores, stores.incidents, OWNERS)


def _analyses_over(stores: Stores, incidents: IncidentStore, audience: Audience) -> Resources:
    """The analyses over the incidents as an audience sees them.

    Those that no tile of a heat map needs are made, and their modules imported, when they are
    first used.
    """
    basis = basis_of(stores, incidents, audience)

    @cache
    def of_areas() -> "AreaAnalyses":
        from service.assembly.area_analyses import AreaAnalyses

        return AreaAnalyses(basis)

    @cache
    def of_points() -> "PointAnalyses":
        from service.assembly.point_analyses import PointAnalyses

        return PointAnalyses(basis)

    @cache
    def of_tables() -> "TableAnalyses":
        from service.assembly.table_analyses import TableAnalyses

        return TableAnalyses(basis)

    return Resources(
        settings=stores.settings,
        layers=stores.layers,
        incidents=incidents,
        protections=stores.protections,
        published=stores.published.store,
        record_key_secret=stores.record_key_secret,
        measures=stores.measures,
        sites=stores.sites,
        lookups=stores.lookups,
        postcodes=stores.postcodes,
        events=stores.events,
        harm_indices=stores.harm_indices,
        flag_rules=stores.flag_rules,
        area_groups=stores.area_groups,
        gazetteer=stores.gazetteer,
        roads=stores.roads,
        background=stores.background,
        backgrounds=Backgrounds(stores.background),
        place_sets=stores.place_sets,
        neighbours=stores.imported_neighbours,
        assignments=stores.assignments,
        geometry_tiles=stores.geometry_tiles,
        place_names=stores.place_names,
        street_network=stores.street_network,
        areas=basis.areas,
        measured_areas=basis.measured_areas,
        catalogue=basis.catalogue,
        heatmaps=basis.heatmaps,
        choropleths=basis.choropleths,
        legends=Legends(incidents=incidents),
        vector_tiles=VectorTiles(
            layers=stores.area_layers, levels=stores.levels, settings=stores.settings
        ),
        places=Places(
            layers=stores.layers,
            sites=stores.sites,
            postcodes=stores.postcodes,
            gazetteer=stores.gazetteer,
            study_area=stores.settings.study_area,
            crs=stores.settings.crs,
        ),
        page_configuration=PageConfiguration(
            catalogue=basis.catalogue,
            layers=stores.layers,
            sites=stores.sites,
            postcodes=stores.postcodes,
            harm_indices=stores.harm_indices,
            background=stores.background,
            settings=stores.settings,
            audience=audience,
        ),
        page_files=PageFiles(),
        associations=late(lambda: of_areas().associations),
        class_transitions=late(lambda: of_areas().class_transitions),
        displacement=late(lambda: of_areas().displacement),
        displacement_months=late(lambda: of_areas().displacement_months),
        emerging_hotspots=late(lambda: of_areas().emerging_hotspots),
        forecasts=late(lambda: of_areas().forecasts),
        hotspots=late(lambda: of_areas().hotspots),
        neighbour_tables=late(lambda: of_areas().neighbour_tables),
        overlay=late(lambda: of_areas().overlay),
        period_changes=late(lambda: of_areas().period_changes),
        priorities=late(lambda: of_areas().priorities),
        profiles=late(lambda: of_areas().profiles),
        scans=late(lambda: of_areas().scans),
        similarity=late(lambda: of_areas().similarity),
        centres=late(lambda: of_points().centres),
        clusters=late(lambda: of_points().clusters),
        near_places=late(lambda: of_points().near_places),
        patrol_capture=late(lambda: of_points().patrol_capture),
        patrol_forecasts=late(lambda: of_points().patrol_forecasts),
        patrol_lists=late(lambda: of_points().patrol_lists),
        pattern_functions=late(lambda: of_points().pattern_functions),
        repeats=late(lambda: of_points().repeats),
        breakdowns=late(lambda: of_tables().breakdowns),
        comparisons=late(lambda: of_tables().comparisons),
        crosstabs=late(lambda: of_tables().crosstabs),
        data_quality=late(lambda: of_tables().data_quality),
        deprivation=late(lambda: of_tables().deprivation),
        deprived_incidents=late(lambda: of_tables().deprived_incidents),
        flags=late(lambda: of_tables().flags),
        harm_tables=late(lambda: of_tables().harm_tables),
        indices=late(lambda: of_tables().indices),
        measure_tables=late(lambda: of_tables().measure_tables),
        measure_trends=late(lambda: of_tables().measure_trends),
        monthly_quality=late(lambda: of_tables().monthly_quality),
        process_control=late(lambda: of_tables().process_control),
        ranked_lists=late(lambda: of_tables().ranked_lists),
        similar_areas=late(lambda: of_tables().similar_areas),
        similar_measures=late(lambda: of_tables().similar_measures),
        site_tables=late(lambda: of_tables().site_tables),
        sources=late(lambda: of_tables().sources),
        step_changes=late(lambda: of_tables().step_changes),
        trends=late(lambda: of_tables().trends),
        damage=basis.damage,
        state=stores.state,
        versions=VersionCache(stores.state),
        audience=audience,
        seen_by=lambda other: _seen_by(stores, other),
    )


def _seen_by(stores: Stores, audience: Audience) -> Resources:
    """The analyses over what another audience sees."""
    incidents = AudienceIncidents(stores.incidents, stores.published, audience)
    rules = stores.flag_rules.about(audience.access_of)
    return _analyses_over(replace(stores, flag_rules=rules), incidents, audience)
