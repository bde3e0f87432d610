"""What holds for every text, and how far the collected real texts are understood."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.core.pull_error import Cause, Confidence, classify

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "pull-errors"
NOT_TOLD = {"pe078", "pe079"}
"""Two texts that say "unauthorized" and nothing else, where the thread found an old client and a user-id fault."""

PIECES = st.sampled_from(
    [
        "403 Forbidden",
        "client with IP '20.1.2.3' is not allowed access",
        "https://shop.azurecr.io/v2/a/manifests/1",
        "ghcr.io/a:1",
        "shop.azurecr.cn/a:1",
        ": EOF",
        "no such host",
        "lookup ",
        "manifest unknown",
        '"',
        "\\u0027",
        "\\n",
        "\n",
        "\\",
        "sig=abcdef",
        'image "',
        "://",
        "@",
        "401 Unauthorized",
        "x509: ",
        "toomanyrequests",
        ".data.azurecr.io/",
        "eyJhbGciOi",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=12).map("".join)


@given(TEXTS)
def test_any_text_is_answered(text: str) -> None:
    """No text raises; the evidence is bounded, and a registry or image host is somewhere in the text."""
    said = classify(text)
    assert len(said.evidence) <= 240
    if said.registry:
        assert said.registry.lower() in re.sub(r"\s|\\[nrt]", "", text).lower() or said.registry.lower() in text.lower()
    if said.managed:
        assert said.registry
        assert re.search(r"\.azurecr\.(io|cn|us)$", said.registry, re.IGNORECASE)
    if said.cause is Cause.unknown:
        assert said.confidence is Confidence.low


def _corpus(name: str) -> list[dict[str, str]]:
    path = CORPUS / name
    if not path.exists():
        pytest.skip("the shared corpus (../shared/corpus) is not on this machine")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def test_collected_texts() -> None:
    """Every collected text gets the cause that its thread established, but for two that do not tell it."""
    wrong = {
        entry["id"] for entry in _corpus("pull_errors.jsonl") if classify(entry["text"]).cause != entry["cause_label"]
    }
    assert wrong == NOT_TOLD


def test_texts_nobody_could_explain() -> None:
    """A text whose cause was never found, or is not told, stays a low hint."""
    unexplained = _corpus("pull_errors_cause_not_established.jsonl")
    silent = [entry for entry in _corpus("pull_errors.jsonl") if entry["id"] in NOT_TOLD]
    for entry in (*unexplained, *silent):
        assert classify(entry["text"]).confidence is Confidence.low, entry["id"]
