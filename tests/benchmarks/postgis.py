"""A throw-away PostgreSQL with PostGIS from Debian, for peers that read from it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("postgresql", "postgresql-postgis")
USER = "postgres"  # PostgreSQL refuses to run as root
# Nothing is kept, so nothing is waited for; reading is what is measured.
SETTINGS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=256MB",
    "work_mem=64MB", "random_page_cost=1.1", "jit=off",
)  # fmt: skip


@dataclass(frozen=True)
class Cluster:
    """A running server that trusts whoever reaches it on loopback."""

    port: int
    binaries: Path

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def run(self, sql: str) -> str:
        """What psql says of some SQL."""
        done = subprocess.run(
            [self.binaries / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url],
            input=sql,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-1_000:])
        return done.stdout


def binaries() -> Path | None:
    """Where Debian puts PostgreSQL's programs, installed first where that can be done."""
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {', '.join(PACKAGES)} ...", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        found = _installed()
    return found


def _installed() -> Path | None:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        extension = Path(f"/usr/share/postgresql/{version}/extension/postgis.control")
        if (folder / "initdb").exists() and extension.exists():
            return folder
    return None


@contextmanager
def cluster(programs: Path) -> Iterator[Cluster]:
    """A server on a free port over a temporary folder, gone with all it holds afterwards."""
    as_root = os.geteuid() == 0
    who = ["runuser", "-u", USER, "--"] if as_root else []
    folder = Path(tempfile.mkdtemp(prefix="hotspots-postgis-"))
    try:
        if as_root:
            shutil.chown(folder, USER, pwd.getpwnam(USER).pw_gid)
        data = folder / "data"
        subprocess.run(
            [*who, programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "--no-sync"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        port = _free_port()
        options = [word for setting in SETTINGS for word in ("-c", setting)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [*who, programs / "postgres", "-D", data, "-p", str(port), "-k", folder,
                 "-h", "127.0.0.1", *options],
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                running = Cluster(port, programs)
                _wait_for(running, process, folder / "log")
                running.run("CREATE EXTENSION postgis;")
                yield running
            finally:
                _stop([*who, str(programs / "pg_ctl"), "-D", str(data)], folder)
                process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop(control: list[str], folder: Path) -> None:
    subprocess.run(
        [*control, "stop", "-m", "immediate"], cwd=folder, stdout=subprocess.DEVNULL, check=False
    )


def _wait_for(running: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            running.run("SELECT 1;")
        except RuntimeError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL does not serve: {log.read_text()[-1_000:]}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
