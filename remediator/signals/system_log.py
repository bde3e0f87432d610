"""What does a row of the Container Apps system log say about a pull?

`monitor_alert` calls it, for lines that were posted as they stand and for rows inside an alert. Columns come bare or
with the suffixes of a custom table (`Log_s`, azure-facts 2.5); names may be null or empty. Registry and app are hints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from remediator.core.pull_error import Cause, classify
from remediator.signals.loose_json import MAX_TEXT, moment, word

# What is read of all error texts of a body: to weigh a letter takes microseconds, and a body may have a million.
MOST_LETTERS = 96 * 1024
ROW_LETTERS = 32  # what a row costs however short it is
_TEXT = ("Msg", "Log", "Log_s", "Message", "RawData", "ErrorMessage", "Error", "statusMessage", "text", "sample")
_APP = ("ContainerAppName", "ContainerAppName_s", "ContainerApp", "AppName", "App", "App_s", "_ResourceId")
_JOB = ("JobName", "JobName_s", "ContainerJobName", "Job", "Job_s")
_ENVIRONMENT = ("EnvironmentName", "EnvironmentName_s", "ManagedEnvironment", "Environment", "Env", "Env_s")
_REGISTRY = ("Registry", "RegistryName", "LoginServer", "RegistryHost", "RegistryServer", "Registry_s", "LoginServer_s")
_TIME = ("TimeStamp", "TimeGenerated", "time", "timestamp")
_REASONS = frozenset({"imagepullunauthorized", "containerbackoff", "fetchingkeyvaultsecretfailed", "imagepullfailed"})
_WORDS = ("imagepull", "failed to pull", "pull image", "persistent image pull", "construct registry secret")


@dataclass(frozen=True, slots=True)
class Row:
    """What one row, or the dimensions of an alert, point at."""

    text: str | None
    app: str | None
    environment: str | None
    registry_host: str | None
    at: datetime | None
    about_a_pull: bool

    @property
    def names_something(self) -> bool:
        """Whether it gives us anywhere to look."""
        return bool(self.text or self.app or self.environment or self.registry_host)


def is_log_line(document: Mapping[str, object]) -> bool:
    """Whether an object is a line of the system log rather than an alert."""
    named = {key.lower() for key in document}
    return bool(named & {"msg", "log", "log_s"}) and not named & {"schemaid", "essentials", "alertcontext"}


def read_row(columns: Mapping[str, object], letters: int = MAX_TEXT) -> Row:
    """The hints of a row; column names are compared without case, and the text is cut at so many letters."""
    lowered = {key.lower(): value for key, value in columns.items()}

    def first(names: tuple[str, ...], limit: int = 256) -> str | None:
        return word(lowered, *(name.lower() for name in names), limit=limit)

    text = first(_TEXT, letters)
    said = classify(text) if text else None
    registry = said.registry if said and said.managed else None
    reason = (first(("Reason", "Reason_s")) or "").lower()
    return Row(
        text=text,
        app=first(_APP) or first(_JOB),
        environment=first(_ENVIRONMENT),
        registry_host=first(_REGISTRY) or registry,
        at=moment(first(_TIME)),
        about_a_pull=reason in _REASONS or is_about_a_pull(text, said.cause if said else Cause.unknown),
    )


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one body, so many letters in all: of a row that comes late little is read, then nothing."""

    left: int = MOST_LETTERS

    @property
    def is_tired(self) -> bool:
        """Whether nothing more should be read."""
        return self.left <= 0

    def row(self, columns: Mapping[str, object]) -> Row:
        """As `read_row`."""
        row = read_row(columns, min(MAX_TEXT, max(self.left, ROW_LETTERS)))
        self.left -= len(row.text or "") + ROW_LETTERS
        return row


def is_about_a_pull(text: str | None, cause: Cause) -> bool:
    """Whether a text speaks of a failed pull: by its cause, or where it has none, by the platform's words for one.

    `ContainerTerminated` and `ManuallyStopped` alone are none (azure-facts 12, trap 3).
    """
    lowered = (text or "").lower()
    return cause is not Cause.unknown or any(known in lowered for known in _WORDS)
