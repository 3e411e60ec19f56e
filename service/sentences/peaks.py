"""Sentences about the peaks of a density surface."""

from collections.abc import Mapping, Sequence

from service.sentences.numbers import capital, counted, listed

MOST_NAMED = 4  # peaks of a class named in a sentence
CLASSES = ("primary", "secondary", "minor")


def untested_peaks(located: int, *, fewest: int, reason: str | None) -> str:
    """That no hotspot is named, and why.

    Parameters
    ----------
    located : int
        Incidents with a location.
    fewest : int
        Of them that hotspots are looked for in.
    reason : str or None
        Why the peaks were not held against chance, as a clause.

    Returns
    -------
    str
        One sentence.
    """
    if not located:
        return "No incident is located: there is nothing to see."
    if located < fewest:
        verb = "is" if located == 1 else "are"
        return f"{counted(located, 'incident')} {verb} located: too few to speak of a hotspot."
    return f"No hotspot is named: {reason}."


def tested_peaks(places: Mapping[str, Sequence[str]], null: str) -> str:
    """The hotspots by name; or that no place is more than chance.

    Parameters
    ----------
    places : mapping of str to sequence of str
        Names of the places of the significant peaks of each class, highest first.
    null : str
        What chance is, as a clause.

    Returns
    -------
    str
        One sentence.
    """
    if not any(places.values()):
        return (
            "No place stands out more than chance would have it: as high a peak would be no "
            f"surprise {null}."
        )
    primary = list(dict.fromkeys(places.get("primary", ())))
    secondary = [
        name for name in dict.fromkeys(places.get("secondary", ())) if name not in primary
    ]
    parts = [
        _hotspots(word, names)
        for word, names in (("primary", primary), ("secondary", secondary))
        if names
    ]
    if not parts:
        parts = [_hotspots("minor", list(dict.fromkeys(places["minor"])))]
    return f"{capital(', '.join(parts))}: more incidents than there would be {null}."


def _hotspots(word: str, names: Sequence[str]) -> str:
    noun = "hotspot" if len(names) == 1 else "hotspots"
    return f"{word} {noun} in {listed(names[:MOST_NAMED])}"
