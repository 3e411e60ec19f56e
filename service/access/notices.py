"""What the agreements of datasets ask of their owners: for the log and the doctor."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from service.model.protection import Protection


@dataclass(frozen=True)
class Notice:
    """What is to be done about a dataset.

    Attributes
    ----------
    dataset : str
        Its name.
    problem : str
        What is due, or has ended.
    mend : str
        The command for it.
    has_stopped : bool
        Whether nobody but the owner is shown the dataset meanwhile.
    """

    dataset: str
    problem: str
    mend: str
    has_stopped: bool = False

    def __str__(self) -> str:
        return f"dataset {self.dataset} {self.problem}: {self.mend}"


def notices(
    protections: Iterable[Protection],
    earliest: Callable[[str], datetime.date | None],
    today: datetime.date,
) -> Iterator[Notice]:
    """What is due on a day, by the agreements of datasets.

    Parameters
    ----------
    protections : iterable of Protection
        Of the datasets.
    earliest : callable
        Given a dataset, the day of its earliest record, None where it has none.
    today : date
        The day.

    Yields
    ------
    Notice
        At most one of retention and end, and one of review, for each dataset.
    """
    for protection in protections:
        dataset, agreement = protection.dataset, protection.agreement
        first = agreement.first_day_retained(today)
        day = None if first is None else earliest(dataset)
        reason = agreement.stop(day, today)
        if reason:
            mend = f"hotspots retain {dataset}"
            if agreement.expires == datetime.date.min:
                mend = f"state it again with hotspots protect {dataset}"
            elif agreement.expires is not None and today > agreement.expires:
                mend = (
                    f"hotspots delete incidents {dataset}, or once it is renewed hotspots protect "
                    f"{dataset} --expires DATE"
                )
            yield Notice(dataset, f"is shown to its owner only: {reason}", mend, has_stopped=True)
        elif first is not None and day is not None and day < first:
            problem = (
                f"has records from {day} on, which its agreement keeps for "
                f"{agreement.retention_months} months; it stops when one has waited "
                f"{agreement.grace_days} days"
            )
            yield Notice(dataset, problem, f"hotspots retain {dataset}")
        if agreement.review is not None and today >= agreement.review:
            problem = f"has an agreement that was to be reviewed by {agreement.review}"
            mend = f"hotspots protect {dataset} --review DATE once it has been"
            yield Notice(dataset, problem, mend)
