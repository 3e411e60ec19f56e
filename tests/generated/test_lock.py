"""What the container image installs: every dependency, as tested, by digest, without an address."""

import re
import subprocess

import pytest

from tests.generated.lock import LOCK, MACHINES, ROOT, lock_text, required

PIN = re.compile(r"^([a-z0-9-]+)==(\S+) \\$", re.MULTILINE)
LOCKED = LOCK.read_text("utf-8")


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_required_is_locked_in_the_versions_of_the_constraints():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    tested = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    tested = {normal(name): version for name, version in tested.items()}
    locked = dict(PIN.findall(LOCKED))
    assert {name: tested[name] for name in locked} == locked
    named = {normal(re.split(r"[^\w-]", text, maxsplit=1)[0]) for text in required()}
    assert len(named) > 25
    assert named <= set(locked)


def test_every_file_is_named_by_its_digest_and_by_nothing_else():
    blocks = re.split(r"\n(?=\S)", LOCKED.partition("`make lock`.\n")[2].strip())
    assert len(blocks) == len(PIN.findall(LOCKED))
    for block in blocks:
        pin, *digests = block.split(" \\\n")
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin)
        assert 1 <= len(digests) <= len(MACHINES)
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", each) for each in digests)
    assert "://" not in LOCKED


def test_the_digests_of_all_machines_are_taken():
    def install(name, version, digest):
        info = {"archive_info": {"hashes": {"sha256": digest}}, "url": "https://example.org/x"}
        return {"metadata": {"name": name, "version": version}, "download_info": info}

    text = lock_text(
        {
            "one": [install("B_x", "1", "bb"), install("a", "2", "aa")],
            "two": [install("B_x", "1", "cc"), install("a", "2", "aa")],
        }
    )
    body = text.partition("`make lock`.\n")[2]
    assert body == (
        "a==2 \\\n    --hash=sha256:aa\nb-x==1 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"
    )
    assert "one and two" in text


@pytest.mark.parametrize(
    "tag", ["python:3.11-slim", "python@sha256:12", "python:3@sha256:" + "g" * 64]
)
def test_a_base_image_without_a_digest_is_refused_with_what_to_do(tag):
    done = run_check(tag)
    assert done.returncode == 1
    assert f"BASE={tag} names no digest" in done.stderr
    assert "make image" in done.stderr


def test_a_base_image_with_its_digest_is_taken():
    assert run_check("python:3.11-slim@sha256:" + "0123456789abcdef" * 4).returncode == 0


def run_check(base):
    """The first step of the image, which a shell runs."""
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    step = re.search(r'^RUN (echo "\$BASE".+?exit 1; \})$', dockerfile, re.MULTILINE | re.DOTALL)
    return subprocess.run(
        ["/bin/sh", "-ec", step[1]],
        env={"BASE": base, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_installed_into_the_image_but_by_digest():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    installs = re.findall(r"pip install ([^&\n]+)", dockerfile)
    assert len(installs) == 2
    for options in installs:
        assert "--require-hashes" in options or {"--no-deps", "--no-build-isolation"} <= set(
            options.split()
        )
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${BASE}", "${BASE}"]
    kept = set(re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    copied = re.findall(r"^COPY ((?!--from)[^\n]+) \S+$", dockerfile, re.MULTILINE)
    assert {name for names in copied for name in names.split()} == kept


def test_nobody_may_change_what_the_image_runs():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    build, final = dockerfile.split("\nFROM ")[1:]
    assert build.rstrip().endswith("chmod -R a-w,a+rX /opt/hotspots")
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    kernels = re.findall(r"NUMBA_CACHE_DIR=(\S+)", dockerfile)
    assert kernels == ["/opt/hotspots/kernels"] * 2


def test_the_health_check_is_patient():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    options = re.search(r"^HEALTHCHECK (.+?) CMD (.+)$", dockerfile, re.MULTILINE)
    seconds = {name: int(number) for name, number in re.findall(r"--([\w-]+)=(\d+)", options[1])}
    assert seconds["interval"] * seconds["retries"] >= 120
    assert seconds["timeout"] >= 15
    within = int(re.search(r"timeout=(\d+)", options[2])[1])
    assert within < seconds["timeout"]
