"""Charts of steps: gaps stay gaps, parts are hollow, colours are few, labels are apart."""

import json

import altair
import numpy as np
import pytest

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import release
from service.analyses.growth.rows import ForecastRow
from service.analyses.measures.rows import MeasureTrendRow
from service.analyses.process_control.rows import ProcessControlRow, StepChangeRow
from service.analyses.trends.rows import TrendRow
from service.model.answers import Provenance, Table
from service.render.charts.over_time.lines import MOST_PANELS, colours_of, leading
from service.render.charts.over_time.series import Series, runs, year_label
from service.render.charts.theme import COLOURS, DARK_GREY, MUTED
from service.render.drawings.drawing import svg_of
from service.render.drawings.registry import chart_of_table

MONTHS = [f"2024-{month:02}" for month in range(1, 13)]
EVENT = {"name": "New system", "first_day": "2024-06-15", "kind": "system", "is_break": True}


def table(kind, row, columns, *, sources=None, is_suppressed=False, **method):
    provenance = Provenance(
        sources={"dataset": {"id": "d", "title": "Thefts"}, **(sources or {})},
        filter={"covered": ["2024-01 to 2024-12"]},
        method={"name": kind, "step": "month", "unit": "incidents per day", **method},
        counts={},
        synthetic=False,
        software="hotspot-atlas",
    )
    objects = {
        name: np.array(values, dtype=object if row.columns[name].is_nullable or isinstance(values[0], str) or (is_suppressed and row.columns[name].discloses) else None)
        for name, values in columns.items()
    }  # fmt: skip
    whole = Table(kind, row, objects, provenance, is_suppressed=is_suppressed)
    return release(whole, Question("tables"), OWNERS).answer


def trend(counts, *, names=None, is_part=None, mean=None, **options):
    """A trend by month of one series, or of one for each name."""
    series = [None] if names is None else names
    columns = {}
    if names is not None:
        columns["series"] = [f"S{k}" for k in range(len(names)) for _ in MONTHS]
        columns["series_name"] = [name for name in names for _ in MONTHS]
    size = len(MONTHS) * len(series)
    counts = (list(counts) * len(series))[:size]
    columns |= {"month": MONTHS * len(series), "days": [30] * size}
    if is_part is not None:
        columns |= {"length": [30] * size, "is_part": is_part}
    columns["count"] = counts
    columns |= {name: [1.0] * size for name in ("rate", "lower", "upper")}
    if mean is not None:
        columns |= {"mean": mean, "mean_steps": [12] * size}
    return table("trend", TrendRow, columns, **options)


def marks_of(chart, kind):
    """The layers of a mark in a specification, panels included."""
    views = chart.specification.get("concat", [chart.specification])
    layers = [layer for view in views for layer in view.get("layer", [view])]
    return [layer for layer in layers if layer["mark"]["type"] == kind]


def values_of(chart, layer):
    data = layer.get("data") or chart.specification["data"]
    return data["values"]


def texts_in(chart):
    return json.dumps(chart.specification)


@pytest.mark.parametrize("names", [None, ["North", "South"], [f"Ward {k}" for k in range(9)]])
def test_a_specification_is_valid_vega_lite(names):
    """Altair does not look while it makes one: that is nine tenths of its time."""
    chart = chart_of_table(trend([1, 2, None] * 4, names=names, sources={"events": [EVENT]}))
    specification = json.loads(json.dumps(chart.specification))
    assert altair.Chart.from_dict(specification).to_dict()


def test_a_month_without_data_is_a_gap_and_said():
    chart = chart_of_table(trend([5, 6, None, None, 9, 4, 4, 4, 4, 4, 4, 4]))
    line = marks_of(chart, "line")[0]
    assert [row["whole"] for row in values_of(chart, line)][:5] == [5, 6, None, None, 9]
    assert any("March 2024 to April 2024" in note and "not zero" in note for note in chart.notes)
    assert "March 2024 to April 2024" in chart.description
    assert svg_of(chart)


def test_a_month_covered_in_part_is_hollow_and_on_no_whole_line():
    chart = chart_of_table(trend(range(10, 22), is_part=[False] * 11 + [True]))
    whole, dashed = marks_of(chart, "line")[:2]
    assert values_of(chart, whole)[-1]["whole"] is None
    assert dashed["mark"]["strokeDash"]
    assert [row["dashed"] for row in values_of(chart, dashed)][-2:] == [20, 21]
    assert "white" in {point["mark"]["fill"] for point in marks_of(chart, "point")}
    assert any("December 2024" in note for note in chart.notes)


