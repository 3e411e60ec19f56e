"""What every operation and command answers to whom, as it was decided: one line each.

An operation that stands in none of these sets fails the test of the matrix.
"""

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _with_files(text: str) -> frozenset[str]:
    """Operations that are answered in JSON, and in files under the same decision."""
    return frozenset(name + ending for name in text.split() for ending in ("", "As"))


def _of_layers(text: str) -> frozenset[str]:
    """Operations of layers of a map."""
    endings = ("Tile", "TileJson", "Legend", "Style", "Qgis")
    return frozenset(f"read{name}{ending}" for name in text.split() for ending in endings)


# Nothing of incidents: the same for everybody.
SAME_FOR_ALL: Final = (
    _names(
        """
        readPage readLiveness readBoundaries readBoundaryLayer readPlaces
        readOgcBoundaries readOgcBoundary readOgcSites readOgcSite readOgcTileMatrixSets
        readOgcTileMatrixSet readOgcBoundaryTile readOgcSitesTile readOgcLandingPage
        readOgcConformance readOgcApi readAssessmentTemplates readBackgroundTile
        readBackgroundTileJson readBackgroundStyle readBackgroundGlyphs
        """
    )
    | _with_files(
        """
        readLayerAreas readNeighbours readSites readDeprivation readMeasures readMeasureTrend readIndex readSimilarMeasures
        """
    )
    | _of_layers("Boundary Sites")
)

# Lists and sums of what there is: exactly what whoever asks sees of it.
LISTS: Final = _names(
    """
    readOverview readPageConfiguration readDatasets readOgcCollections readWmtsCapabilities askWmts
    readMetrics readReadiness readAssessment readAssessmentAs
    """
) | _with_files("readSources")

# Of records of whatever datasets there are: refused (403) to whoever sees cells of any. Rules of
# flags do not exist for whoever does not see each dataset that they name.
RECORDS_OF_ALL: Final = _with_files("readMonthQuality readFlags") | {"readFlagRules"}

# About one dataset, computed from its published cells for whoever does not see its records.
FROM_CELLS: Final = (
    _names(
        """
        readDataset readHeatmapTileForDenseScreens readHeatmapTile readHeatmapTileJson
        readHeatmapLegend readHeatmapStyle readHeatmapQgis readHeatmapSummary readHeatmapMap readChoroplethMap readDisplacement
        readOgcChoropleth readOgcChoroplethArea readOgcHotspots readOgcHotspotArea
        readOgcChoroplethTile readOgcHotspotTile readOgcTilesets readOgcTileset readOgcCollection
        readGrowthOverlayMap readGrowthForecastMap readPrioritiesMap readHotspotMap readEmergingMap
        readChangeMap readWmtsLegend readWmtsTile readWorkbook
        """
    )
    | _with_files(
        """
        readChoropleth readHotspots readEmerging readChange readTrend readProcessControl
        readStepChanges readBreakdown readCrosstab readRanked readDeprivedIncidents readComparison
        readSimilarAreas readGrowthOverlay readGrowthForecast readPriorities readProfile
        readDisplacementMonths readSimilarity readTransitions
        """
    )
    | _of_layers("Choropleth Hotspot Emerging Change GrowthOverlay GrowthForecast Priorities")
)

# Of those, what counts by month, and is refused (403) where longer periods are published.
BY_MONTH: Final = _with_files("readProfile readDisplacementMonths")
# Of those, what must be asked in steps of whole published periods, by default months.
WITH_STEPS: Final = (
    _with_files("readTrend readProcessControl readStepChanges readEmerging readTransitions")
    | _of_layers("Emerging")
    | {"readEmergingMap"}
)
# Of those, what needs eight steps, which two published years are not (422).
WITH_EIGHT_STEPS: Final = (
    _with_files("readEmerging readTransitions") | _of_layers("Emerging") | {"readEmergingMap"}
)
# Of those, what must name a layer whose areas are published.
NAMING_LAYERS: Final = (
    _with_files("readGrowthOverlay readGrowthForecast readPriorities readProfile")
    | _of_layers("GrowthOverlay GrowthForecast Priorities")
    | _names("readGrowthOverlayMap readGrowthForecastMap readPrioritiesMap")
)

# Of those, what describes a collection of features: where there is none, that is all it says.
COLLECTIONS: Final = _names("readOgcTilesets readOgcTileset readOgcCollection")

# About one dataset, and refused (403) to whoever does not see its records.
FROM_RECORDS: Final = (
    _names(
        """
        readHeatmapTileNumbers readHeatmapRaster readHeatmapContours readWmtsFeatureInfo
        readClustersMap readPatrolsMap
        """
    )
    | _with_files(
        """
    readQuality readHeatmapPeaks readHarm readDrawnProfile readCentres readPattern readPatrols
    readNear readPatrolCapture readPatrolForecast readClusters
    readKnox readNearRepeats readRepeatChains readRepeatZones readBursts readAssociations
    """
    )
    | _with_files("readScan readScanAreas")
    | _of_layers("Scan Clusters")
)

# Long answers, of whoever asked for them: tested by themselves.
JOBS: Final = _names("readJob cancelJob readJobResult")

# Signing in and out: tested by itself.
SESSIONS: Final = _names("readSession startSession endSession")

# On the command line, whoever runs it on the data folder owns it and sees every record.
ANSWERING_COMMANDS: Final = _names(
    """
    datasets boundaries areas flag-rules heatmap peaks contours choropleth hotspots emerging change trend
    breakdown process-control step-changes crosstab ranked workbook assess harm deprivation profile
    comparison sources quality similar places flags centres pattern displacement
    neighbours near clusters
    patrols patrol-capture patrol-forecast
    knox near-repeats repeat-chains repeat-zones bursts
    scan scan-areas similarity transitions
    associations
    """
)
COMMAND_GROUPS_OF_ANSWERS: Final = _names("measures growth map")
# They change data, keys or protections, or tell of them; nothing of it leaves over HTTP.
ADMINISTRATION: Final = _names(
    """
    demo serve doctor import derive delete purge backup restore upgrade keys protect protections
    publish retain forget audit
    """
)
