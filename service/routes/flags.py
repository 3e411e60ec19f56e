"""Risk flags: the rules, and the areas by each of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.flags.documents import RulesList
from service.analyses.flags.rows import FlagRow
from service.analyses.table_answers import flags_table
from service.http.openapi import type_schema
from service.http.responder import ResponderDep
from service.http.table_routes import TableKind, add_table_routes, document_spec
from service.http.urls import JSON, responses
from service.model.queries import NoQuery
from service.queries.flags.query import FlagsQuery
from service.render.tables.formats import PlainSuffix
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

router = APIRouter(prefix="/v1/flags", tags=["flags"])


@router.get("", responses=responses(JSON, type_schema(RulesList)), operation_id="readFlagRules")
async def read_flag_rules(query: Annotated[NoQuery, Query()], respond: ResponderDep) -> Response:
    """Every set of rules with what each of its flags asks."""
    flags = respond.resources.flags
    return await respond(
        document_spec(query, DataVersion.of(flags.list_version), flags.listing, cost=Cost.QUICK)
    )


add_table_routes(
    router,
    "/{rules}",
    TableKind(
        name="flags",
        query=FlagsQuery,
        row=FlagRow,
        answer=flags_table,
        description="Areas by rules over several datasets and measures: each flag with its value, "
        "how probable\nit is and since when; totals, risk, and what professionals say.",
        description_as="The same as CSV or Parquet; layout=wide is the matrix.",
        suffixes=PlainSuffix,
    ),
)
