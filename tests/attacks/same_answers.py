"""Whether two services give the same answers: what differs tells their records apart."""

import hashlib
from dataclasses import dataclass, field

from tests.attacks.attacker import Attacker

# Of the request, and of the moment.
NOT_COMPARED = {"date", "x-request-id", "server-timing", "retry-after", "age"}


@dataclass
class Comparison:
    """What was asked of two services.

    Attributes
    ----------
    asked, answered, refused : int
        Questions, those answered with what was asked for, and those refused.
    different : list of str
        Addresses whose answers differ, with what differs.
    """

    asked: int = 0
    answered: int = 0
    refused: int = 0
    different: list[str] = field(default_factory=list)


def compare(first: Attacker, second: Attacker, addresses: list[str]) -> Comparison:
    """Ask both the same, and compare status, headers and bodies."""
    comparison = Comparison()
    for address in addresses:
        answers = [who.answer(address) for who in (first, second)]
        comparison.asked += 1
        comparison.answered += answers[0].status_code == 200
        comparison.refused += answers[0].status_code in (401, 403, 404)
        difference = _difference(*map(_parts, answers))
        if difference:
            comparison.different.append(f"{address}: {difference}")
    return comparison


def _parts(answer) -> dict[str, str]:  # type: ignore[no-untyped-def]
    headers = {name: value for name, value in answer.headers.items() if name not in NOT_COMPARED}
    return {
        "status": str(answer.status_code),
        **headers,
        "body": hashlib.sha256(answer.content).hexdigest(),
    }


def _difference(first: dict[str, str], second: dict[str, str]) -> str:
    names = [name for name in {**first, **second} if first.get(name) != second.get(name)]
    return ", ".join(names)
