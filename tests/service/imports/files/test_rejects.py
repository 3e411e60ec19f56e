"""Lists of rejected rows are bounded."""

from service.imports.files import rejects as rejecting
from service.imports.files.rejects import Reject, write_rejects


def test_a_list_has_a_limit_and_counts_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(rejecting, "LISTED", 3)
    rows = [Reject("a.csv", number, "x", "?", "is not a number") for number in range(2, 1_007)]
    lines = write_rejects(tmp_path / "a.csv", rows).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 5
    assert lines[-1] == ',,,,"and 1,002 more, which are not listed"'
