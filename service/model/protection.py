"""Under which rule a dataset is, and which agreement it was received under."""

import datetime
from dataclasses import dataclass, field
from typing import Literal

PeriodUnit = Literal["month", "quarter", "year"]


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
    review, expires : date or None
        From when on the agreement must be looked at again, and from when on it is void.
    """

    owner: str = ""
    contact: str = ""
    purpose: str = ""
    legal_basis: str = ""
    marking: str = ""
    retention_months: int | None = None
    review: datetime.date | None = None
    expires: datetime.date | None = None


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
