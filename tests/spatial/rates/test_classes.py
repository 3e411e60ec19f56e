"""Classes: against mapclassify, exact natural breaks, and legends that tell the truth."""

import itertools
import re
import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.classes import SCHEMES, break_labels, classify
from tests.strategies import SEEDS, examples, quantities

AUTOMATIC = [scheme for scheme in SCHEMES if scheme != "manual"]

NUMBER = r"\d[\d,.]*(?:e[+-]\d+)?"


def grouping(index):
    """Which values are together, whatever the classes are called and whether some are empty."""
    return np.unique(index, return_inverse=True)[1]


@pytest.mark.parametrize(
    ("scheme", "theirs"),
    [
        ("quantiles", "Quantiles"),
        ("equal-intervals", "EqualInterval"),
        ("natural-breaks", "FisherJenks"),
        ("pretty", "PrettyBreaks"),
        ("head-tail", "HeadTailBreaks"),
        ("standard-deviation", "StdMean"),
        ("maximum-breaks", "MaximumBreaks"),
        ("box-plot", "BoxPlot"),
        ("percentiles", "Percentiles"),
        ("jenks-caspall", "JenksCaspall"),
    ],
)
def test_classes_equal_mapclassify(scheme, theirs):
    mapclassify = pytest.importorskip("mapclassify")
    own_number = scheme in ("head-tail", "standard-deviation", "box-plot", "percentiles")
    for seed in range(40):
        rng = np.random.default_rng(seed)
        # Their maximum breaks choose among equal gaps by the order of an unstable sort.
        is_whole = seed % 2 == 0 and scheme != "maximum-breaks"
        values = rng.poisson(8, 60) + 1.0 if is_whole else rng.gamma(1, 10, 60)
        classes = 2 + seed % 6
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it found fewer classes than asked
            warnings.simplefilter("ignore", RuntimeWarning)
            oracle = getattr(mapclassify, theirs)(values, **({} if own_number else {"k": classes}))
        found = classify(values, scheme=scheme, classes=classes)
        np.testing.assert_array_equal(grouping(found.index), grouping(oracle.yb))


@pytest.mark.parametrize(
    ("scheme", "theirs"),
    [
        ("quantiles", "quantiles"),
        ("equal-intervals", "equalinterval"),
        ("natural-breaks", "fisherjenks"),
        ("maximum-breaks", "maximumbreaks"),
        ("box-plot", "boxplot"),
    ],
)
def test_pooled_classes_equal_mapclassify(scheme, theirs):
    mapclassify = pytest.importorskip("mapclassify")
    maps = np.random.default_rng(5).gamma(1, 10, (40, 3))
    oracle = mapclassify.Pooled(maps, classifier=theirs)
    lowest = min(int(np.min(each.yb)) for each in oracle.col_classifiers)
    for shown, theirs_of_map in enumerate(oracle.col_classifiers):
        others = np.delete(maps, shown, axis=1).ravel()
        found = classify(maps[:, shown], scheme=scheme, pooled=others)
        np.testing.assert_array_equal(found.index, np.asarray(theirs_of_map.yb) - lowest)
        assert found.breaks == classify(maps.ravel(), scheme=scheme, pooled=[]).breaks


def test_equal_gaps_divide_from_the_highest_downwards():
    found = classify([1.0, 2.0, 3.0, 4.0, 9.0], scheme="maximum-breaks", classes=3)
    assert found.index.tolist() == [0, 0, 0, 1, 2]


def test_a_class_that_jenks_caspall_empties_is_left_out():
    values = np.array([1.0] * 5 + [2.0] * 30 + [3.0, 50.0])
    found = classify(values, scheme="jenks-caspall", classes=3)
    assert sum(each.count for each in found.classes) == len(values)
    assert all(each.count for each in found.classes)


