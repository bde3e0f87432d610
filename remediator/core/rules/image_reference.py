"""`image-reference`: the reference itself cannot work; that is not a network matter.

Which tags exist is not read from a registry: whether an image is there is known from an error text only (`testimony`).
"""

from __future__ import annotations

from remediator.core.finding import Finding, Severity
from remediator.core.image_reference import mistake_in
from remediator.core.leg import Judgement, Leg
from remediator.core.pull_path import HopName, Verdict
from remediator.core.rule import Rule

ID = "image-reference"


def judge(leg: Leg) -> Judgement | None:
    """Broken when no client can read it, or when it names the private-link name (azure-facts 2.7, no. 34)."""
    malformed = next(((image, why) for image in leg.images if (why := mistake_in(image))), None)
    if malformed is not None:
        image, why = malformed
        advice = "Correct the reference: registry/repository:tag in lower case. Nothing has to change in the network."
        return _broken(leg, f"{image} is no image reference: {why}", (image,), advice)
    if ".privatelink." not in leg.host:
        return None
    right = leg.host.replace(".privatelink.", ".")
    detail = f"{leg.host} is a private-link name, which no certificate covers; the registry is {right}"
    advice = f"Name {right} in the image reference and in configuration.registries: DNS finds the private address."
    return _broken(leg, detail, leg.images, advice)


def _broken(leg: Leg, detail: str, images: tuple[str, ...], advice: str) -> Judgement:
    finding = Finding(
        rule=ID,
        target=leg.consumer.id,
        severity=Severity.BROKEN,
        summary=f"{leg.consumer.id.name} names {detail}",
        evidence=tuple(f"image {image}" for image in images),
        advice=advice,
        paths=(leg.key,),
    )
    return Judgement(Verdict.BROKEN, detail, finding)


RULE = Rule(ID, HopName.IMAGE, judge)
