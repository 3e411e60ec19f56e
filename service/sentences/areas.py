"""Sentences about areas of a map: how an area's numbers, and those of neighbours, go together."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from service.model.answers import SUPPRESSED, Table
from service.sentences.numbers import amount, capital, counted, listed, probability

NOT_TESTED = "not tested"
NOT_SIGNIFICANT = "not significant"
MOST_NAMED = 3  # areas of one kind in a sentence
STRIKING = 1.645  # a z that looks significant on its own, at 90 %


@dataclass(frozen=True)
class MapArea:
    """What a map says of an area.

    Attributes
    ----------
    count : int
        Incidents in the area.
    value : float
        What was tested; NaN without a value.
    mean : float
        Mean of the tested values of all areas.
    unit : str
        Of the value; empty where the value is the count.
    z_score, q_value : float
        NaN where not tested.
    class_name : str
        Such as ``hot 99``.
    neighbours : int
        Areas beside it that were tested.
    is_untold : bool
        Whether it lies beyond all draws and they are too few to call it.
    tested : int
        Areas of the map that were tested.
    """

    count: int
    value: float
    mean: float
    unit: str
    z_score: float
    q_value: float
    class_name: str
    neighbours: int
    is_untold: bool
    tested: int


def area_sentence(area: MapArea) -> str:
    """How the count, the z and the class of an area go together.

    Parameters
    ----------
    area : MapArea
        What the map says of it.

    Returns
    -------
    str
        One sentence.
    """
    subject = counted(area.count, "incident") if area.count else "no incident"
    if area.unit and math.isfinite(area.value):
        subject += f" ({amount(area.value)} {area.unit})"
    if area.class_name == NOT_TESTED:
        return capital(f"not tested{_why_untested(area)}: {subject} here.")
    evidence = f"z {amount(area.z_score)}"
    if math.isfinite(area.q_value):
        evidence += f", q {probability(area.q_value)}"
    if area.is_untold:
        return capital(
            f"{subject} here, z {amount(area.z_score)}, beyond all maps drawn: whether more than "
            "chance cannot be told without more of them."
        )
    if area.class_name == NOT_SIGNIFICANT:
        if abs(area.z_score) >= STRIKING:
            return capital(
                f"not significant: {subject} here; a z of {amount(area.z_score)} is what chance "
                f"gives some of {counted(area.tested, 'area')} (q {probability(area.q_value)})."
            )
        return capital(f"not significant: {subject} here, with {_around(area)} ({evidence}).")
    name, _, level = area.class_name.rpartition(" ")
    is_high_around = name in ("hot", "low outlier")
    joint = "and" if (area.value > area.mean) == is_high_around else "but"
    side = "more" if is_high_around else "less"
    return capital(
        f"{name} at {level} %: {subject} here, {joint} around it {side} than chance would have in "
        f"{_around(area)} ({evidence})."
    )


def _around(area: MapArea) -> str:
    if not area.neighbours:
        return "no neighbour"
    return f"its {counted(area.neighbours, 'neighbour')}"


def _why_untested(area: MapArea) -> str:
    if not math.isfinite(area.value):
        return ", without a value"
    return ", as the notes say" if area.neighbours else ", without a neighbour"


ASSOCIATIONS = {
    "high among high": "high among high neighbours",
    "low among low": "low among low neighbours",
    "alike": "alike without being high or low",
    "unlike": "unlike",
    "both high": "high in both values around them",
    "both low": "low in both values around them",
    "high and low": "high in the first and low in the second value around them",
    "low and high": "low in the first and high in the second value around them",
    "high among low": "high among low neighbours",
    "low among high": "low among high neighbours",
    "uneven": "among uneven neighbours",
    "even": "among even neighbours",
}


def association_findings(table: Table) -> list[str]:
    """How many areas are in each class, and the one with the smallest q.

    Parameters
    ----------
    table : Table
        Of local associations, after its release.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    classes = table.columns["class"].astype(str)
    is_tested = ~np.isin(classes, (NOT_TESTED, SUPPRESSED))
    tested = int(is_tested.sum())
    if not tested:
        return ["No area is tested for more than chance: the notes say why."]
    areas = counted(tested, "area") + ("" if tested == len(table) else " tested")
    certainty = "beyond chance, at 90 % confidence or more"
    called = f"Of {areas}, {certainty}: "
    titles = np.array([text.rpartition(" ")[0] for text in classes.tolist()])
    numbers = [(int((titles == title).sum()), words) for title, words in ASSOCIATIONS.items()]
    groups = [f"{number:,} {words}" for number, words in numbers if number]
    untold = int(table.provenance.method.get("areas_not_told") or 0)
    if untold:
        verb = "area lies" if untold == 1 else "areas lie"
        sentence = (
            f"{untold:,} {verb} beyond all permutations: what they are cannot be told without "
            "more of them."
        )
        return [*([f"{called}{listed(groups)}."] if groups else []), sentence]
    if not groups:
        return [f"None of {areas} goes together with its neighbours {certainty}."]
    first = int(np.nanargmin(table.columns["q_value"].astype(float)))
    name = table.columns["name"][first] or table.columns["code"][first]
    q_value = probability(float(table.columns["q_value"][first]))
    return [
        f"{called}{listed(groups)}.",
        f"The surest is {name}: {classes[first].rpartition(' ')[0]}, q {q_value}.",
    ]


def leading_places(table: Table, rows: Iterable[int]) -> str:
    """What the first areas of a list are called.

    Parameters
    ----------
    table : Table
        Of areas.
    rows : iterable of int
        The leading one first.

    Returns
    -------
    str
        Up to three, each once, and how many rows there are besides.
    """
    numbers = list(rows)
    labels = list(dict.fromkeys(table.place_of(int(row)).label for row in numbers[:MOST_NAMED]))
    others = len(numbers) - len(numbers[:MOST_NAMED])
    return listed([*labels, f"{others:,} more"] if others else labels)


def numbers_by_place(table: Table, rows: Iterable[int], noun: str) -> list[str]:
    """How many areas of a list lie in each larger area.

    Parameters
    ----------
    table : Table
        Of areas.
    rows : iterable of int
        In any order.
    noun : str
        What they are, in the plural.

    Returns
    -------
    list of str
        One sentence, such as *Of the hot areas 9 are in Peterborough and 7 in Cambridge*; none
        where the larger area of one is not known.
    """
    around = Counter(table.place_of(int(row)).larger for row in rows)
    if not around or "" in around:
        return []
    most = sorted(around.items(), key=lambda item: (-item[1], item[0]))
    if len(most) == 1:
        return [f"All {noun} are in {most[0][0]}."]
    verb = "is" if most[0][1] == 1 else "are"
    parts = [f"{number:,} in {name}" for name, number in most[:MOST_NAMED]]
    parts[0] = parts[0].replace(" in ", f" {verb} in ", 1)
    others = sum(number for _, number in most[MOST_NAMED:])
    return [f"Of the {noun} {listed([*parts, f'{others:,} elsewhere'] if others else parts)}."]
