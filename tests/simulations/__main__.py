"""`python -m tests.simulations [NAME ...]`: run simulations at length, write their tables."""

import sys
import time

from tests.simulations.all_simulations import SIMULATIONS
from tests.simulations.tables import write


def main(names: list[str]) -> int:
    """Run the simulations named, all by default; 1 if one is not known."""
    known = {simulation.name: simulation for simulation in SIMULATIONS}
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no simulation {', '.join(unknown)}; there are: {', '.join(known)}")
        return 1
    for name in names or known:
        simulation, start = known[name], time.perf_counter()
        table = simulation.run(simulation.repetitions)
        write(name, table, document=simulation.document)
        print(f"{name}, {simulation.repetitions} repetitions, {time.perf_counter() - start:.0f} s")
        print(table.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
