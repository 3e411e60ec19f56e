"""What a dataset covers: by statement, by the names of files, by the dates of records."""

import datetime

import numpy as np
import pytest

from service.coverage.coverage import Coverage
from service.coverage.spans import Span
from service.coverage.statements import StatedCoverage, coverage_of, record_spans


def dates(*counts: tuple[str, int]) -> np.ndarray:
    """Days with a number of records each; of a month, spread over its days."""
    moments = []
    for text, count in counts:
        span = Span.from_text(text)
        length = (span.last - span.first).days + 1
        moments += [
            np.datetime64(span.first) + np.timedelta64(k * length // count, "D")
            for k in range(count)
        ]
    return np.array(moments, "datetime64[m]")


def months(year: int, count: int, *, without: tuple[int, ...] = ()) -> list[tuple[str, int]]:
    return [(f"{year}-{m:02}", count) for m in range(1, 13) if m not in without]


def text_of(spans) -> str:
    return str(Coverage(spans))


def test_a_month_without_a_record_is_no_data_where_months_have_many():
    spans = record_spans(dates(*months(2024, 90, without=(3, 4, 5))), month_only=False)
    assert text_of(spans) == "2024-01 to 2024-02, 2024-06 to 2024-12"


def test_a_month_without_a_record_is_a_zero_where_months_have_few():
    spans = record_spans(dates(*months(2024, 4, without=(3, 4, 5))), month_only=False)
    assert text_of(spans) == "2024-01 to 2024-12"


@pytest.mark.parametrize(("a_month", "last"), [(3, "2024-12-31"), (90, "2024-12-10")])
def test_the_last_month_is_whole_only_where_its_empty_end_may_be_chance(a_month, last):
    spans = record_spans(
        dates(*months(2024, a_month, without=(12,)), ("2024-12-10", 1)), month_only=False
    )
    assert str(spans[-1].last) == last


def test_records_known_to_the_month_cover_whole_months():
    spans = record_spans(dates(("2024-01-01", 500), ("2024-02-01", 500)), month_only=True)
    assert text_of(spans) == "2024-01 to 2024-02"


@pytest.mark.parametrize("wrong", ["1900-01-01", "2042-03-05", "2014-06-01"])
def test_a_date_far_from_all_others_does_not_stretch_the_period(wrong):
    spans = record_spans(dates(*months(2024, 25), (wrong, 1)), month_only=False)
    assert text_of(spans) == "2024-01 to 2024-12"


def test_years_apart_with_many_records_each_are_both_covered():
    spans = record_spans(dates(*months(2018, 25), *months(2024, 25)), month_only=False)
    assert text_of(spans) == "2018-01 to 2018-12, 2024-01 to 2024-12"


def test_rare_records_years_apart_are_one_period():
    rare = [(f"{year}-06-01", 1) for year in range(1990, 2024, 3)]
    (span,) = record_spans(dates(*rare), month_only=False)
    assert (span.first.year, span.last.year) == (1990, 2023)


def test_records_dated_after_the_import_do_not_count():
    occurred = dates(*months(2024, 25), *months(2025, 25))
    spans = record_spans(occurred, month_only=False, until=datetime.date(2024, 12, 31))
    assert text_of(spans) == "2024-01 to 2024-12"


def of_files(*files: tuple[str, np.ndarray], stated: StatedCoverage | None = None) -> Coverage:
    return coverage_of(
        np.concatenate([occurred for _, occurred in files]),
        np.repeat(np.arange(len(files)), [len(occurred) for _, occurred in files]),
        [name for name, _ in files],
        stated=stated or StatedCoverage(),
        month_only=False,
    )


def test_the_names_of_police_files_say_which_months_there_are():
    january, november = dates(("2024-01", 3)), dates(("2024-11", 3))
    coverage = of_files(
        ("2024-01-kent-street.csv", january), ("2024-11-kent-street.csv", november)
    )
    assert str(coverage) == "2024-01, 2024-11"
    assert coverage.basis == "files"
    assert coverage.sources == ()


def test_a_month_that_one_force_lacks_is_a_gap_of_its_share():
    january, february = dates(("2024-01", 62)), dates(("2024-02", 58))
    coverage = of_files(
        ("2024-01-kent-street.csv", january[:31]),
        ("2024-02-kent-street.csv", february[:29]),
        ("2024-01-essex-street.csv", january),
    )
    ((source, gaps),) = coverage.gaps_of_sources(Span.from_text("2024-01..2024-02"))
    assert (source.name, text_of(gaps)) == ("essex", "2024-02")
    assert coverage.share_of(source) == pytest.approx(2 / 3)
    assert str(coverage) == "2024-01 to 2024-02"


@pytest.mark.parametrize("is_stated", [False, True])
def test_a_file_that_ends_before_another_of_the_same_days_has_a_gap_of_its_share(is_stated):
    rng = np.random.default_rng(1)
    year, half = (
        np.datetime64("2024-01-01", "m") + rng.integers(0, 1440 * days, 3 * days)
        for days in (366, 182)
    )
    stated = StatedCoverage()
    if is_stated:
        stated = stated.after_import(["kent.csv"], [Span.from_text("2024-01..2024-12")])
        stated = stated.after_import(["essex.csv"], [Span.from_text("2024-01..2024-06")])
    coverage = of_files(("kent.csv", year), ("essex.csv", half), stated=stated)
    ((source, gaps),) = coverage.gaps_of_sources(Span.from_text("2024-01..2024-12"))
    assert (source.name, text_of(gaps)) == ("essex.csv", "2024-07 to 2024-12")
    assert coverage.share_of(source) == pytest.approx(0.5, abs=0.01)
    assert str(coverage) == "2024-01 to 2024-12"


def test_a_delivery_of_the_year_to_date_is_no_source_beside_the_one_before():
    counts = months(2024, 90)
    coverage = of_files(("march.csv", dates(*counts[:3])), ("april.csv", dates(*counts[:4])))
    assert coverage.sources == ()


@pytest.mark.parametrize("is_stated", [False, True])
def test_files_of_one_period_after_the_other_are_one_source(is_stated):
    counts = months(2024, 90)
    stated = StatedCoverage()
    if is_stated:
        stated = stated.after_import(["a.csv"], [Span.from_text("2024-01..2024-06")])
        stated = stated.after_import(["b.csv"], [Span.from_text("2024-06..2024-12")])
    coverage = of_files(
        ("a.csv", dates(*counts[:6])), ("b.csv", dates(*counts[5:])), stated=stated
    )
    assert coverage.sources == ()


def test_what_is_stated_of_a_file_counts_before_its_name_and_its_records():
    stated = StatedCoverage().after_import(
        ["2024-01-kent-street.csv"], [Span.from_text("2024-01..2024-06")]
    )
    coverage = of_files(
        ("2024-01-kent-street.csv", dates(("2024-01", 3))),
        ("more.csv", dates(("2024-08", 30))),
        stated=stated,
    )
    assert str(coverage) == "2024-01 to 2024-06, 2024-08"
    assert coverage.basis == "stated"


def test_a_statement_is_forgotten_when_its_file_is_imported_again_without_one():
    year = Span.from_text("2024-01..2024-12")
    stated = StatedCoverage().after_import(["a.csv"], [year])
    again = stated.after_import(["a.csv"], [])
    assert again.statements == ()
    assert StatedCoverage.from_facts(stated.to_facts()) == stated
    assert StatedCoverage().to_facts() == {}


@pytest.mark.parametrize(
    ("basis", "covered"),
    [
        ("stated", "2024-03-16 to 2024-12-31"),
        ("files", "2024-03-16 to 2024-03-31"),
        ("records", "2024-03-16 to 2024-03-31"),
    ],
)
def test_days_whose_records_were_deleted_by_their_age_are_not_covered(basis, covered):
    stated = StatedCoverage().after_retention(datetime.date(2024, 3, 16))
    if basis == "stated":
        stated = stated.after_import(["a.csv"], [Span.from_text("2024-01..2024-12")])
    name = "2024-03-kent-street.csv" if basis == "files" else "a.csv"
    coverage = of_files((name, dates(("2024-03-20", 1), ("2024-03-31", 1))), stated=stated)
    assert (coverage.basis, str(coverage)) == (basis, covered)
    assert StatedCoverage.from_facts(stated.to_facts()) == stated


def test_of_records_dated_to_the_month_only_whole_months_stay_covered():
    stated = StatedCoverage(since=datetime.date(2024, 3, 16))
    occurred = dates(("2024-03", 40), ("2024-04", 40))
    coverage = coverage_of(
        occurred, np.zeros(80, np.int64), ["a.csv"], stated=stated, month_only=True
    )
    assert str(coverage) == "2024-04"


def test_a_later_retention_counts_and_earlier_records_that_come_back_undo_it():
    march, june = datetime.date(2024, 3, 1), datetime.date(2024, 6, 1)
    stated = StatedCoverage().after_retention(june).after_retention(march)
    assert stated.since == june
    assert stated.after_import(["b.csv"], [], first=june).since == june
    assert stated.after_import(["a.csv"], [], first=march).since is None


def test_a_source_that_only_had_deleted_days_is_none_any_more():
    january, february = dates(("2024-01", 62)), dates(("2024-02", 58))
    coverage = of_files(
        ("2024-01-kent-street.csv", january),
        ("2024-02-surrey-street.csv", february),
        ("2024-02-essex-street.csv", february),
        stated=StatedCoverage(since=datetime.date(2024, 2, 1)),
    )
    assert [source.name for source in coverage.sources] == ["essex", "surrey"]
    assert str(coverage) == "2024-02"
