"""Every line of a page that somebody may type: it is shell, its options exist, and what needs no Azure is run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from remediator.cli.app import app
from remediator.sandbox import estates
from tests.architecture.house import DOCS, ROOT, relative, text_of
from tests.cli.conftest import Place

PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted(DOCS.rglob("*.md")))
_BLOCK = re.compile(r"^```(sh|console|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?:^|[;&|(]\s*)remediator ([^|;>&)\n]*)")
# What is filled in where a page leaves it to the reader.
BLANKS = {"$SUB": "11111111-1111-1111-1111-111111111111", "$WATCHED": "11111111-1111-1111-1111-111111111111"}
# They serve until somebody stops them, measure for minutes, or have stories of their own that run them whole.
NOT_RUN = ("demo", "serve", "sandbox", "bench", "selftest")
# They end with 1 here, with a known error: there is no incident `ID`, and nobody types the registry's name.
REFUSED = {"approve": "incident-unknown", "reject": "incident-unknown", "apply": ""}
AZURE_DEEP = ("--management-group",)  # the sandbox has none


def blocks() -> list[tuple[str, str]]:
    """Page and text of each block; of a console only what is typed."""
    found = []
    for page in PAGES:
        for kind, text in _BLOCK.findall(text_of(page)):
            typed = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
            found.append((relative(page), "\n".join(typed) if kind == "console" else text))
    return found


def calls() -> list[tuple[str, tuple[str, ...]]]:
    """Page and words of each call of ours."""
    found = []
    for page, text in blocks():
        for line in text.replace("\\\n", " ").splitlines():
            for call in _CALL.findall(re.sub(r"\s+#\s.*$", "", re.sub(r"\[[^\]]*\]", "", line))):
                for blank, value in BLANKS.items():
                    call = call.replace(blank, value)
                found.append((page, tuple(shlex.split(call))))
    return list(dict.fromkeys(found))


CALLS = calls()


def meant(words: tuple[str, ...]) -> tuple[click.Command, list[str]]:
    """The command of a call, and its arguments."""
    command: click.Command | None = app
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        command = command.get_command(click.Context(command), rest.pop(0))
    assert command is not None, words
    return command, rest


def files_of(words: tuple[str, ...]) -> list[str]:
    """The files that a call names."""
    return [word for word in words if re.fullmatch(r"[\w-]+\.(?:json|yaml|txt|pem)", word)]


@pytest.fixture
def desk(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose working folder has the files that the pages name."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "DIR").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.bicep").write_text("targetScope = 'resourceGroup'\n")
    text = "Failed to pull image contosoalbum.azurecr.cn/mynodejsalbum:v1: 403 Forbidden"
    (folder / "error.txt").write_text(text)
    (folder / "estate.json").write_text(json.dumps(estates.load("first-incident")))
    (folder / "desired.yaml").write_text("apiVersion: remediator/v1\nkind: DesiredState\n")
    essentials = {"monitorCondition": "Fired", "signalType": "Log", "monitoringService": "Log Alerts V2"}
    context = {"condition": {"allOf": [{"dimensions": [{"name": "ContainerAppName", "value": "album"}]}]}}
    alert = {"schemaId": "azureMonitorCommonAlertSchema", "data": {"essentials": essentials, "alertContext": context}}
    (folder / "alert.json").write_text(json.dumps(alert))
    return place


@pytest.mark.parametrize("page", sorted({page for page, _ in blocks()}))
def test_what_stands_there_is_shell(page: str) -> None:
    """Bash can read each block of a page without running it."""
    for where, text in blocks():
        if where == page:
            done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
            assert done.returncode == 0, f"{page}: {done.stderr}\n{text}"


@pytest.mark.parametrize(("page", "words"), CALLS, ids=[f"{page}: {' '.join(words)}" for page, words in CALLS])
def test_its_options_and_arguments_exist(desk: Place, page: str, words: tuple[str, ...]) -> None:
    """Each call of ours in a page is taken by the command as it is written."""
    for name in files_of(words):
        if not Path(name).exists():
            Path(name).write_text("{}")
    command, rest = meant(words)
    command.make_context(words[0], rest)


def test_calls_are_run_as_far_as_they_go_without_azure(desk: Place) -> None:
    """On the sandbox, in the order of the pages: each does what it is for, or says by a known code what is missing."""
    run = [words for _, words in CALLS if words[0] not in NOT_RUN and not set(words) & set(AZURE_DEEP)]
    assert len(run) > 20
    for words in dict.fromkeys(run):
        if "--out" not in words and not all(Path(name).exists() for name in files_of(words)):
            continue  # made by a command that a page shows elsewhere, with its own test
        result = desk.run(*words)
        said = f"remediator {' '.join(words)}: {result.exit_code}\n{result.output}"
        if words[0] in REFUSED:
            assert result.exit_code == 1, said
            assert REFUSED[words[0]] in result.stderr, said
        else:
            assert result.exit_code == 0, said
        assert result.exception is None or isinstance(result.exception, SystemExit), said


def test_make_knows_the_targets_that_pages_name() -> None:
    """Each `make …` of a page is a target."""
    named = {name for _, text in blocks() for name in re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)}
    named |= {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)[^`]*`", text_of(page))}
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    assert len(named) > 5
    assert named - targets == set()
