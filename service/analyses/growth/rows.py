"""Columns of the tables of development sites, priorities and forecasts."""

from typing import Final

from service.model.rows import COUNT, LOCATED, NOTHING, RECORDS, AreaRow, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_OF_AREA_COUNT: Final = Discloses.of("area_count")
_OF_EITHER: Final = Discloses.of("count", "area_count")
_OF_NEAR: Final = Discloses.of("incidents_within")
_OF_RECORDS: Final = Discloses.of(RECORDS)
_OF_LOCATED: Final = Discloses.of(LOCATED)
_SITE: Final = "with by=site"
_AREA: Final = "with by=area"
_PHASE: Final = "with by=phase"
_DISTRICT: Final = "with by=district"
_SITE_OR_PHASE: Final = "with by=site or by=phase"
_SITE_PHASE_OR_DISTRICT: Final = "with by=site, by=phase or by=district"
_AREA_OR_DISTRICT: Final = "with by=area or by=district"
_DRAWN: Final = "in map tiles, with by=site"
_BASELINE: Final = "with baseline_from and baseline_to"

_HOMES_PLANNED: Final = column("Homes planned; null where a site does not say.", NOTHING, "homes")
_HOMES_COMPLETED: Final = column(
    "Homes complete; null where not published. Of an area or district, at least: of the sites "
    "that publish completions.",
    NOTHING,
    "homes",
)
_HOMES_REMAINING: Final = column(
    "Homes to come; null where completions are not published. Of an area or district, at least: "
    "of the sites that publish completions.",
    NOTHING,
    "homes",
)
_ADDED_RESIDENTS_AT_MOST: Final = column(
    "The same if every home counts as to come whose completion is not published.",
    NOTHING,
    "residents",
)
_SIZE_CLASS: Final = column("Class of homes planned.", NOTHING, only=_DRAWN, is_stated=False)
_COMPLETION_CLASS: Final = column(
    "How far the site is built.", NOTHING, only=_DRAWN, is_stated=False
)


class SiteRow(Row):
    """A development site, a phase of one, or a district with its sites added up."""

    site_id: str = column("Id of the site.", NOTHING, only=_SITE_OR_PHASE)
    name: str | None = column("Name of the site.", NOTHING, only=_SITE_OR_PHASE)
    district: str | None = column("District of the site.", NOTHING)
    sites: int = column(
        "Sites in the district.", NOTHING, "sites", only=_DISTRICT, is_stated=False
    )
    phase: str | None = column("Name of the phase.", NOTHING, only=_PHASE, is_stated=False)
    year: float | None = column(
        "Year by which the phase is to be complete.", NOTHING, only=_PHASE, is_stated=False
    )
    homes_planned: float | None = _HOMES_PLANNED
    homes_completed: float | None = _HOMES_COMPLETED
    homes_remaining: float | None = _HOMES_REMAINING
    homes_planned_so_far: float | None = column(
        "Homes planned in this phase and those before it.",
        NOTHING,
        "homes",
        only=_PHASE,
        is_stated=False,
    )
    site_homes_planned: float | None = column(
        "Homes planned on the site as a whole.", NOTHING, "homes", only=_PHASE, is_stated=False
    )
    completed_year: float | None = column(
        "Year by which the completed homes were complete.", NOTHING, only=_SITE, is_stated=False
    )
    easting_m: float = column(
        "Easting of the site.", NOTHING, "m", only=_SITE_OR_PHASE, is_stated=False
    )
    northing_m: float = column(
        "Northing of the site.", NOTHING, "m", only=_SITE_OR_PHASE, is_stated=False
    )
    position: str | None = column(
        "How the location of the site is known.", NOTHING, only=_SITE, is_stated=False
    )
    phases: int = column("Phases of the site.", NOTHING, "phases", only=_SITE, is_stated=False)
    first_phase_year: float | None = column(
        "Year of its first phase.", NOTHING, only=_SITE, is_stated=False
    )
    last_phase_year: float | None = column(
        "Year of its last phase.", NOTHING, only=_SITE, is_stated=False
    )
    sites_not_published: int = column(
        "Sites whose completions are not published.",
        NOTHING,
        "sites",
        only=_DISTRICT,
        is_stated=False,
    )
    homes_planned_not_published: float | None = column(
        "Homes planned on those sites.", NOTHING, "homes", only=_DISTRICT, is_stated=False
    )
    shared_sites: str = column(
        "Sites of which another district has a part too.", NOTHING, only=_DISTRICT, is_stated=False
    )
    note: str | None = column(
        "Notes on the row.",
        NOTHING,
        only="with by=site, by=phase or by=district",
    )
    size_class: str = _SIZE_CLASS
    completion_class: str = _COMPLETION_CLASS


