"""What is written down and counted of a request: by the responder, the caches and the log."""

import datetime
from collections.abc import Iterable

from service.access.audience import Access, Audience, Identity
from service.audit.budget import QuestionLedger
from service.audit.errors import NotWrittenError
from service.audit.log import Asked, AuditLog
from service.disclosure.policies import policy_named


class Usage:
    """The audit log and the budgets of one service.

    Parameters
    ----------
    log : AuditLog
        Who asked what.
    ledger : QuestionLedger
        How many different questions were asked today.
    audits_everybody : bool
        Whether requests are written down of whoever sees records without having a key. By default
        they are not: that is the user of this machine, of whom nothing is known.
    """

    def __init__(
        self, log: AuditLog, ledger: QuestionLedger, *, audits_everybody: bool = False
    ) -> None:
        self.log = log
        self.ledger = ledger
        self._audits_everybody = audits_everybody

    def is_audited(self, identity: Identity) -> bool:
        """Whether it is written down what somebody asks."""
        return bool(identity.key_id) or not identity.role.sees_records or self._audits_everybody

    def is_free(self, asked: Asked, identity: Identity, audience: Audience) -> bool:
        """Whether a question may be answered without anything being written first.

        It may not where a key has a budget and has not asked the question today, and where the
        log of a key cannot be written.
        """
        if not identity.key_id:
            return True
        if self.log.is_failing:
            return False
        today = _now().date()
        return all(
            self.ledger.has(identity.key_id, dataset, asked.key, today=today)
            for dataset, _ in _limits(asked, audience)
        )

    def charge(self, asked: Iterable[Asked], identity: Identity, audience: Audience) -> None:
        """Count questions before they are answered.

        Parameters
        ----------
        asked : iterable of Asked
            Admitted already.
        identity : Identity
            Who asks. Whoever has no key has no budget either: what is published to them is
            published to everybody.
        audience : Audience
            What they see of each dataset.

        Raises
        ------
        BudgetSpentError
            If they have asked as many about a dataset today as its policy allows.
        NotWrittenError
            If it cannot be written down what they ask.
        """
        if not identity.key_id:
            return
        if self.log.is_failing:
            raise NotWrittenError
        now = _now()
        for question in asked:
            for dataset, limit in _limits(question, audience):
                self.ledger.charge(identity.key_id, dataset, question.key, limit=limit, now=now)

    def close(self) -> None:
        """Write what is gathered, and let go of the files."""
        self.log.flush()
        self.ledger.close()


def _limits(asked: Asked, audience: Audience) -> list[tuple[str, int]]:
    """The datasets of a question that are published to an audience within a budget."""
    limits = []
    for dataset in asked.datasets:
        protection = audience.protection_of.get(dataset)
        if protection is not None and audience.access_of.get(dataset) is Access.PUBLISHED:
            limit = policy_named(protection.policy).questions_per_day
            if limit is not None:
                limits.append((dataset, limit))
    return limits


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
