"""Everything that changes the bytes of an answer, in one place."""

import hashlib
from dataclasses import astuple, dataclass
from functools import cached_property

from service.model.provenance import SOFTWARE


@dataclass(frozen=True)
class AnswerKey:
    """What tells one answer from all others: two answers with equal keys have equal bytes.

    Attributes
    ----------
    path : str
        Of the address, with its line breaks.
    query : str
        In canonical form, defaults included.
    data_version : str
        Of everything that the answer is computed from.
    policy : str
        Name and version of the rule under which it was released.
    role : str
        For whom it was released.
    representation : str
        What else is negotiated or taken from the request: media type, language, address of the
        service.
    software : str
        Name and version of the program.
    """

    path: str
    query: str
    data_version: str
    policy: str
    role: str
    representation: str = ""
    software: str = SOFTWARE

    @cached_property
    def entity_tag(self) -> str:
        """A strong entity tag: a digest of all the parts, in quotes."""
        digest = hashlib.sha256(repr(astuple(self)).encode()).hexdigest()
        return f'"{digest[:32]}"'