class OverlayRow(Row):
    """A site and what is around it today, or an area and what is planned in it."""

    site_id: str = column("Id of the site.", NOTHING, only=_SITE)
    code: str = column("Code of the area.", NOTHING, only=_AREA)
    name: str | None = column("Name of the site or area.", NOTHING)
    district: str | None = column("District of the site.", NOTHING, only=_SITE, is_stated=False)
    sites: int = column(
        "Sites that lie in the area, in part or as a whole.",
        NOTHING,
        "sites",
        only=_AREA,
        is_stated=False,
    )
    site_names: str | None = column(
        "Their names, largest share first.", NOTHING, only=_AREA, is_stated=False
    )
    homes_planned: float | None = _HOMES_PLANNED
    homes_completed: float | None = _HOMES_COMPLETED
    homes_remaining: float | None = _HOMES_REMAINING
    completed_year: float | None = column(
        "Year by which the completed homes were complete.", NOTHING, only=_SITE, is_stated=False
    )
    easting_m: float = column("Easting of the site.", NOTHING, "m", only=_SITE, is_stated=False)
    northing_m: float = column("Northing of the site.", NOTHING, "m", only=_SITE, is_stated=False)
    position: str | None = column(
        "How the location of the site is known.", NOTHING, only=_SITE, is_stated=False
    )
    homes_not_published: float | None = column(
        "Homes planned on sites whose completions are not published.", NOTHING, "homes", only=_AREA
    )
    household_size: float | None = column("Residents per new home.", NOTHING, "residents")
    added_households: float | None = column(
        "Households of the homes to come.", NOTHING, "households"
    )
    added_residents: float | None = column("Residents of the homes to come.", NOTHING, "residents")
    added_residents_at_most: float | None = _ADDED_RESIDENTS_AT_MOST
    residents: float | None = column(
        "Residents of the area today.", NOTHING, "residents", only=_AREA
    )
    added_percent_at_most: float | None = column(
        "Residents to come at most, in per cent of those today.", NOTHING, "%", only=_AREA
    )
    distance_m: float = column("Distance within which incidents are near.", NOTHING, "m")
    incidents_within: int | None = column("Incidents within that distance.", COUNT, "incidents")
    expected_within: float | None = column(
        "Incidents expected there at the local rate.", _OF_RECORDS, "incidents"
    )
    ratio_within: float | None = column("Incidents within per incident expected.", _OF_NEAR)
    ratio_within_lower: float | None = column("Lower end of that ratio's 95 % interval.", _OF_NEAR)
    ratio_within_upper: float | None = column("Upper end of that ratio's 95 % interval.", _OF_NEAR)
    ground_share: float | None = column(
        "Share of the ground within the distance that lies on the layer, 0 to 1.", NOTHING
    )
    density_per_km2: float | None = column(
        "Kernel density at the site or in the area.", _OF_LOCATED, "incidents per km²"
    )
    area_layer: str = column("Layer of the area that the site lies in.", NOTHING, only=_SITE)
    area_code: str | None = column(
        "Code of that area; null outside the layer.", NOTHING, only=_SITE
    )
    area_name: str | None = column("Name of that area.", NOTHING, only=_SITE)
    area_count: float | None = column("Incidents in that area.", COUNT, "incidents", only=_SITE)
    area_rate_per_1000: float | None = column(
        "The same per 1,000 residents, over the whole period.",
        _OF_AREA_COUNT,
        "incidents of the period per 1,000 residents",
        only=_SITE,
    )
    count: int = column("Incidents in the area.", COUNT, "incidents", only=_AREA)
    rate_per_1000: float | None = column(
        "The same per 1,000 residents, over the whole period.",
        _OF_COUNT,
        "incidents of the period per 1,000 residents",
        only=_AREA,
    )
    hotspot_class: str | None = column("Class of the area in the hotspot table.", _OF_EITHER)
    emerging_class: str | None = column("Category of the area in the emerging table.", _OF_EITHER)
    nearest_hotspot_m: float | None = column(
        "Distance to the nearest hot area, 0 inside one.", _OF_RECORDS, "m"
    )
    nearest_hotspot: str | None = column("Code of that hot area.", _OF_RECORDS)
    expected_count: float | None = column(
        "Incidents expected in the area at the local rate.", _OF_RECORDS, "incidents", only=_AREA
    )
    ratio_count: float | None = column(
        "Incidents counted per incident expected.", _OF_COUNT, only=_AREA
    )
    ratio_count_lower: float | None = column(
        "Lower end of that ratio's 95 % interval.", _OF_COUNT, only=_AREA
    )
    ratio_count_upper: float | None = column(
        "Upper end of that ratio's 95 % interval.", _OF_COUNT, only=_AREA
    )
    note: str | None = column("Notes on the site.", NOTHING, only=_SITE)
    size_class: str = _SIZE_CLASS
    completion_class: str = _COMPLETION_CLASS


