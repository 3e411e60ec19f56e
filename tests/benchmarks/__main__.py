"""``make bench``: every benchmark in one run, each a table of ratios against a named peer."""

import importlib
import sys
import time

BENCHMARKS = (
    "density",
    "http",
    "tiles",
    "hotspots",
    "boundaries",
    "page",
    "tables",
    "access",
    "repeats",
    "scans",
    "patrols",
    "libraries",
)
# Not ratios: asked for by name.
RUNS = ("load", "schemathesis")


def main(chosen: list[str]) -> None:
    """Run the benchmarks named, or all of them."""
    unknown = set(chosen) - {*BENCHMARKS, *RUNS}
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(sorted(unknown))}; there are {BENCHMARKS + RUNS}")
    for name in chosen or BENCHMARKS:
        began = time.perf_counter()
        print(f"\n=== {name} ===", flush=True)
        importlib.import_module(f"tests.benchmarks.bench_{name}").main()
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