def test_means_are_levels_with_their_number():
    chart = chart_of_table(trend([4] * 12, mean=[4.25] * 6 + [5.0] * 6, mean_of="year"))
    levels = values_of(chart, marks_of(chart, "rule")[0])
    assert [(row["x"], row["x2"], row["y"], row["text"]) for row in levels] == [
        ("2024-01-01", "2024-06-01", 4.25, "4.2"),
        ("2024-07-01", "2024-12-01", 5.0, "5"),
    ]


def test_an_event_is_numbered_and_named_and_a_break_is_said():
    chart = chart_of_table(trend([4] * 12, sources={"events": [EVENT]}))
    rule = values_of(chart, marks_of(chart, "rule")[0])[0]
    assert rule["x"] == "2024-06-15"
    assert "1 New system (15 June 2024); counts before and after are not alike." in chart.notes


@pytest.mark.parametrize("number", [2, 4, 5, 6])
def test_series_have_four_colours_at_most_and_their_names_at_their_ends(number):
    names = [f"A series of a rather long name, number {k}" for k in range(number)]
    chart = chart_of_table(trend([3, 4] * 6, names=names))
    colours = {line["mark"]["color"] for line in marks_of(chart, "line")}
    assert len(colours - {MUTED}) <= 4
    labels = [
        layer for layer in marks_of(chart, "text") if isinstance(layer["mark"]["text"], list)
    ]
    assert len(labels) == number
    lines = max(len(layer["mark"]["text"]) for layer in labels)
    ends = sorted(layer["encoding"]["y"]["value"] for layer in labels)
    assert np.diff(ends).min() >= 12 * lines


def test_many_series_are_panels_on_one_scale_and_the_rest_is_said():
    names = [f"Ward {k}" for k in range(60)]
    chart = chart_of_table(trend(range(720), names=names))
    panels = chart.specification["concat"]
    assert len(panels) == MOST_PANELS
    scales = {json.dumps(panel["layer"][0]["encoding"]["y"]["scale"]) for panel in panels}
    assert len(scales) == 1
    assert any("12 of 60" in note for note in chart.notes)
    assert svg_of(chart)


@pytest.mark.parametrize("counts", [[None] * 12, [0] * 12, [None] * 11 + [3]])
@pytest.mark.parametrize("names", [None, ["North", "South"]])
def test_every_trend_comes_out(counts, names):
    chart = chart_of_table(trend(counts, names=names, is_suppressed=True))
    assert svg_of(chart)
    if not any(counts) and counts[0] is None:
        assert "known or may be shown" in chart.description


def test_what_is_suppressed_is_called_so():
    counts = [5, 5, 5, 5, 5, 5] + [7] * 6 + [5, 5, None, 5, 5, 5] + [7] * 6
    chart = chart_of_table(trend(counts, names=["North", "South"], is_suppressed=True))
    assert any("suppressed" in note for note in chart.notes)


def test_an_empty_trend_says_so():
    empty = trend([4] * 12)
    columns = {name: values[:0] for name, values in empty.columns.items()}
    chart = chart_of_table(Table("trend", TrendRow, columns, empty.provenance))
    assert "No step" in texts_in(chart)
    assert svg_of(chart)


def test_special_causes_are_told_by_shape_too():
    rates = [4.0] * 11 + [9.0]
    columns = {"month": MONTHS, "days": [30] * 12, "count": [120] * 12, "rate": rates}
    columns |= {"segment": [1] * 12, "moving_range": [None] + [1.0] * 11}
    for name, value in (("mean", 4.0), ("lower", 2.0), ("lower_near", 3.0), ("upper_near", 5.0)):
        columns[name] = [value] * 12
    columns["upper"] = [6.0] * 12
    columns["rules"] = [""] * 11 + ["outside limits"]
    columns["variation"] = ["common cause"] * 11 + ["concern high"]
    chart = chart_of_table(table("process-control", ProcessControlRow, columns))
    points = marks_of(chart, "point")[0]["encoding"]
    assert points["shape"]["scale"]["domain"] == ["common cause", "concern high"]
    assert len(set(points["shape"]["scale"]["range"])) == 2
    assert "1 concern high" in chart.description
    columns["variation"] = ["common cause"] * 11 + ["neither high"]
    chart = chart_of_table(table("process-control", ProcessControlRow, columns))
    assert "1 unusually high" in chart.description
    assert svg_of(chart)