class PriorityRow(AreaRow):
    """An area with its priority, the reasons for it, and the facts they rest on."""

    priority: str = column("Priority by the first rule that applies.", _OF_COUNT)
    reasons: str = column("Why, in words with the numbers put in.", _OF_COUNT)
    rules: str = column("Ids of the rules that apply.", _OF_COUNT)
    site_names: str | None = column("Sites in the area, largest share first.", NOTHING)
    homes_to_come: float | None = column("Homes to come at most.", NOTHING, "homes")
    added_residents_at_most: float | None = column(
        "Residents to come at most.", NOTHING, "residents"
    )
    added_percent_at_most: float | None = column(
        "The same in per cent of residents today.", NOTHING, "%"
    )
    residents: float | None = column("Residents of the area today.", NOTHING, "residents")
    count: int = column("Incidents in the area.", COUNT, "incidents")
    rate_per_1000: float | None = column(
        "The same per 1,000 residents, over the whole period.",
        _OF_COUNT,
        "incidents of the period per 1,000 residents",
    )
    ratio_to_local: float | None = column(
        "Incidents per incident expected at the local rate.", _OF_COUNT
    )
    ratio_to_local_lower: float | None = column(
        "Lower end of that ratio's 95 % interval.", _OF_COUNT
    )
    hotspot_class: str | None = column("Class of the area in the hotspot table.", _OF_COUNT)
    emerging_class: str | None = column("Category of the area in the emerging table.", _OF_COUNT)
    transition: str | None = column(
        "What became of the class since the baseline.", _OF_COUNT, only=_BASELINE
    )
    change_percent: float | None = column(
        "Change of the count since the baseline.", _OF_COUNT, "%", only=_BASELINE
    )
    change_difference: float | None = column(
        "Change of the count, the days of both periods allowed for.",
        _OF_COUNT,
        "incidents",
        only=_BASELINE,
    )
    change_q_value: float | None = column(
        "p of that change, corrected for all areas.", _OF_COUNT, only=_BASELINE
    )


class ForecastRow(Row):
    """A site, area or district in one year to come; every interval is of 90 %."""

    site_id: str = column("Id of the site.", NOTHING, only=_SITE)
    code: str = column("Code of the area or district.", NOTHING, only=_AREA_OR_DISTRICT)
    name: str | None = column("Name of the site, area or district.", NOTHING)
    district: str | None = column(
        "District: of a site its name, of an area its code.",
        NOTHING,
        only="with by=site, and with by=area where districts are known",
    )
    area_code: str | None = column("Code of the area that the site lies in.", NOTHING, only=_SITE)
    area_name: str | None = column("Name of that area.", NOTHING, only=_SITE)
    completions_published: bool = column(
        "Whether the site's completions are published.", NOTHING, only=_SITE
    )
    areas: int = column("Areas in the district.", NOTHING, "areas", only=_DISTRICT)
    count: int = column(
        "Incidents of the period, in the area or district.",
        COUNT,
        "incidents",
        only=_AREA_OR_DISTRICT,
    )
    sites: int = column("Sites whose homes count.", NOTHING, "sites", only=_AREA_OR_DISTRICT)
    year: int = column("Year of the forecast.", NOTHING)
    homes_built: float | None = column("Homes built by the middle of the year.", NOTHING, "homes")
    homes_built_lower: float | None = column("Lower end of their interval.", NOTHING, "homes")
    homes_built_upper: float | None = column("Upper end of their interval.", NOTHING, "homes")
    homes_added: float | None = column("Homes built since the incidents.", NOTHING, "homes")
    denominator_added: float | None = column("What those homes add to the denominator.", NOTHING)
    denominator: float | None = column("The denominator of the year.", NOTHING)
    expected: float | None = column("Incidents expected.", _OF_COUNT, "incidents per year")
    lower: float | None = column("Lower end of their interval.", _OF_COUNT, "incidents per year")
    upper: float | None = column("Upper end of their interval.", _OF_COUNT, "incidents per year")
    rate: float | None = column("Incidents expected per so many of the denominator.", _OF_COUNT)
    rate_lower: float | None = column("Lower end of the rate's interval.", _OF_COUNT)
    rate_upper: float | None = column("Upper end of the rate's interval.", _OF_COUNT)
    class_: str | None = column(
        "Class of the value, as the legend labels it.", _OF_COUNT, only=_AREA_OR_DISTRICT
    )
