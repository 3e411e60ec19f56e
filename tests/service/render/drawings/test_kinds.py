"""Charts of every kind of table: each is drawn, and from the numbers of its table alone."""

import dataclasses
import functools
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from service.http.table_routes import TABLES
from service.render.charts.plain import plain
from service.render.drawings.drawing import svg_of
from service.render.drawings.registry import CHARTS, chart_of_table
from service.reports.addresses import table_of
from tests.service import world
from tests.service.addresses import addresses, asking

CROSSTAB = f"/v1/tables/{world.DATASET}/crosstab"
# Where the plain question has nothing to draw, or another form of the same table has its own.
MORE = {
    "/v1/tables/{dataset}/crosstab": {"rows": "weekday", "columns": "hour"},
    "/v1/tables/{dataset}/harm": {"rows": "layer:cell", "columns": "year"},
}


@pytest.fixture(scope="module")
def table(client, resources):
    """The table of an address, made once."""
    return functools.cache(lambda address: table_of(address).answer(resources).compute())


def address_of(client, path):
    """An address of a table that the county answers, with few draws."""
    return addresses(client.app, path)[0]


def records_of(node):
    """Every row of data in a specification."""
    if isinstance(node, dict):
        found = node["values"] if isinstance(node.get("values"), list) else []
        inner = [
            row for key, value in node.items() if key != "usermeta" for row in records_of(value)
        ]
        return [row for row in found if isinstance(row, dict)] + inner
    if isinstance(node, list):
        return [row for value in node for row in records_of(value)]
    return []


def none_of(table):
    """The same table without its rows."""
    columns = {name: values[:0] for name, values in table.columns.items()}
    return dataclasses.replace(table, columns=columns, geometries=None)


@pytest.mark.parametrize("path", sorted(TABLES))
def test_every_kind_of_table_has_a_chart_of_its_own(client, table, path):
    kind = table(address_of(client, path)).kind
    assert CHARTS[kind] is not plain


@pytest.mark.parametrize("path", sorted(TABLES))
def test_every_kind_of_table_is_drawn_with_rows_and_without(client, table, path):
    answer = table(asking(address_of(client, path), **MORE.get(path, {})))
    for whole in (answer, none_of(answer)):
        chart = chart_of_table(whole)
        assert ET.fromstring(svg_of(chart)).tag.endswith("svg")
        assert chart.title
        assert chart.description.startswith(chart.title[:40])
        rows = records_of(dict(chart.specification))
        numbers = [value for row in rows for value in row.values() if isinstance(value, float)]
        assert all(map(math.isfinite, numbers))


def test_the_cells_of_a_cross_table_are_its_counts(table):
    answer = table(f"{CROSSTAB}?rows=category&columns=year")
    rows = records_of(dict(chart_of_table(answer).specification))
    drawn = sorted(row["value"] for row in rows if "hollow" in row)
    assert drawn == sorted(float(count) for count in answer.columns["count"])


def test_ranked_areas_are_named_with_the_larger_area_that_was_asked_for(table):
    address = f"/v1/tables/{world.DATASET}/ranked/{world.CELLS}"
    answer = table(f"{address}?larger_layer=district")
    names = {
        row["name"]
        for row in records_of(dict(chart_of_table(answer).specification))
        if "name" in row
    }
    larger = set(map(str, answer.columns["larger_area"])) - {"", "None"}
    assert larger
    assert all(
        any(name.replace("\n", " ").endswith(f"({where})") for name in names) for where in larger
    )


def test_what_is_suppressed_has_a_sign_and_no_bar(table):
    answer = table(f"{CROSSTAB}?rows=category&columns=year")
    counts = answer.columns["count"].astype(object)
    counts[0] = None
    hidden = dataclasses.replace(
        answer, columns={**answer.columns, "count": counts}, is_suppressed=True
    )
    chart = chart_of_table(hidden)
    rows = [row for row in records_of(dict(chart.specification)) if "hollow" in row]
    assert [row["value"] for row in rows if row["text"] == "[c]"] == [None]
    assert "[c]: suppressed or not known, which is not zero." in chart.notes


