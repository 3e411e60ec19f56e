"""Imports rules of risk flags: a JSON document, checked as a whole."""

from pathlib import Path

from service.config.settings import ImportSettings
from service.imports.files.sources import LIMITS, regular_file
from service.imports.files.summary import FileSummary, ImportSummary
from service.queries.flags.rules import MAX_FILE_BYTES, FlagRules, Rules, parsed_rules
from service.store.errors import ImportRefusedError
from service.store.reference.flag_rules import FlagRuleStore, RulesDocument
from service.store.source_files import SourceFile


def import_flag_rules(
    store: FlagRuleStore, path: Path, *, replace: bool = False, limits: ImportSettings = LIMITS
) -> ImportSummary:
    """Import a set of rules with the judgements in it.

    Parameters
    ----------
    store : FlagRuleStore
        Where the rules go.
    path : Path
        JSON of one set; see `service.queries.flags.rules`.
    replace : bool
        Put them in the place of those of the same id.
    limits : ImportSettings
        What reading may take.

    Returns
    -------
    ImportSummary
        Counts and notes.

    Raises
    ------
    ImportRefusedError
        If the file is no file, or too long.
    InvalidRulesError
        If it is not a set of rules; it says where.
    RulesExistError
        Without `replace`, if rules of that id are loaded already.
    """
    content = regular_file(path, limits).read_bytes()
    if len(content) > MAX_FILE_BYTES:
        raise ImportRefusedError(
            path.name, f"it has {len(content):,} bytes; rules have at most {MAX_FILE_BYTES:,}"
        )
    rules = parsed_rules(content, label=path.name)
    file = SourceFile.of(path.name, content)
    committed = store.append(document_of(rules), file=file, replace=replace)
    number = len(rules.criteria if isinstance(rules, FlagRules) else rules.parts)
    what = "criteria" if isinstance(rules, FlagRules) else "parts"
    return ImportSummary(
        kind="flag rules",
        target=f"{rules.id}, {number} {what}, {len(rules.judgements)} judgements",
        version=committed.version,
        files=(
            FileSummary(
                name=file.name,
                sha256=file.sha256,
                encoding="utf-8",
                read=1,
                written=1,
                rejected=0,
                blank=0,
            ),
        ),
        read=1,
        written=1,
        rejected=0,
        replaced=committed.rows_replaced,
        notes=committed.notes,
    )


def document_of(rules: Rules) -> RulesDocument:
    """Rules as the store takes them.

    Parameters
    ----------
    rules : FlagRules or IndexRules
        Checked.

    Returns
    -------
    RulesDocument
        With their JSON.
    """
    return RulesDocument(
        rules.id,
        rules.title,
        rules.version,
        rules.kind,
        rules.source,
        rules.model_dump_json(by_alias=True, exclude_defaults=False),
    )
