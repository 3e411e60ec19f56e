"""Whose stores and analyses answer a request."""

from typing import Protocol

from service.access.audience import Identity
from service.analyses.resources import Resources


class Audiences(Protocol):
    """Gives everybody the stores and analyses of their audience."""

    def of(self, identity: Identity) -> Resources:
        """Those of an identity; may read: in a thread.

        Parameters
        ----------
        identity : Identity
            Who asks.

        Returns
        -------
        Resources
            Their `audience` says who else is given the same.
        """

    def peek(self, identity: Identity) -> Resources | None:
        """What `of` gives, if that is in memory; for the event loop.

        Parameters
        ----------
        identity : Identity
            Who asks.

        Returns
        -------
        Resources or None
            None where it has to be found out.
        """
