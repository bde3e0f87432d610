"""Stand-ins that several suites need: a clock, a log, and a credential."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from azure.core.credentials import AccessToken

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


class Token:
    """A credential whose scopes are remembered."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        self.scopes += scopes
        return AccessToken("a-token", 9_999_999_999)
