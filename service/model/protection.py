"""Under which rule a dataset is, and which agreement it was received under."""

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

PeriodUnit = Literal["month", "quarter", "year"]

MONTHS: Final[Mapping[PeriodUnit, int]] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Why a dataset may be held, and for how long.

    Attributes
    ----------
    owner, contact : str
        Who answers for the data, and how they are reached.
    purpose, legal_basis : str
        What the data may be used for, and on which ground in law.
    marking : str
        The protective marking, such as ``OFFICIAL-SENSITIVE``.
    retention_months : int or None
        How long a record may be kept after it occurred; None: not stated.
    grace_days : int
        How many days a record may wait for its deletion after that, before nobody but the owner
        is shown anything of its dataset.
    review, expires : date or None
        From when on the agreement must be looked at again, and the last day on which it holds; the
        first day of all where it cannot be read.
    """

    owner: str = ""
    contact: str = ""
    purpose: str = ""
    legal_basis: str = ""
    marking: str = ""
    retention_months: int | None = None
    grace_days: int = 31
    review: datetime.date | None = None
    expires: datetime.date | None = None

    def first_day_retained(self, today: datetime.date) -> datetime.date | None:
        """The first day whose records may be kept on a day.

        Parameters
        ----------
        today : date
            The day.

        Returns
        -------
        date or None
            None where no retention is stated. A day that its month does not have is the last
            one of that month.
        """
        if self.retention_months is None:
            return None
        months = 12 * today.year + today.month - 1 - self.retention_months
        year, month = max(months // 12, 1), months % 12 + 1
        return datetime.date(year, month, min(today.day, calendar.monthrange(year, month)[1]))

    def stop(self, earliest: datetime.date | None, today: datetime.date) -> str:
        """Why nobody but the owner may be shown anything of a dataset on a day.

        Parameters
        ----------
        earliest : date or None
            The day of its earliest record; None without a record.
        today : date
            The day.

        Returns
        -------
        str
            What has ended, without anything that a record says; empty where nothing has.
        """
        if self.expires == datetime.date.min:
            return "its protection cannot be read"
        if self.expires is not None and today > self.expires:
            return f"its agreement ended on {self.expires}"
        first = self.first_day_retained(today - datetime.timedelta(days=self.grace_days))
        if first is not None and earliest is not None and earliest < first:
            return (
                f"it has records that its agreement keeps for {self.retention_months} months, and "
                f"the {self.grace_days} days in which they had to be deleted after that are over"
            )
        return ""


@dataclass(frozen=True, kw_only=True)
class CellPlan:
    """The finest cells that are published of a dataset.

    Attributes
    ----------
    layer : str
        The boundary layer whose areas they are.
    period : {'month', 'quarter', 'year'}
        The length of their periods, aligned to the calendar.
    by_category : bool
        Whether each category has cells of its own; if not, no question may name a category.
    """

    layer: str
    period: PeriodUnit
    by_category: bool = False

    def __str__(self) -> str:
        """What is counted apart, behind "by": ``ward, year and category``."""
        parts = (self.layer, self.period, *["category"] * self.by_category)
        return f"{', '.join(parts[:-1])} and {parts[-1]}"


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What a dataset's owner decided about who may see what of it.

    Attributes
    ----------
    dataset : str
        Its name.
    policy : str
        Name of a disclosure policy; ``open`` releases everything to everybody.
    cells : CellPlan or None
        What is published for roles that may not see records; None: nothing.
    public : bool
        Whether those without a key see what is published, or nothing of the dataset.
    agreement : Agreement
        Under which the dataset is held.
    """

    dataset: str
    policy: str
    cells: CellPlan | None = None
    public: bool = False
    agreement: Agreement = field(default_factory=Agreement)
