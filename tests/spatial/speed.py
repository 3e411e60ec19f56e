"""Marks for tests that are only quick where kernels are compiled."""

import numba
import pytest

compiled_only = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="tens of millions of steps, too many for Python"
)
