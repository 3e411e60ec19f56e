"""Sentences about a table: what its rows say, with their gaps and certainty."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from service.model.answers import SUPPRESSED, Table
from service.sentences.areas import (
    MOST_NAMED,
    association_findings,
    leading_places,
    numbers_by_place,
)
from service.sentences.clusters import cluster_findings
from service.sentences.findings.catalogue import (
    district_findings,
    month_findings,
    neighbour_findings,
    place_findings,
    quality_findings,
    source_findings,
)
from service.sentences.findings.choropleths import choropleth_findings
from service.sentences.findings.subjects import place_of
from service.sentences.growth import (
    forecast_findings,
    overlay_findings,
    priority_findings,
    site_findings,
)
from service.sentences.near import near_findings
from service.sentences.numbers import amount, capital, counted, listed, probability
from service.sentences.over_time import (
    displacement_findings,
    similarity_findings,
    transition_findings,
)
from service.sentences.patrols import (
    capture_findings,
    patrol_findings,
    patrol_forecast_findings,
)
from service.sentences.point_patterns import centre_findings, pattern_findings
from service.sentences.profiles import profile_findings
from service.sentences.repeats import (
    burst_findings,
    chain_findings,
    knox_findings,
    near_repeat_findings,
    zone_findings,
)
from service.sentences.scans import scan_area_findings, scan_findings
from service.sentences.selections import selection_sentences
from service.sentences.tables.breakdowns import breakdown_findings
from service.sentences.tables.comparisons import comparison_findings
from service.sentences.tables.control import control_findings, step_findings
from service.sentences.tables.crosstabs import crosstab_findings
from service.sentences.tables.flags import flag_findings
from service.sentences.tables.harm import harm_findings
from service.sentences.tables.measures import (
    course_findings,
    deprivation_findings,
    deprived_findings,
    index_findings,
    measure_findings,
)
from service.sentences.tables.rankings import ranked_findings, similar_findings
from service.sentences.tables.rules import known
from service.sentences.tables.trends import trend_findings

Findings = Callable[[Table], list[str]]
_PER_CENT: Final = re.compile(r"(?<=\d)%")  # a space before it, as in every unit
HIDDEN: Final = "The numbers of all rows are suppressed."
NOTHING_TESTED: Final = "No area is tested for more than chance: the notes say why."
NOT_TESTED: Final = "not tested"
NO_PATTERN: Final = "no pattern detected"
GETTING_WORSE: Final = ("new hot spot", "consecutive hot spot", "intensifying hot spot")


def sentences_of(table: Table) -> tuple[str, ...]:
    """What a table says, in sentences.

    Parameters
    ----------
    table : Table
        After its release: nothing is said that its rows do not show.

    Returns
    -------
    tuple of str
        How many incidents were selected, then what was found, or that nothing was.
    """
    return (*selection_sentences(table.provenance.counts, place_of(table)), *findings_of(table))


def findings_of(table: Table) -> tuple[str, ...]:
    """What was found, in sentences.

    Parameters
    ----------
    table : Table
        After its release.

    Returns
    -------
    tuple of str
        The finding first; empty where a table has none of its own.
    """
    if not len(table):
        return NOTHING.get(table.kind, ())
    if _is_hidden(table):
        return (HIDDEN,)
    findings = FINDINGS.get(table.kind)
    texts = () if findings is None else tuple(findings(table))
    return tuple(_PER_CENT.sub(" %", text) for text in texts)


def _is_hidden(table: Table) -> bool:
    """Whether everything that the rows could disclose is suppressed."""
    columns = [table.columns[name] for name in table.columns if table.row.columns[name].discloses]
    return table.is_suppressed and all(
        value is None for column in columns for value in column.tolist()
    )


def _hotspots(table: Table) -> list[str]:
    """Hot and cold areas, those that cannot be told, and the hottest."""
    classes = table.columns["class"].astype(str)
    is_tested = ~np.isin(classes, (NOT_TESTED, SUPPRESSED))
    tested = int(np.count_nonzero(is_tested))
    if not tested:
        return [NOTHING_TESTED]
    is_hot = np.char.startswith(classes, "hot")
    hot, cold = int(is_hot.sum()), int(np.char.startswith(classes, "cold").sum())
    untold = int(table.provenance.method.get("areas_not_told") or 0)
    areas = f"{counted(tested, 'area')}" + ("" if tested == len(table) else " tested")
    certainty = "beyond chance, at 90 % confidence or more"
    if hot or cold:
        sentences = [f"Of {areas} {_are(hot)} hot and {cold:,} cold {certainty}."]
    elif untold:
        sentences = []
    else:
        sentences = [f"None of {areas} is hot or cold {certainty}."]
    if untold:
        sentences.append(
            f"{counted(untold, 'area lies', 'areas lie')} beyond all permutations: whether hot or "
            "cold cannot be told without more of them."
        )
    if hot:
        rows = np.flatnonzero(is_hot)
        if hot > 1:
            sentences += numbers_by_place(table, rows, "hot areas")
        z_score = known(table.columns["z_score"])
        first = int(rows[np.argmax(z_score[is_hot])])
        q_value = float(known(table.columns["q_value"])[first])
        sentences.append(
            f"The surest is {table.place_of(first).label}: z {amount(float(z_score[first]))}, "
            f"q {probability(q_value)}."
        )
    return sentences


def _emerging(table: Table) -> list[str]:
    """How many areas have each pattern, and which are getting worse."""
    categories = table.columns["category"].astype(str)
    names, numbers = np.unique(categories, return_counts=True)
    numbers_of = dict(zip(names.tolist(), numbers.tolist(), strict=True))
    untested = numbers_of.pop(NOT_TESTED, 0) + numbers_of.pop(SUPPRESSED, 0)
    if untested == len(table):
        return [NOTHING_TESTED]
    numbers_of.pop(NO_PATTERN, None)
    if not numbers_of:
        return ["No area shows a pattern over time beyond chance."]
    by_number = sorted(numbers_of.items(), key=lambda item: (-item[1], item[0]))
    sentence = f"{listed([counted(number, name) for name, number in by_number])}."
    worse = [(name, np.flatnonzero(categories == name)) for name in GETTING_WORSE]
    places = [f"{name}: {leading_places(table, rows)}" for name, rows in worse if len(rows)]
    return [sentence, f"{capital('; '.join(places))}."] if places else [sentence]


def _change(table: Table) -> list[str]:
    """The change of all areas together with its interval and p, and the areas that changed.

    Where the located share differs both allow for it, and it is said first.
    """
    method = table.provenance.method
    total: Mapping[str, Any] = method["map"]
    before, after = total["count_before"], total["count_after"]
    if before is None or after is None:
        return ["How many incidents there were is not published."]
    sentence = f"There were {before:,} incidents in {method['days_before']:,.0f} days"
    sentence += f", then {after:,} in {method['days_after']:,.0f}"
    differs = "q_value_shared_out" in table.columns
    allowing = ", allowing for the share located," if differs else ""
    decisive = total.get("shared_out") if differs else total
    numbers = ("ratio", "lower", "upper", "p_value")
    if decisive and all(decisive[name] is not None for name in numbers):
        sentence += (
            f":{allowing} {amount(decisive['ratio'])} times the rate "
            f"({amount(decisive['lower'])} to {amount(decisive['upper'])}, "
            f"p {probability(decisive['p_value'])})"
        )
    if differs:
        earlier, later = method["located_shares"]["by_period"].values()
        sentence = (
            f"{earlier:.1%} of the records are located in the baseline period and {later:.1%} in "
            f"the later one, which differs by more than chance. {sentence}"
        )
    names = ("q_value", "q_value_shared_out") if differs else ("q_value",)
    q_values = [np.asarray(table.columns[name], dtype=np.float64) for name in names]
    if not np.isfinite(q_values[-1]).any():
        return [f"{sentence}.", "Whether an area changed cannot be told."]
    rises = [np.asarray(table.columns["difference"], dtype=np.float64)]
    if differs:
        rises.append(np.asarray(table.columns["ratio_shared_out"], dtype=np.float64) - 1.0)
    with np.errstate(invalid="ignore"):
        is_called = np.all([q_value <= 0.1 for q_value in q_values], axis=0)
        rose = int(np.count_nonzero(is_called & np.all([rise > 0 for rise in rises], axis=0)))
        fell = int(np.count_nonzero(is_called & np.all([rise < 0 for rise in rises], axis=0)))
    areas, certainty = counted(len(table), "area"), "at 90 % confidence or more"
    if not rose and not fell:
        return [f"{sentence}.", f"None of {areas} changed by more than chance, {certainty}."]
    sentences = [
        f"{sentence}.",
        f"Of {areas} {rose:,} rose and {fell:,} fell by more than chance, {certainty}.",
    ]
    order = np.argsort(-rises[0], kind="stable")
    ends = [("rose", rose, order), ("fell", fell, order[::-1])]
    most = [
        f"{leading_places(table, rows[is_called[rows]][: min(number, MOST_NAMED)])} {verb} most"
        for verb, number, rows in ends
        if number
    ]
    return [*sentences, f"{'; '.join(most)}."]


def _are(number: int) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'}"


def _peaks(table: Table) -> list[str]:
    return [str(table.provenance.method["sentence"])]


NOTHING: Final[Mapping[str, tuple[str]]] = {
    "clusters": ("There is no cluster.",),
    "patrols": ("No place has an incident: there is nothing to rank.",),
    "repeat-chains": ("No incident follows another nearby: there is no chain.",),
    "repeat-zones": (
        "No place is a zone: nowhere near a recent incident have more followed than chance gives.",
    ),
    "scan": ("There is no cluster.",),
}
"""What a table without rows says, by its kind."""
FINDINGS: Final[Mapping[str, Findings]] = {
    "deprivation": deprivation_findings,
    "deprived-incidents": deprived_findings,
    "index": index_findings,
    "measures": measure_findings,
    "measure-trend": course_findings,
    "flags": flag_findings,
    "data-quality": quality_findings,
    "month-quality": month_findings,
    "sources": source_findings,
    "neighbours": neighbour_findings,
    "places": place_findings,
    "sites-by-district": district_findings,
    "sites-by-phase": district_findings,
    "hotspots": _hotspots,
    "emerging": _emerging,
    "choropleth": choropleth_findings,
    "trend": trend_findings,
    "crosstab": crosstab_findings,
    "breakdown": breakdown_findings,
    "comparison": comparison_findings,
    "ranked list": ranked_findings,
    "similar areas": similar_findings,
    "harm table": harm_findings,
    "process-control": control_findings,
    "step-changes": step_findings,
    "change": _change,
    "associations": association_findings,
    "displacement-months": displacement_findings,
    "similarity": similarity_findings,
    "transitions": transition_findings,
    "heatmap-peaks": _peaks,
    "pattern-centre": centre_findings,
    "near-by-set": near_findings,
    "near-by-place": near_findings,
    "clusters": cluster_findings,
    "pattern-function": pattern_findings,
    "profile": profile_findings,
    "sites": site_findings,
    "growth-overlay": overlay_findings,
    "growth-overlay-by-area": overlay_findings,
    "growth-forecast": forecast_findings,
    "growth-priorities": priority_findings,
    "patrols": patrol_findings,
    "patrol-capture": capture_findings,
    "patrol-forecast": patrol_forecast_findings,
    "scan": scan_findings,
    "scan-areas": scan_area_findings,
    "knox": knox_findings,
    "near-repeats": near_repeat_findings,
    "repeat-chains": chain_findings,
    "repeat-zones": zone_findings,
    "bursts": burst_findings,
}
