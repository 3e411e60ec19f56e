"""Write the letters that browsers draw on maps: ``python -m tests.generated.glyphs``."""

from service.render.fonts.glyphs import SHIPPED, STACKS, drawn_range

RANGES = (0, 256, 8192)  # Latin letters, those of Welsh among them, and dashes and quotation marks


def main() -> None:
    """Draw them from the typeface."""
    SHIPPED.mkdir(exist_ok=True)
    for stack in STACKS:
        for first in RANGES:
            path = SHIPPED / f"{stack}-{first}.pbf"
            path.write_bytes(drawn_range(stack, first))


if __name__ == "__main__":
    main()
