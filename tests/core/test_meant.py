"""Which drifts may have been meant: switches that the document declares, and nothing that breaks a pull."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding, Severity
from remediator.core.meant import Meant, meant
from remediator.core.plan import Plan
from remediator.core.resource_id import resource_id

REGISTRY = resource_id("1" * 8, "rg", "Microsoft.ContainerRegistry/registries", "acrone")
DECLARED = DesiredState(declared=True)


def drift(field: str, live: object) -> tuple[Finding, Change]:
    change = Change(ChangeKind.UPDATE_REGISTRY, REGISTRY, "Set it", {field: live}, {field: "x"}, "a-rule")
    return Finding("a-rule", REGISTRY, Severity.DRIFT, "it differs", remedy=(change,)), change


@pytest.mark.parametrize(
    ("field", "live", "key", "said"),
    [
        ("publicNetworkAccess", "enabled", "publicNetworkAccess", "Enabled"),
        ("defaultAction", "Allow", "defaultAction", "Allow"),
        ("ipRules", ["203.0.113.7"], "ipRules", ("203.0.113.7",)),
        ("bypass", "AzureServices", "trustedServices", "allowed"),
        ("bypass", "None", "trustedServices", "denied"),
    ],
)
def test_a_switch_in_the_words_of_the_document(field: str, live: object, key: str, said: object) -> None:
    """Each switch has its key, and its live value the word that the document has for it."""
    finding, change = drift(field, live)
    assert meant((finding,), Plan((change,)), DECLARED) == (Meant(REGISTRY, key, said),)


def test_what_breaks_a_pull_is_never_meant() -> None:
    """The same change as the remedy of a broken path is no drift that anybody may have wanted."""
    finding, change = drift("publicNetworkAccess", "Disabled")
    broken = replace(finding, severity=Severity.BROKEN)
    assert meant((broken,), Plan((change,)), DECLARED) == ()


def test_without_a_document_nothing_is_meant() -> None:
    """Defaults are nobody's wish: there is no document to change."""
    finding, change = drift("publicNetworkAccess", "Enabled")
    assert meant((finding,), Plan((change,)), DesiredState()) == ()


@pytest.mark.parametrize(("field", "live"), [("sku", "Basic"), ("publicNetworkAccess", "SecuredByPerimeter")])
def test_what_the_document_has_no_word_for(field: str, live: str) -> None:
    """A field or a value that cannot stand in the document cannot be declared."""
    finding, change = drift(field, live)
    assert meant((finding,), Plan((change,)), DECLARED) == ()
