"""Stand-ins for ports that several suites need: a clock and a log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class HandClock:
    """A clock that only we move; whoever sleeps moves it too."""

    def __init__(self, start: datetime = NOON) -> None:
        self.at = start

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class ListLog:
    """A log whose errors can be read."""

    def __init__(self) -> None:
        self.errors: list[dict[str, object]] = []

    def info(self, message: str, **keys: str | int | float) -> None:
        pass

    def error(self, message: str, **keys: str | int | float) -> None:
        self.errors.append({"message": message, **keys})
