"""One cold start in a process of its own: how long does Microsoft's worker library take to index an app, and in how
much memory?

`python -P indexing.py DIRECTORY`, as a file and never as a module, so that nothing of ours is imported before the
app's own `function_app.py` is. `cold` starts it once for each figure. It writes one JSON object; an app that the
library refuses ends it with 1 and the reason on stderr.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class Message:
    """Stands in for any protobuf message of the host: its fields by keyword."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def WhichOneof(self, _: str) -> str | None:
        """No field of a `oneof` is set: indexing needs none."""
        return None


class StatusResult(Message):
    """How a request to the worker ended."""

    Failure, Success, Cancelled = 0, 1, 2
    exception: Any = None


class BindingInfo(Message):
    """The enumerations that bindings are compared with (FunctionRpc.proto)."""

    inout, out, undefined = 2, 1, 0


class Protos:
    """The module of generated messages; each is made when it is first asked for."""

    StatusResult, BindingInfo = StatusResult, BindingInfo

    def __getattr__(self, name: str) -> type[Message]:
        if name.startswith("_"):
            raise AttributeError(name)
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made


async def index(library: Any, directory: str) -> int:
    """The three requests that the host makes before the first call; how many functions there are."""
    properties = {"host": "127.0.0.1", "protos": Protos()}

    async def ask(kind: str, **fields: Any) -> Any:
        request = SimpleNamespace(request=SimpleNamespace(**{kind: SimpleNamespace(**fields)}), properties=properties)
        answer = await getattr(library, kind)(request)
        if answer.result.status != StatusResult.Success:
            raise SystemExit(str(getattr(answer.result.exception, "message", "the library refused the app")))
        return answer

    await ask(
        "worker_init_request",
        host_version="4.0.0",
        capabilities={},
        log_categories={},
        worker_directory="",
        function_app_directory=directory,
    )
    found = (await ask("functions_metadata_request", function_app_directory=directory)).function_metadata_results or []
    for each in found:
        await ask(
            "function_load_request", function_id=each.function_id, metadata=each, managed_dependency_enabled=False
        )
    return len(found)


def peak() -> float:
    """The most memory that this process ever held, in MiB.

    Linux counts what the parent held into `ru_maxrss`; its own figure of the address space does not.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except (OSError, ValueError, IndexError):
        unit = 1024 * 1024 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main(directory: str) -> None:
    """Measure and print."""
    began, spent = time.perf_counter(), time.process_time()
    import azure_functions_runtime as library

    library.start_threadpool_executor()
    ready = time.perf_counter()
    os.chdir(directory)
    sys.path.insert(0, directory)
    functions = asyncio.run(index(library, directory))
    done, used = time.perf_counter(), time.process_time()
    library.stop_threadpool_executor()
    measured = {
        "functions": functions,
        "library": ready - began,
        "index": done - ready,
        "total": done - began,
        "cpu": used - spent,
        "mebibytes": peak(),
        "modules": len(sys.modules),
    }
    sys.stdout.write(json.dumps(measured))


if __name__ == "__main__":
    main(sys.argv[1])
