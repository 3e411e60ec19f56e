"""Write down what the application answers now: ``python -m tests.recorded.record``.

Rewrites the reduced OpenAPI document, the answers and those of the commands, and prints the
questions whose answers have changed and what of them has.
"""

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.recorded import world
from tests.recorded.forms import digests, masked, reduced, sha256

FOLDER = Path(__file__).parent
OPENAPI = FOLDER / "openapi.json"
QUESTIONS = FOLDER / "questions.json"
ANSWERS = FOLDER / "answers.json"
COMMANDS = FOLDER / "commands.json"

# Another one for each request, or each version of data or software.
LEFT_OUT = {
    "content-length", "content-range", "etag", "last-modified", "provenance", "retry-after",
    "x-request-id",
}  # fmt: skip
LONGEST = 60  # characters of a header that is written out

Question = Mapping[str, Any]
Record = dict[str, Any]


def name_of(question: Question) -> str:
    """The name of a question: what is asked, and how."""
    more = [f"{key}: {value}" for key, value in question.get("headers", {}).items()]
    more += [key for key in ("again", "version_of") if key in question]
    method = question.get("method", "GET")
    asked = question["ask"] if method == "GET" else f"{method} {question['ask']}"
    return " | ".join([asked, *more])


def answer_of(client: TestClient, question: Question) -> Record:
    """What is recorded of the answer to a question.

    A question has its address (``ask``), and where they matter a ``method``, ``headers``,
    ``again`` (ask a second time with the entity tag of the first answer) and ``version_of`` (a
    TileJSON whose version the address carries in the place of ``{v}``).
    """
    address, headers = question["ask"], dict(question.get("headers", {}))
    if "version_of" in question:
        address = address.replace("{v}", _version(client, question["version_of"]))
    if "again" in question:
        headers["If-None-Match"] = client.get(address, headers=headers).headers["ETag"]
    answer = client.request(
        question.get("method", "GET"), address, headers=headers, follow_redirects=False
    )
    media_type = answer.headers.get("content-type", "")
    body = answer.content
    if address == "/metrics":  # the names of what is counted, without the counts
        body = b"\n".join(line for line in body.splitlines() if line.startswith(b"#"))
    if answer.status_code == 206 or not body:
        # Where a part of a file lies depends on the length of its provenance.
        found: dict[str, str | None] = dict.fromkeys(("values", "bytes", "provenance"))
    else:
        found = digests(body, media_type, answer.headers)
    return {
        "status": answer.status_code,
        "media_type": media_type,
        "headers": _recorded(answer.headers),
        **found,
    }


def outcome_of(folder: Path, arguments: list[str]) -> Record:
    """What is recorded of the outcome of a command."""
    result = world.run(folder, arguments)
    media_type = "text/csv" if b"\r\n" in result.stdout_bytes else "text/plain"
    if result.stdout_bytes.startswith(b"{"):
        media_type = "application/json"
    found = digests(result.stdout_bytes, media_type, {}) if result.stdout_bytes else {}
    errors = masked(result.stderr.replace(str(folder), "*"))
    return {
        "exit_code": result.exit_code,
        **{name: found.get(name) for name in ("values", "bytes", "provenance")},
        "errors": sha256(errors.encode()) if errors else None,
    }


def openapi_of(client: TestClient) -> Any:
    """The reduced OpenAPI document."""
    return reduced(client.get("/openapi.json").json())


def differences(old: Record, new: Record) -> str:
    """What differs between two records, in words; empty where nothing does."""
    before, after = _flat(old), _flat(new)
    return ", ".join(
        f"{key} {before.get(key)} -> {after.get(key)}"
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    )


def questions() -> list[Record]:
    """Every question that is asked."""
    found: list[Record] = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    return found


def answers() -> dict[str, Record]:
    """The recorded answers by the names of their questions."""
    return _read(ANSWERS)


def commands() -> dict[str, Record]:
    """The recorded outcomes by their command lines."""
    return _read(COMMANDS)


def arguments_of(command: str) -> list[str]:
    """The arguments of a command line; none of ours has a space in it."""
    return command.split()


def main() -> None:
    """Record everything anew, and say what has changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = world.build(Path(name))
        with world.client(folder) as client:
            document = openapi_of(client)
            answered = {name_of(each): answer_of(client, each) for each in questions()}
        outcomes = {each: outcome_of(folder, arguments_of(each)) for each in commands()}
    told = _changed(answers(), answered) + _changed(commands(), outcomes)
    if not OPENAPI.exists() or json.loads(OPENAPI.read_text(encoding="utf-8")) != document:
        told.append("the OpenAPI document")
    OPENAPI.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _write(ANSWERS, answered)
    _write(COMMANDS, outcomes)
    for line in told:
        print(line)
    print(f"{len(answered)} answers and {len(outcomes)} commands recorded, {len(told)} changed")


def _version(client: TestClient, address: str) -> str:
    """The version that the tiles of a TileJSON have in their addresses."""
    (tiles,) = client.get(address).json()["tiles"]
    found = re.search(r"[?&]v=([^&]+)", tiles)
    assert found is not None, tiles
    return found[1]


def _recorded(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are recorded, long ones as their digest."""
    return {
        name: text if len(text) <= LONGEST else sha256(text.encode())
        for name, text in ((n, masked(v)) for n, v in sorted(headers.items()))
        if name not in (*LEFT_OUT, "content-type")
    }


def _flat(record: Record) -> Record:
    """A record with its headers beside the rest."""
    return {k: v for k, v in record.items() if k != "headers"} | record.get("headers", {})


def _changed(old: Mapping[str, Record], new: Mapping[str, Record]) -> list[str]:
    """A line for each record that is new, gone or another one."""
    gone = [f"{name}: gone" for name in old if name not in new]
    return gone + [
        f"{name}: {told}"
        for name, record in new.items()
        if (told := differences(old[name], record) if old.get(name) else "new")
    ]


def _read(path: Path) -> dict[str, Record]:
    if not path.exists():
        return {}
    found: dict[str, Record] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(path: Path, records: Mapping[str, Record]) -> None:
    """Records as JSON, one to a line, so that a change of one is a line in a comparison."""
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(record, ensure_ascii=False)}"
        for name, record in records.items()
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
