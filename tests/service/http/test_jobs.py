"""A long answer over HTTP: 202, its job, and the same address again."""

import time

import pytest

from service.assembly.resources import open_resources
from service.config.settings import LimitSettings, Settings
from tests.service import world
from tests.service.conftest import client_of

# The mass of a kernel at the edge is estimated at two seconds, wherever it is.
LONG = f"/v1/heatmaps/{world.DATASET}/summary.json?edge=uniform&bandwidth_m=700"
WAIT_S = 60


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("impatient"))
    settings = Settings(data_dir=folder, limits=LimitSettings(wait_s=1))
    with client_of(open_resources(settings)) as client:
        yield client


def ended(client, location):
    ends = time.monotonic() + WAIT_S
    while time.monotonic() < ends:
        job = client.get(location).json()
        if job["status"] not in ("waiting", "running"):
            return job
        time.sleep(0.05)
    pytest.fail(f"the job did not end: {job}")


def test_a_long_answer_is_a_job_and_then_at_its_own_address(impatient, client):
    accepted = impatient.get(LONG)
    assert accepted.status_code == 202
    assert accepted.headers["Cache-Control"] == "no-store"
    location = accepted.headers["Location"]
    assert accepted.json()["address"].endswith(LONG)
    assert accepted.json()["estimate_s"] >= 2.0
    job = ended(impatient, location)
    assert (job["status"], job["progress"]) == ("done", 1.0)
    expected = client.get(LONG).json()["maximum"]
    answer = impatient.get(LONG)
    assert (answer.status_code, answer.json()["maximum"]) == (200, expected)
    led = impatient.get(job["result"])
    assert led.history[0].status_code == 303
    assert led.json() == answer.json()
    assert led.headers["ETag"] == answer.headers["ETag"]


def test_a_job_that_is_not_done_has_no_result_and_a_cancelled_one_is_forgotten(impatient):
    accepted = impatient.get(LONG.replace("700", "710"))
    location = accepted.headers["Location"]
    early = impatient.get(f"{location}/result")
    assert early.status_code == 409 or early.history
    assert impatient.delete(location).status_code == 204
    if impatient.get(location).status_code == 200:
        assert ended(impatient, location)["status"] in ("cancelled", "done")
        assert impatient.delete(location).status_code == 204
    assert impatient.get(location).status_code == 404


@pytest.mark.parametrize("method", ["get", "delete"])
def test_an_unknown_job_is_a_problem(impatient, method):
    answer = getattr(impatient, method)(f"/v1/jobs/{'0' * 32}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-job"
    assert impatient.get(f"/v1/jobs/{'0' * 32}/result").status_code == 404


def test_what_no_job_may_take_is_refused_with_what_to_ask_instead(tmp_path):
    limits = LimitSettings(wait_s=1, work_s=1)
    settings = Settings(data_dir=world.build(tmp_path), limits=limits)
    with client_of(open_resources(settings)) as client:
        answer = client.get(LONG)
    assert answer.status_code == 422
    assert "seconds of work (a density surface" in answer.json()["detail"]
    assert "give bandwidth_m in metres" in answer.json()["detail"]


def test_without_a_place_for_jobs_a_long_answer_is_refused(tmp_path):
    folder = world.build(tmp_path)
    (folder / "cache").mkdir(exist_ok=True)
    (folder / "cache" / "jobs").write_text("a file where the folder of jobs would be")
    settings = Settings(data_dir=folder, limits=LimitSettings(wait_s=1))
    with client_of(open_resources(settings)) as client:
        answer = client.get(LONG)
    assert answer.status_code == 422
    assert "no job can be kept" in answer.json()["detail"]


def test_other_methods_are_refused_with_those_that_a_job_takes(impatient):
    answer = impatient.post(f"/v1/jobs/{'0' * 32}")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, DELETE"
