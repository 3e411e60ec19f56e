"""Has files read by GDAL in a process of its own, with limits and without a network.

A file may come from anywhere, and GDAL is a million lines of C++: what goes wrong there ends that
process and not this one, and becomes an error that says so.
"""

import atexit
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from io import BufferedReader
from pathlib import Path
from typing import Any

from boundaries.errors import UnreadableFileError
from boundaries.reading.limits import LayerLimits

_ENVIRONMENT = {
    "GDAL_DRIVER_PATH": "disable",  # no plugins
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",  # no address is allowed
    "GML_DOWNLOAD_SCHEMA": "NO",
    "PROJ_NETWORK": "OFF",
    "OPENBLAS_NUM_THREADS": "1",
}
_TOO_MUCH_MEMORY = 3  # exit code of `gdal_server`, which must not be imported here
_INHERITED = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")


class _Server:
    """The process, and the socket to it."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  our own module
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "boundaries.reading.gdal_server",
                    f"{theirs.fileno()}",
                ],
                env=inherited | {"PYTHONPATH": path} | _ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def answer(self, request: bytes, memory_bytes: int) -> tuple[list[Any], int]:
        """The header and the geometries of an answer, and the exit code of who gave it."""
        request_fd, our_request_fd = os.pipe()
        our_answer_fd, answer_fd = os.pipe()
        with os.fdopen(our_answer_fd, "rb") as answers:
            with os.fdopen(our_request_fd, "wb") as requests:
                try:
                    message = struct.pack("<q", memory_bytes)
                    socket.send_fds(self.channel, [message], [request_fd, answer_fd])
                finally:
                    os.close(request_fd)
                    os.close(answer_fd)
                requests.write(request)
            parts = _parts(answers)
        status = self.channel.recv(4, socket.MSG_WAITALL)
        if len(status) < 4:
            raise ConnectionResetError("it ended while reading")
        return parts, struct.unpack("<i", status)[0]

    def close(self) -> None:
        """End the process, and what it may be reading."""
        self.channel.close()
        self.process.wait()


_lock = threading.Lock()
_servers: list[_Server] = []  # one, once it is needed


def read_in_own_process(
    path: Path, request: dict[str, Any], limits: LayerLimits
) -> dict[str, Any]:
    """The answer to a request, read by GDAL in a process with limits.

    Parameters
    ----------
    path : Path
        The file.
    request : dict
        The other attributes of a `gdal.Request`.
    limits : LayerLimits
        What reading may take.

    Returns
    -------
    dict
        The attributes of a `gdal.RawFeatures`.

    Raises
    ------
    UnreadableFileError
        If the file cannot be read, or reading it crashes or needs more than the limits.

    Notes
    -----
    The first file takes 0.3 s more, for the process to start, and each a hundredth for a fork.
    """
    message = json.dumps(
        {**request, "path": str(path.resolve()), "processor_s": limits.processor_s}
    )
    with _lock:
        if not _servers:
            _servers.append(_Server())
            atexit.register(_close)
        try:
            parts, status = _servers[0].answer(message.encode(), limits.memory_bytes)
        except BaseException as error:
            _close()
            if isinstance(error, OSError):
                raise UnreadableFileError(
                    str(path), f"the process that reads layers has ended: {error}"
                ) from error
            raise
    header = parts[0] if parts else {}
    if status or not header:
        raise UnreadableFileError(str(path), _fault(status, limits))
    if "error" in header:
        raise UnreadableFileError(str(path), header["error"])
    return {**header, "wkb": parts[1]}


def _parts(stream: BufferedReader) -> list[Any]:
    """The header of an answer and its geometries; fewer where it ends early."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return []
    header = json.loads(line)
    lengths = header.pop("lengths", ())
    return [header, [stream.read(length) if length >= 0 else None for length in lengths]]


def _fault(status: int, limits: LayerLimits) -> str:
    """Why there is no answer, and what to do."""
    if status == -signal.SIGXCPU:
        return (
            f"reading it takes more than {limits.processor_s:,} s of processor time "
            "(HOTSPOTS_IMPORTS__LAYER_PROCESSOR_S)"
        )
    if status in (_TOO_MUCH_MEMORY, -signal.SIGABRT):
        return (
            f"reading it takes more than {limits.memory_bytes / 1024**3:.3g} GiB of memory "
            "(HOTSPOTS_IMPORTS__LAYER_MEMORY_BYTES)"
        )
    cause = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return f"GDAL crashed while reading it ({cause}): the file is damaged, or made to do harm"


def _close() -> None:
    """End the process, if there is one."""
    while _servers:
        _servers.pop().close()
