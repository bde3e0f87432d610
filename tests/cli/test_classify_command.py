"""`remediator classify`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import document, run

REFUSED = (
    "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
    "https://contoso.azurecr.cn/oauth2/token?scope=repository%3Aa%3Apull&service=contoso.azurecr.cn: 403 Forbidden"
)
KEYS = {"schema", "cause", "managed", "registry", "image", "client_ip", "confidence", "evidence"}


def test_a_text_on_stdin_is_one_document() -> None:
    """The public shape, with the cause, the registry and whether it is one of Azure's."""
    found = document("classify", "--json", typed=REFUSED)
    assert set(found) == KEYS
    assert (found["cause"], found["managed"], found["registry"]) == ("firewall_denied", True, "contoso.azurecr.cn")


def test_a_file_is_read(tmp_path: Path) -> None:
    """A file named on the command line stands for stdin; a byte order mark and odd bytes do no harm."""
    path = tmp_path / "text"
    path.write_bytes(b"\xef\xbb\xbf" + REFUSED.encode() + b"\xff\xfe")
    assert document("classify", path, "--json")["cause"] == "firewall_denied"


def test_lines_are_texts_of_their_own() -> None:
    """One line of JSON for each line of input, also for an empty one."""
    result = run("classify", "--lines", typed=f"{REFUSED}\n\nno such host ghcr.io\r\n")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["cause"] for row in rows][:2] == ["firewall_denied", "unknown"]
    assert (len(rows), {frozenset(row) for row in rows}) == (3, {frozenset(KEYS)})


def test_no_text_gives_no_line() -> None:
    """Empty input has no text in it."""
    assert run("classify", "--lines", typed="").stdout == ""


def test_a_person_reads_short_lines() -> None:
    """Without --json the answer is a few plain lines, without colour in a pipe."""
    result = run("classify", typed=REFUSED)
    assert "firewall_denied" in result.stdout
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A file that is not there ends with 1, a code and no traceback."""
    result = run("classify", tmp_path / "nothing")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[file-unreadable]: reading ")
