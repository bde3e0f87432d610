"""The function app, indexed once in this process, and a host around it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.functions_host.host import Host
from tests.functions_host.worker import Worker

ROOT = Path(__file__).parents[2]


@cache
def _worker() -> Worker:
    return Worker.start(str(ROOT))


@pytest.fixture(scope="session")
def worker() -> Worker:
    return _worker()


@pytest.fixture
def host(worker: Worker) -> Host:
    return Host(worker, ROOT)
