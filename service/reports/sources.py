"""What an assessment is made from besides data: its template and the words beside it."""

from dataclasses import dataclass
from pathlib import Path

from service.analyses.resources import Resources
from service.model.errors import InvalidTemplateError
from service.model.provenance import layers_version, short_digest
from service.reports.template import FOLDER, SHIPPED, Template, read_template, template_file
from service.reports.words import read_words


@dataclass(frozen=True)
class Sources:
    """A template with the words that an analyst has written for it.

    Attributes
    ----------
    template : Template
        As it was read.
    folder : Path
        Of the template, where its logo is.
    words : mapping
        The paragraphs of each place, as pairs.
    digest : str
        Of all of it.
    """

    template: Template
    folder: Path
    words: tuple[tuple[str, tuple[str, ...]], ...]
    digest: str


def named_sources(data_dir: Path, name: str) -> Sources:
    """The template of a name, and the file of words beside it.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``; the words for a shipped template are in its folder of templates.
    name : str
        Of the template.

    Raises
    ------
    UnknownTemplateError, InvalidTemplateError
        If there is none, or it cannot be used.
    """
    file = template_file(data_dir, name)
    return sources_of(file, words_file(data_dir, file))


def words_file(data_dir: Path, template: Path) -> Path:
    """Where the words for a template are.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``.
    template : Path
        Its file.
    """
    folder = data_dir / FOLDER if template.parent == SHIPPED else template.parent
    return folder / f"{template.stem}.md"


def sources_of(template: Path, words: Path) -> Sources:
    """A template and its words, from their files.

    Parameters
    ----------
    template : Path
        JSON.
    words : Path
        Markdown; need not exist.

    Raises
    ------
    InvalidTemplateError
        If one of them cannot be used.
    """
    known = read_template(template)
    try:
        text = words.read_text("utf-8") if words.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidTemplateError(words.name, f"it cannot be read: {error}") from None
    paragraphs = tuple(sorted(read_words(text, words.name).items()))
    digest = short_digest(known.model_dump_json(), repr(paragraphs))
    return Sources(known, template.parent, paragraphs, digest)


def data_version(resources: Resources) -> str:
    """A digest of everything that an assessment may read of the data.

    Parameters
    ----------
    resources : Resources
        The stores of an audience.
    """
    stores = (
        resources.measures,
        resources.sites,
        resources.lookups,
        resources.postcodes,
        resources.events,
        resources.harm_indices,
        resources.flag_rules,
        resources.area_groups,
        resources.gazetteer,
        resources.roads,
        resources.place_sets,
        resources.neighbours,
    )
    return short_digest(
        resources.catalogue.everything_version(),
        layers_version(resources.layers),
        *(store.revision() for store in stores),
    )
