"""`python -m tests.attacks [TABLE ...]`: attack the service, write what that gave."""

import os
import sys
import time

from tests.attacks.all_attacks import DOCUMENT, REPORTS, needs_real_data, target_of
from tests.simulations.tables import write


def main(names: list[str]) -> int:
    """Run the attacks of the tables named, all by default; 1 if one is not known."""
    known = {report.name: report for report in REPORTS}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no table {', '.join(unknown)}; there are: {', '.join(known)}")
        return 1
    for name in names or known:
        report, start = known[name], time.perf_counter()
        if needs_real_data(report) and not os.environ.get("HOTSPOTS_TEST_DATA"):
            print(f"{name}: not attacked, HOTSPOTS_TEST_DATA does not name the real open data")
            continue
        table = report.run(target_of(report.target))
        write(name, table, document=DOCUMENT)
        print(f"{name}, {time.perf_counter() - start:.0f} s")
        print(table.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
