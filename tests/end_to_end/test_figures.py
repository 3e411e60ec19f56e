"""Every figure of five published assessments is made from the demonstration county by its request.

The rows of the list are those of the published one.
"""

import csv
import itertools

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.figures.figures import read_figures
from tests.service.conftest import client_of

FIGURES = read_figures()


@pytest.fixture(scope="session")
def client(demonstration):
    with client_of(open_resources(Settings(data_dir=demonstration))) as client:
        yield client


def named(figure):
    return f"{figure.document}-{figure.figure}".replace(" ", "-")


def ask(client, request):
    answer = client.get(request.address, params=request.query)
    assert answer.status_code == 200, f"{request.url}: {answer.text[:500]}"
    return answer


@pytest.mark.real
def test_the_list_is_the_published_one(test_data):
    path = test_data.parent / "published" / "figures.csv"
    if not path.exists():
        pytest.skip("the published figures are not beside the test data")
    with path.open(encoding="utf-8", newline="") as file:
        published = [
            (r["document"], r["figure"], r["shows"], r["kind"]) for r in csv.DictReader(file)
        ]
    assert [(f.document, f.figure, f.shows, f.kind) for f in FIGURES] == published


def test_every_figure_has_a_request_and_is_told_from_the_others():
    assert len(FIGURES) == len({figure.key for figure in FIGURES}) == 110
    assert [figure.key for figure in FIGURES if not figure.requests] == []


@pytest.mark.parametrize("figure", FIGURES, ids=named)
def test_a_figure_is_made_from_the_demonstration(client, figure):
    first, *others = (ask(client, request) for request in figure.requests)
    if figure.check.get("png"):
        assert first.content.startswith(b"\x89PNG")
        assert len(first.content) > 20_000
        return
    check_answer(figure.requests[0], first.json(), figure.check)
    for request, answer in zip(figure.requests[1:], others, strict=True):
        check_answer(request, answer.json(), {})


def check_answer(request, answer, check):
    """Rows that are not empty, add up to the incidents selected, and are those promised."""
    assert answer["provenance"]["synthetic"]
    rows = answer["rows"]
    assert rows
    assert set(check.get("has", ())) <= set(rows[0])
    assert answer["sentences"] or not check.get("sentences")
    CHECKS.get(table_of(request), check_rows)(request.query, answer, check)


def table_of(request):
    """What tells tables apart in an address."""
    kind, *names = request.address.split("/")[2:]
    if kind == "tables":
        return names[1] if len(names) > 1 else names[0]
    return f"{kind}/{names[0]}" if kind == "measures" else kind


def check_rows(query, answer, check):
    if "rows" in check:
        assert len(answer["rows"]) == check["rows"]


def check_crosstab(query, answer, check):
    counts, rows = answer["provenance"]["counts"], answer["rows"]
    if query.get("layout") == "wide":
        names = [name for name in rows[0] if name not in ("row", "row_name", "total")]
        if "columns" in check:
            assert [name.removesuffix(" (part)") for name in names] == check["columns"]
        total = rows[-1]
        assert total["row"] == "total"
        if "small" in query:
            assert f"<{query['small']}" in {row[name] for row in rows for name in names}
            total = {name: int(total[name]) for name in (*names, "total")}
        if query.get("cells", "count") == "count":
            assert sum(total[name] for name in names) == total["total"] == counts["in_cells"]
        return
    if "compare" in query:
        summary = [row for row in rows if row["row"] == "all areas"]
        rows = [row for row in rows if row["row"] != "all areas"]
        of_areas = sum(row["count"] for row in rows if row["row"].startswith("X"))
        assert sum(row["count"] for row in summary) == of_areas
    if "beside_dataset" in query:
        assert sum(row["beside_count"] for row in rows) == counts["records_beside"] > 0
    keys = {name: list(dict.fromkeys(row[name] for row in rows)) for name in ("row", "column")}
    if "columns" in check:
        assert keys["column"] == check["columns"]
    assert set(check.get("has_rows", ())) <= set(keys["row"])
    assert set(check.get("has_columns", ())) <= set(keys["column"])
    assert sum(row["count"] or 0 for row in rows) == counts["in_cells"] == counts["records"] > 0
    cells = {f"{row['row']}/{row['column']}": row for row in rows}
    for cell, count in check.get("cells", {}).items():
        assert cells[cell]["count"] == count, cell
    for row in rows:
        is_empty = row["column"] in check.get("null_columns", ())
        assert (row["count"] is None) == is_empty, row
        if "part" in check:
            assert row["part"] == (row["days"] < 365) == (row["column"] == check["part"]), row
        if "denominator" in query and row["row"].startswith("X"):
            years = row["days"] / 365.25
            assert row["rate"] == pytest.approx(1e3 * row["count"] / row["denominator"] / years)
    totals = {key: sum(row["share_of_column"] or 0 for row in part)
              for key, part in groups(rows, "column").items()}  # fmt: skip
    for key, share in totals.items():
        assert share == pytest.approx(0 if key in check.get("null_columns", ()) else 100.0), key


