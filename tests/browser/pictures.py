"""`make pictures`: what people see, as files in docs/pictures, taken in Chromium from the samples of the tests.

`python -m tests.browser.pictures FOLDER` writes page, mail and card, by day and by night.
"""

from __future__ import annotations

import json
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

from remediator.core.incident import Notice
from remediator.views.card import message
from remediator.views.mail import approval_mail
from tests.browser.browsing import chromium, cookie_of, looked_at, served
from tests.views import samples
from tests.views.fleet_sample import fleet_overview
from tests.web.stage import LINK, asked, world
from tests.web.test_deciding import drifting, with_code

CARD = Path(__file__).parents[1] / "views" / "render_card.mjs"
URL = "https://remediator.contoso.example/approvals/01j4incident.token"
ASK = Notice("approval-1", "approval", "mail", (("recipient", "kim@contoso.example"),))


def take(folder: Path) -> list[Path]:
    """Take every picture; the files that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = world()
    stage.overview = fleet_overview()
    looks = [
        {"name": "overview-desktop", "path": "/overview", "width": 1400},
        {"name": "overview-phone", "path": "/overview", "width": 400, "dark": True},
        {"name": "approval-phone", "path": LINK, "width": 400},
        {"name": "approval-desktop", "path": LINK, "width": 1000, "dark": True},
        {"name": "mail", "html": _html_of_the_mail(), "width": 700},
    ]
    for look in looks:
        look["shot"] = str(folder / f"{look['name']}.png")
    with served(stage) as origin:
        looked_at(origin, looks, cookie_of(stage.settings, "kim"))
    every = {"name": "decisions-phone", "path": LINK, "width": 400, "shot": str(folder / "decisions-phone.png")}
    meant = drifting(with_code(world()))
    with served(meant) as origin:
        looked_at(origin, [every], cookie_of(meant.settings, "kim"))
    looks.append(every)
    card = str(folder / "card.png")
    body = json.dumps(message(ASK, asked(), URL))
    subprocess.run(
        ["node", str(CARD), chromium("adaptivecards"), "620", card],
        input=body,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    text = folder / "mail.txt"
    text.write_text(_part("plain"), "utf-8")
    return [*(Path(str(look["shot"])) for look in looks), Path(card), text]


def _html_of_the_mail() -> str:
    return _part("html")


def _part(kind: str) -> str:
    mail = approval_mail(
        samples.incident(), ASK, URL, sender="remediator@contoso.example", recipient="kim@contoso.example"
    )
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


if __name__ == "__main__":
    for written in take(Path(sys.argv[1])):
        print(written)  # noqa: T201 - a script for people
