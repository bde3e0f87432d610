"""Which actions do the custom roles of the templates have? What `remediator permissions` prints, as files for Bicep.

`make roles` runs it; a test compares the files with what it would write. `reader.json` and `applier.json` are documents
of the command, the others are lists that it prints by `--with`, and what the applier follows at a subscription.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from remediator.core.permissions import BESIDE, NEEDS, At, Use, beside_actions
from remediator.views.permissions import applier_role, reader_role

HERE = Path(__file__).resolve().parent
# Publishing is a data action: the built-in role EventGrid Data Sender on the topic stands for it.
NAMES = tuple(name for name in dict.fromkeys(one.name for one in BESIDE) if name != "events")


def documents() -> dict[str, Any]:
    """The content of each file by its name."""
    following = {need.action for needs in NEEDS.values() for need in needs if _is_followed_above(need.at, need.use)}
    return {
        "reader.json": _without_scopes(reader_role()),
        "reader-beside.json": {name: list(beside_actions("reader", (name,))) for name in NAMES},
        "applier.json": _without_scopes(applier_role()),
        "applier-beside.json": {name: list(beside_actions("applier", (name,))) for name in NAMES},
        "applier-following.json": {
            "Name": "remediator applier following",
            "Description": "Follows what the applier has started, where Azure asks for that above the resource.",
            "Actions": sorted(following),
        },
    }


def text_of(document: Any) -> str:
    """A document as it stands in its file."""
    return json.dumps(document, indent=2) + "\n"


def _is_followed_above(at: At, use: Use) -> bool:
    return use is Use.FOLLOW and at in (At.SUBSCRIPTION, At.GROUP)


def _without_scopes(role: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in role.items() if key != "AssignableScopes"}


if __name__ == "__main__":
    for name, document in documents().items():
        (HERE / name).write_text(text_of(document), "utf-8")
