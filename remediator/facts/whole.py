"""Do we know all there is of a kind?

House, section 6: role assignments, DNS resolvers and rulesets are Unknown as a whole where nobody has read any, so
that an estate file without them claims nothing about them. They are as Unknown where a listing or one of them failed:
what was not read might be the one that counts. Called by `facts.estate`.
"""

from __future__ import annotations

from collections.abc import Collection

from remediator.core.snapshot import Unknown
from remediator.facts.bodies import Bodies


def doubt_about(bodies: Bodies, kinds: tuple[str, ...], words: str, read: Collection[str]) -> Unknown | None:
    """Why not all resources of these types are known, None when they are.

    `words` names them in the plural; `read` are types that were listed wholly. The words of an error outrank the plain
    "were not read".
    """
    wanted = {kind.lower() for kind in kinds}
    for gap in bodies.gaps:
        if gap.resource_type.lower() in wanted:
            return Unknown(gap.reason)
    for rid, why in bodies.unreadable.items():
        if rid.type.lower() in wanted and rid not in bodies.implied:
            return why
    if any(bodies.of_type(kind) for kind in kinds) or wanted & {kind.lower() for kind in read}:
        return None
    return Unknown(f"{words} were not read")
