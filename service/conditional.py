"""Conditional requests: what an If-None-Match header says (RFC 9110, 13.1.2)."""


def names(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header, a list, names an entity tag (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    return tag in {part.strip().removeprefix("W/") for part in if_none_match.split(",")}


def is_any(if_none_match: str | None) -> bool:
    """Whether an If-None-Match header means whatever there is."""
    return if_none_match is not None and if_none_match.strip() == "*"
