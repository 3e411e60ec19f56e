"""Sentences about clusters of incidents."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import amount, counted, listed, probability, share_text

MOST_NAMED = 3


def cluster_findings(table: Table) -> list[str]:
    """How many clusters there are, and which of them are more than chance.

    Parameters
    ----------
    table : Table
        With at least one cluster.

    Returns
    -------
    list of str
        Full sentences.
    """
    columns, method = table.columns, table.provenance.method
    is_first = columns.get("order", np.ones(len(table), np.int64)) == 1
    count = columns["count"][is_first]
    share = float(columns["share"][is_first].sum())
    total = float(count.sum()) / share if share else 0.0
    part = share_text(float(count.sum()), total)
    clusters, verb = counted(len(count), "cluster"), "has" if len(count) == 1 else "have"
    incidents = "of the incidents" if "%" in part else "incidents"
    sentence = f"{clusters} {verb} {part} {incidents}."
    p_value = np.asarray(columns["p_value"][is_first], np.float64)
    if not np.isfinite(p_value).any():
        return [sentence, "None is tested for more than chance."]
    null = (
        "if every resident had the same risk"
        if method["significance"]["null"] == "residents"
        else "if incidents fell evenly over the places that records share"
        if method["significance"].get("null_places")
        else "if incidents fell evenly over the area"
    )
    called = np.flatnonzero((columns["class"] == "more than chance") & is_first)
    subject = "harm" if method["clustered"] == "harm" else "incidents"
    if not len(called):
        return [sentence, f"None of them has more {subject} than there would be {null}."]
    named = listed([_named(table, k) for k in called[:MOST_NAMED].tolist()])
    verb, largest = ("has", "it is") if len(called) == 1 else ("have", "the largest")
    more = f"{len(called):,} of them {verb} more {subject} than there would be {null}"
    return [sentence, f"{more}: {largest} in {named}."]


def _named(table: Table, k: int) -> str:
    """A cluster by its place, with its count, what would be there by chance, and its p."""
    row = {name: values[k] for name, values in table.columns.items()}
    expected, p_value = amount(float(row["expected"])), probability(float(row["p_value"]))
    incidents = counted(float(row["count"]), "incident")
    return f"{row['name'] or row['place']} ({incidents} where {expected} would be, p {p_value})"
