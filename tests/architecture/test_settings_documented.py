"""A setting is a line of setting_list.VARIABLES, and the same line of docs/settings.md."""

from __future__ import annotations

import json
import re

from remediator.settings import PREFIX, VARIABLES, Settings
from tests.architecture.house import DOCS, ROOT, modules, pages, relative, text_of

NAMES = {variable.full_name for variable in VARIABLES}
LOCAL = json.loads((ROOT / "local.settings.example.json").read_text("utf-8"))
_NAME = re.compile(PREFIX + r"[A-Z][A-Z0-9_]*")
_ROW = re.compile(rf"^\| `({PREFIX}\w+)` \| (?:`([^`]*)`)? *\| (.+) \|$", re.MULTILINE)


def test_every_setting_is_explained_with_its_default() -> None:
    """docs/settings.md lists the variables in the order of the code, each with its default and a meaning."""
    rows = _ROW.findall(text_of(DOCS / "settings.md"))
    assert [(name, default) for name, default, _ in rows] == [(one.full_name, one.default) for one in VARIABLES]
    assert all(len(meaning) > 10 for _, _, meaning in rows)


def test_no_page_names_a_setting_that_does_not_exist() -> None:
    """Every name with our prefix in a page is a variable."""
    wrong = {(relative(page), name) for page in pages() for name in _NAME.findall(text_of(page)) if name not in NAMES}
    assert wrong == set()


def test_no_hint_names_a_setting_that_does_not_exist() -> None:
    """Every name with our prefix in the code, hints and docstrings included, is a variable."""
    wrong = {(relative(path), name) for path in modules() for name in _NAME.findall(text_of(path)) if name not in NAMES}
    assert wrong == set()


def test_the_example_settings_are_right() -> None:
    """local.settings.example.json is a host's settings file whose values make valid settings."""
    values = LOCAL["Values"]
    assert values["FUNCTIONS_WORKER_RUNTIME"] == "python"
    assert "AzureWebJobsStorage" in values
    assert Settings.from_environment(values).public_url.endswith(str(LOCAL["Host"]["LocalHttpPort"]))


def test_the_example_settings_show_what_a_machine_needs() -> None:
    """The example sets what a first start on one machine asks for, and no secret."""
    values = LOCAL["Values"]
    needed = ("MODE", "CLOUD", "DATA_DIR", "PUBLIC_URL", "IDENTITY_PROVIDER", "LOCAL_USER", "NOTIFY")
    assert [name for name in needed if PREFIX + name not in values] == []
    secret = {one.full_name for one in VARIABLES if one.shown == "no"}
    assert secret & set(values) == set()
