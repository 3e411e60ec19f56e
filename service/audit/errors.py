"""Errors of the audit and of budgets: never an HTTP status.

UsageError
├── BudgetSpentError    more new questions today than a key may ask about a dataset
└── NotWrittenError     usage that cannot be written down, so that nothing is answered
"""

from typing import ClassVar


class UsageError(Exception):
    """A question that is not answered because of what was asked before."""

    code: ClassVar[str] = "usage-error"


class BudgetSpentError(UsageError):
    """A key has asked as many new questions about a dataset today as it may."""

    code = "question-budget-spent"

    def __init__(self, limit: int, retry_after_s: int) -> None:
        super().__init__(limit, retry_after_s)
        self.limit = limit
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return (
            f"this key has asked the {self.limit:,} different questions a day that it may ask "
            "about this dataset; those of today are still answered, and new ones from 00:00 UTC"
        )


class NotWrittenError(UsageError):
    """It cannot be written down who asks what."""

    code = "usage-not-written"
    retry_after_s = 5

    def __str__(self) -> str:
        return (
            "it cannot be written down who asks what, and without that nothing is answered; "
            "whoever runs the service finds the reason in its log"
        )
