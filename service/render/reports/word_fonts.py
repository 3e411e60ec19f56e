"""The shipped typeface inside a Word document, which then looks alike wherever it is opened."""

import hashlib
from pathlib import Path
from typing import Any, Final

from service.render.fonts import typeface

_TYPE: Final = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_HIDDEN: Final = 32  # bytes at the beginning of a font, which its key hides
_FACES: Final = (("w:embedRegular", typeface.REGULAR), ("w:embedBold", typeface.BOLD))


def embed_typeface(document: Any) -> None:
    """Put the typeface into a document, as ECMA-376 part 1, 17.8.1 has it.

    Parameters
    ----------
    document : docx.document.Document
        To be added to.
    """
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.oxml import serialize_part_xml
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import qn

    table = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = parse_xml(table.blob)
    font = OxmlElement("w:font")
    font.set(qn("w:name"), typeface.FAMILY)
    for name, value in (("charset", "00"), ("family", "swiss"), ("pitch", "variable")):
        child = OxmlElement(f"w:{name}")
        child.set(qn("w:val"), value)
        font.append(child)
    for number, (tag, path) in enumerate(_FACES, start=1):
        key, content = _obfuscated(path)
        uri = PackURI(f"/word/fonts/font{number}.odttf")
        part = Part(uri, _TYPE, content, document.part.package)
        face = OxmlElement(tag)
        face.set(qn("r:id"), table.relate_to(part, RELATIONSHIP_TYPE.FONT))
        face.set(qn("w:fontKey"), key)
        font.append(face)
    fonts.append(font)
    table._blob = serialize_part_xml(fonts)
    settings = document.settings.element
    before = settings.find(qn("w:zoom"))
    settings.insert(
        0 if before is None else settings.index(before) + 1, OxmlElement("w:embedTrueTypeFonts")
    )


def _obfuscated(path: Path) -> tuple[str, bytes]:
    """A key made of a font, and the font with its beginning hidden by it."""
    content = path.read_bytes()
    digits = hashlib.sha256(content).hexdigest()[:32].upper()
    groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    mask = bytes.fromhex(digits)[::-1]
    hidden = bytes(byte ^ mask[place % len(mask)] for place, byte in enumerate(content[:_HIDDEN]))
    return f"{{{'-'.join(groups)}}}", hidden + content[_HIDDEN:]
