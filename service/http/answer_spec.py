"""What a route says of its answer, before anything is looked up or computed."""

import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import orjson

from service.access.release import Released
from service.model.answers import Answer
from service.model.queries import Query
from service.render.attribution import file_name
from service.render.tables.formats import split_suffix
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True, kw_only=True)
class AnswerSpec(Generic[AnswerT]):
    """How an answer is computed, told from others, and sent. To make one reads nothing.

    Attributes
    ----------
    query : Query
        What is asked of the route.
    version : DataVersion, str or None
        Everything the answer depends on besides path and query: asked of the stores, or a text
        that never changes. None for an answer that is another one each time and never kept.
    compute : callable
        Computes the answer, in a worker thread; called once per key, however many ask.
    render : callable
        Makes bytes of the released answer, in the same thread.
    media_type : str
        Of the bytes.
    cost : Cost or callable
        What computing costs, which is the lane that it waits in; or gives it for a version.
    requested_version : str or None
        The version that the address names, where it names one; any other is a 410.
    max_age_s : int
        How long a client may keep the answer without asking again, seconds.
    filename : str or None
        Offered to a browser that saves the answer, with categories and period put into it where
        the provenance is described.
    describe : callable or None
        Gives the provenance for a header and for the name of a file.
    representation : str
        What changes the bytes and is in neither the data nor the query: the address of the
        service, the media type that was negotiated.
    headers : mapping
        Sent with the answer. One that has Vary is never repeated by its address alone.
    is_shared : bool
        Whether other processes may be asked for the answer, and given it.
    """

    query: Query
    version: DataVersion | str | None
    compute: Callable[[], AnswerT]
    render: Callable[[Released[AnswerT]], bytes]
    media_type: str
    cost: Cost | Callable[[str], Cost] = Cost.ORDINARY
    requested_version: str | None = None
    max_age_s: int = 0
    filename: str | None = None
    describe: Callable[[Released[AnswerT]], str] | None = None
    representation: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_shared: bool = True

    def cost_at(self, version: str) -> Cost:
        """What computing costs at a version of the data."""
        return self.cost if isinstance(self.cost, Cost) else self.cost(version)

    def all_headers(self, provenance: str = "") -> dict[str, str]:
        """The headers of the answer, but for those that only its bytes tell."""
        max_age = f"public, max-age={self.max_age_s}" if self.max_age_s else "no-cache"
        headers = {"Cache-Control": max_age}
        if self.filename is not None:
            quoted = urllib.parse.quote(self._name_of_file(self.filename, provenance))
            headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quoted}"
        return headers | dict(self.headers)

    @staticmethod
    def _name_of_file(name: str, provenance: str) -> str:
        """The name with what the provenance tells of the question, where there is one."""
        base, suffix = split_suffix(name)
        return file_name(base, suffix, orjson.loads(provenance)) if provenance else name