def groups(rows, name):
    """Rows by the value of a column."""
    in_order = sorted(rows, key=lambda row: row[name])
    return {key: list(part) for key, part in itertools.groupby(in_order, lambda row: row[name])}


def check_trend(query, answer, check):
    rows, counts = answer["rows"], answer["provenance"]["counts"]
    assert len({row["month"] for row in rows}) == check.get("steps", len(rows))
    assert len({row.get("series") for row in rows}) >= check.get("series", 1)
    if not {"series", "compare"} & set(query):
        assert sum(row["count"] for row in rows) == counts["in_rows"] > 0
    if "total" in check:
        assert counts["in_rows"] == check["total"]
    for name in check.get("has", ()):
        assert any(row[name] is not None for row in rows), name


def check_ranked(query, answer, check):
    counts = answer["provenance"]["counts"]
    rows = [row for row in answer["rows"] if row["rank"] is not None]
    rest = {row["code"]: row for row in answer["rows"] if row["rank"] is None}
    assert len(rows) == check.get("rows", len(rows))
    values = [row["count"] for row in rows]
    assert values == sorted(values, reverse=True)
    assert rest["total"]["count"] == counts["records"]
    assert rest["areas"]["count"] == counts["in_rows"]
    if "top" not in query:
        assert sum(values) == counts["in_rows"]
        assert rows[-1]["cumulative_share"] == pytest.approx(100.0)
    by_name = {row["name"]: row for row in rows}
    for name, count in check.get("counts", {}).items():
        assert by_name[name]["count"] == count, name
    for name, share in check.get("shares", {}).items():
        assert by_name[name]["share"] == pytest.approx(share, abs=0.6), name
    for row in rows:
        assert row["rank_best"] <= row["rank"] <= row["rank_worst"]
        if "threshold" in query:
            assert row["is_flagged"] == (row["count"] >= query["threshold"])
    if "flagged" in check:
        assert sum(row["is_flagged"] for row in rows) == check["flagged"]


def check_choropleth(query, answer, check):
    rows, counts = answer["rows"], answer["provenance"]["counts"]
    check_rows(query, answer, check)
    placed = counts.get(
        "in_rows", counts.get("in_layer_by_code", 0) + counts.get("in_layer_by_location", 0)
    )
    assert sum(row["count"] for row in rows) == placed > 0
    assert all(row["class"] for row in rows)


def check_comparison(query, answer, check):
    *rows, total = answer["rows"]
    for count in ("count_before", "count_after"):
        assert sum(row[count] for row in rows) == total[count] > 0
    assert total["count_after"] == answer["provenance"]["counts"]["records"]
    if "total" in check:
        assert [total["count_before"], total["count_after"]] == check["total"]
    for row in answer["rows"]:
        before, after = row["count_before"], row["count_after"]
        assert row["numeric_change"] == after - before
        if before:
            assert row["percent_change"] == pytest.approx(100.0 * (after - before) / before)
        else:
            assert row["percent_change"] is None
        assert row["change"]


def check_breakdown(query, answer, check):
    for axis, rows in groups(answer["rows"], "by").items():
        assert sum(row["count"] for row in rows) == answer["provenance"]["counts"]["records"], axis
        recorded = [row for row in rows if row["is_recorded"]]
        assert sum(row["share"] for row in recorded) == pytest.approx(100.0), axis
        assert sum(row["share_of_all"] for row in rows) == pytest.approx(100.0), axis
        assert len(recorded) > 1, axis
    assert {row["by"] for row in answer["rows"]} == set(as_list(query["by"]))


