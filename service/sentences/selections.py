"""Sentences about what was selected: how many incidents, where, and how many have no place."""

from collections.abc import Mapping

from service.sentences.numbers import counted


def selection_sentences(counts: Mapping[str, float | None], place: str = "") -> list[str]:
    """How many incidents were selected, are in the area asked for, and have no place.

    Parameters
    ----------
    counts : mapping of str to int
        Of the provenance; without ``records`` nothing is said.
    place : str
        Name of the area asked for; empty where it has none.

    Returns
    -------
    list of str
        One sentence at most.
    """
    records = counts.get("records")
    if records is None:
        return []
    if not records:
        return ["No incident is selected."]
    verb = "is" if records == 1 else "are"
    selected = f"{counted(records, 'incident')} {verb} selected"
    if None in counts.values():
        return [f"{selected}; how many of them have a place is not published."]
    lost = counts.get("not_located", counts.get("unlocated")) or 0
    elsewhere = counts.get("in_layer_elsewhere") or 0
    if elsewhere:
        inside = records - elsewhere - lost - (counts.get("outside") or 0)
        selected += f", {inside:,.0f} of them in {place or 'the area asked for'}"
    if not lost:
        return [f"{selected}."]
    whose = "of all" if elsewhere else "of them"
    return [f"{selected}; {lost:,.0f} {whose} {'has' if lost == 1 else 'have'} no place."]
