"""What does a notice look like as a mail? One text part that reads well alone, and the same in HTML.

The mail adapters send what `approval_mail` and `notice_mail` give. The same notice gives the same mail with the same
Message-ID, and all mails of one incident are one thread. No function key and no token but the link's own is ever in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from remediator.core.errors import Misconfigured
from remediator.core.incident import Incident, Notice
from remediator.views.html import environment
from remediator.views.notice import NoticeWords, asks, parameter, words

# A plan for a hundred registries is shown whole; what is longer has no place in a mail.
MOST_LINES = 2000
_MAILBOX = re.compile(
    r"(?:[^<>@,;:\"\x00-\x1f\x7f]*<)?([\w.+%'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*)>?", re.ASCII
)


def mail_for(
    notice: Notice,
    incident: Incident,
    sender: str,
    link_for: Callable[[Incident, str], str],
    page_for: Callable[[Incident], str],
) -> EmailMessage:
    """The mail of a notice to its recipient, or to who stands `instead` of it; a question has the recipient's own link,
    news lead to the incident's page."""
    recipient = parameter(notice, "recipient")
    to = parameter(notice, "instead") or recipient
    if asks(notice):
        return approval_mail(incident, notice, link_for(incident, recipient), sender=sender, recipient=to)
    return notice_mail(incident, notice, sender=sender, recipient=to, link=page_for(incident))


def approval_mail(incident: Incident, notice: Notice, link: str, *, sender: str, recipient: str) -> EmailMessage:
    """The mail that asks for a decision; `link` is the recipient's own approval link."""
    return _mail(incident, notice, link, sender, recipient)


def notice_mail(incident: Incident, notice: Notice, *, sender: str, recipient: str, link: str = "") -> EmailMessage:
    """The mail that tells how an incident goes on; `link` leads to its page, which asks for a sign-in."""
    return _mail(incident, notice, link, sender, recipient)


def plain_mail(subject: str, text: str, *, sender: str, recipient: str) -> EmailMessage:
    """A mail about no incident, with one text in both of its parts."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    mail["From"] = _address(sender, "the sender")
    mail["To"] = _address(recipient, "the recipient")
    mail["Message-ID"] = f"<{_digest(subject, text)}@{mail['From'].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_alternative(f"<p>{escape(text)}</p>", subtype="html")
    return mail


def _mail(incident: Incident, notice: Notice, link: str, sender: str, recipient: str) -> EmailMessage:
    told = words(notice, incident)
    from_address, to_address = _address(sender, "the sender"), _address(recipient, "the recipient")
    domain = from_address.rpartition("@")[2]
    thread = f"<incident.{_digest(incident.id)}@{domain}>"
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = told.subject
    mail["From"] = from_address
    mail["To"] = to_address
    # The time of the incident, not of the sending: a repeat is the same mail.
    mail["Date"] = format_datetime(incident.updated_at or incident.opened_at)
    mail["Message-ID"] = f"<{_digest(incident.id, notice.key)}@{domain}>"
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    told = replace(told, blocks=tuple((title, _shortened(text)) for title, text in told.blocks))
    mail.set_content(_text(told, link))
    page = environment().get_template("mail.html")
    mail.add_alternative(
        page.render(
            subject=told.subject,
            headline=told.headline,
            paragraphs=told.paragraphs,
            blocks=told.blocks,
            action=told.action,
            link=link,
            footer=told.footer,
        ),
        subtype="html",
    )
    return mail


def _text(told: NoticeWords, link: str) -> str:
    parts = [told.headline, *told.paragraphs]
    if link:
        parts.append(f"{told.action}:\n{link}")
    parts += [f"{title}\n{'-' * len(title)}\n{text}" for title, text in told.blocks]
    parts.append(told.footer)
    return "\n\n".join(parts) + "\n"


def _shortened(text: str) -> str:
    lines = text.split("\n")
    if len(lines) <= MOST_LINES:
        return text
    return "\n".join([*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more lines, on the page"])


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _address(text: str, whose: str) -> str:
    """The bare address; `Misconfigured` when it is none, so that no header can be smuggled in."""
    found = _MAILBOX.fullmatch(text)
    if found is None or len(text) > 320:
        raise Misconfigured(
            "bad-mail-address",
            f"writing a mail: {whose} is not a mail address",
            hint="correct the address in the settings or in the desired state's `notify`",
        )
    return found[1]
