"""Bootstrap chooses the adapters: what each mode is made of, seen from its runtime."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from remediator import bootstrap
from remediator.core.approval import Answer, Person
from remediator.core.desired import Approvers, Way
from remediator.core.errors import Misconfigured, Rejected
from remediator.core.outbox import EVENTS
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.snapshot import Unknown
from remediator.core.verification import Proof
from remediator.sandbox import Azure, Network, estates

KEY = "0123456789abcdef0123456789abcdef"
REGISTRY = ResourceId(
    "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers/"
    "Microsoft.ContainerRegistry/registries/contoso"
)


def built(folder: Path, **settings: str) -> bootstrap.Runtime:
    """A runtime of these settings, with its data in the folder."""
    environ = {f"REMEDIATOR_{name.upper()}": value for name, value in settings.items()}
    return bootstrap.build(bootstrap.settings({"REMEDIATOR_DATA_DIR": str(folder), **environ}))


def test_mistakes_in_the_settings_are_one_error() -> None:
    """Every wrong variable is named, with what is wanted, and no value is repeated."""
    with pytest.raises(Misconfigured) as caught:
        bootstrap.settings({"REMEDIATOR_MODE": "s3cret", "REMEDIATOR_NOTIFY": "nobody"})
    assert caught.value.code == "bad-setting"
    assert set(caught.value.context) == {"REMEDIATOR_MODE", "REMEDIATOR_NOTIFY"}
    assert "s3cret" not in caught.value.message


def test_local_keys_outlive_the_process(tmp_path: Path) -> None:
    """Two runtimes on one data folder make the same tokens, form keys and function keys; another one makes others."""
    with built(tmp_path / "a") as one, built(tmp_path / "a") as same, built(tmp_path / "b") as other:
        assert one.tokens.token("x") == same.tokens.token("x") != other.tokens.token("x")
        assert (one.csrf_key, one.function_key) == (same.csrf_key, same.function_key)
        assert len({one.csrf_key.hex(), one.function_key, one.tokens.token("x")}) == 3


def test_what_is_stored_outlives_the_process(tmp_path: Path) -> None:
    """An incident that one runtime took in is found by the next one."""
    with built(tmp_path) as first:
        taken = first.take_in(Signal(SignalSource.MANUAL, "a", subject=REGISTRY))
    with built(tmp_path) as second:
        assert [incident.id for incident in second.find()] == [taken.incident]
        assert second.take_in(Signal(SignalSource.MANUAL, "b", subject=REGISTRY)).joined


def test_a_set_function_key_is_the_only_one(tmp_path: Path) -> None:
    """A key from the settings is taken as it is; in mode azure none is made up."""
    with built(tmp_path, function_key="given") as runtime:
        assert runtime.function_key == "given"
    azure = {"approval_key": KEY, "public_url": "https://remediator.example"}
    with built(tmp_path, mode="azure", **azure) as runtime:
        assert runtime.function_key == ""


def test_mode_azure_says_where_rows_lie(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Without a storage account mode azure says in its log that rows are in SQLite; it asks nobody by itself."""
    caplog.set_level("INFO")
    with built(tmp_path, mode="azure", approval_key=KEY, public_url="https://remediator.example") as runtime:
        assert runtime.flow.recipients == ()
    assert "no storage account is set" in caplog.text


def test_nobody_looks_from_inside_live(tmp_path: Path) -> None:
    """Outside the sandbox there is no prober."""
    with built(tmp_path) as runtime:
        assert runtime.flow.prober is None


def test_the_settings_complete_the_desired_state(tmp_path: Path) -> None:
    """The way without a document, and approvers where nobody is named, come from the settings."""
    with built(tmp_path, way="report", approver_users="lin") as runtime:
        (entry,) = runtime.desired().registries
    assert (entry.way, entry.approvers) == (Way.REPORT, Approvers(users=("lin",)))
    document = tmp_path / "desired.yaml"
    document.write_text(
        "apiVersion: remediator/v1\nkind: DesiredState\nregistries:\n  - match: '*'\n", encoding="utf-8"
    )
    with built(tmp_path, way="report", approver_users="lin", desired_state=str(document)) as runtime:
        (entry,) = runtime.desired().registries
    assert (entry.way, entry.approvers.users) == (Way.DIRECT, ("lin",))


def test_nothing_to_decide_is_refused(tmp_path: Path) -> None:
    """An answer at the terminal needs an open question."""
    with built(tmp_path) as runtime:
        taken = runtime.take_in(Signal(SignalSource.MANUAL, "a", subject=REGISTRY))
        with pytest.raises(Rejected, match="nothing-to-decide"):
            runtime.answer_here(runtime.load(taken.incident), Answer(True, "d1:x"), Person("lin"))


def test_a_missing_certificate_file_is_an_error(tmp_path: Path) -> None:
    """A CA file that is not there is named at the first question."""
    with (
        built(tmp_path, ca_file=str(tmp_path / "no.pem")) as runtime,
        pytest.raises(Misconfigured, match="ca-file-missing"),
    ):
        runtime.observer.observe()


def test_the_sandbox_is_read_over_tls_and_probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mode sandbox serves the estate itself, reads it with a managed identity, and looks from inside by a pull."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", "")
    monkeypatch.setenv("IDENTITY_HEADER", "")
    azure = Azure.from_estate(estates.load("healthy-hub"))
    settings = bootstrap.settings({"REMEDIATOR_DATA_DIR": str(tmp_path), "REMEDIATOR_MODE": "sandbox"})
    with bootstrap.build(settings, sandbox=azure) as runtime:
        snapshot = runtime.observer.observe()
        assert len(snapshot.consumers) == 2
        prober = runtime.flow.prober
        assert prober is not None
        for rid, consumer in snapshot.consumers.items():
            result = prober.probe(rid, consumer.images[0])
            assert not isinstance(result, Unknown)
            assert (result.whole, result.private, result.proof) == (True, True, Proof.PULL)
            assert Network(azure).pull_app(rid.text).ok
        gone = prober.probe(ResourceId("/subscriptions/x/providers/Microsoft.App/containerApps/gone"), "a/b:c")
        assert isinstance(gone, Unknown)


def test_a_sandbox_without_its_libraries_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only requirements.txt is installed, mode sandbox is a clear error and no traceback."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    monkeypatch.delitem(sys.modules, "remediator.sandbox.server", raising=False)
    with pytest.raises(Misconfigured, match="sandbox-not-installed"):
        built(tmp_path, mode="sandbox")


def test_without_a_topic_nothing_is_published(tmp_path: Path) -> None:
    """Where no topic is set there is no channel of events, and an incident that is opened announces nothing."""
    with built(tmp_path) as runtime:
        assert EVENTS not in runtime.channels
        taken = runtime.take_in(Signal(SignalSource.MANUAL, "a", subject=REGISTRY))
        assert runtime.load(taken.incident).outbox == ()


def test_a_topic_hears_of_an_incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a topic set, an opening is announced in its own save; azure-eventgrid is imported when it is sent."""
    monkeypatch.delitem(sys.modules, "azure.eventgrid", raising=False)
    with built(tmp_path, event_endpoint="https://topic.example/api/events") as runtime:
        taken = runtime.take_in(Signal(SignalSource.MANUAL, "a", subject=REGISTRY))
        (opened,) = runtime.load(taken.incident).outbox
    assert (opened.channel, opened.template) == (EVENTS, "Remediator.IncidentOpened")
    assert "azure.eventgrid" not in sys.modules