def check_harm(query, answer, check):
    rows, counts = answer["rows"], answer["provenance"]["counts"]
    total = rows[-1]
    assert total["row"] == "total"
    sums = {"areas", "total"}
    parts = [row for row in rows if sums.isdisjoint((row["row"], row.get("column")))]
    for name in ("count", "harm", "harm_not_known"):
        assert sum(row[name] or 0 for row in parts) == pytest.approx(total[name])
    assert total["count"] == counts["records"] > 0
    assert total["harm"] > 0
    for name in check.get("has", ()):
        assert any(row[name] is not None for row in parts), name
    by_offence = {row["row"]: row for row in parts}
    for offence, (count, days) in check.get("counts", {}).items():
        row = by_offence[offence]
        assert (row["count"], row["harm_each"], row["harm"]) == (count, days, count * days)
    ranked = [row for row in parts if row["rank_by_harm"] is not None]
    assert {row["rank_by_count"] for row in ranked} >= {1}
    assert {row["rank_by_harm"] for row in ranked} >= {1}


def as_list(value):
    return value if isinstance(value, list) else [value]


def check_deprivation(query, answer, check):
    rows, areas = answer["rows"], answer["provenance"]["counts"]["areas"]
    if query.get("layout") == "wide":
        table = {f"{row['row_name']}/{name}": row[name] for row in rows for name in row}
        assert {row["row"] for row in rows} >= {"total"} or query["cells"] == "share"
        for cell, value in check.get("cells", {}).items():
            assert table[cell] == value, cell
        if query.get("cells") == "share":
            for row in rows:
                assert sum(row[str(k)] for k in range(1, 11)) == pytest.approx(100.0)
    elif query["by"] == "area":
        for domain, part in groups(rows, "domain").items():
            ranks = [row["rank"] for row in part]
            assert ranks == sorted(ranks), domain
            assert len(part) == min(areas, 2 * query.get("ends", areas)), domain
    else:
        assert sum(row["areas"] for row in rows) == areas
        assert sum(row["share"] for row in rows) == pytest.approx(100.0)


def check_index(query, answer, check):
    for row in answer["rows"]:
        assert row["index"] == pytest.approx(100.0 * row["share"] / row["reference_share"])
    assert sum(row["share"] for row in answer["rows"]) == pytest.approx(100.0)


def check_measures(query, answer, check):
    rows = [row for row in answer["rows"] if row["value"] is not None]
    assert len(rows) == check["areas"] * check["periods"]
    assert len({row["period"] for row in rows}) == check["periods"]
    assert len({row["code"] for row in rows}) == check["areas"]


def check_similar(query, answer, check):
    areas = [row for row in answer["rows"] if row["rank"] is not None]
    assert len(areas) == check["rows"]
    assert [row["rank"] for row in areas] == sorted(row["rank"] for row in areas)
    (subject,) = [row for row in areas if row["code"] == query["code"]]
    assert (subject["amount"], subject["denominator"]) == (check["amount"], check["over"])
    assert subject["rank_best"] <= subject["rank"] <= subject["rank_worst"]
    assert any(subject["name"] in note for note in answer["provenance"]["notes"])


def check_sources(query, answer, check):
    datasets = {row["id"] for row in answer["rows"] if row["kind"] == "dataset"}
    assert datasets >= {"callouts", "fires", "police-crime", "domestic-abuse", "service-users"}
    for row in answer["rows"]:
        names = ("source", "licence", "limits", "description")
        assert all(row[name] for name in names[: 4 if row["kind"] == "dataset" else 2]), row["id"]


def check_flags(query, answer, check):
    rows = {row["name"]: row for row in answer["rows"]}
    assert len(rows) == check.get("rows", 408)
    for name, (total, risk) in check.get("risks", {}).items():
        assert (rows[name]["total"], rows[name]["risk"]) == (total, risk), name


CHECKS = {
    "breakdown": check_breakdown,
    "choropleths": check_choropleth,
    "comparison": check_comparison,
    "crosstab": check_crosstab,
    "measures/deprivation": check_deprivation,
    "flags": check_flags,
    "harm": check_harm,
    "measures/index": check_index,
    "ranked": check_ranked,
    "sources": check_sources,
    "measures/similar": check_similar,
    "measures/table": check_measures,
    "measures/trend": check_measures,
    "trend": check_trend,
}


def first_of_each_table():
    """A request of each table, with which the command line is compared."""
    requests = {}
    for figure in FIGURES:
        request = figure.requests[0]
        if not figure.check.get("png"):
            requests.setdefault(table_of(request), request)
    return sorted(requests.items())


@pytest.mark.parametrize(("name", "request_"), first_of_each_table())
def test_the_command_line_gives_the_same(client, demonstration, name, request_):
    environ = {"HOTSPOTS_DATA_DIR": str(demonstration), "COLUMNS": "200"}
    words = [*request_.command, "--format", "json"]
    result = CliRunner().invoke(app, words, env=environ)
    assert result.exit_code == 0, result.output
    assert result.stdout_bytes == ask(client, request_).content
