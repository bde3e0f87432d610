"""What a probe is asked, and what its words say of a path."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.probe import (
    LONGEST_INGESTION,
    MOST_NAMES,
    AskedName,
    Check,
    Layer,
    ProbeRun,
    by_environment,
    names_for,
    words_of,
)
from remediator.core.pull_path import PullPath
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Consumer, Registry, Snapshot, Unknown
from remediator.core.verification import ProbeResult, Proof

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
ENVIRONMENT, JOB = ResourceId("/e/env"), ResourceId("/j/job")
APP, OTHER, REGISTRY = ResourceId("/a/app"), ResourceId("/a/other"), ResourceId("/r/shop")
LOGIN, DATA = "shop.azurecr.cn", "shop.chinaeast2.data.azurecr.cn"
PATH = PullPath(APP, LOGIN, REGISTRY, (), ((LOGIN, ("10.0.0.5",)), (DATA, ("10.0.0.4",))))
LIVE = Snapshot(consumers={APP: Consumer(APP, "app", ENVIRONMENT, ()), OTHER: Consumer(OTHER, "app", None, ())})
NAMES = (AskedName(LOGIN, ("10.0.0.5",)), AskedName(DATA, ("10.0.0.4",), login=False))
RUN = ProbeRun(ENVIRONMENT, JOB, NAMES, "m1", NOW, sent=True, execution="job-x1")


def checks(host: str, *layers: Layer, bad: Layer | None = None) -> tuple[Check, ...]:
    passed = tuple(Check(host, layer, True, "fine", ("10.0.0.5",) if layer is Layer.NAME else ()) for layer in layers)
    return (*passed, *((Check(host, bad, False, "timed out"),) if bad else ()))


GOOD_LOGIN, GOOD_DATA = checks(LOGIN, *Layer), checks(DATA, Layer.NAME, Layer.TCP, Layer.TLS)


def word(run: ProbeRun) -> ProbeResult | Unknown:
    return words_of((run,), (PATH,), LIVE)[PATH.key]


def test_the_login_server_and_the_data_endpoint_are_asked_with_their_addresses() -> None:
    """A path asks for its login server, which must answer, and for each data endpoint, which is only connected to."""
    assert names_for((PATH, PATH), LIVE) == NAMES


def test_a_public_path_asks_for_any_address() -> None:
    """Where the estate has no private address for a name, any will do; data endpoints are the registry's own."""
    registry = Registry(REGISTRY, "chinaeast2", LOGIN, "Premium", data_endpoint_enabled=True, data_hosts=(DATA,))
    live = replace(LIVE, registries={REGISTRY: registry})
    assert names_for((replace(PATH, addresses=()),), live) == (AskedName(LOGIN), AskedName(DATA, login=False))


@pytest.mark.parametrize(
    "host",
    ["", "shop", "shop.azurecr.cn;id", "$(id).azurecr.cn", "-x.azurecr.cn", "a b.c", "--data.x", "a." + "b" * 64],
)
def test_what_is_no_host_name_is_not_asked(host: str) -> None:
    """Only a host name becomes an argument, whatever an app calls its registry."""
    assert names_for((PullPath(APP, host, None, ()),), LIVE) == ()


def test_no_more_names_than_an_execution_may_have() -> None:
    """A hundred registries in one environment are not all asked of one execution."""
    many = [PullPath(APP, f"r{number}.azurecr.cn", None, ()) for number in range(100)]
    assert len(names_for(many, LIVE)) == MOST_NAMES


def test_a_consumer_without_an_environment_has_no_probe() -> None:
    """Paths belong to the environment of their consumer; one that is not known has none."""
    assert by_environment((PATH, replace(PATH, consumer=OTHER)), LIVE) == {ENVIRONMENT: (PATH,)}


@pytest.mark.parametrize(
    ("run", "whole", "says"),
    [
        (replace(RUN, passed=True), True, "as they should be"),
        (replace(RUN, passed=True, checks=GOOD_LOGIN), True, "as they should be"),
        (replace(RUN, passed=False, checks=(*GOOD_LOGIN, *GOOD_DATA)), True, "as they should be"),
        (replace(RUN, passed=False, checks=(*GOOD_LOGIN, *checks(DATA, bad=Layer.TCP))), False, "tcp: timed out"),
        (replace(RUN, passed=False, checks=(*checks(LOGIN, Layer.NAME, bad=Layer.TLS),)), False, "tls: timed out"),
        (replace(RUN, passed=False), False, "job-x1 failed, and its lines have not arrived"),
    ],
)
def test_what_a_run_says_of_a_path(run: ProbeRun, whole: bool, says: str) -> None:
    """All names of the path passed: whole. One failed, or the execution failed without a word: not whole, and why."""
    said = word(run)
    assert isinstance(said, ProbeResult)
    assert (said.whole, said.proof, said.path) == (whole, Proof.PROBE, PATH.key)
    assert says in said.detail


def test_addresses_are_those_that_were_seen() -> None:
    """The addresses that the login server got inside are told, and whether they are private."""
    said = word(replace(RUN, passed=True, checks=GOOD_LOGIN))
    assert isinstance(said, ProbeResult)
    assert (said.addresses, said.private) == (("10.0.0.5",), True)
    public = word(replace(RUN, passed=False, checks=(Check(LOGIN, Layer.NAME, False, "other", ("20.1.2.3",)),)))
    assert isinstance(public, ProbeResult)
    assert (public.addresses, public.private) == (("20.1.2.3",), False)


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (RUN.gone_wrong("azure-forbidden: no", NOW), "azure-forbidden"),
        (replace(RUN, passed=False, checks=GOOD_DATA), "have not arrived"),
        (replace(RUN, passed=True, names=NAMES[1:]), "not asked about shop.azurecr.cn"),
    ],
)
def test_what_a_run_cannot_say(run: ProbeRun, says: str) -> None:
    """A run that never was, lines that are missing, a name that was not asked: unknown, and never whole or broken."""
    said = word(run)
    assert isinstance(said, Unknown)
    assert says in said.reason


def test_when_nothing_more_is_waited_for() -> None:
    """A pass counts at once; a failure is waited for until every name has its word, or the lines are late."""
    assert not RUN.over(NOW)
    assert replace(RUN, passed=True, ended_at=NOW).over(NOW)
    failed = replace(RUN, passed=False, ended_at=NOW, checks=GOOD_LOGIN)
    assert not failed.over(NOW)
    assert replace(failed, checks=(*GOOD_LOGIN, *checks(DATA, bad=Layer.NAME))).over(NOW)
    assert failed.over(NOW + LONGEST_INGESTION + timedelta(seconds=1))
    assert RUN.gone_wrong("no", NOW).over(NOW)


def test_a_run_in_one_line() -> None:
    """The journal tells which check of which name failed."""
    assert replace(RUN, passed=True).summary == "every check passed"
    assert replace(RUN, passed=False, checks=checks(DATA, bad=Layer.TCP)).summary == f"{DATA}: tcp: timed out"
    assert "lines have not arrived" in replace(RUN, passed=False).summary
    assert RUN.gone_wrong("no job", NOW).summary == "says nothing: no job"
