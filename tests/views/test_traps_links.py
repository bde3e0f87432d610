"""A link in a mail ends up in proxies and logs: what it may carry."""

from __future__ import annotations

from urllib.parse import urlsplit

from remediator.views.links import approval_link, incident_link


def test_no_link_carries_a_function_key() -> None:
    """Links are a path alone: there is no query in which a `?code=` could travel, whatever the parts are."""
    hostile = "x?code=1&y#z/../a"
    for link in (approval_link("https://x.example", hostile, hostile), incident_link("https://x.example", hostile)):
        parts = urlsplit(link)
        assert (parts.query, parts.fragment) == ("", "")
        assert len(parts.path.split("/")) == 3