def test_jenks_caspall_comes_to_an_end_for_counts_with_many_ties():
    """That of mapclassify does not for seeds 1, 9 and 21."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        values = rng.poisson(rng.choice([1, 3, 8, 30]), rng.integers(10, 150)).astype(float)
        found = classify(values, scheme="jenks-caspall")
        assert sum(each.count for each in found.classes) == len(values)


@given(seed=SEEDS, classes=st.integers(2, 4))
@examples(50)
def test_natural_breaks_have_the_least_squared_deviations(seed, classes):
    rng = np.random.default_rng(seed)
    values = np.sort(rng.integers(1, 40, 11)).astype(float)
    distinct = np.unique(values)
    assume(len(distinct) > classes)

    def deviation(groups):
        return sum(float(np.sum((group - group.mean()) ** 2)) for group in groups if len(group))

    best = min(
        deviation(np.split(values, np.searchsorted(values, distinct[list(cuts)])))
        for cuts in itertools.combinations(range(1, len(distinct)), classes - 1)
    )
    found = classify(values, scheme="natural-breaks", classes=classes)
    ours = deviation([values[found.index == k] for k in range(len(found.classes))])
    assert ours == pytest.approx(best)


VALUES = hnp.arrays(
    np.float64,
    st.integers(1, 40),
    elements=st.one_of(
        st.integers(0, 20).map(float),
        quantities(1e-3, 1e6),
        st.just(np.nan),
        st.sampled_from([0.1, 0.2, 0.1 + 0.2]),
    ),
)


@given(values=VALUES, scheme=st.sampled_from(AUTOMATIC), classes=st.integers(2, 9))
@examples(300)
def test_every_area_is_in_the_class_whose_limits_hold_it(values, scheme, classes):
    found = classify(values, scheme=scheme, classes=classes)
    assert sum(each.count for each in found.classes) == len(values)
    for position, each in enumerate(found.classes):
        members = values[found.index == position]
        assert len(members) == each.count
        if each.kind == "missing":
            assert np.isnan(members).all()
        elif each.kind == "zero":
            assert np.all(members == 0.0)
        else:
            first = [c.kind for c in found.classes].index("interval") == position
            assert np.all(members >= each.lower if first else members > each.lower)
            assert np.all(members <= each.upper * (1 + 1e-12))
    assert list(found.breaks) == sorted(set(found.breaks))


@given(values=VALUES, scheme=st.sampled_from(AUTOMATIC))
@examples(200)
def test_a_legend_says_where_each_value_is(values, scheme):
    found = classify(values, scheme=scheme)
    assert len(set(found.legend)) == len(found.legend)
    for value, label in zip(values, found.labels, strict=True):
        limits = [float(number.replace(",", "")) for number in re.findall(r"[\d,.]+", label)]
        if np.isnan(value):
            assert label == "no data"
        elif value == 0.0:
            assert 0.0 in limits
        elif len(limits) == 1:
            assert value == limits[0]
        elif label.startswith("over"):
            assert limits[0] < value <= limits[1] * (1 + 1e-12)
        else:
            assert limits[0] <= value <= limits[1] * (1 + 1e-12)


def test_whole_numbers_have_whole_legends():
    found = classify([0, 1, 2, 3, 5, 8, 13, 21, 34, 1200], classes=3)
    assert found.legend == ("0", "1 to 4", "5 to 15", "16 to 1,200")


def test_rates_say_over_and_to():
    found = classify([1.23, 2.5, 3.77, 8.0], classes=2)
    assert found.legend == ("1 to 3", "over 3 to 8")


def test_a_break_that_is_a_value_is_said_as_shortly_as_others():
    # Of 11 values the quintiles are values themselves: rounded down, each would change class.
    values = [0.123456, 1.234567, 2.345678, 3.456789, 4.567891, 5.678912, 6.789123, 7.891234,
              8.912345, 9.123456, 10.234567]  # fmt: skip
    found = classify(values)
    assert found.breaks[0] == 2.345678
    assert found.legend == ("0 to 3", "over 3 to 5", "over 5 to 7", "over 7 to 9", "over 9 to 11")


def test_zero_missing_and_suppressed_stand_apart():
    found = classify([0, 3, np.nan, 7, 9, 0], suppressed=[0, 0, 0, 0, 1, 1], classes=2)
    assert found.labels.tolist() == ["0", "3", "no data", "4 to 7", "suppressed", "suppressed"]
    assert [each.kind for each in found.classes] == [
        "zero", "interval", "interval", "missing", "suppressed",
    ]  # fmt: skip


def test_a_suppressed_value_moves_no_break():
    hidden = classify([1.0, 2.0, 3.0, 400.0], scheme="equal-intervals", suppressed=[0, 0, 0, 1])
    assert hidden.breaks[-1] == 3.0


def test_zero_is_a_value_like_others_where_values_are_negative_or_so_asked():
    assert "zero" not in {each.kind for each in classify([-1.0, 0.0, 2.0]).classes}
    assert "zero" not in {each.kind for each in classify([0.0, 1.0], zero_is_class=False).classes}


@pytest.mark.parametrize("scheme", AUTOMATIC)
@pytest.mark.parametrize(
    ("values", "legend"),
    [
        ([], ()),
        ([np.nan], ("no data",)),
        ([0.0, 0.0], ("0",)),
        ([5.0, 5.0], ("5",)),
        ([2.5], None),
    ],
)
def test_hardly_any_values_are_classified_too(scheme, values, legend):
    found = classify(values, scheme=scheme)
    if legend is not None:
        assert found.legend == legend
    assert len(found.index) == len(values)


def test_manual_breaks_are_kept_and_what_is_above_gets_a_class():
    found = classify([1, 5, 10, 50, 70], scheme="manual", breaks=[5, 20])
    assert found.legend == ("1 to 5", "6 to 20", "21 to 70")
    assert found.index.tolist() == [0, 0, 1, 2, 2]
    wide = classify([1.5, 5], scheme="manual", breaks=[5, 20])
    assert wide.breaks == (5.0, 20.0)


@pytest.mark.parametrize(
    "options",
    [
        {"scheme": "jenks"},
        {"classes": 1},
        {"classes": 21},
        {"scheme": "manual"},
        {"breaks": [1.0]},
        {"scheme": "manual", "breaks": []},
        {"scheme": "manual", "breaks": [2.0, 1.0]},
        {"scheme": "manual", "breaks": [1.0, float("inf")]},
    ],
)
def test_requests_without_meaning_are_refused(options):
    with pytest.raises(InvalidParameterError):
        classify([1.0, 2.0], **options)


def test_values_without_meaning_are_refused():
    for values in ([np.inf], [[1.0]]):
        with pytest.raises(InvalidValuesError):
            classify(values)
    with pytest.raises(InvalidValuesError):
        classify([1.0], suppressed=[True, False])


def test_limits_have_three_digits_and_divide_there():
    values = np.array([13.02, 13.1306, 13.1309, 15.2, 17.3781, 17.36, 29.91])
    exact = classify(values, classes=2)
    found = classify(values, classes=2, digits=3)
    assert exact.breaks == (15.2, 29.91)
    assert found.breaks == (16.0, 29.91)
    assert found.legend == ("13 to 16", "over 16 to 30")


def test_each_limit_has_its_own_decimals_and_those_given_stay():
    values = 0.0123456 * 1.9 ** np.arange(20)
    found = classify(values, scheme="manual", breaks=[0.04635, 1.23], digits=3)
    assert found.breaks[:2] == (0.04635, 1.23)
    found = classify(values, classes=4, digits=3)
    assert found.legend == (
        "0.0123 to 0.27", "over 0.27 to 5.8", "over 5.8 to 120", "over 120 to 2,450",
    )  # fmt: skip


@given(values=VALUES, scheme=st.sampled_from(AUTOMATIC), digits=st.integers(2, 4))
@examples(200)
def test_rounded_limits_leave_no_class_empty_and_hold_their_values(values, scheme, digits):
    exact, found = classify(values, scheme=scheme), classify(values, scheme=scheme, digits=digits)
    assert len(found.classes) == len(exact.classes)
    assert [each.count > 0 for each in found.classes] == [each.count > 0 for each in exact.classes]
    for value, label in zip(values, found.labels, strict=True):
        limits = [float(number.replace(",", "")) for number in re.findall(NUMBER, label)]
        if len(limits) == 2:
            low, high = limits
            assert low < value or (low <= value and not label.startswith("over"))
            assert value <= high


def test_fewer_than_two_digits_are_refused():
    with pytest.raises(InvalidParameterError):
        classify([1.0, 2.0], digits=1)


def test_a_legend_of_densities_has_thousands_apart_and_few_digits():
    labels = break_labels((0.0102, 0.5, 1_940.0, 12_300.0))
    assert labels == ["0.0102 to 0.5", "0.5 to 1,940", "1,940 to 12,300", "12,300 and more"]
