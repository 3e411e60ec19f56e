"""Questions as routes ask them."""

from service.access.admission import Question
from service.model.queries import IncidentQuery

ROUTE = "/v1/choropleths/{dataset}/{layer}"


def question(route: str = ROUTE, *, query: object = None, **names: str) -> Question:
    """A question about a layer of a dataset, unless it is said otherwise."""
    about = {"dataset": "callouts", "layer": "lsoa", **names}
    return Question(route, about, query or IncidentQuery())  # type: ignore[arg-type]
