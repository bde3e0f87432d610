"""How does somebody with a browser decide? The approval page over HTTP: read, sign in, fill in the form, send it."""

from __future__ import annotations

from html.parser import HTMLParser

import requests

TIMEOUT = 30.0


class Browser:
    """One person's browser: keeps cookies, follows redirects, sends forms as they were served."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the machine has no business on loopback

    def open(self, link: str) -> tuple[int, dict[str, str]]:
        """The status of a page, and the fields of its decision form (none where it has no form)."""
        answer = self._session.get(link, timeout=TIMEOUT)
        form = _Form()
        form.feed(answer.text)
        return answer.status_code, form.fields if "csrf" in form.fields else {}

    def sign_in(self, name: str) -> int:
        """Give a name to the local identity; the status at the end."""
        form = {"user": name, "next": "/incidents"}
        return self._session.post(f"{self._site}/signin", data=form, timeout=TIMEOUT).status_code

    def send(self, link: str, fields: dict[str, str]) -> int:
        """Send a decision; the status of what comes at the end of it."""
        return self._session.post(link, data=fields, timeout=TIMEOUT).status_code

    def close(self) -> None:
        """Close the window."""
        self._session.close()


class _Form(HTMLParser):
    """The fields of the form on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name")
        if tag in ("input", "textarea") and name:
            self.fields[name] = found.get("value") or ""
