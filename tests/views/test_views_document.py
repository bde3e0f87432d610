"""The public JSON: exactly the declared fields, and nothing that must not leave."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from remediator.core.approval import Approval
from remediator.core.diagnosis import Focus
from remediator.core.execution import Execution, Step, StepState
from remediator.core.plan import Plan
from remediator.core.pull_error import classify
from remediator.core.verification import Outcome, Proof, Verification
from remediator.views.document import classify_document, diagnosis_document, incident_document
from tests.views import samples


def test_a_diagnosis_has_the_declared_fields() -> None:
    """The whole document of one broken path, its plan, what it mends, and the ruling."""
    found = samples.diagnosis()
    details = [(hop.name.value, hop.verdict.value, hop.detail, hop.rule) for hop in samples.broken_path().hops]
    assert json.loads(json.dumps(diagnosis_document(found))) == {
        "schema": 1,
        "registry": samples.REGISTRY.text,
        "findings": [
            {
                "rule": "vnet-link",
                "target": samples.ZONE,
                "severity": "broken",
                "summary": "privatelink.azurecr.cn is not linked to vnet-spoke",
                "evidence": ["the zone has 1 link, to vnet-hub", "vnet-spoke asks Azure DNS"],
                "remedy": [
                    {
                        "kind": "create-vnet-link",
                        "target": samples.LINK.text,
                        "summary": "Link privatelink.azurecr.cn to vnet-spoke",
                    }
                ],
                "advice": None,
            }
        ],
        "paths": [
            {
                "consumer": samples.APP.text,
                "registry": samples.REGISTRY.text,
                "verdict": "broken",
                "hops": [{"hop": h, "verdict": v, "detail": d, "rule": r} for h, v, d, r in details],
            }
        ],
        "plan": {
            "digest": found.plan.digest,
            "changes": [
                {
                    "kind": "create-vnet-link",
                    "target": samples.LINK.text,
                    "summary": "Link privatelink.azurecr.cn to vnet-spoke",
                    "before": None,
                    "after": {"network": samples.NETWORK, "resolutionPolicy": "Default", "registration": False},
                }
            ],
        },
        "foresight": {
            "mended": [{"consumer": samples.APP.text, "registry": samples.REGISTRY.text}],
            "broken": [],
            "unchanged": 3,
            "touched": {"apps": [samples.APP.text], "networks": [samples.NETWORK]},
        },
        "ruling": {"decision": "ask", "way": "direct", "reasons": ["create-vnet-link needs a person"]},
        "testimony": None,
    }


def test_nothing_to_do_has_no_plan() -> None:
    """Without changes `plan` is null, without a ruling `ruling` is null."""
    document = diagnosis_document(replace(samples.diagnosis(), plan=Plan(()), ruling=None, findings=()))
    assert (document["plan"], document["ruling"], document["findings"]) == (None, None, [])


def test_a_registry_that_is_not_known_is_its_host() -> None:
    """The path of a host without a registry names the host, and nothing was asked about one registry."""
    path = replace(samples.broken_path(), registry=None)
    document = diagnosis_document(replace(samples.diagnosis(), focus=Focus(), paths=(path,)))
    assert (document["registry"], document["paths"][0]["registry"]) == (None, samples.HOST)


def test_a_classification_has_the_declared_fields() -> None:
    """One error text as JSON: cause, host, image, address, how sure and why."""
    text = (
        "ImagePullFailure: failed to pull contosoimages.azurecr.cn/orders:1: DENIED: client with IP '40.1.2.3' "
        "is not allowed access. 403 Forbidden"
    )
    document = json.loads(json.dumps(classify_document(classify(text))))
    assert list(document) == [
        "schema",
        "cause",
        "managed",
        "registry",
        "image",
        "client_ip",
        "confidence",
        "evidence",
    ]
    assert (document["schema"], document["cause"], document["managed"]) == (1, "firewall_denied", True)
    assert (document["registry"], document["client_ip"]) == (samples.HOST, "40.1.2.3")


def test_an_incident_keeps_its_secrets() -> None:
    """Hashes of tokens, recipients, polling addresses, texts of signals and mail addresses are not in the document."""
    now = samples.NOW
    incident = samples.incident(
        approvals=(Approval("d1:x", "object-kim", True, now, "ok, ask bob@contoso.example", None, "hash-of-secret"),),
        execution=Execution(
            "d1:x", (Step(StepState.STARTED, now, operation="https://arm.example/op?t=secret-token"),), now
        ),
        verification=Verification(now + timedelta(minutes=3), Outcome.WAIT, Proof.MODEL, "told bob@contoso.example"),
        error=("some-code", "mail to bob@contoso.example did not arrive"),
    )
    text = json.dumps(incident_document(incident))
    for secret in ("hash-of-secret", "contoso.example", "secret-token", "hunter2", "claims"):
        assert secret not in text
    document = json.loads(text)
    assert document["approvals"][0]["reason"] == "ok, ask (address)"
    assert document["execution"]["steps"][0]["target"] == samples.LINK.text
    assert document["journal"][1]["status"] == "AWAITING_APPROVAL"
    assert document["opened_at"] == "2026-08-01T02:12:07Z"


def test_an_image_with_a_digest_is_no_mail_address() -> None:
    """`repository@sha256:…` stays whole where mail addresses are replaced."""
    image = "contosoimages.azurecr.cn/orders@sha256:" + "a" * 64
    incident = samples.incident(error=("image", image))
    assert incident_document(incident)["error"]["message"] == image
