"""Traps of the system log: which rows speak of a failed pull, in either table, whatever their Type and Reason say."""

from __future__ import annotations

import pytest

from remediator.core.signal import Ignored, Signal
from remediator.signals.monitor_alert import parse_alert

FAILED = "Container 'orders' was terminated with exit code '' and reason 'ImagePullFailure'."
STOPPED = "Container 'orders' was terminated with exit code '' and reason 'ManuallyStopped'."


def heard(**row: object) -> Signal | None:
    """The signal of a row that somebody posted as it stands, None where it is about something else."""
    (answer,) = parse_alert(row)
    if isinstance(answer, Signal):
        return answer
    assert isinstance(answer, Ignored)
    return None


def test_the_reason_of_a_failed_pull_stands_in_the_text() -> None:
    """No row has the reason ImagePullFailure: it is ContainerTerminated, and the text says why."""
    assert heard(Reason_s="ContainerTerminated", Type_s="Warning", Log_s=FAILED) is not None


@pytest.mark.parametrize("kind", ["Normal", "Warning", "", None])
def test_a_normal_row_counts_like_a_warning(kind: object) -> None:
    """ImagePullUnauthorized is written as Normal, and its reason is enough."""
    assert heard(Reason_s="ImagePullUnauthorized", Type_s=kind, Log_s="see the revision", ContainerAppName_s="orders")


@pytest.mark.parametrize("kind", ["Normal", "Warning"])
def test_a_container_that_somebody_stopped_is_none(kind: str) -> None:
    """ContainerTerminated alone, a Warning or not, is no failed pull."""
    assert heard(Reason_s="ContainerTerminated", Type_s=kind, Log_s=STOPPED) is None


@pytest.mark.parametrize(
    ("text", "app", "environment", "reason"),
    [
        ("Log_s", "ContainerAppName_s", "EnvironmentName_s", "Reason_s"),
        ("Log", "ContainerAppName", "EnvironmentName", "Reason"),
        ("Msg", "ContainerAppName", "EnvironmentName", "Reason"),
    ],
    ids=["ContainerAppSystemLogs_CL", "ContainerAppSystemLogs", "log stream"],
)
def test_each_table_is_read_alike(text: str, app: str, environment: str, reason: str) -> None:
    """The custom table, the resource-specific one and the stream name their columns differently and say the same."""
    row = {text: FAILED, app: "orders", environment: "prod", reason: "ContainerTerminated"}
    signal = heard(**row)
    assert signal is not None
    assert (signal.text, signal.app, signal.environment) == (FAILED, "orders", "prod")


def test_an_escaped_quote_hides_no_word() -> None:
    """A row that travelled through JSON has `\\u0027` for its quotes; the words between them are found all the same."""
    assert heard(Reason="ContainerTerminated", Msg=FAILED.replace("'", "\\u0027")) is not None


def test_first_rows_of_a_stream_have_no_names() -> None:
    """The app's and the revision's names may be null; the row still speaks."""
    signal = heard(Msg=FAILED, ContainerAppName=None, RevisionName=None, Count=0)
    assert signal is not None
    assert signal.app is None
