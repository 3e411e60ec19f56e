"""What crimes are in detail: subcategory, offence, markers, and the victim as far as recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from service.demo.places.gazetteer import read_data
from service.demo.places.geography import Geography
from service.demo.places.published import Months
from service.demo.records.quotas import deal_out
from spatial.arrays import BoolArray, FloatArray, IntArray

MARKERS = (
    "alcohol", "child exploitation", "cyber", "domestic", "hate", "modern slavery",
    "vulnerable victim",
)  # fmt: skip
MIDDLE_YEAR = 2016  # in which markers on the rise have the probability that is written down


def details(
    geography: Geography, rows: pa.Table, *, rng: np.random.Generator
) -> dict[str, pa.Array]:
    """Columns of detail, in the order of the rows."""
    content = read_data("offences.json")
    lines: list[list[Any]] = content["lines"]
    categories = rows.column("category").combine_chunks()
    names: list[str] = categories.dictionary.to_pylist()
    category = categories.indices.to_numpy()
    month = rows.column("occurred").to_numpy().astype("M8[M]")
    line = _lines(lines, names, category, month, rng=rng)
    _deal_published(lines, _is_in_published_district(geography, rows), month, line, rng=rng)
    marks = _marks(content["markers"], lines, line, month, rng=rng)
    victims = content["victims"]
    has_victim = rng.random(len(line)) < _by_value(victims["share"], names)[category]
    is_violence = category == names.index("Violence and sexual offences")
    is_domestic = (marks >> MARKERS.index("domestic") & 1).astype(np.bool_)
    is_hate = (marks >> MARKERS.index("hate") & 1).astype(np.bool_)
    strand = drawn(content["strands"], is_hate, rng=rng)
    is_racial = np.array(["Racially" in f"{text[1]} {text[2]}" for text in lines])[line]
    strand[is_racial] = 0
    sex = np.where(
        is_domestic,
        drawn(victims["sex_of_domestic"], has_victim, rng=rng),
        drawn(victims["sex"], has_victim, rng=rng),
    )
    is_crime = category != names.index("Anti-social behaviour")
    return {
        "kind": coded(["anti-social behaviour", "crime"], is_crime.astype(np.int64)),
        "subcategory": coded([text[1] for text in lines], line),
        "offence": coded([text[2] or text[1] for text in lines], line),
        "marker": _marker_column(marks),
        "strand": coded([name for name, _ in content["strands"]], strand),
        "age": _ages(victims, has_victim, is_violence, rng=rng),
        "sex": coded([name for name, _ in victims["sex"]], sex),
        "ethnicity": coded(
            [name for name, _ in victims["ethnicity"]],
            drawn(victims["ethnicity"], has_victim, rng=rng),
        ),
    }


def _lines(
    lines: Sequence[Sequence[Any]],
    names: Sequence[str],
    category: IntArray,
    month: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    *,
    rng: np.random.Generator,
) -> IntArray:
    """(n,) the line of each row, of its category and of those that were in use."""
    line = np.empty(len(category), dtype=np.int64)
    changes = sorted(
        {np.datetime64(text[5], "M") + (text[4] == "to") for text in lines if text[4:]}
    )
    era = np.searchsorted(np.array(changes), month, side="right")
    era_starts = [np.datetime64("0001-01", "M"), *changes]
    for i, name in enumerate(names):
        of_category = category == i
        eras = range(len(era_starts)) if any(t[4:] for t in lines if t[0] == name) else (None,)
        for k in eras:
            rows = np.flatnonzero(of_category if k is None else of_category & (era == k))
            choice = [
                j
                for j, text in enumerate(lines)
                if text[0] == name and (k is None or _is_in_use(text, era_starts[k]))
            ]
            weight = np.array([lines[j][3] for j in choice], dtype=np.float64)
            line[rows] = rng.choice(choice, len(rows), p=weight / weight.sum())
    return line


def _is_in_use(line: Sequence[Any], first_month: np.datetime64) -> bool:
    """Whether a line is in use from a month on, up to the next change."""
    if not line[4:]:
        return True
    change = np.datetime64(line[5], "M")
    return bool(first_month <= change if line[4] == "to" else first_month >= change)


def _is_in_published_district(geography: Geography, rows: pa.Table) -> BoolArray:
    """Whether the supplied code is of the district with published offences."""
    district = geography.district.names.index(read_data("harm_index.json")["district"])
    inside = geography.district_of_lsoa == district
    codes = rows.column("area_code").combine_chunks()
    of_district = {c for c, is_in in zip(geography.lsoa.codes, inside, strict=True) if is_in}
    is_of = np.array([*(code in of_district for code in codes.dictionary.to_pylist()), False])
    return np.asarray(is_of[codes.indices.fill_null(-1).to_numpy()])


def _deal_published(
    lines: Sequence[Sequence[Any]],
    in_district: BoolArray,
    month: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    line: IntArray,
    *,
    rng: np.random.Generator,
) -> None:
    """Give the published offences exactly their counts, category by category."""
    index = read_data("harm_index.json")
    period = Months.of(index["months"])
    counts = {line["offence"]: line["recorded"] for line in index["offences"]}
    in_block = in_district & (month >= period.first) & (month < period.after)
    of_offence = {text[2]: j for j, text in enumerate(lines) if text[2] in counts}
    for category in sorted({lines[j][0] for j in of_offence.values()}):
        choice = [j for j, text in enumerate(lines) if text[0] == category]
        rows = np.flatnonzero(in_block & np.isin(line, choice))
        exact = np.zeros(len(lines), dtype=np.int64)
        for offence, j in of_offence.items():
            exact[j] = counts[offence] if j in choice else 0
        others = np.array([j for j in choice if not exact[j]])
        weight = np.array([lines[j][3] for j in others], dtype=np.float64)
        rest = rng.multinomial(len(rows) - exact.sum(), weight / weight.sum())
        exact[others] = rest
        line[rows] = deal_out(exact, rng=rng)


def _marks(
    markers: Mapping[str, Any],
    lines: Sequence[Sequence[Any]],
    line: IntArray,
    month: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    *,
    rng: np.random.Generator,
) -> IntArray:
    """(n,) one bit for each marker."""
    marks = np.zeros(len(line), dtype=np.int64)
    years = month.astype("M8[Y]").astype(np.int64) + 1970 - MIDDLE_YEAR
    for bit, marker in enumerate(MARKERS):
        probability = np.array(
            [markers["of_category"].get(text[0], {}).get(marker, 0.0) for text in lines]
        )
        for words, of_line in markers["of_line"].items():
            is_line = np.array([words in f"{text[1]} {text[2]}" for text in lines])
            probability[is_line] = of_line.get(marker, probability[is_line])
        if not probability.any():
            continue
        growth = np.exp(markers["rising"].get(marker, 0.0) * years)
        marks |= (rng.random(len(line)) < probability[line] * growth).astype(np.int64) << bit
    return marks


def _marker_column(marks: IntArray) -> pa.Array:
    """The markers of each row as text with semicolons; null where there are none."""
    bits, position = np.unique(marks, return_inverse=True)
    texts = [";".join(m for k, m in enumerate(MARKERS) if value >> k & 1) for value in bits]
    return coded([text or None for text in texts], position)


def _ages(
    victims: Mapping[str, Any],
    has_victim: BoolArray,
    is_violence: BoolArray,
    *,
    rng: np.random.Generator,
) -> pa.Array:
    """The age of each victim; null where there is none, and where it was not recorded."""
    age = np.zeros(len(has_victim), dtype=np.int64)
    for key, is_meant in (("ages", ~is_violence), ("ages_of_violence", is_violence)):
        rows = np.flatnonzero(is_meant)
        age[rows] = drawn_ages(victims[key], len(rows), rng=rng)
    is_recorded = has_victim & (rng.random(len(age)) >= victims["age_not_recorded"])
    return pa.array(age, mask=~is_recorded)


def drawn_ages(
    bands: Sequence[tuple[int, int, float]], n: int, *, rng: np.random.Generator
) -> IntArray:
    """(n,) ages by the weights of bands, both ends of each inclusive."""
    ages = np.concatenate([np.arange(first, last + 1) for first, last, _ in bands])
    weight = np.concatenate(
        [np.full(last - first + 1, share / (last - first + 1)) for first, last, share in bands]
    )
    return np.asarray(rng.choice(ages, n, p=weight / weight.sum()), dtype=np.int64)


def drawn(
    weights: Sequence[Sequence[Any]], is_meant: BoolArray, *, rng: np.random.Generator
) -> IntArray:
    """(n,) position of a value for each row that is meant, -1 for the others."""
    position = np.full(len(is_meant), -1, dtype=np.int64)
    weight = np.array([share for _, share in weights])
    rows = np.flatnonzero(is_meant)
    position[rows] = rng.choice(len(weights), len(rows), p=weight / weight.sum())
    return position


def _by_value(shares: Mapping[str, float], names: Sequence[str]) -> FloatArray:
    """The share of each name, 0 where there is none."""
    return np.array([shares.get(name, 0.0) for name in names])


def coded(values: Sequence[str | None], position: IntArray) -> pa.DictionaryArray:
    """(n,) text by position; null where that is negative, and where the value is None."""
    is_text = np.array([*(value is not None for value in values), False])
    code = np.where(is_text[position], position, 0).astype(np.int32)
    texts = pa.array([value or "" for value in values], pa.string())
    codes = pa.array(code, mask=~is_text[position])
    return pa.DictionaryArray.from_arrays(codes, texts)
