"""What an answer is of and from, in the words and names that go out with it.

They are read from the provenance as its JSON shows it, so that they can be made of the one that
lies beside the bytes of an answer.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

LONGEST_NAME: Final = 100  # characters of a file name without its ending
_SEPARATORS = re.compile(r"[^0-9A-Za-z]+")


def period(provenance: Mapping[str, Any]) -> str:
    """The period of an answer: from the first to the last day that the data cover of it.

    Whole months as months; of a comparison the earlier period follows. Empty for an answer that
    has none.
    """
    selection = provenance.get("filter") or {}
    spans = [_span(selection.get(name)) for name in ("covered", "baseline_covered")]
    return ", against ".join(span for span in spans if span)


def sources(provenance: Mapping[str, Any]) -> str:
    """Who published what an answer was made from, each once."""
    return _joined(provenance, "source")


def licences(provenance: Mapping[str, Any]) -> str:
    """The licences of what an answer was made from, each once."""
    return _joined(provenance, "licence")


def file_name(base: str, suffix: str, provenance: Mapping[str, Any]) -> str:
    """A name for a file with an answer: what it is, of which place, its categories and its period.

    Two questions that differ in these have two names, so that one download does not overwrite the
    other.
    """
    categories = (provenance.get("filter") or {}).get("categories") or ()
    place = str((provenance.get("within") or {}).get("name") or "")
    parts = (
        base,
        place,
        *map(str, categories),
        period(provenance).replace(", against ", " against "),
    )
    name = "-".join(_SEPARATORS.sub("-", part).strip("-").lower() for part in parts if part)
    if len(name) > LONGEST_NAME:  # the period, at its end, is kept
        end = _SEPARATORS.sub("-", parts[-1])
        name = f"{name[: LONGEST_NAME - len(end) - 1].rstrip('-')}-{end}"
    return f"{name}.{suffix}"


def _span(covered: Any) -> str:
    """From the first to the last of some spans."""
    if not covered:
        return ""
    first, last = str(covered[0]).split(" to ")[0], str(covered[-1]).split(" to ")[-1]
    return first if first == last else f"{first} to {last}"


def _joined(provenance: Mapping[str, Any], name: str) -> str:
    """The texts that the sources of an answer state under a name."""
    members = (member for member in provenance.values() if isinstance(member, Mapping))
    texts = (str(member.get(name) or "") for member in members)
    return "; ".join(dict.fromkeys(text for text in texts if text))