def test_levels_have_their_rates():
    columns = {
        "first_day": ["2023-01-01", "2024-01-01"], "last_day": ["2023-12-31", "2024-12-31"],
        "steps": [12, 12], "days": [365, 366], "count": [365, 732], "rate": [1.0, 2.0],
        "ratio": [None, 2.0], "p_value": [None, 0.001],
    }  # fmt: skip
    chart = chart_of_table(table("step-changes", StepChangeRow, columns, level=0.05))
    levels = [values_of(chart, rule) for rule in marks_of(chart, "rule")][-1]
    assert [row["text"] for row in levels] == ["1", "2"]
    assert "2 from January 2024 to 31 December 2024" in chart.description
    assert svg_of(chart)


@pytest.mark.parametrize("areas", [1, 5, 14])
def test_a_measure_over_years_comes_out(areas):
    years = ["2020", "2021", "2022"]
    columns = {
        "code": [f"A{k}" for k in range(areas) for _ in years],
        "name": ["Same name" for _ in range(areas) for _ in years],
        "period": years * areas,
        "first_day": [f"{year}-01-01" for year in years] * areas,
        "last_day": [f"{year}-12-31" for year in years] * areas,
        "value": [1.0, None, 3.0] * areas,
        "change": [0.0, None, 2.0] * areas,
        "change_percent": [0.0, None, 200.0] * areas,
    }
    chart = chart_of_table(table("measure-trend", MeasureTrendRow, columns, unit="people"))
    assert svg_of(chart)
    assert any("2021" in note for note in chart.notes)


@pytest.mark.parametrize("years", [[2030], [2030, 2031]])
def test_a_forecast_comes_out(years):
    rows = 3 * len(years)
    columns = {"code": [f"A{k}" for k in range(3) for _ in years]}
    columns |= {"name": ["Ely", "March", "Soham"] * len(years), "district": ["D"] * rows}
    columns |= {"count": [4] * rows, "sites": [1] * rows, "year": years * 3}
    names = "homes_built homes_built_lower homes_built_upper homes_added denominator_added denominator expected lower upper rate rate_lower rate_upper"  # fmt: skip
    columns |= {name: [5.0] * rows for name in names.split()}
    only = ForecastRow.columns["class"].meaning.only
    columns |= {"class": ["1 to 5"] * rows} if only else {}
    chart = chart_of_table(table("growth-forecast", ForecastRow, columns, by="area"))
    assert svg_of(chart)


@pytest.mark.parametrize(
    ("step", "key", "label"),
    [
        ("year", "2024-01", "2024"),
        ("financial-year", "2023-24", "2023/24"),
        ("year-ending:11", "2024-11", "to Nov 2024"),
    ],
)
def test_years_are_named_as_people_name_them(step, key, label):
    assert year_label(step, key) == label


def test_the_highest_of_many_is_blue_and_what_they_are_compared_with_dark_grey():
    ends = [3.0, 9.0, np.nan, 1.0, 2.0, 5.0]
    nothing = np.zeros(1, bool), np.zeros(1, np.int64)
    series = [Series(str(k), np.array([end]), *nothing, k == 5) for k, end in enumerate(ends)]
    assert colours_of(series) == [MUTED, COLOURS[0], MUTED, MUTED, MUTED, DARK_GREY]


def test_panels_are_of_the_series_with_the_most_whatever_their_order():
    nothing = np.zeros(2, bool)
    series = [
        Series(f"S{k}", np.array([np.nan, float(k)]), nothing, np.arange(2)) for k in range(14)
    ]
    drawn, notes = leading(series)
    assert [member.name for member in drawn] == [f"S{k}" for k in range(13, 1, -1)]
    assert notes == ["The highest 12 of 14; the table has all."]
    assert leading(series[:12]) == (series[:12], [])


def test_runs_are_unbroken():
    assert runs(np.array([True, True, False, True])) == [(0, 1), (3, 3)]
    assert runs(np.array([False])) == []
