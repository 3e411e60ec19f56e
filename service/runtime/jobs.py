"""Answers that take longer than a client waits: computed in a lane of their own, kept in files.

A job is one question at one version of the data. Its state, its result and its last sign of life
are files in a folder that the workers share, so that any of them can answer for it, end it, or
give its result; the worker that began it computes it. The id is a keyed digest of the answer's
entity tag: the same question finds the same job, and nobody can guess one.
"""

import contextlib
import dataclasses
import datetime
import hashlib
import hmac
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Annotated, Any, Final, NotRequired, TypedDict

from boundaries.storage.data_folder import DataFolder
from service.config.settings import LimitSettings
from service.model.errors import UnknownJobError
from service.model.schemas import UNSTATED
from service.runtime.cancellation import AbandonedError, CancelToken
from service.runtime.lanes import Lane
from service.runtime.single_flight import Result

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
JOBS_PATH: Final = "/v1/jobs"
SECRET: Final = "secret"  # noqa: S105 - the name of its file
BEAT_S: Final = 1.0
DEAD_AFTER_S: Final = 15.0  # without a sign of life the worker has ended
MOST_PROGRESS: Final = 0.95  # of an estimate that may be too low

logger = logging.getLogger("hotspots")


@dataclass(frozen=True)
class Job:
    """A long answer, on its way or at its end.

    Attributes
    ----------
    job_id : str
        In its address.
    address : str
        Path and query that ask for the answer.
    estimate_s : float
        Seconds of work, as estimated.
    started, ended : float
        Seconds since 1970; 0 while it has not ended.
    status : str
        ``waiting``, ``running``, ``done``, ``failed`` or ``cancelled``.
    code, detail : str
        Of the problem where it failed.
    audience : str
        Label of those whose question it is; it is nobody else's.
    """

    job_id: str
    address: str
    estimate_s: float
    started: float
    ended: float = 0.0
    status: str = WAITING
    code: str = ""
    detail: str = ""
    audience: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status in (DONE, FAILED, CANCELLED)

    def progress(self, now: float) -> float:
        """The share that is done, by the estimate; 1 at the end alone."""
        if self.status != RUNNING:
            return 1.0 if self.status == DONE else 0.0
        return min((now - self.started) / max(self.estimate_s, 1.0), MOST_PROGRESS)


class JobContent(TypedDict):
    """A long answer: how far it is, and where its result will be."""

    id: str
    status: str
    progress: float
    estimate_s: float
    started: str
    expires: str | None
    address: str
    result: NotRequired[str]
    problem: NotRequired[Annotated[dict[str, Any], UNSTATED]]


