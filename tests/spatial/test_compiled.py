"""How kernels are compiled, where the machine code can be kept and where it cannot."""

import os
import subprocess
import sys

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
