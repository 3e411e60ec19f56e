"""The document of terms, made of the words that the page shows behind a "?"."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from tests.generated.markdown import formatted

GLOSSARY: Final = Path(__file__).parents[2] / "service/web/src/words/glossary.json"
HEADING: Final = """\
# Glossary

What the terms of the page mean, each in two sentences with an example: the words behind the "?"
beside a term. How each number is computed is in [methods](methods.md).

Made of `service/web/src/words/glossary.json` by `make generate`: not edited.
"""


def terms() -> list[dict[str, Any]]:
    """Every term, in the order of the document."""
    found: list[dict[str, Any]] = json.loads(GLOSSARY.read_text("utf-8"))
    return found


def glossary_document() -> str:
    """The document, in Markdown."""
    lines = [HEADING]
    for chapter, group in groupby(terms(), key=lambda term: str(term["chapter"])):
        lines.append(f"## {chapter}\n")
        lines.extend(entry(term) for term in group)
    return formatted("\n".join(lines))


def entry(term: dict[str, Any]) -> str:
    """One term."""
    anchor = term["method"]
    link = f" ([how it is computed](methods.md#{anchor}))" if anchor else ""
    name = term["term"].replace("*", r"\*")
    return f"**{name}.** {term['words']} *Example:* {term['example']}{link}\n"
