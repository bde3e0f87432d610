"""Which of our errors is a code host's refusal? The same answer for every host, from its status and words.

Called by the adapters, which know how their host says that it is busy. `said` must hold no token.
"""

from __future__ import annotations

import re

from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Stale, Transient

_BUSY = (408, 425, 429)
LONGEST_WORDS = 300
# What a host or a proxy might repeat: tokens of GitHub, of Entra ID and of Azure DevOps, keys, mail addresses.
_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic|token)\s+[\w.~+/=-]{16,}"), r"\1 …"),
    (re.compile(r"\b(gh[a-z]_|github_pat_)\w+"), "<token>"),
    (re.compile(r"\beyJ[\w-]{4,}(\.[\w-]*){1,2}"), "<token>"),
    (re.compile(r"-----BEGIN [\s\S]*"), "<key>"),
    (re.compile(r"\b[A-Za-z0-9]{48,}\b"), "<token>"),
    (re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.-]+"), "<mail>"),
)


def refusal(
    doing: str, status: int, said: str = "", *, wait: float | None = None, busy: bool = False
) -> RemediatorError:
    """Our error for an answer that is no success.

    `doing` is an -ing phrase with its target, `wait` the seconds that the host asks for, `busy` says that it refuses
    for now (a rate limit, whatever the status). 409, 412 and 422 of a race are the adapter's to look at before.
    """
    words = without_secrets(said)
    message = f"{doing}: the host answered {status}" + (f", {words}" if words else "")
    context = {"status": str(status), "said": words}
    if busy or status in _BUSY:
        return Transient("code-host-throttled", message, retry_after=wait, context=context)
    if status >= 500:
        return Transient("code-host-unavailable", message, retry_after=wait, context=context)
    if status in (401, 203, 302):
        return Misconfigured("code-host-sign-in-refused", message, context=context, hint=_SIGN_IN)
    if status == 403:
        return Misconfigured("code-host-forbidden", message, context=context, hint=_RIGHTS)
    if status == 404:
        return Misconfigured("code-repository-missing", message, context=context, hint=_MISSING)
    if status in (301, 307, 308):
        return redirected(doing)
    if status in (409, 412):
        return Transient("code-host-raced", message, retry_after=wait, context=context)
    return Rejected("code-host-bad-request", message, context=context, hint=_BAD)


def without_secrets(text: str) -> str:
    """What a host says, on one line, bounded, and without what looks like a token, a key or a mail address."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return " ".join(text.split())[:LONGEST_WORDS]


def unreachable(doing: str, words: str) -> RemediatorError:
    """There was no answer: `words` name the kind of failure, no address."""
    return Transient("code-host-unreachable", f"{doing}: {words}")


def not_trusted(doing: str) -> RemediatorError:
    """The host's certificate is signed by nobody whom this machine trusts."""
    return Misconfigured("code-host-not-trusted", f"{doing}: its certificate is not trusted", hint=_TRUST)


def garbled(doing: str) -> RemediatorError:
    """The answer is not what the host documents."""
    return Transient("code-host-garbled", f"{doing}: the answer could not be read")


def redirected(doing: str) -> RemediatorError:
    """The host leads elsewhere, where no token of ours goes."""
    return Misconfigured("code-host-redirects", f"{doing}: it redirects to another address", hint=_MOVED)


def no_branch(branch: str, name: str) -> RemediatorError:
    """The branch that the desired state names is not there."""
    return Misconfigured("code-branch-missing", f"reading {name}: there is no branch {branch}", hint=_BRANCH)


def closed_by_a_person(branch: str, name: str) -> RemediatorError:
    """Who closed our request knows why; it is not opened again without being asked."""
    return Stale("request-closed", f"proposing {branch} to {name}: a person closed the request of this branch")


def touched_by_others(branch: str, name: str) -> RemediatorError:
    """There are commits on our branch that are not ours, and what we would push has not them."""
    return Stale(
        "request-branch-touched",
        f"proposing {branch} to {name}: somebody else committed to this branch, and that is not overwritten",
        hint="merge the request as it is, or delete the branch to have it made anew",
    )


def raced(doing: str) -> RemediatorError:
    """Somebody else was faster, again and again."""
    return Transient("code-host-raced", f"{doing}: somebody else writes to it at the same time")


_SIGN_IN = "the token or key is wrong, expired or revoked: docs/code-hosts.md says which one is needed"
_RIGHTS = "give the App, token or identity the rights of docs/code-hosts.md; a rule of the repository may forbid it too"
_MISSING = "the repository is not there, or the App, token or identity may not see it"
_BAD = "a rule of the repository may forbid it: what the host says names it"
_TRUST = "let this machine trust the authority that signed it, or name it in REMEDIATOR_CODE_CA_FILE"
_MOVED = "correct the address and the repository in the desired state: it may have been renamed"
_BRANCH = "correct the branch in the desired state, or make a first commit"
