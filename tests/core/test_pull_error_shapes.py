# ruff: noqa: E501 - error texts stand as machines print them
"""The ways in which one text reaches us, and what must not travel on."""

from __future__ import annotations

import csv
import html
import io
import json
import textwrap
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.core.pull_error import PullError, classify

TEXTS = (
    'Container \'web\' was terminated with exit code \'\' and reason \'ImagePullFailure\'. Image contoso.azurecr.io/shop/web:v7 not found in registry. ErrorMessage=Image not found or access denied. Error: {"errors":[{"code":"DENIED","message":"client with IP \'20.1.2.3\' is not allowed access, refer https://aka.ms/acr/firewall to grant access"}]}',
    'Failed to pull image "contoso.azurecr.cn/shop/web:v7": [rpc error: code = Unknown desc = failed to pull and unpack image "contoso.azurecr.cn/shop/web:v7": failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://contoso.chinanorth3.data.azurecr.cn/0a1b/docker/registry/v2/blobs/sha256/aa/data?se=2026-01-01&sig=AbCdEf0123456789&sp=r": dial tcp 10.2.0.6:443: i/o timeout, rpc error: code = Unknown desc = failed to resolve reference "contoso.azurecr.cn/shop/web:v7": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://contoso.azurecr.cn/oauth2/token?scope=repository%3Ashop%2Fweb%3Apull&service=contoso.azurecr.cn: 401 Unauthorized]',
    "Field 'template.containers.web.image' is invalid with details: 'Invalid value: \"contoso.azurecr.us/shop/web:v7\": Get \"https://contoso.azurecr.us/v2/\": dial tcp: lookup contoso.azurecr.us on 100.100.224.10:53: no such host';..",
    "Field 'template.containers.web.image' is invalid with details: 'Invalid value: \"contoso.azurecr.io/shop/web:v7\": GET https:: MANIFEST_UNKNOWN: manifest tagged by \"v7\" is not found; map[Tag:v7]';..",
    'DockerApiException: Docker API responded with status code=InternalServerError, response={"message":"Get \\"https://contoso.azurecr.io/v2/shop/web/manifests/v7\\": unauthorized: authentication required, visit https://aka.ms/acr/authorization for more information."}',
    "Pull image: docker.io/library/redis:7 failed with exit code: 1, error: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    'Events:\n  Normal   Pulling  20s (x3 over 49s)  kubelet  Pulling image "contoso.azurecr.io/shop/web:v7"\n  Warning  Failed   20s (x3 over 49s)  kubelet  Failed to pull image "contoso.azurecr.io/shop/web:v7": no match for platform in manifest: not found\n  Warning  Failed   20s  kubelet  Error: ErrImagePull',
    "An error occurred: CONNECTIVITY_CHALLENGE_ERROR\nRegistry 'contoso.azurecr.io' did not issue a challenge.",
    "Container 'web' was terminated with exit code '' and reason 'ImagePullFailure'",
)


def _dotnet(text: str) -> str:
    """As the platform's logger escapes: quotes, angle brackets, plus and ampersand by number."""
    escaped = json.dumps({"Msg": text}).replace('\\"', "\\u0022")
    for character in "'<>+&":
        escaped = escaped.replace(character, f"\\u{ord(character):04X}")
    return escaped


def _row(text: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["2026-01-02T03:04:05Z", "ContainerTerminated", text])
    return out.getvalue()


def _boxed(text: str) -> str:
    lines = textwrap.wrap(text, 76, break_long_words=False, break_on_hyphens=False)
    return "\n".join(["╷", "│ Error: ", *(f"│ {line}" for line in lines), "╵"])


