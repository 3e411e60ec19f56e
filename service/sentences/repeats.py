"""Sentences about repeats: what is more than chance, by how much, and how sure that is."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import SMALLEST_BASE, amount, counted, probability, share_text

LEVEL = 0.05


def knox_findings(table: Table) -> list[str]:
    """The clearest band of a Knox table, or that none is more than chance.

    Parameters
    ----------
    table : Table
        Of `KnoxRow`.

    Returns
    -------
    list of str
        One sentence or two.
    """
    columns = table.columns
    if not columns["observed"].sum():
        return ["No two incidents are near enough in place and time to be a pair of any band."]
    p_any = columns["p_any"].astype(np.float64)
    beyond = int(np.count_nonzero(p_any <= LEVEL))
    bands = counted(len(table), "band")
    if not beyond:
        smallest = probability(float(p_any.min()))
        return [
            f"None of {bands} has more pairs than chance may give: p {smallest} over all bands."
        ]
    ratio = np.nan_to_num(columns["ratio"].astype(np.float64))
    best = int(np.lexsort((-ratio, p_any))[0])
    clearest = (
        f"Pairs {_pairs(table, best)} are {amount(float(ratio[best]))} times as many as chance "
        f"gives: {counted(int(columns['observed'][best]), 'pair')} for "
        f"{amount(float(columns['expected'][best]))}, p {probability(float(p_any[best]))} over "
        "all bands."
    )
    return [
        clearest,
        f"Of {bands} {beyond:,} {'is' if beyond == 1 else 'are'} above chance at p {LEVEL}.",
    ]


def _pairs(table: Table, row: int) -> str:
    """A band as what its pairs are."""
    columns = table.columns
    low, high = float(columns["from_m"][row]), float(columns["to_m"][row])
    where = "at the same place" if high == 0 else f"{low:g} m to under {high:g} m apart"
    first, last = int(columns["from_days"][row]), int(columns["to_days"][row]) - 1
    days = f"{first} to {last} days" if first < last else counted(first, "day")
    return f"{where} and {days} apart"


def near_repeat_findings(table: Table) -> list[str]:
    """How many incidents are near repeats, beside what chance gives.

    Parameters
    ----------
    table : Table
        Of `NearRepeatRow`.

    Returns
    -------
    list of str
        One sentence.
    """
    columns, method = table.columns, table.provenance.method
    row = columns["class"].tolist().index("near repeat")
    total, count = int(columns["count"].sum()), int(columns["count"][row])
    if not total:
        return []
    p_value, days = float(columns["p_value"][row]), int(method["days"])
    when = "on the same date" if days == 1 else f"0 to {days - 1} days before"
    verdict = "more than chance gives" if p_value <= LEVEL else "no more than chance may give"
    share = f" ({share_text(count, total)})" if total >= SMALLEST_BASE else ""
    sentence = (
        f"Of {counted(total, 'incident')} {count:,}{share} "
        f"{'follows' if count == 1 else 'follow'} another nearer than {method['distance_m']:g} m "
        f"and {when}, {verdict}: "
        f"{amount(float(columns['expected'][row]))} to be expected, "
        f"{amount(float(columns['lower'][row]))} to {amount(float(columns['upper'][row]))} in "
        f"95 % of random orders, p {probability(p_value)}."
    )
    return [sentence]


def chain_findings(table: Table) -> list[str]:
    """The longest chain, and whether chance makes one as long.

    Parameters
    ----------
    table : Table
        Of `RepeatChainRow`.

    Returns
    -------
    list of str
        One sentence.
    """
    columns, method = table.columns, table.provenance.method
    p_value = float(columns["p_value"][0])
    verdict = "more than chance gives" if p_value <= LEVEL else "no more than chance may give"
    sentence = (
        f"The longest of {counted(int(method['chains']), 'chain')}{_near(table)} has "
        f"{int(columns['incidents'][0]):,} incidents on "
        f"{counted(int(columns['days'][0]), 'day')}, {verdict}: the longest by chance has "
        f"{amount(float(method['longest_by_chance']))} in the middle, p {probability(p_value)}."
    )
    return [sentence]


def _near(table: Table) -> str:
    """Where the first row is, behind its noun; empty where it has no name."""
    name = table.columns["name"][0]
    return f", near {name}," if name else ""


def zone_findings(table: Table) -> list[str]:
    """How many zones there are on the day, and by how much the first multiplies.

    Parameters
    ----------
    table : Table
        Of `RepeatZoneRow`.

    Returns
    -------
    list of str
        One sentence.
    """
    columns, method = table.columns, table.provenance.method
    zones, where = int(method["zones"]), _near(table) or ","
    sentence = (
        f"{counted(zones, 'place')} with a recent incident {'is' if zones == 1 else 'are'} "
        f"{'a zone' if zones == 1 else 'zones'} on {method['as_of']}; in the first{where} "
        f"{counted(int(columns['days_since'][0]), 'day')} after the latest, "
        f"{amount(float(columns['ratio'][0]))} times as many incidents as chance gives have "
        f"followed within {method['distance_m']:g} m (p "
        f"{probability(float(columns['p_value'][0]))})."
    )
    return [sentence]


def burst_findings(table: Table) -> list[str]:
    """The largest number within the window, and from how many on it is a lot.

    Parameters
    ----------
    table : Table
        Of `BurstRow`.

    Returns
    -------
    list of str
        One sentence or two.
    """
    columns, method = table.columns, table.provenance.method
    if not int(columns["count"].sum()):
        return []
    days = counted(int(method["window_days"]), "day")
    row, sentences = 0, []
    p_value, whose = float(columns["p_value"][0]), ""
    if "q_value" in columns:
        q_value = columns["q_value"].astype(np.float64)
        crowded = int(np.count_nonzero(q_value <= LEVEL))
        areas = counted(len(table), "area")
        sentences.append(
            f"Of {areas} {crowded:,} had more within {days} than chance gives, at a false "
            f"discovery rate of {LEVEL:.0%}."
            if crowded
            else f"None of {areas} had more within {days} than chance may give."
        )
        if not crowded:
            return sentences
        p_value, whose = float(q_value[0]), f" of {columns['name'][0] or columns['code'][0]}"
    is_a_lot = p_value <= (LEVEL if whose else float(method["level"]))
    sentences.append(
        f"The most within {days}{whose} were {int(columns['largest'][row]):,}, from "
        f"{columns['first_day'][row]} to {columns['last_day'][row]}, "
        f"{'more than chance gives' if is_a_lot else 'no more than chance may give'} (p "
        f"{probability(float(columns['p_value'][row]))}): of "
        f"{counted(int(columns['count'][row]), 'incident')} chance usually puts "
        f"{amount(float(columns['usual'][row]))} into such a window, and "
        f"{int(columns['a_lot_from'][row]):,} or more are a lot."
    )
    return sentences
