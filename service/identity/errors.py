"""What is wrong with a key, a token or a change of the keys.

IdentityError
├── UnknownKeyIdError       an id that no key has
├── InvalidKeyOptionsError  a key that would open nothing, or too much
├── DamagedKeysError        a file of keys or sessions that cannot be read
└── CredentialError         a key, token or session that opens nothing
    └── UnknownSigningKeyError  a token signed with a key that is not in the key set
"""


class IdentityError(Exception):
    """Something is wrong with a key, a token or a session."""


class UnknownKeyIdError(IdentityError):
    """No key has the id."""

    def __init__(self, key_id: str, known: tuple[str, ...]) -> None:
        super().__init__(key_id, known)
        self.key_id = key_id
        self.known = known

    def __str__(self) -> str:
        return f"no key has the id {self.key_id!r}; there are {', '.join(self.known) or 'none'}"


class InvalidKeyOptionsError(IdentityError):
    """A key that would open nothing, or too much."""


class DamagedKeysError(IdentityError):
    """A file of keys or sessions cannot be read, so that nobody is let in by it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path} cannot be read: {self.reason}"


class CredentialError(IdentityError):
    """A key, token or session opens nothing; the text may be told to who brought it."""


class UnknownSigningKeyError(CredentialError):
    """A token is signed with a key that the key set does not have, or not yet."""

    def __str__(self) -> str:
        return "the token is signed with a key that this service does not know"
