"""An app that pulls in public from an open registry, and what became of its path: for tests of the way and the door."""

from __future__ import annotations

from typing import Any

from remediator.core.diagnosis import Diagnosis
from remediator.core.pull_path import Verdict
from tests.estate_builder import EstateBuilder, spoke


def judged(found: Diagnosis) -> tuple[Verdict, str | None]:
    """The verdict of the app's path, and the rule that decided it."""
    path = next(path for path in found.paths if path.consumer.name == "orders")
    return path.verdict, path.deciding.rule if path.deciding else None


def open_registry(**more: Any) -> EstateBuilder:
    """An app that pulls in public from an open registry with data endpoints of its own."""
    builder = EstateBuilder()
    _, infrastructure, _ = spoke(builder)
    builder.registry("shop", closed=False, dataEndpointEnabled=True, **more)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    return builder
