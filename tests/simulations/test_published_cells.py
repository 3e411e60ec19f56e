"""Sums of published cells are as near the true sums as the document says: briefly."""

import pytest

from service.disclosure.policies import policy_named
from tests.simulations.published_cells import errors
from tests.simulations.tables import DOCS, documented, share

DOCUMENT = DOCS / "disclosure.md"


@pytest.mark.parametrize("name", ["nhs-hes", "small-5", "ons-cell-key"])
@pytest.mark.parametrize("mean", [1, 5, 25])
def test_sums_have_little_bias_where_zero_is_shown(name, mean):
    result = errors(policy_named(name), mean, tables=4)
    assert abs(result.total.mean()) < 0.03


def test_the_documented_bias_is_small_where_zero_is_shown():
    table = documented("sums of published cells", document=DOCUMENT)
    bias = dict(zip(zip(table.column("policy"), table.column("mean of a cell"), strict=True),
                    map(share, table.column("bias of the total")), strict=True))  # fmt: skip
    assert len(bias) == 18
    shown = {key: value for key, value in bias.items() if key[0] in ("nhs-hes", "small-5")}
    assert max(map(abs, shown.values())) < 0.02
    by_key = [abs(value) for (name, _), value in bias.items() if name == "ons-cell-key"]
    assert max(by_key) < 0.005
