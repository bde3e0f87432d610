"""The function app, indexed once in this process, a host around it, and what stands behind its doors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from remediator.functions import runtime, web_app
from tests.functions_host.host import Host
from tests.functions_host.stage import Stage
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


@pytest.fixture
def fresh_runtime() -> Iterator[None]:
    """The doors forget what they have built, before and after."""
    _forget()
    yield
    _forget()


@pytest.fixture
def stage(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(host)
    monkeypatch.setattr(runtime, "_runtime", lambda: made.runtime)
    return made


def _forget() -> None:
    runtime._runtime.cache_clear()
    web_app._middleware.cache_clear()
