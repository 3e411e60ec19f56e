"""How kernels are compiled, where the machine code can be kept and where it cannot."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SUM_THREE = """
import numpy as np
from spatial.compiled import compiled

@compiled
def total(values):
    result = 0.0
    for value in values:
        result += value
    return result

print(total(np.array([1.0, 2.0, 4.0])))
"""


def test_kernels_run_where_no_folder_for_machine_code_can_be_written(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SUM_THREE)
    nowhere = tmp_path / "a_file"
    nowhere.touch()
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "NUMBA_CACHE_DIR": str(nowhere / "below"),
            # Not even beside the module or in the home of whoever runs the tests.
            "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("7.0\n", "")


AS_ANOTHER_USER = """
import os, sys
from numba import njit
njit(lambda x: x + 1)(1)  # what compilation imports, while this may still read it
if os.geteuid() == 0:
    os.seteuid(65534)
sys.path.insert(0, sys.argv[1])
import kernel_to_store
"""


@pytest.fixture
def open_folder():
    """A folder that every user can reach; those of pytest are for their owner."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.compiled
def test_machine_code_is_read_from_a_folder_that_nobody_may_write(open_folder):
    kernels, module = open_folder / "kernels", open_folder / "kernel_to_store.py"
    module.write_text(SUM_THREE)
    module.chmod(0o644)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(kernels),
        "NUMBA_DEBUG_CACHE": "1",
        "HOME": str(open_folder / "home"),
    }

    def run(*args):
        done = subprocess.run(
            [sys.executable, "-W", "error", *args],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "7.0\n" in done.stdout
        return done.stdout

    assert "data saved" in run(str(module))
    stored = sorted(path for path in kernels.rglob("*") if path.is_file())
    assert stored
    for path in (*stored, *(path for path in kernels.rglob("*") if path.is_dir()), kernels):
        path.chmod(0o555 if path.is_dir() else 0o444)
    open_folder.chmod(0o555)
    said = run("-c", AS_ANOTHER_USER, str(open_folder))
    assert "data loaded" in said
    assert "saved" not in said
    assert sorted(path for path in kernels.rglob("*") if path.is_file()) == stored
    for path in (kernels, *(path for path in kernels.rglob("*") if path.is_dir())):
        path.chmod(0o755)
