"""Jobs: one for one question, found by any worker, ended by any, and forgotten in time."""

import threading
import time

import pytest

from boundaries.storage.data_folder import DataFolder
from service.config.settings import LimitSettings
from service.model.errors import NoStudyAreaError, UnknownJobError
from service.runtime import jobs as job_files
from service.runtime.cancellation import check_cancelled
from service.runtime.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job, Jobs
from service.runtime.lanes import BusyError, Cost, Lanes
from service.runtime.single_flight import Result

WAIT_S = 60


class Worker:
    """A process of the service, as far as jobs go."""

    def __init__(self, folder, **limits):
        settings = LimitSettings(**limits)
        self.lanes = Lanes(settings)
        self.jobs = Jobs(DataFolder(folder), self.lanes[Cost.LONG], settings)

    def start(self, tag="tag", compute=lambda: Result(b"body", "provenance")):
        return self.jobs.start(tag, "/v1/summary.json?a=b", 30.0, compute)

    def until(self, job, *statuses):
        ends = time.monotonic() + WAIT_S
        while time.monotonic() < ends:
            found = self.jobs.find(job.job_id)
            if found.status in statuses:
                return found
            time.sleep(0.01)
        pytest.fail(f"the job is {found.status}")


@pytest.fixture
def workers(tmp_path):
    made = []

    def make(**limits):
        made.append(Worker(tmp_path / "jobs", **limits))
        return made[-1]

    yield make
    for worker in made:
        worker.lanes.close()


def test_one_question_is_one_job_for_every_worker_and_any_has_its_result(workers):
    first, second = workers(), workers()
    go_on, computed = threading.Event(), []

    def compute():
        computed.append(1)
        assert go_on.wait(WAIT_S)
        return Result(b"body", "provenance")

    job = first.start(compute=compute)
    first.until(job, RUNNING)
    assert second.start(compute=compute).job_id == job.job_id
    go_on.set()
    found = second.until(job, DONE)
    assert second.start(compute=compute) == found
    assert computed == [1]
    result = second.jobs.result(job.job_id)
    assert (result.content, result.provenance) == (b"body", "provenance")
    assert second.jobs.expires(found) == pytest.approx(found.ended + 3_600)


def test_ids_cannot_be_derived_from_the_question(tmp_path):
    one, other = Worker(tmp_path / "one"), Worker(tmp_path / "other")
    ids = {worker.start().job_id for worker in (one, other)}
    assert len(ids) == 2
    one.lanes.close()
    other.lanes.close()


@pytest.mark.parametrize("job_id", ["0" * 32, "../secret", "", "x" * 32, "secret"])
def test_what_is_no_job_is_unknown(workers, job_id):
    worker = workers()
    worker.start()
    for ask in (worker.jobs.find, worker.jobs.result, worker.jobs.cancel):
        with pytest.raises(UnknownJobError, match="no job"):
            ask(job_id)


def test_another_worker_ends_a_job_and_the_question_begins_another(workers):
    first, second = workers(), workers()
    began = threading.Event()

    def compute():
        began.set()
        while True:
            check_cancelled()
            time.sleep(0.01)

    job = first.start(compute=compute)
    assert began.wait(WAIT_S)
    second.jobs.cancel(job.job_id)
    second.until(job, CANCELLED)
    again = second.start()
    assert again.job_id == job.job_id
    first.until(again, DONE)
    first.jobs.cancel(job.job_id)
    with pytest.raises(UnknownJobError):
        second.jobs.find(job.job_id)


@pytest.mark.parametrize(
    ("error", "code"),
    [(NoStudyAreaError(), "no-study-area"), (KeyError("inside"), "internal-error")],
)
def test_a_job_that_fails_says_why_and_never_shows_the_inside(workers, error, code):
    worker = workers()

    def compute():
        raise error

    found = worker.until(worker.start(compute=compute), FAILED)
    assert found.code == code
    assert "inside" not in found.detail


def test_an_answer_of_data_that_changed_meanwhile_is_no_result(workers):
    worker = workers()
    stale = Result(b"of two versions", is_current=False)
    found = worker.until(worker.start(compute=lambda: stale), FAILED)
    assert found.code == "data-changed"


def test_a_job_whose_process_ended_has_failed(workers, tmp_path):
    worker = workers()
    job = worker.start()
    worker.until(job, DONE)
    lost = Job(job.job_id, "/v1/summary.json", 30.0, time.time() - 60.0, status=RUNNING)
    worker.jobs._write(lost)
    for name in ("state", "beat"):
        path = tmp_path / "jobs" / f"{job.job_id}.{name}"
        path.touch()
        past = time.time() - 2 * job_files.DEAD_AFTER_S
        __import__("os").utime(path, (past, past))
    found = worker.jobs.find(job.job_id)
    assert (found.status, found.code) == (FAILED, "job-lost")


def test_beyond_those_that_may_wait_a_job_is_refused_and_leaves_nothing(workers, tmp_path):
    worker, go_on = workers(jobs_waiting=1), threading.Event()

    def compute():
        assert go_on.wait(WAIT_S)
        return Result(b"")

    for tag in "ab":
        assert worker.start(tag, compute).status == WAITING
    with pytest.raises(BusyError, match="long answers"):
        worker.start("c", compute)
    assert len(list((tmp_path / "jobs").glob("*.state"))) == 2
    go_on.set()


def test_the_oldest_results_go_first_and_all_go_in_time(workers, tmp_path):
    worker = workers(jobs_kept=2)
    jobs = []
    for tag in "abc":
        jobs.append(worker.start(tag))
        worker.until(jobs[-1], DONE)
    last = worker.start("d")
    worker.until(last, DONE)
    with pytest.raises(UnknownJobError):
        worker.jobs.find(jobs[0].job_id)
    assert worker.jobs.find(jobs[2].job_id).status == DONE
    later = workers(jobs_kept_s=1)
    time.sleep(1.1)
    later.until(later.start("e"), DONE)
    assert len(list((tmp_path / "jobs").glob("*.result"))) == 1


def test_progress_is_a_share_of_the_estimate_and_whole_at_the_end_alone():
    job = Job("0" * 32, "/", 10.0, 100.0, status=RUNNING)
    assert [job.progress(now) for now in (100.0, 105.0, 1_000.0)] == [0.0, 0.5, 0.95]
    assert Job("0" * 32, "/", 10.0, 100.0, status=DONE).progress(100.0) == 1.0
