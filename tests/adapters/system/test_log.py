"""The log: constant messages, variables as keys, nothing secret."""

from __future__ import annotations

import logging

import pytest

from remediator.adapters.system.log import SystemLog, redacted

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl"
OWN_TOKEN = "mJ3k9Zq-4fT7xYb2LwQ8vN1cR6hS0dPgA5uE_iKoB7t"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Authorization: Bearer {JWT}", "Authorization: [struck] [struck]"),
        (f"token was {JWT} then", "token was [struck] then"),
        ("https://x/y?sv=1&sig=abc%2Fdef%3D&se=2", "https://x/y?sv=1&sig=[struck]&se=2"),
        ("https://f/api/alerts?code=Kd8s-32==", "https://f/api/alerts?code=[struck]"),
        ('{"password": "hunter2", "user": "x"}', '{"password": "[struck]", "user": "x"}'),
        ("AccountName=a;AccountKey=Zm9v==;X=1", "AccountName=a;AccountKey=[struck];X=1"),
        ("asked wang.li@contoso.com.cn today", "asked [mail] today"),
        (f"GET /approvals/{OWN_TOKEN} 200", "GET /approvals/[struck] 200"),
        (f"handing out {OWN_TOKEN}", "handing out [struck]"),
        ("two\nlines\x1b[31m", "two lines [31m"),
    ],
)
def test_secrets_are_struck_out(text: str, expected: str) -> None:
    """Tokens, signatures, passwords, keys and mail addresses do not reach the log, nor do line breaks."""
    assert redacted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-Shop-Production-West-Europe-1/providers"
        "/Microsoft.ContainerRegistry/registries/shopRegistryOfTheWestEuropeanProduction1",
        "d1:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "0123456789ab-01j9zq8m4kxyz1234",
        'code=403 {"error": {"code": "ImagePullFailure"}}',
        "shop.azurecr.cn/app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
)
def test_what_an_operator_needs_stays(text: str) -> None:
    """Resource ids, digests, incident ids and image names are not taken for secrets."""
    assert redacted(text) == text


def test_keys(caplog: pytest.LogCaptureFixture) -> None:
    """The message stays constant; variables follow it and are on the record too."""
    with caplog.at_level(logging.INFO, "remediator"):
        SystemLog().info("taking in signal", incident="i1", seconds=1.5, reason="a b", who="")
    record = caplog.records[0]
    assert record.getMessage() == 'taking in signal incident=i1 seconds=1.5 reason="a b" who=""'
    assert record.__dict__["keys"] == {"incident": "i1", "seconds": 1.5, "reason": "a b", "who": ""}


def test_errors(caplog: pytest.LogCaptureFixture) -> None:
    """An error has its own level and is redacted like the rest; a percent sign is only a percent sign."""
    SystemLog().error("sending mail %s", to="a@b.example", name="x")
    assert caplog.records[0].levelno == logging.ERROR
    assert caplog.records[0].getMessage() == "sending mail %s to=[mail] name=x"


def test_long_texts_are_cut() -> None:
    """A text that never ends is cut, and the cut is seen."""
    assert redacted("x " * 2000).endswith("…")
    assert len(redacted("x " * 2000)) == 500