FORMS: dict[str, Callable[[str], str]] = {
    "json": lambda text: json.dumps({"Log_s": text}),
    "status message": lambda text: json.dumps({"statusMessage": json.dumps({"error": {"message": text}})}),
    "json four times": lambda text: json.dumps(json.dumps(json.dumps(json.dumps(text)))),
    "platform log": _dotnet,
    "csv": _row,
    "html": html.escape,
    "page": lambda text: f"<pre><code>{html.escape(text)}</code></pre>".replace(
        "azurecr", '<span class="hl">azurecr</span>'
    ),
    "table cell": lambda text: f"<td>{html.escape(text, quote=False)}</td>".replace("\n", "<br/>"),
    "windows lines": lambda text: text.replace("\n", "\r\n"),
    "indented": lambda text: textwrap.indent(text, "        "),
    "quoted": lambda text: textwrap.indent(text, "> ", lambda _: True),
    "commented": lambda text: textwrap.indent(text, "# ", lambda _: True),
    "terraform": _boxed,
    "typographic": lambda text: text.replace("'", "’"),
    "coloured": lambda text: text.replace("azurecr", "\x1b[1;31mazurecr\x1b[0m"),
    "log line": lambda text: f"2026-01-02T03:04:05.678Z stderr F {text} (x12 over 34m)",
    "query row": lambda text: f"TimeGenerated\tReason_s\tLog_s\n1/2/2026, 3:04:05.678 AM\tFailed\t{text}\n",
    "python": repr,
    "in a link": lambda text: f"https://portal.example/alert?text={quote(text, safe='')}&severity=3",
}


def told(said: PullError) -> tuple[object, ...]:
    return said.cause, said.managed, said.registry, said.image, said.client_ip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_form_changes_nothing(form: str, text: str) -> None:
    """However a log, a page, a table or a tool hands a text on, it says the same."""
    assert told(classify(FORMS[form](text))) == told(classify(text))


NESTABLE = st.sampled_from(sorted(FORMS.keys() - {"terraform"}))
"""A box that is wrapped in another has its frame in the middle of the lines."""


@settings(deadline=None)  # how long it may take is measured in test_pull_error_limits
@given(st.sampled_from(TEXTS), NESTABLE, NESTABLE)
def test_two_forms_change_nothing(text: str, outer: str, inner: str) -> None:
    """A form in a form says the same: JSON on a page, a table cell in a log."""
    assert told(classify(FORMS[outer](FORMS[inner](text)))) == told(classify(text))


@settings(deadline=None)  # how long it may take is measured in test_pull_error_limits
@given(st.sampled_from(TEXTS), st.integers(20, 200))
def test_lines_wrapped_at_spaces_change_nothing(text: str, width: int) -> None:
    """A page's width changes nothing as long as words stay whole."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    assert told(classify("\n".join(lines))) == told(classify(text))


SECRET = st.text(st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"), min_size=24, max_size=60)
PLACES = st.sampled_from(
    [
        "https://euw1.blob.core.windows.net/x?se=2026&sig={}&sp=r",
        "Authorization: Bearer eyJhbGciOi.{}.c2ln",
        "authorization: basic {}",
        '"refresh_token":"{}"',
        "access_token={}",
        "SyncTokenPassword={};",
        "https://user:{}@contoso.azurecr.io/v2/",
        "docker login -u contoso -p {} contoso.azurecr.io",
        "az login --service-principal --password {}",
        '{{"auths":{{"contoso.azurecr.io":{{"auth":"{}"}}}}}}',
        "ghp_{}",
        "eyJhbGciOi{}",
    ]
)


@settings(deadline=None)  # how long it may take is measured in test_pull_error_limits
@given(SECRET, PLACES, st.booleans(), st.integers(0, 2))
def test_secrets_do_not_travel(secret: str, place: str, after: bool, levels: int) -> None:
    """Tokens, signatures and passwords beside the words that decide are not in the evidence, escaped or not."""
    words = "contoso.azurecr.io/web:7: 403 Forbidden"
    text = f"{words} {place.format(secret)}" if after else f"{place.format(secret)} {words}"
    for _ in range(levels):
        text = json.dumps(text)
    assert secret not in classify(text).evidence
    assert secret not in classify(text.replace(secret, secret[:12] + "\n" + secret[12:])).evidence


def test_a_cut_secret_does_not_travel_in_halves() -> None:
    """A line wrap through a signature leaves no half of it."""
    text = "GET https://euw1.blob.core.windows.net/x?sig=Zm9vYmFyMDEyMzQ1\nNjc4OTAxMjM0NTY3ODkw image: 403 Forbidden"
    assert not any(half in classify(text).evidence for half in ("Zm9vYmFyMDEyMzQ1", "Njc4OTAxMjM0NTY3ODkw"))
