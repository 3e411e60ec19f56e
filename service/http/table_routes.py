"""What the routers of tables share: one answer, any of its formats."""

from collections.abc import Callable

from fastapi import Response

from service.analyses.inputs.answer_crs import target_crs
from service.http.responder import Replies
from service.model.answers import Table
from service.model.queries import Query
from service.render.tables.formats import FORMATS
from service.runtime.lanes import Work


def send_table(
    replies: Replies,
    suffix: str,
    *,
    version: Callable[[], str],
    query: Query,
    name: str,
    answer: Callable[[], Table],
    work: Work = Work.ORDINARY,
) -> Response:
    """A table in the format of a suffix; a file name is offered for those that are saved."""
    chosen = FORMATS[suffix]
    crs = target_crs(getattr(query, "crs", None), replies.resources.settings.crs)
    return replies.send(
        version=version,
        query=query,
        answer=answer,
        render=lambda released: chosen.render(released, crs=crs),
        media_type=chosen.media_type,
        describe=chosen.describe,
        filename=None if suffix == "json" else f"{name}.{suffix}",
        work=work,
    )
