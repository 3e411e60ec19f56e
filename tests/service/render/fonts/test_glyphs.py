"""Letters for maps: as another reader of protocol buffers sees them, against their outlines."""

import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from service.render.fonts.glyphs import SHIPPED, STACKS, drawn_range, glyph_range

BOLD, REGULAR = "SourceSans3-Bold", "SourceSans3-Regular"
SCHEMA = {  # of https://github.com/mapbox/node-fontnik/blob/master/proto/glyphs.proto
    "glyph": {
        "id": (1, "UINT32"),
        "bitmap": (2, "BYTES"),
        "width": (3, "UINT32"),
        "height": (4, "UINT32"),
        "left": (5, "SINT32"),
        "top": (6, "SINT32"),
        "advance": (7, "UINT32"),
    },
    "fontstack": {"name": (1, "STRING"), "range": (2, "STRING"), "glyphs": (3, "glyph")},
    "glyphs": {"stacks": (1, "fontstack")},
}


@pytest.fixture(scope="module")
def read():
    """Reads the messages of the format."""
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="glyphs.proto", syntax="proto2")
    for name, fields in SCHEMA.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            is_message = kind in SCHEMA
            message.field.add(
                name=field,
                number=number,
                label=kinds.LABEL_REPEATED if is_message else kinds.LABEL_OPTIONAL,
                type=kinds.TYPE_MESSAGE if is_message else getattr(kinds, f"TYPE_{kind}"),
                **({"type_name": f".{kind}"} if is_message else {}),
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    reader = message_factory.GetMessageClass(pool.FindMessageTypeByName("glyphs"))

    def stack_of(content):
        (stack,) = reader.FromString(content).stacks
        return stack

    return stack_of


def picture(glyph):
    pixels = np.frombuffer(glyph.bitmap, dtype=np.uint8)
    return pixels.reshape(glyph.height + 6, glyph.width + 6)


def test_each_glyph_has_its_picture_and_all_of_latin_is_there(read):
    stack = read(glyph_range(REGULAR, 0))
    assert (stack.name, stack.range) == (REGULAR, "0-255")
    glyphs = {chr(glyph.id): glyph for glyph in stack.glyphs}
    assert set("ABCXYZabcxyz0189&'-.,éÉñ£") <= set(glyphs)
    for glyph in glyphs.values():
        if glyph.width:
            assert picture(glyph).max() > 192 > picture(glyph)[0].max()
    assert "ŵ" in {chr(glyph.id) for glyph in read(glyph_range(BOLD, 256)).glyphs}


def test_letters_stand_on_the_line_and_reach_to_their_height(read):
    glyphs = {chr(glyph.id): glyph for glyph in read(glyph_range(REGULAR, 0)).glyphs}
    capital, tail = glyphs["H"], glyphs["p"]
    assert capital.top - capital.height == -25  # pixels from where MapLibre measures to the line
    assert tail.top - tail.height < -25 - 3
    assert 15 <= capital.height <= 17  # 0.66 of 24
    assert glyphs["i"].advance < glyphs["m"].advance
    assert glyphs[" "].width == 0 < glyphs[" "].advance


def test_pixels_are_distances_from_the_outline(read):
    """The stem of an l is a bar: across it, distance falls by 255 / 8 for each pixel."""
    glyphs = {chr(glyph.id): glyph for glyph in read(glyph_range(BOLD, 0)).glyphs}
    middle = picture(glyphs["|"])
    row = middle[middle.shape[0] // 2].astype(int)
    left, right = row[: row.argmax()], row[row.argmax() + 1 :]
    steps = np.concatenate([np.diff(left[left > 96]), -np.diff(right[right > 96])])
    assert steps.tolist() == pytest.approx([255 / 8] * len(steps), abs=2)


@pytest.mark.parametrize("path", [SHIPPED / f"{REGULAR}-0.pbf", SHIPPED / f"{BOLD}-8192.pbf"])
def test_the_shipped_files_are_those_of_the_typeface(read, path):
    stack, _, first = path.stem.rpartition("-")
    shipped, drawn = read(path.read_bytes()), read(drawn_range(stack, int(first)))
    assert [glyph.id for glyph in shipped.glyphs] == [glyph.id for glyph in drawn.glyphs]
    for ours, other in zip(shipped.glyphs, drawn.glyphs, strict=True):
        assert abs(ours.advance - other.advance) <= 1
        if ours.width and (ours.width, ours.height) == (other.width, other.height):
            difference = np.abs(picture(ours).astype(int) - picture(other))
            assert difference.mean() < 8


def test_a_range_without_letters_has_none(read):
    assert len(read(glyph_range(REGULAR, 0x4E00)).glyphs) == 0
    assert set(STACKS) == {BOLD, REGULAR}