class Jobs:
    """The jobs of a service.

    Parameters
    ----------
    folder : DataFolder
        Where they are kept; of the service alone.
    lane : Lane
        Where they are computed.
    limits : LimitSettings
        How many ended ones are kept, and for how long.
    """

    def __init__(self, folder: DataFolder, lane: Lane, limits: LimitSettings) -> None:
        self._folder = folder
        self._lane = lane
        self._limits = limits
        self._lock = threading.Lock()
        self._tokens: dict[str, CancelToken] = {}

    def start(
        self,
        tag: str,
        address: str,
        estimate_s: float,
        compute: Callable[[], Result],
        *,
        audience: str = "",
    ) -> Job:
        """The job of an answer: the one there is, unless it failed, or a new one.

        Parameters
        ----------
        tag : str
            Entity tag of the answer.
        address : str
            Path and query that ask for it.
        estimate_s : float
            Seconds of work.
        compute : callable
            Computes it.
        audience : str
            Label of those who ask.

        Raises
        ------
        BusyError
            If as many wait as may.
        OSError
            If the folder cannot be written.
        """
        self._folder.make()
        job_id = hmac.new(self._secret(), tag.encode(), hashlib.sha256).hexdigest()[:32]
        with self._lock:
            self._clean()
            earlier = self._read(job_id)
            if earlier is not None and earlier.status not in (FAILED, CANCELLED):
                return earlier
            self._remove(job_id)
            job = Job(job_id, address, estimate_s, time.time(), audience=audience)
            try:
                self._write(job, exclusive=True)
            except FileExistsError:  # another worker was quicker
                return self.find(job_id)
            token = self._tokens[job_id] = CancelToken()
            try:
                future = self._lane.submit(lambda: self._run(job, compute), token)
            except BaseException:
                del self._tokens[job_id]
                self._remove(job_id)
                raise
            if len(self._tokens) == 1:
                threading.Thread(target=self._beat, daemon=True, name="hotspots-jobs").start()
        future.add_done_callback(lambda ended: self._end(job, ended))
        return job

    def find(self, job_id: str) -> Job:
        """A job by its id.

        Raises
        ------
        UnknownJobError
            If there is none, or it has expired.
        """
        job = self._read(job_id)
        if job is None:
            raise UnknownJobError(job_id)
        return job

    def result(self, job_id: str) -> Result:
        """The result of a job that is done.

        Raises
        ------
        UnknownJobError
            If there is none.
        """
        try:
            with self._folder.open(f"{job_id}.result") as file:
                return Result.from_bytes(file.read(), level="job")
        except FileNotFoundError:
            raise UnknownJobError(job_id) from None

    def cancel(self, job_id: str) -> None:
        """End a job, whichever worker computes it, or forget one that has ended.

        Raises
        ------
        UnknownJobError
            If there is none.
        """
        if self.find(job_id).has_ended:
            self._remove(job_id)
            return
        self._folder.write(f"{job_id}.cancel", lambda file: file.write(b""))
        token = self._tokens.get(job_id)
        if token is not None:
            token.cancel()

    def expires(self, job: Job) -> float | None:
        """Until when a job that has ended is kept, in seconds since 1970; None before."""
        return job.ended + self._limits.jobs_kept_s if job.has_ended else None

    def describe(self, job: Job, base: str) -> JobContent:
        """What a job says of itself.

        Parameters
        ----------
        job : Job
            As it is now.
        base : str
            What addresses begin with, without a slash at the end.
        """
        expires = self.expires(job)
        content: JobContent = {
            "id": job.job_id,
            "status": job.status,
            "progress": round(job.progress(time.time()), 3),
            "estimate_s": round(job.estimate_s, 1),
            "started": _instant(job.started),
            "expires": None if expires is None else _instant(expires),
            "address": f"{base}{job.address}",
        }
        if job.status == DONE:
            content["result"] = f"{base}{JOBS_PATH}/{job.job_id}/result"
        if job.status == FAILED:
            content["problem"] = {"type": f"/problems/{job.code}", "detail": job.detail}
        return content

    def _run(self, job: Job, compute: Callable[[], Result]) -> None:
        """Compute the answer in a thread of the lane, and keep it."""
        self._write(dataclasses.replace(job, status=RUNNING, started=time.time()))
        result = compute()
        if not result.is_current:
            raise _ChangedError
        self._folder.write(f"{job.job_id}.result", lambda file: file.write(result.to_bytes()))

    def _end(self, job: Job, future: "Future[None]") -> None:
        """Note how a job ended; it may never have begun."""
        with self._lock:
            token = self._tokens.pop(job.job_id)
        error = None if future.cancelled() else future.exception()
        status, code, detail = DONE, "", ""
        if future.cancelled() or token.is_cancelled or isinstance(error, AbandonedError):
            status = CANCELLED
        elif error is not None:
            status, code = FAILED, str(getattr(error, "code", "internal-error"))
            detail = str(error) if hasattr(error, "code") else "The server could not answer."
            if not hasattr(error, "code"):
                logger.error("a job failed: %s", job.address, exc_info=error)
        ended = dataclasses.replace(
            job, status=status, code=code, detail=detail, ended=time.time()
        )
        try:
            self._write(ended)
        except OSError:  # it counts as dead when its beats end
            logger.exception("the state of a job could not be written")

    def _beat(self) -> None:
        """Give a sign of life for each job of this worker, and look for orders to end it."""
        while True:
            with self._lock:
                tokens = dict(self._tokens)
            if not tokens:
                return
            for job_id, token in tokens.items():
                try:
                    self._folder.write(f"{job_id}.beat", lambda file: file.write(b""))
                    if self._folder.status(f"{job_id}.cancel") is not None:
                        token.cancel()
                except OSError:
                    logger.warning("no sign of life could be written for a job")
            time.sleep(BEAT_S)

    def _secret(self) -> bytes:
        """The key of the ids, made by the first worker that needs it."""
        with contextlib.suppress(FileExistsError):
            key = secrets.token_bytes(32)
            self._folder.write(SECRET, lambda file: file.write(key), exclusive=True)
        with self._folder.open(SECRET) as file:
            return file.read()

    def _read(self, job_id: str) -> Job | None:
        """A job as its files have it; one whose worker has ended has failed."""
        if not (len(job_id) == 32 and job_id.isalnum()):
            return None
        try:
            with self._folder.open(f"{job_id}.state") as file:
                job = Job(**json.load(file))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        beat = self._folder.status(f"{job_id}.beat") or self._folder.status(f"{job_id}.state")
        beat_s = 0.0 if beat is None else beat.changed_ns / 1e9
        if job.has_ended or time.time() - beat_s < DEAD_AFTER_S:
            return job
        detail = "the process that computed it has ended: ask again"
        return dataclasses.replace(
            job, status=FAILED, code="job-lost", detail=detail, ended=beat_s
        )

    def _write(self, job: Job, *, exclusive: bool = False) -> None:
        content = json.dumps(dataclasses.asdict(job)).encode()
        name = f"{job.job_id}.state"
        self._folder.write(name, lambda file: file.write(content), exclusive=exclusive)

    def _clean(self) -> None:
        """Remove what has expired, and the oldest of what is too much."""
        now, kept_bytes, count = time.time(), 0, 0
        names = [name.removesuffix(".state") for name in self._folder.names() if ".state" in name]
        jobs = [job for job in map(self._read, names) if job is not None and job.has_ended]
        for job in sorted(jobs, key=lambda job: -job.ended):
            status = self._folder.status(f"{job.job_id}.result")
            kept_bytes, count = kept_bytes + (0 if status is None else status.size), count + 1
            is_too_much = kept_bytes > self._limits.jobs_bytes or count > self._limits.jobs_kept
            if is_too_much or now > job.ended + self._limits.jobs_kept_s:
                self._remove(job.job_id)
        self._folder.sweep(before_ns=int((now - self._limits.jobs_kept_s) * 1e9))

    def _remove(self, job_id: str) -> None:
        for suffix in ("state", "result", "beat", "cancel"):
            self._folder.remove(f"{job_id}.{suffix}")


class _ChangedError(Exception):
    """The data changed while the answer was computed."""

    code = "data-changed"

    def __str__(self) -> str:
        return "the data changed while the answer was computed: ask again"


def _instant(seconds: float) -> str:
    """A moment in UTC, ISO 8601."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="seconds")
