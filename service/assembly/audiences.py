"""The resources of each audience: what one sees never comes from what another one sees."""

import dataclasses
import datetime
import logging
import threading
from collections.abc import Callable, Hashable, Iterable
from typing import Final

from cachetools import LRUCache

from service.access.audience import Access, Audience, Identity, Publication, audience_of
from service.access.notices import notices
from service.analyses.resources import Resources
from service.disclosure.policies import policy_named
from service.model.protection import Protection
from service.publication.fitness import unfitness
from service.runtime.data_state import State
from service.store.errors import UnknownDatasetError

MOST: Final = 16  # audiences whose analyses are in memory
MOST_IDENTITIES: Final = 1_024

logger = logging.getLogger("hotspots")


class Audiences:
    """Finds the resources that somebody's answers are computed from.

    Parameters
    ----------
    resources : Resources
        Of who sees everything.
    today : callable
        Gives the day of today; agreements end.

    Notes
    -----
    Layers, measures, geometry and the caches on disk are shared. Analyses, and what they keep in
    memory, are an audience's own.
    """

    def __init__(
        self,
        resources: Resources,
        *,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        self._resources, self._today = resources, today
        self._lock = threading.Lock()
        self._logged: set[str] = set()
        self._made: LRUCache[str, Resources] = LRUCache(MOST)  # by the label of the audience
        self._known: LRUCache[Hashable, tuple[State, datetime.date, Audience]] = LRUCache(
            MOST_IDENTITIES
        )

    def of(self, identity: Identity) -> Resources:
        """The resources of somebody's audience; a few file status calls while nothing changes.

        Parameters
        ----------
        identity : Identity
            Who asks.

        Returns
        -------
        Resources
            Their `audience` says who sees what; the same object for all of an audience, and that
            of the owner for all who see everything.
        """
        audience = self.audience(identity)
        if audience == self._resources.audience:
            return self._resources
        with self._lock:
            resources = self._made.get(audience.label)
            if resources is None:
                seen = self._resources.seen_by(audience)
                resources = dataclasses.replace(seen, gates=self._resources.gates)
                self._made[audience.label] = resources
            return resources

    def peek(self, identity: Identity) -> Resources | None:
        """What `of` gives, from memory and a few file status calls; for the event loop.

        Parameters
        ----------
        identity : Identity
            Who asks.

        Returns
        -------
        Resources or None
            None where it has to be found out.
        """
        audience = self._recent(identity)
        if audience is None or audience is self._resources.audience:
            return None if audience is None else self._resources
        with self._lock:
            return self._made.get(audience.label)

    def audience(self, identity: Identity) -> Audience:
        """What somebody sees at this moment.

        Parameters
        ----------
        identity : Identity
            Who asks.

        Returns
        -------
        Audience
            Without datasets of which what is published does not fit their protection of today.
        """
        audience = self._recent(identity)
        if audience is not None:
            return audience
        state, today = self._resources.state.current(), self._today()
        audience = self._find(identity, today)
        if state is not None:
            with self._lock:
                self._known[identity.role, identity.datasets] = state, today, audience
        return audience

    def _recent(self, identity: Identity) -> Audience | None:
        """The audience as it was found, while nothing has changed since; None without it."""
        state, today = self._resources.state.recent(), self._today()
        with self._lock:
            known = self._known.get((identity.role, identity.datasets))
        is_current = known is not None and state is not None and known[:2] == (state, today)
        return known[2] if known is not None and is_current else None

    def _find(self, identity: Identity, today: datetime.date) -> Audience:
        """The audience, from what is in the data folder."""
        held = self._resources
        records, published = held.incidents.ids(), held.published.ids()
        protections = held.protections.all()
        audience = audience_of(
            identity,
            {*records, *published},
            protections,
            earliest=held.first_day,
            today=today,
        )
        self._warn(map(str, notices(protections.values(), held.first_day, today)))
        access = []
        for dataset, kind in audience.access:
            form = kind if dataset in records else Access.PUBLISHED  # its records are deleted
            if form is Access.EXACT or (
                dataset in protections and self._is_fit(audience, dataset)
            ):
                access.append((dataset, form))
        sees_all = access == [(name, Access.EXACT) for name in records] and not audience.stopped
        if identity.role.sees_records and sees_all:
            return held.audience
        seen = {dataset for dataset, _ in access}
        return dataclasses.replace(
            audience,
            access=tuple(access),
            protections=tuple(p for p in audience.protections if p.dataset in seen),
            publications=tuple(
                self._publication(protections[dataset])
                for dataset, form in access
                if form is Access.PUBLISHED
            ),
        )

    def _warn(self, faults: Iterable[str]) -> None:
        """Log what somebody should see to, each once."""
        for fault in set(faults) - self._logged:
            self._logged.add(fault)
            logger.warning("%s", fault)

    def _is_fit(self, audience: Audience, dataset: str) -> bool:
        """Whether what is published of a dataset fits its protection."""
        held = self._resources
        reason = unfitness(
            audience.protection_of[dataset], held.published, held.layers, held.record_key_secret
        )
        if reason:
            self._warn([f"what is published of dataset {dataset} is not served: {reason}"])
        return not reason

    def _publication(self, protection: Protection) -> Publication:
        """What both gates must know of what is published of a dataset."""
        layers = dict(self._resources.layers.versions())
        outline = self._resources.published.outline(protection.dataset)
        if outline is None:  # deleted this moment
            raise UnknownDatasetError(protection.dataset, ())
        return Publication(
            dataset=protection.dataset,
            policy=policy_named(protection.policy),
            cells=outline.terms.plan,
            layers=tuple(
                sorted(name for name, v in outline.layers.items() if layers.get(name) == v)
            ),
            first=outline.covered[0].first if outline.covered else None,
            last=outline.covered[-1].last if outline.covered else None,
            hidden=outline.hidden,
        )
