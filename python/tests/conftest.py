# SPDX-License-Identifier: BSD-3-Clause
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))


def pytest_addoption(parser):
    parser.addoption("--fuzz", type=float, default=3.0, help="seconds of each test that fuzzes")


@pytest.fixture
def fuzz_seconds(request):
    return request.config.getoption("--fuzz")


def torch_or_skip():
    """torch; without it the tests are skipped, or fail where MIXCON_NEEDS_TORCH is set, as CI does."""
    if os.environ.get("MIXCON_NEEDS_TORCH"):
        import torch

        return torch
    return pytest.importorskip("torch", reason="torch is not installed: the tests of mixcon.nn are skipped")
