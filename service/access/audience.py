"""What somebody may see: each dataset as it is, as it is published, or not at all."""

import datetime
import enum
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from service.access.policy import Role
from service.disclosure.policies import DisclosurePolicy, policy_named
from service.model.protection import CellPlan, Protection


@dataclass(frozen=True)
class Identity:
    """Who asks, as far as a key or a token tells.

    Attributes
    ----------
    role : Role
        What they may see.
    key_id : str
        Names the key or the subject of the token in the audit, without being able to open
        anything; empty without either.
    datasets : frozenset of str or None
        The only datasets that a key is for; None: all.
    """

    role: Role
    key_id: str = ""
    datasets: frozenset[str] | None = None


OWNER = Identity(Role.OWNER)
ANONYMOUS = Identity(Role.PUBLIC)


class Access(enum.StrEnum):
    """In which form a dataset is seen."""

    EXACT = "exact"
    PUBLISHED = "published"


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What both gates must know of a dataset that is seen as it is published.

    Attributes
    ----------
    dataset : str
        Its name.
    policy : DisclosurePolicy
        Under which it was published.
    cells : CellPlan
        What was counted.
    layers : tuple of str
        The layers whose areas a question may name: that of the cells, and those in whose areas
        they nest.
    first, last : date or None
        First and last day that the data cover.
    hidden : int or None
        Published cells that are hidden; None: not known.
    """

    dataset: str
    policy: DisclosurePolicy
    cells: CellPlan
    layers: tuple[str, ...]
    first: datetime.date | None = None
    last: datetime.date | None = None
    hidden: int | None = None


@dataclass(frozen=True)
class Audience:
    """All who see the same: nothing is shared between two audiences.

    Attributes
    ----------
    role : Role
        Of all of them.
    access : tuple of (str, Access)
        The datasets that are seen, in alphabetical order, and in which form.
    protections : tuple of Protection
        Of these datasets, in the same order, those that have one.
    publications : tuple of Publication
        Of those that are seen as they are published, where more is known than the protection
        says; follows from the rest and from the data.
    due : tuple of str
        The datasets whose agreement was to be reviewed by now.
    stopped : tuple of (str, str)
        The datasets that would be seen, had their agreement or their retention not ended, and
        which of the two has.
    """

    role: Role
    access: tuple[tuple[str, Access], ...]
    protections: tuple[Protection, ...] = ()
    publications: tuple[Publication, ...] = ()
    due: tuple[str, ...] = ()
    stopped: tuple[tuple[str, str], ...] = ()

    @cached_property
    def access_of(self) -> Mapping[str, Access]:
        """In which form each dataset is seen that is seen at all."""
        return dict(self.access)

    @cached_property
    def protection_of(self) -> Mapping[str, Protection]:
        """The protection of each dataset that has one and is seen."""
        return {protection.dataset: protection for protection in self.protections}

    @cached_property
    def publication_of(self) -> Mapping[str, Publication]:
        """What is published of each dataset that is seen so."""
        stated = {publication.dataset: publication for publication in self.publications}
        return {
            name: stated[name] if name in stated else _publication(self.protection_of[name])
            for name in sorted(self.published)
        }

    @cached_property
    def published(self) -> frozenset[str]:
        """The datasets that are seen as they are published."""
        return frozenset(name for name, access in self.access if access is Access.PUBLISHED)

    @cached_property
    def label(self) -> str:
        """Tells it from every other audience, in cache keys and entity tags."""
        text = repr((self.access, self.protections, self.due, self.stopped))
        return f"{self.role}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _publication(protection: Protection) -> Publication:
    """What a protection itself says of what is published."""
    cells = protection.cells
    if cells is None:
        raise ValueError(f"{protection.dataset}: nothing is published of it")
    policy = policy_named(protection.policy)
    return Publication(
        dataset=protection.dataset, policy=policy, cells=cells, layers=(cells.layer,)
    )


# Whoever runs the command line on the data folder itself.
OWNERS = Audience(Role.OWNER, ())


def audience_of(
    identity: Identity,
    datasets: Iterable[str],
    protections: Mapping[str, Protection],
    *,
    earliest: Callable[[str], datetime.date | None] = lambda _: None,
    today: datetime.date,
) -> Audience:
    """The audience that somebody belongs to.

    A dataset without a protection is seen by roles that see records, and by nobody else. One
    under the policy ``open`` is seen by everybody; one under any other is published to partners,
    and to the public where its owner said so.

    Parameters
    ----------
    identity : Identity
        Who asks.
    datasets : iterable of str
        Those that there are.
    protections : mapping of str to Protection
        By dataset; those that have one.
    earliest : callable
        Given a dataset whose agreement states a retention, the day of its earliest record, None
        where it has no records.
    today : date
        When an agreement has ended, or the records of a dataset should have been deleted by
        then, only the owner sees the dataset.
    """
    seen, stopped = [], []
    for dataset in sorted(datasets):
        protection = protections.get(dataset)
        if identity.datasets is not None and dataset not in identity.datasets:
            continue
        access = _access(identity.role, protection)
        if access is None:
            continue
        reason = ""
        if protection is not None and identity.role is not Role.OWNER:
            has_retention = protection.agreement.retention_months is not None
            reason = protection.agreement.stop(earliest(dataset) if has_retention else None, today)
        if reason:
            stopped.append((dataset, reason))
        else:
            seen.append((dataset, access))
    return Audience(
        identity.role,
        tuple(seen),
        tuple(protections[dataset] for dataset, _ in seen if dataset in protections),
        due=tuple(
            dataset
            for dataset, _ in seen
            if dataset in protections and _is_due(protections[dataset].agreement.review, today)
        ),
        stopped=tuple(stopped),
    )


def _is_due(review: datetime.date | None, today: datetime.date) -> bool:
    return review is not None and review < today


def _access(role: Role, protection: Protection | None) -> Access | None:
    if role.sees_records:
        return Access.EXACT
    if protection is None:
        return None
    if protection.policy == "open":
        return Access.EXACT
    is_seen = protection.cells is not None and (protection.public or role is Role.PARTNER)
    return Access.PUBLISHED if is_seen else None
