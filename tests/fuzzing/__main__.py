"""`python -m tests.fuzzing [NAME ...]`: each importer fed by atheris for ten minutes.

Atheris changes what it feeds by what of our code it reaches. Each importer has a process of its
own, which ends with the first error that is not one of ours and leaves the file beside it.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["service.imports", "boundaries.reading"]):
    from tests.fuzzing.importers import IMPORTERS


def feed(name: str, seconds: int, memory_mb: int) -> None:
    """Feed one importer; does not return."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, seed in enumerate(IMPORTERS[name].seeds):
            (corpus / str(number)).write_bytes(seed)
        atheris.Setup(
            [
                sys.argv[0],
                str(corpus),
                f"-max_total_time={seconds}",
                f"-rss_limit_mb={memory_mb}",
                "-timeout=60",
                "-max_len=20000",
                "-print_final_stats=1",
                f"-artifact_prefix={name}-",
            ],
            lambda content: IMPORTERS[name].feed(content, Path(folder)),
        )
        atheris.Fuzz()


def main() -> int:
    """Feed the importers that are named, one after the other; 1 if one of them fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[*IMPORTERS, []], default=[])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--memory-mb", type=int, default=2_000)
    parser.add_argument("--only", choices=IMPORTERS)
    options = parser.parse_args()
    if options.only:
        feed(options.only, options.seconds, options.memory_mb)
    failed = []
    for name in options.names or IMPORTERS:
        limits = [f"--seconds={options.seconds}", f"--memory-mb={options.memory_mb}"]
        command = [sys.executable, "-m", "tests.fuzzing", "--only", name, *limits]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "nothing found")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
