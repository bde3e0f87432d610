"""The part of the story in which a person is asked, and says yes."""

from __future__ import annotations

import re

from remediator.cli import out
from remediator.cli.demo.browser import Browser
from remediator.cli.demo.stage import NIGHT_SHIFT, Stage
from remediator.cli.demo.teller import Teller
from remediator.core.incident import Incident, Status
from remediator.views.plain import plain

PERSON = "lin"
MAIL_LINES = 9
MINUTES_TO_DECIDE = 24 * 60


def the_mail(stage: Stage, teller: Teller, incident: Incident) -> str:
    """The mail with the approval link arrives; gives the link."""
    teller.step("A mail asks for the approval")
    mail = stage.postbox.mail(1, timeout=60)
    teller.true("a mail has arrived at the local mail server", mail is not None)
    if mail is None:
        return ""
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    for name in ("From", "To", "Subject", "Message-ID"):
        teller.say(f"  {name}: {mail[name]}")
    lines = [line for line in text.splitlines() if line.strip()]
    teller.say("", *(f"  {plain(line, out.width() - 2)}" for line in lines[:MAIL_LINES]), "  […]")
    links = re.findall(rf"{re.escape(stage.site)}/approvals/\S+", text)
    teller.true("it went to the night shift", mail["To"] == NIGHT_SHIFT, mail["To"])
    teller.true(
        "it carries one link, to exactly this incident", len(set(links)) == 1 and incident.id in links[0], links
    )
    teller.keep(subject=str(mail["Subject"]))
    return str(links[0])


def the_decision(stage: Stage, teller: Teller, incident: Incident, link: str, *, pause: bool) -> None:
    """Somebody opens the link and approves; with `pause` a person in a browser does."""
    teller.step("Somebody opens the link and decides")
    if pause:
        _by_a_person(stage, teller, link)
    else:
        _by_ourselves(stage, teller, incident, link)
    now = stage.runtime.load(incident.id)
    yes = [one for one in now.approvals if one.yes]
    teller.true("one person's yes to this digest is on record", len(yes) == 1, now.status.value)
    asked = sum(1 for line in now.journal if line.status is Status.AWAITING_APPROVAL)
    teller.true("the approval was asked for once", asked == 1, asked)
    teller.keep(approved_by=yes[0].person, digest=yes[0].digest)


def _by_a_person(stage: Stage, teller: Teller, link: str) -> None:
    words = f"Open this link in a browser, sign in with any name, and decide:\n\n  {link}\n"
    out.say(words)
    for _, line in stage.journal_until(Status.APPROVED, patience=MINUTES_TO_DECIDE * 60.0):
        teller.say(f"  {line.at:%H:%M:%S}  {plain(line.what)} (by {line.who})")


def _by_ourselves(stage: Stage, teller: Teller, incident: Incident, link: str) -> None:
    code = incident.request.code if incident.request else ""
    scanner, browser = Browser(stage.site), Browser(stage.site)
    try:
        status, form = scanner.open(link)
        teller.true("whoever has the link can read (200) but gets no form", (status, form) == (200, {}), status)
        teller.true("reading has decided nothing", _waits(stage, incident))
        browser.sign_in(PERSON)
        status, form = browser.open(link)
        teller.true(f"{PERSON} signs in and sees the plan with a form", status == 200 and "csrf" in form, status)
        wrong = {**form, "decision": "approve", "confirm": "yes"}
        refused = browser.send(link, wrong)
        teller.true(
            "a yes without the typed word is refused (400)", refused == 400 and _waits(stage, incident), refused
        )
        forged = browser.send(link, {**form, "decision": "approve", "confirm": code, "csrf": "1.forged"})
        teller.true("a form that is not ours is refused (403)", forged == 403 and _waits(stage, incident), forged)
        taken = browser.send(link, {**form, "decision": "approve", "confirm": code})
        teller.true(f"{PERSON} types {code} and approves", taken == 200, taken)
    finally:
        scanner.close()
        browser.close()
    for _, line in stage.journal_until(Status.APPROVED):
        teller.say(f"  {line.at:%H:%M:%S}  {plain(line.what)} (by {line.who})")


def _waits(stage: Stage, incident: Incident) -> bool:
    return stage.runtime.load(incident.id).status is Status.AWAITING_APPROVAL