def test_hours_by_weekdays_are_a_matrix_with_the_days_across(table):
    chart = chart_of_table(table(f"{CROSSTAB}?rows=weekday&columns=hour"))
    rows = records_of(dict(chart.specification))
    assert {"Monday", "Sunday"} <= {row["column"] for row in rows if "column" in row}
    assert "Heat matrix" in chart.description


def test_a_matrix_is_the_same_bytes_however_many_were_drawn_before_it(table):
    chart = chart_of_table(table(f"{CROSSTAB}?rows=weekday&columns=hour"))
    other = dataclasses.replace(chart, specification={**chart.specification, "padding": 20})
    first = svg_of(chart)
    svg_of(other)
    assert svg_of(chart) == first
    assert b"url(#c" in first


@pytest.mark.parametrize("q_value", [0.9, 0.001])
def test_a_change_is_hollow_where_chance_may_explain_it(table, q_value):
    answer = table(
        f"/v1/tables/{world.DATASET}/comparison?by=category&baseline_from=2023-01"
        "&baseline_to=2023-12&from=2024-01&to=2024-12"
    )
    columns = {**answer.columns, "q_value": answer.columns["q_value"] * 0 + q_value}
    chart = chart_of_table(dataclasses.replace(answer, columns=columns))
    dots = [row for row in records_of(dict(chart.specification)) if "hollow" in row]
    assert {row["hollow"] for row in dots} == {q_value > 0.05}
    assert ("no more than chance;" in chart.description) or q_value < 0.05


def awkward(table):
    """A table whose names are hard to print, and whose every number is suppressed."""
    columns = {}
    for name, values in table.columns.items():
        column = table.row.columns[name]
        if name in ("name", "row_name", "column_name"):
            texts = ['<&"$\x07', "مدينة", "a" * 80, "a" * 80]
            values = np.array([texts[k % 4] for k in range(len(values))], dtype=object)
        elif column.discloses and column.value_type in (int, float):
            values = np.full(len(values), None, dtype=object)
        columns[name] = values
    return dataclasses.replace(table, columns=columns, is_suppressed=True)


@pytest.mark.parametrize(
    "kind",
    [
        "crosstab?rows=category&columns=year",
        "crosstab?rows=layer:cell&columns=year&layout=wide&cells=share-of-row",
        f"ranked/{world.CELLS}",
        "breakdown?by=category&by=weekday",
        "harm?rows=layer:cell",
        "deprivation?layer=cell",
    ],
)
def test_hard_names_without_a_number_are_drawn_and_say_so(table, kind):
    answer = awkward(table(f"/v1/tables/{world.DATASET}/{kind}"))
    chart = chart_of_table(answer)
    ET.fromstring(svg_of(chart))
    assert "No value is known or may be shown." in chart.description


def test_shares_of_a_row_are_bars_to_a_hundred(table):
    address = f"{CROSSTAB}?rows=category&columns=year&layout=wide&cells=share-of-row"
    rows = records_of(dict(chart_of_table(table(address)).specification))
    assert max(row["end"] for row in rows if "end" in row) == pytest.approx(100.0)


def test_incidents_elsewhere_are_no_bar_beside_the_deciles_of_a_place(table):
    address = f"/v1/tables/{world.DATASET}/deprivation?layer=cell&within=district:D1"
    answer = table(address)
    assert "elsewhere" in answer.columns["decile"].tolist()
    chart = chart_of_table(answer)
    for row in records_of(dict(chart.specification)):
        assert "elsewhere" not in row.values()
    assert any("elsewhere" in note for note in chart.notes)


def test_areas_of_one_name_stay_two_areas(table):
    answer = table(f"/v1/tables/{world.DATASET}/ranked/{world.CELLS}")
    names = answer.columns["name"].copy()
    names[:2] = "Same"
    chart = chart_of_table(dataclasses.replace(answer, columns={**answer.columns, "name": names}))
    drawn = [row["name"] for row in records_of(dict(chart.specification)) if "hollow" in row]
    assert len(set(drawn)) == len(drawn)
    assert sum(name.startswith("Same (") for name in drawn) == 2
