"""Commands that say who may see what of a dataset, and publish it."""

import dataclasses
import datetime
import enum
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.analyses.resources import Resources
from service.commands import terminal
from service.disclosure.policies import POLICIES, policy_named
from service.housekeeping.deletions import Deletion
from service.housekeeping.inventory import DATASETS
from service.model.protection import Agreement, CellPlan, Protection
from service.publication.fitness import unfitness

if TYPE_CHECKING:
    from service.analyses.publication.publisher import Publisher

PolicyName = enum.StrEnum("PolicyName", {name: name for name in POLICIES})  # type: ignore[misc]


class PeriodName(enum.StrEnum):
    """The lengths of published periods."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="Name of the dataset.")]


def protect(
    dataset: Dataset,
    policy: Annotated[
        PolicyName | None, typer.Option(help="Disclosure policy; open: everybody sees all.")
    ] = None,
    cells: Annotated[
        str | None, typer.Option(metavar="LAYER", help="Layer of the areas that are published.")
    ] = None,
    period: Annotated[
        PeriodName | None, typer.Option(help="Length of the published periods [year].")
    ] = None,
    by_category: Annotated[
        bool | None,
        typer.Option(
            "--by-category/--no-categories", help="Whether each category has cells of its own."
        ),
    ] = None,
    public: Annotated[
        bool | None,
        typer.Option(
            "--public/--not-public", help="Whether those without a key see what is published."
        ),
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers for the data.")] = None,
    contact: Annotated[str | None, typer.Option(help="How they are reached.")] = None,
    purpose: Annotated[str | None, typer.Option(help="What the data may be used for.")] = None,
    legal_basis: Annotated[str | None, typer.Option(help="On which ground in law.")] = None,
    marking: Annotated[str | None, typer.Option(help="The protective marking.")] = None,
    retention_months: Annotated[
        int | None, typer.Option(min=1, help="How long a record may be kept after it occurred.")
    ] = None,
    grace_days: Annotated[
        int | None,
        typer.Option(min=0, help="How long it may wait for its deletion after that [31 days]."),
    ] = None,
    review: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="When the agreement is looked at again."),
    ] = None,
    expires: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="When it ends, and the dataset closes."),
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take it away: roles that see no records see nothing.")
    ] = False,
) -> None:
    """State under which policy a dataset is, what is published of it, and by which agreement.

    What is not stated stays as it was.
    """
    resources = terminal.resources()
    with terminal.report_errors():
        earlier = resources.protections.get(dataset)
        if remove:
            resources.protections.remove(dataset)
            terminal.print_lines([f"{dataset}: no protection: seen by roles that see records"])
            return
        if earlier is None and policy is None:
            terminal.fail(f"name the policy with --policy: {', '.join(POLICIES)}")
        before = earlier or Protection(dataset=dataset, policy="")
        plan = _plan(before.cells, cells, period, by_category)
        protection = dataclasses.replace(
            before,
            policy=before.policy if policy is None else policy.value,
            cells=plan,
            public=before.public if public is None else public,
            agreement=_agreement(
                before.agreement,
                owner=owner,
                contact=contact,
                purpose=purpose,
                legal_basis=legal_basis,
                marking=marking,
                retention_months=retention_months,
                grace_days=grace_days,
                review=None if review is None else review.date(),
                expires=None if expires is None else expires.date(),
            ),
        )
        is_open = policy_named(protection.policy).is_open
        if is_open and plan != before.cells:
            terminal.fail("under open no cells are published: everybody sees the records")
        if is_open:
            protection = dataclasses.replace(protection, cells=None, public=False)
        elif plan is None:
            terminal.fail(
                f"name the areas and periods that are published, with --cells and --period; "
                f"hotspots publish {dataset} --plan --policy {protection.policy} says what each "
                "choice would hide"
            )
        if protection.cells is not None:
            resources.layers.version(protection.cells.layer)
        resources.protections.save(protection)
        terminal.print_lines(_lines(resources, protection))


def protections() -> None:
    """The datasets, under which policy each is, and whether what is published is served."""
    resources = terminal.resources()
    with terminal.report_errors():
        stated = resources.protections.all()
        for dataset in sorted({*resources.incidents.ids(), *stated}):
            protection = stated.get(dataset)
            if protection is None:
                terminal.print_lines(
                    [f"{dataset}: no protection: only roles see it that see records"]
                )
            else:
                terminal.print_lines(_lines(resources, protection))


def publish(
    dataset: Dataset,
    plan: Annotated[
        bool, typer.Option("--plan", help="Publish nothing; say what each choice would hide.")
    ] = False,
    policy: Annotated[
        PolicyName | None, typer.Option(help="With --plan: a policy [that of the dataset].")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Publish under other terms than before without asking.")
    ] = False,
) -> None:
    """Publish a dataset as it is protected: partners see this, until it is published again."""
    from service.analyses.publication.plans import plan_lines, plans

    resources = terminal.resources()
    with terminal.report_errors():
        protection = resources.protections.get(dataset)
        if plan:
            name = policy.value if policy is not None else protection and protection.policy
            if not name:
                terminal.fail(f"name a policy with --policy: {', '.join(POLICIES)}")
            incidents, layers = resources.incidents.open(dataset), resources.layers.all()
            found = plans(incidents, resources.areas, layers, policy_named(name))
            terminal.print_lines(plan_lines(dataset, policy_named(name), found))
            return
        if policy is not None:
            terminal.fail("--policy goes with --plan; hotspots protect states the dataset's")
        if protection is None:
            terminal.fail(f"dataset {dataset!r} has no protection: hotspots protect {dataset}")
        _confirm_other_terms(resources, protection, is_agreed=yes)
        terminal.print_lines(publisher_of(resources).publish(protection).lines())


def _confirm_other_terms(resources: Resources, protection: Protection, *, is_agreed: bool) -> None:
    """Ask before the same records are published in another way than they were."""
    dataset, outline = protection.dataset, resources.published.outline(protection.dataset)
    if outline is None:
        return
    policy, plan = outline.terms.policy, outline.terms.plan
    if policy_named(protection.policy).label == policy and protection.cells == plan:
        return
    terminal.confirm(
        (
            f"{dataset} is published under {policy}, by {_cells_of(plan)}.",
            "Who kept that can compare it with what is published now and may find hidden counts.",
        ),
        is_agreed=is_agreed,
    )


def publisher_of(resources: Resources) -> "Publisher":
    """What publishes the datasets of a data folder."""
    from service.analyses.publication.publisher import Publisher

    return Publisher(
        incidents=resources.incidents,
        areas=resources.areas,
        layers=resources.layers,
        published=resources.published,
        secret=resources.record_key_secret,
    )


def renewed_publication(resources: Resources, deletion: Deletion) -> list[str]:
    """Bring what is published of a dataset up to date with a deletion of its rows.

    Returns a line for each thing that was done.
    """
    if deletion.kind != DATASETS:
        return []
    dataset, publisher = deletion.name, publisher_of(resources)
    if deletion.keeps_published:
        periods = publisher.conclude(dataset, datetime.date.fromisoformat(deletion.before))
        return [f"{dataset}: published numbers that stay: {', '.join(periods) or 'none'}"]
    return publisher.renew(dataset, resources.protections.get(dataset))


def _plan(
    before: CellPlan | None,
    layer: str | None,
    period: PeriodName | None,
    by_category: bool | None,
) -> CellPlan | None:
    """The cells with what is stated of them now."""
    stated: dict[str, Any] = {
        "layer": layer,
        "period": None if period is None else period.value,
        "by_category": by_category,
    }
    stated = {name: value for name, value in stated.items() if value is not None}
    if before is not None:
        return dataclasses.replace(before, **stated)
    if stated and layer is None:
        terminal.fail("name the layer of the areas that are published with --cells")
    return CellPlan(**{"period": "year", **stated}) if stated else None


def _agreement(before: Agreement, **stated: Any) -> Agreement:
    """The agreement with what is stated now."""
    return dataclasses.replace(
        before, **{name: value for name, value in stated.items() if value is not None}
    )


def _lines(resources: Resources, protection: Protection) -> Iterator[str]:
    """A protection, for its owner."""
    dataset, plan = protection.dataset, protection.cells
    yield f"{dataset}: policy {protection.policy}"
    if plan is not None:
        audience = "partners and the public" if protection.public else "partners"
        yield f"    published to {audience}: counts by {_cells_of(plan)}"
        reason = unfitness(
            protection, resources.published, resources.layers, resources.record_key_secret
        )
        if reason:
            yield f"    not served: {reason}"
        else:
            yield f"    served: version {resources.published.cells(dataset).version}"
    today = datetime.datetime.now().astimezone().date()
    reason = protection.agreement.stop(resources.first_day(dataset), today)
    if reason:
        yield f"    shown to its owner only: {reason}"
    yield from _agreement_lines(protection.agreement)


def _cells_of(plan: CellPlan) -> str:
    """What is counted apart."""
    return f"{plan.layer}, {plan.period}{' and category' * plan.by_category}"


def _agreement_lines(agreement: Agreement) -> Iterable[str]:
    """What the agreement states."""
    for field in dataclasses.fields(agreement):
        value = getattr(agreement, field.name)
        is_stated = field.name != "grace_days" or agreement.retention_months is not None
        if is_stated and value not in ("", None):
            yield f"    {field.name.replace('_', ' ')}: {value}"
