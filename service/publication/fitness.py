"""Whether what is published of a dataset fits the protection that it has today."""

from boundaries.errors import BoundaryError
from boundaries.storage.store import LayerStore
from service.disclosure.policies import policy_named
from service.model.protection import CellPlan, Protection
from service.publication.cells import Terms
from service.publication.published import PublishedStore
from service.publication.secret import RecordKeySecret
from service.store.errors import StoreError
from spatial.errors import InvalidParameterError


def terms_of(
    protection: Protection, plan: CellPlan, layers: LayerStore, secret_label: str
) -> Terms:
    """The terms that a dataset would be published under today.

    Parameters
    ----------
    protection : Protection
        Of the dataset.
    plan : CellPlan
        Its cells.
    layers : LayerStore
        With the layer of the cells.
    secret_label : str
        Of the secret of the record keys.

    Returns
    -------
    Terms
        Of today.

    Raises
    ------
    InvalidParameterError
        If there is no such policy.
    UnknownLayerError, DamagedLayerError
        If the layer is not imported, or cannot be read.
    """
    policy = policy_named(protection.policy)
    return Terms(
        policy=policy.label,
        plan=plan,
        layer_version=layers.version(plan.layer),
        secret=secret_label if policy.perturbation_table is not None else "",
    )


def unfitness(
    protection: Protection,
    published: PublishedStore,
    layers: LayerStore,
    secret: RecordKeySecret,
) -> str:
    """Why what is published of a dataset is not served; empty where it is.

    Parameters
    ----------
    protection : Protection
        Of the dataset.
    published : PublishedStore
        What is published.
    layers : LayerStore
        The imported layers.
    secret : RecordKeySecret
        Of the record keys.

    Returns
    -------
    str
        A clause, for the owner.
    """
    dataset, plan = protection.dataset, protection.cells
    if plan is None:
        return "no cells are named, so that nothing is published"
    try:
        outline = published.outline(dataset)
        if outline is None:
            return f"it has not been published yet: hotspots publish {dataset}"
        terms = terms_of(protection, plan, layers, secret.label())
        difference = outline.terms.difference(terms)
    except (StoreError, BoundaryError, InvalidParameterError) as error:
        return str(error)
    if difference:
        return f"it was published under other terms ({difference}): hotspots publish {dataset}"
    return ""
