"""What is put into the places of a template: names, layers and periods, and why some are not."""

import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.model.errors import InvalidTemplateError
from service.reports.loaded import LoadedDataset, LoadedLayer
from service.reports.months import YEAR, Month, span_in_words
from service.reports.places import Place
from service.reports.template import Template

_PLACE: Final = re.compile(r"\{(\w+)(\??)\}")
_SAFE: Final = ":,"  # in addresses, where they are read by people
_SMALL, _MIDDLE = "lsoa", "ward"  # what the layers that are looked for are usually called


class LackingError(Exception):
    """A place of the template has no value here."""


@dataclass(frozen=True)
class Values:
    """The values of the places of a template.

    Attributes
    ----------
    known : mapping
        Values by name.
    lacking : mapping
        Why there is none, by name.
    """

    known: Mapping[str, str]
    lacking: Mapping[str, str]

    def more(self, **known: str) -> "Values":
        """These and others."""
        return Values({**self.known, **known}, self.lacking)

    def text(self, text: str) -> str:
        """A caption or title with its places filled.

        Raises
        ------
        LackingError
            If one has no value.
        """
        return _PLACE.sub(lambda match: self._value(match[1]), text)

    def address(self, ask: str) -> str:
        """An address with its places filled; parameters that may be left out are, without a value.

        Raises
        ------
        LackingError
            If a place has no value.
        """
        path, _, query = ask.partition("?")
        filled = _PLACE.sub(
            lambda match: urllib.parse.quote(self._value(match[1]), safe=_SAFE), path
        )
        parameters = list(self._parameters(query))
        return f"{filled}?{urllib.parse.urlencode(parameters, safe=_SAFE)}" if query else filled

    def _parameters(self, query: str) -> Iterator[tuple[str, str]]:
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
            places = _PLACE.findall(value)
            if any(optional and key in self.lacking for key, optional in places):
                continue
            yield name, self.text(value)

    def _value(self, name: str) -> str:
        if name in self.lacking:
            raise LackingError(self.lacking[name])
        if name not in self.known:
            names = ", ".join(sorted({*self.known, *self.lacking}))
            raise InvalidTemplateError("template", f"{{{name}}} is not one of {names}")
        return self.known[name]


def place_values(template: Template, place: Place, layers: Sequence[LoadedLayer]) -> Values:
    """The values about where.

    Parameters
    ----------
    template : Template
        May name layers.
    place : Place
        Of the assessment.
    layers : sequence of LoadedLayer
        That with most areas first.
    """
    known, lacking = {"place_name": place.name}, {}
    if place.within is None:
        lacking["place"] = "the assessment is of the whole study area"
    else:
        known["place"] = place.within
    own = next((layer for layer in layers if layer.layer_id == place.layer_id), None)
    coarse = [layer for layer in layers if layer.areas > 1]
    own = own or (coarse[-1] if coarse else None)
    finer = [layer for layer in layers if own is not None and layer.areas > own.areas]
    small = _chosen(finer, template.small, _SMALL)
    middle = _chosen([layer for layer in finer if layer is not small], template.middle, _MIDDLE)
    for name, layer, what in (
        ("layer", own, "a boundary layer"),
        ("small", small, "a boundary layer of smaller areas"),
        ("middle", middle or small, "a boundary layer of smaller areas"),
    ):
        residents = None if layer is None else layer.residents
        if layer is None:
            lacking[name] = lacking[f"{name}_title"] = f"{what} is not imported"
        else:
            known |= {
                name: layer.layer_id,
                f"{name}_title": layer.title,
                f"{name}_areas": str(layer.areas),
            }
        if residents is None:
            lacking[f"{name}_residents"] = "the areas have no measure of their residents"
        else:
            known[f"{name}_residents"] = residents
    return Values(known, lacking)


def dataset_values(values: Values, dataset: LoadedDataset, to: Month, years: int) -> Values:
    """The same with those of a dataset: what it is, and the periods to its end or that asked for.

    Parameters
    ----------
    values : Values
        About where.
    dataset : LoadedDataset
        With data of the year to that month.
    to : Month
        End of the assessment.
    years : int
        That trends go back at most.
    """
    last = min(to, dataset.last)
    first = max(last.later(1 - YEAR), dataset.first)
    whole_years = min((last.number - dataset.first.number + 1) // YEAR, years)
    years_first = last.later(1 - YEAR * whole_years) if whole_years else dataset.first
    known = {
        "dataset": dataset.dataset_id,
        "title": dataset.title,
        "from": str(first),
        "to": str(last),
        "period": span_in_words(first, last),
        "years_from": str(years_first),
        "years": span_in_words(years_first, last),
        "year": "year" if last.in_year == YEAR else f"year-ending:{last.in_year}",
        "months": str(last.number - first.number + 1),
    }
    lacking = {
        name: f"the records of {dataset.title} lie on {dataset.crowded_points} points only, too "
        f"few for the {values.known[f'{name}_areas']} areas of {values.known[f'{name}_title']}"
        for name in ("small", "middle")
        if dataset.crowded_points
        and dataset.crowded_points < int(values.known.get(f"{name}_areas", 0))
    }
    if dataset.has_subcategories:
        known["subcategory"] = "subcategory"
    else:
        lacking["subcategory"] = f"the records of {dataset.title} have no subcategories"
    if dataset.first <= last.later(1 - 2 * YEAR):
        earlier_first, earlier_last = last.later(1 - 2 * YEAR), last.later(-YEAR)
        known |= {
            "earlier_from": str(earlier_first),
            "earlier_to": str(earlier_last),
            "earlier": span_in_words(earlier_first, earlier_last),
        }
    else:
        reason = (
            f"{dataset.title} is covered from {dataset.first.in_words} on: there is no year "
            "before to compare with"
        )
        lacking |= dict.fromkeys(("earlier_from", "earlier_to", "earlier"), reason)
    return Values({**values.known, **known}, {**values.lacking, **lacking})


def _chosen(layers: Sequence[LoadedLayer], name: str, usual_name: str) -> LoadedLayer | None:
    """The layer that is named, or is usually meant, or has most areas."""
    if name:
        return next((layer for layer in layers if layer.layer_id == name), None)
    usual = [layer for layer in layers if usual_name in layer.layer_id.lower()]
    return next(iter([*usual, *layers]), None)
