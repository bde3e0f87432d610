"""The machine's clock, ids and tokens."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from remediator.adapters.system.clock import SystemClock
from remediator.adapters.system.ids import SystemIds
from remediator.adapters.system.tokens import HmacTokens, local_key
from remediator.core.errors import Misconfigured

KEY = b"0123456789abcdef"


def test_clock_is_utc() -> None:
    """The clock tells the present moment in UTC."""
    now = SystemClock().now()
    assert now.utcoffset() == timedelta(0)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_no_waiting() -> None:
    """Waiting for nothing, or for less, returns at once and is no mistake."""
    SystemClock().sleep(0)
    SystemClock().sleep(-5)


def test_ids_ascend_and_differ() -> None:
    """Ids sort in the order in which they were made, and are safe in a URL and in a row's key."""
    ids = SystemIds()
    made = [ids.new() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000
    assert all(len(each) == 17 and each.isalnum() and each.isascii() for each in made)


def test_ids_of_many_threads() -> None:
    """No two threads get the same id."""
    ids = SystemIds()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: ids.new(), range(2000)))) == 2000


def test_tokens_repeat() -> None:
    """The same parts give the same token, so that a reminder carries the same link."""
    assert HmacTokens(KEY).token("i1", "d1:x") == HmacTokens(KEY).token("i1", "d1:x")


@pytest.mark.parametrize("parts", [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ()])
def test_tokens_differ(parts: tuple[str, ...]) -> None:
    """Other parts, other ways to cut them and other keys give other tokens."""
    tokens = HmacTokens(KEY)
    others = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), ()]
    assert [tokens.token(*other) == tokens.token(*parts) for other in others].count(True) == 1
    assert HmacTokens(KEY[::-1]).token(*parts) != tokens.token(*parts)


def test_token_shape() -> None:
    """A token goes into a URL as it is, and its hash says nothing of it."""
    tokens = HmacTokens(KEY)
    token = tokens.token("x")
    assert len(token) == 43
    assert token.replace("-", "").replace("_", "").isalnum()
    assert len(tokens.hash(token)) == 64
    assert token not in tokens.hash(token)


def test_weak_key() -> None:
    """A short key is refused, without being shown."""
    with pytest.raises(Misconfigured) as caught:
        HmacTokens(b"hunter2")
    assert "hunter2" not in str(caught.value)


def test_local_key_is_kept(tmp_path: Path) -> None:
    """The key of a machine is drawn once, is private, and is the same afterwards."""
    key = local_key(tmp_path / "state")
    assert len(key) == 32
    assert local_key(tmp_path / "state") == key
    assert local_key(tmp_path / "other") != key
    assert (tmp_path / "state" / "approval.key").stat().st_mode & 0o077 == 0
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["approval.key"]


def test_local_key_of_processes_that_start_at_once(tmp_path: Path) -> None:
    """Processes that start at once agree on one key."""
    code = (
        "import sys; from pathlib import Path; from remediator.adapters.system.tokens import local_key;"
        "sys.stdout.write(local_key(Path(sys.argv[1])).hex())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "state")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=60)[0] for process in running}) == 1


def test_damaged_local_key(tmp_path: Path) -> None:
    """A damaged key file is an operator's matter; its content is not shown."""
    (tmp_path / "approval.key").write_text("what is this")
    with pytest.raises(Misconfigured) as caught:
        local_key(tmp_path)
    assert caught.value.code == "approval-key-unusable"
    assert "what is this" not in str(caught.value)
