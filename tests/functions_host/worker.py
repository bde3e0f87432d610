"""Microsoft's own Python worker library, driven in this process as the Functions host drives it.

`azure-functions-runtime` indexes `function_app.py` and invokes its functions in production. The host talks to it in
protobuf messages; plain classes stand in for those here. The library keeps the app in module globals: one app in a
process, so `Worker.start` indexes once and every test of the process shares it.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as library


class Message:
    """A protobuf message: its fields by keyword, and the field of a `oneof` that is set."""

    oneof: tuple[str, ...] = ()

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def WhichOneof(self, _group: str) -> str | None:
        return next((name for name in self.oneof if getattr(self, name, None) is not None), None)


class TypedData(Message):
    """A value on its way between host and worker."""

    oneof = ("string", "json", "bytes", "http", "int", "double")


class ParameterBinding(Message):
    """A value with the name of the parameter that it is for."""

    oneof = ("data", "rpc_shared_memory")


class StatusResult(Message):
    """How a request to the worker ended."""

    Failure, Success, Cancelled = 0, 1, 2


class BindingInfo(Message):
    """What the library compares directions and data types with (FunctionRpc.proto: in 0, out 1, inout 2)."""

    inout, out, undefined = 2, 1, 0


class RpcHttpCookie(Message):
    """A cookie of a response, with the enumeration that the library looks up by name."""

    SameSite = type("SameSite", (), {"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})


class Protos:
    """The module of generated messages; a message that has no peculiarity is a plain one."""

    TypedData, ParameterBinding, StatusResult = TypedData, ParameterBinding, StatusResult
    BindingInfo, RpcHttpCookie = BindingInfo, RpcHttpCookie

    def __getattr__(self, name: str) -> type[Message]:
        if not name[0].isupper():
            raise AttributeError(name)
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made


class WorkerFailed(Exception):
    """The worker answered with a failure: the host would answer 500, or give the message back to its queue."""


@dataclass(frozen=True)
class Function:
    """One indexed function: what the host knows of it."""

    name: str
    id: str
    bindings: tuple[dict[str, Any], ...]

    @property
    def trigger(self) -> dict[str, Any]:
        return next(b for b in self.bindings if b["type"].lower().endswith("trigger"))


class Worker:
    """The indexed app; `invoke` calls one function and gives back its return value and its outputs."""

    def __init__(self, functions: Mapping[str, Function], loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self.functions = functions
        self.index_seconds = seconds
        self._loop = loop

    @classmethod
    def start(cls, directory: str) -> Worker:
        """Index the app of a directory, which must be importable; `WorkerFailed` when the library refuses it."""
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="functions-worker", daemon=True).start()
        library.start_threadpool_executor()
        began = time.perf_counter()
        functions = _wait(loop, _index(directory))
        return cls(functions, loop, time.perf_counter() - began)

    def invoke(self, name: str, data: TypedData, metadata: Mapping[str, TypedData] | None = None) -> Any:
        """Call a function with the value of its trigger: its return value as the host would see it.

        HTTP functions give an `RpcHttp` message. `WorkerFailed` when the function raised.
        """
        function = self.functions[name]
        message = SimpleNamespace(
            invocation_id=str(uuid.uuid4()),
            function_id=function.id,
            input_data=[ParameterBinding(name=function.trigger["name"], data=data)],
            trigger_metadata=dict(metadata or {}),
            trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
        )
        response = _wait(self._loop, library.invocation_request(_request(invocation_request=message)))
        _check(response)
        return None if response.return_value is None else plain(response.return_value)

    def stop(self) -> None:
        """End the library's threads and the loop."""
        library.stop_threadpool_executor()
        self._loop.call_soon_threadsafe(self._loop.stop)


def plain(data: TypedData) -> Any:
    """What a value of the worker holds."""
    kind = data.WhichOneof("data")
    value = getattr(data, kind) if kind else None
    return json.loads(value) if kind == "json" else value


async def _index(directory: str) -> dict[str, Function]:
    """Start, metadata, load: the three requests that the host makes before the first invocation."""
    start = SimpleNamespace(
        host_version="4.1041.0",
        capabilities={},
        log_categories={},
        worker_directory="",
        function_app_directory=directory,
    )
    _check(await library.worker_init_request(_request(worker_init_request=start)))
    asked = _request(functions_metadata_request=SimpleNamespace(function_app_directory=directory))
    answer = await library.functions_metadata_request(asked)
    _check(answer)
    functions = {}
    for found in answer.function_metadata_results or ():
        load = SimpleNamespace(function_id=found.function_id, metadata=found, managed_dependency_enabled=False)
        _check(await library.function_load_request(_request(function_load_request=load)))
        bindings = tuple(json.loads(binding) for binding in found.raw_bindings)
        functions[found.name] = Function(found.name, found.function_id, bindings)
    return functions


_PROTOS = Protos()


def _request(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(request=SimpleNamespace(**fields), properties={"host": "127.0.0.1", "protos": _PROTOS})


def _check(response: Any) -> None:
    if response.result.status != StatusResult.Success:
        failure = response.result.exception
        raise WorkerFailed(f"{failure.message}\n{getattr(failure, 'stack_trace', '')}")


def _wait(loop: asyncio.AbstractEventLoop, call: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run_coroutine_threadsafe(call, loop).result(timeout=60)
