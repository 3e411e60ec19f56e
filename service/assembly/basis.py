"""What the analyses of an audience stand on."""

from dataclasses import dataclass

from boundaries.storage.damage import Damage
from service.access.audience import Audience
from service.analyses.areas.choropleths import Choropleths
from service.analyses.catalogue.catalogue import Catalogue
from service.analyses.density.heatmaps import Heatmaps
from service.analyses.harm.weights import Harm
from service.analyses.inputs.area_counts import Areas
from service.analyses.measures.measured_areas import MeasuredAreas
from service.assembly.stores import Stores
from service.publication.audience_damage import AudienceDamage
from service.store.incidents import IncidentStore


@dataclass(frozen=True)
class Basis:
    """What the analyses of an audience have in common; those of a first tile among it."""

    stores: Stores
    incidents: IncidentStore
    audience: Audience
    damage: Damage
    harm: Harm
    areas: Areas
    measured_areas: MeasuredAreas
    catalogue: Catalogue
    heatmaps: Heatmaps
    choropleths: Choropleths


def basis_of(stores: Stores, incidents: IncidentStore, audience: Audience) -> Basis:
    """The basis of the analyses over the incidents as an audience sees them.

    Parameters
    ----------
    stores : Stores
        The stores of the data folder.
    incidents : IncidentStore
        The incidents as the audience sees them.
    audience : Audience
        Whose analyses they are.
    """
    settings, layers, measures = stores.settings, stores.layers, stores.measures
    is_told_all = audience.role.sees_records
    damage = stores.damage if is_told_all else AudienceDamage(stores.damage, audience)
    harm = Harm(stores.harm_indices)
    areas = Areas(
        incidents=incidents,
        layers=stores.area_layers,
        crosswalks=stores.crosswalks,
        assignments=stores.assignments,
        harm=harm,
    )
    return Basis(
        stores=stores,
        incidents=incidents,
        audience=audience,
        damage=damage,
        harm=harm,
        areas=areas,
        measured_areas=MeasuredAreas(stores.area_layers, measures, stores.crosswalks),
        catalogue=Catalogue(
            incidents=incidents,
            layers=layers,
            measures=measures,
            areas=areas,
            settings=settings,
            damage=damage,
        ),
        heatmaps=Heatmaps(
            incidents=incidents, layers=layers, measures=measures, harm=harm, settings=settings
        ),
        choropleths=Choropleths(
            areas=areas, measures=measures, neighbourhoods=stores.neighbourhoods
        ),
    )
