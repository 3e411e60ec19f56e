"""Whose stores and analyses answer a request."""

from dataclasses import dataclass
from typing import Protocol

from service.access.audience import Identity
from service.analyses.resources import Resources


class Audiences(Protocol):
    """Gives everybody the stores and analyses of their audience."""

    def of(self, identity: Identity) -> Resources:
        """Those of an identity, quickly: it is asked on the event loop, for every request.

        Parameters
        ----------
        identity : Identity
            Who asks.

        Returns
        -------
        Resources
            Their `audience` says who else is given the same.
        """


@dataclass(frozen=True)
class OneAudience:
    """Everybody sees the same.

    Attributes
    ----------
    resources : Resources
        What they see.
    """

    resources: Resources

    def of(self, identity: Identity) -> Resources:
        """The same for everybody.

        Parameters
        ----------
        identity : Identity
            Who asks.

        Returns
        -------
        Resources
            Their `audience` says who else is given the same.
        """
        return self.resources
