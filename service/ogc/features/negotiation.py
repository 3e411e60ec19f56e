"""Content negotiation: which of some media types a client wants (RFC 9110, 12.5.1)."""

from collections.abc import Sequence

DEFAULT_QUALITY = 1.0


def best_of(accept: str | None, offered: Sequence[str]) -> str | None:
    """The media type offered that an Accept header likes best; None where it likes none.

    Parameters
    ----------
    accept : str or None
        The header, or nothing where the client sent none: it takes anything then.
    offered : sequence of str
        Media types without parameters, ours first: equally liked ones are taken in this order.
    """
    ranges = _ranges(accept) if accept is not None and accept.strip() else {"*/*": 1.0}
    quality = [_quality(ranges, media_type) for media_type in offered]
    best = max(quality)
    return offered[quality.index(best)] if best > 0 else None


def _ranges(accept: str) -> dict[str, float]:
    """Media ranges and how much each is liked; parameters other than q are passed over."""
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = DEFAULT_QUALITY
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = _weight(value.strip())
        if media_range:
            ranges[media_range] = max(quality, ranges.get(media_range, 0.0))
    return ranges


def _weight(text: str) -> float:
    """A weight from 0 to 1; what is written otherwise counts as nothing wanted."""
    if not text.replace(".", "", 1).isascii() or not text.replace(".", "", 1).isdigit():
        return 0.0
    return min(float(text), 1.0)


def _quality(ranges: dict[str, float], media_type: str) -> float:
    """How much a media type is liked: by the most specific range that it is in."""
    for media_range in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if media_range in ranges:
            return ranges[media_range]
    return 0.0
