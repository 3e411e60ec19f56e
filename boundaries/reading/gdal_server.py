"""The process that GDAL runs in: it forks for each file, and the fork works under limits.

Run as a program by `gdal_process`, with the number of a socket. For each file it is sent the most
memory that reading may take, the end of a pipe that the request comes from, and that of one which
the answer goes to. GDAL has the drivers of `DRIVERS` alone: none that follows an address or opens
other files by name.

Memory is watched from outside. Where `RLIMIT_AS` makes an allocation fail, GDAL may go on with an
empty shape and no error: that limit is a multiple, for a single allocation beyond all bounds.
"""

import json
import os
import resource
import select
import signal
import socket
import struct
import sys
from pathlib import Path

# GDAL needs none of these to give bytes, and they take four fifths of the time to start.
for _module in ("geopandas", "pandas", "pyarrow", "pyproj", "shapely"):
    sys.modules[_module] = None  # type: ignore[assignment]

import pyogrio  # noqa: E402

from boundaries.reading.gdal import GdalError, RawFeatures, Request, read_features  # noqa: E402

DRIVERS = frozenset(
    {
        "ESRI Shapefile",
        "ESRIJSON",
        "FlatGeobuf",
        "GML",
        "GPKG",
        "GeoJSON",
        "GeoJSONSeq",
        "KML",
        "LIBKML",
        "MapInfo File",
        "OpenFileGDB",
        "TopoJSON",
    }
)
FILE_BYTES = 64 * 1024**2  # of anything that GDAL may write beside a file, such as a .gfs
TOO_MUCH_MEMORY = 3  # exit code
WATCH_S = 0.02
ADDRESS_SPACE = 4  # times the memory


def main(channel_fd: int) -> None:
    """Read files for as long as the other end of the channel is open.

    Parameters
    ----------
    channel_fd : int
        File descriptor of a stream socket.
    """
    unwanted = sorted(set(pyogrio.list_drivers()) - DRIVERS)
    if unwanted and "GDAL_SKIP" not in os.environ:
        # GDAL reads this when it starts, so it must start again.
        environment = os.environ | {"GDAL_SKIP": ",".join(unwanted)}
        os.execve(sys.executable, sys.orig_argv, environment)  # noqa: S606  the same program
    if unwanted:
        raise SystemExit(f"GDAL has drivers that cannot be left out: {', '.join(unwanted)}")
    with socket.socket(fileno=channel_fd) as channel:
        while True:
            message, pipes, _, _ = socket.recv_fds(channel, 8, 2)
            if not message:
                return
            status = _in_a_fork(channel, *struct.unpack("<q", message), *pipes)
            if status is None:
                return
            channel.sendall(struct.pack("<i", status))


def _in_a_fork(
    channel: socket.socket, memory_bytes: int, request_fd: int, answer_fd: int
) -> int | None:
    """Answer in a child process; its exit code, or None once nobody waits any more."""
    alive_fd, life_fd = os.pipe()  # the child alone holds the second, so the first ends with it
    child = os.fork()
    if child == 0:
        code = 1
        try:
            channel.close()
            os.close(alive_fd)
            _limit("RLIMIT_AS", ADDRESS_SPACE * memory_bytes)
            _answer(request_fd, answer_fd)
            code = 0
        except MemoryError:
            code = TOO_MUCH_MEMORY
        finally:
            os._exit(code)
    for descriptor in (request_fd, answer_fd, life_fd):
        os.close(descriptor)
    ready: list[int] = []
    is_too_large = False
    while not ready and not is_too_large:
        ready, _, _ = select.select([channel.fileno(), alive_fd], [], [], WATCH_S)
        is_too_large = _resident_bytes(child) > memory_bytes
    if alive_fd not in ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(alive_fd)
    if channel.fileno() in ready:
        return None
    return TOO_MUCH_MEMORY if is_too_large else os.waitstatus_to_exitcode(status)


def _resident_bytes(process: int) -> int:
    """Memory that a process has; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * resource.getpagesize()


def _answer(request_fd: int, answer_fd: int) -> None:
    """Read a request, then write a line of JSON and behind it the geometries."""
    with os.fdopen(request_fd, "rb") as stream:
        request = json.load(stream)
    processor_s = request.pop("processor_s")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a crash prints is of no use to anyone
    _limit("RLIMIT_CPU", processor_s)
    _limit("RLIMIT_FSIZE", FILE_BYTES)
    _limit("RLIMIT_CORE", 0)
    answer: dict[str, object]
    wkb: list[bytes | None] = []
    try:
        features = read_features(Request(**request))
    except GdalError as error:
        answer = {"error": str(error)}
    else:
        answer, wkb = _header(features), features.wkb
    with os.fdopen(answer_fd, "wb") as stream:
        stream.write(json.dumps(answer, default=str).encode() + b"\n")
        stream.writelines(geometry for geometry in wkb if geometry)


def _header(features: RawFeatures) -> dict[str, object]:
    """All but the geometries, and their lengths; -1 where there is none."""
    header = dict(vars(features))
    wkb = header.pop("wkb")
    header["lengths"] = [-1 if geometry is None else len(geometry) for geometry in wkb]
    return header


def _limit(name: str, value: int) -> None:
    """Lower a limit of this process, unless the system has a lower one."""
    number = getattr(resource, name)
    _, hard = resource.getrlimit(number)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(number, (value, hard))


if __name__ == "__main__":
    main(int(sys.argv[1]))
