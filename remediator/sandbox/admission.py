"""What comes in, and as what: bodies of an estate into the state, bodies of a request into a route.

An estate is taken as it is found. What can honestly be brought into shape is (see `shape`); what cannot is kept, shown
as it was given, and an internal error for whatever has to understand it. A request with such a body is refused. Called
by `state` and `routes`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from remediator.sandbox.arm_id import Target, key, name_of, target
from remediator.sandbox.errors import ArmError, bad_request, odd_resource
from remediator.sandbox.shape import TEXT, Misfit, Object, fit, too_deep
from remediator.sandbox.shapes import rows_of, shape_of
from remediator.sandbox.wire import Body, Request

GROUP = Object({"location": TEXT, "tags": Object()})


@dataclass(frozen=True)
class Odd:
    """A resource whose body has no usable shape: as it was given, and what is odd about it."""

    id: str
    body: Body
    why: str

    @property
    def refusal(self) -> ArmError:
        """What a request that needs this resource gets."""
        return odd_resource(self.id, self.why)

    @property
    def named(self) -> Body:
        """The body with the name and type that its id tells, for lists of all resources."""
        return _named(dict(self.body), target(self.id))


@dataclass
class Admitted:
    """Bodies sorted out: in shape, error stubs, odd ones by key, and those that no id leads to."""

    whole: list[Body] = field(default_factory=list)
    stubs: list[Body] = field(default_factory=list)
    odd: dict[str, Odd] = field(default_factory=dict)
    unplaced: list[Any] = field(default_factory=list)


def admit(resources: Iterable[Any], registry_suffix: str) -> Admitted:
    """Sort out the resources of an estate; of two with the same id the last one counts."""
    found = Admitted()
    last: dict[str, Body] = {}
    for given in resources:
        place = _place(given)
        if place is None or too_deep(given):
            found.unplaced.append(given)
            continue
        body, at = copy.deepcopy(given), key(place.path)
        if body.get("error") is not None:
            found.stubs.append(_stub(body))
            continue
        body.pop("error", None)
        before = last.pop(at, None)
        found.odd.pop(at, None)
        try:
            last[at] = _in_shape(body, place, registry_suffix)
        except Misfit as misfit:
            found.odd[at] = Odd(place.path, copy.deepcopy(given), str(misfit))
        else:
            _keep_place(found.whole, before, last[at])
            continue
        found.whole = [kept for kept in found.whole if kept is not before]
    return found


def _keep_place(whole: list[Body], before: Body | None, body: Body) -> None:
    """A later body takes the place of an earlier one with its id."""
    for row, kept in enumerate(whole if before is not None else ()):
        if kept is before:
            whole[row] = body
            return
    whole.append(body)


def _place(given: Any) -> Target | None:
    """Where a body belongs: a resource, a group or a subscription; None when its id leads nowhere."""
    if not isinstance(given, dict) or not isinstance(given.get("id"), str):
        return None
    place = target(given["id"])
    if "" in place.path.strip("/").split("/"):
        return None
    is_scope = bool(place.subscription) and not place.namespace and "/providers" not in place.path.lower()
    return place if place.kind == "item" or is_scope else None


def _stub(body: Body) -> Body:
    """A stub whose error can be told: one without a code, or that is no object, is an internal error."""
    error = body["error"] if isinstance(body["error"], dict) else {}
    code, message = error.get("code"), error.get("message")
    body["error"] = {
        **error,
        "code": code if isinstance(code, str) and code else "InternalServerError",
        "message": message if isinstance(message, str) else "",
    }
    return body


def _in_shape(body: Body, place: Target, registry_suffix: str) -> Body:
    if not place.types:
        fit(GROUP, body)
        return _named(body, place)
    _fit_resource(body, place.path, place.type, "", asked=False)
    if place.type == "microsoft.containerregistry/registries":
        body["properties"].setdefault("loginServer", f"{place.name.lower()}.{registry_suffix}")
    return _named(body, place)


def _named(body: Body, place: Target) -> Body:
    """An id tells name and type where the body does not."""
    for word, told in (("name", place.name), ("type", "/".join((place.namespace, *place.types)))):
        if word in body and not (isinstance(body[word], str) and body[word]):
            body.pop(word)
        if place.types:
            body.setdefault(word, told)
    return body


def _fit_resource(body: Body, path: str, kind: str, where: str, *, asked: bool) -> None:
    fit(shape_of(kind), body, where, asked=asked)
    for prop, stored in rows_of(kind):
        for row, child in enumerate(body["properties"].get(prop, ())):
            at, collection = f"{where}.properties.{prop}[{row}]", f"{path}/{prop}"
            fit(Object({"id": TEXT, "name": TEXT}), child, at)
            if asked:
                child.pop("id", None)
                if not child.get("name"):
                    raise Misfit(f"{at}.name", "given")
            _identify(child, collection, row, at)
            above = child["id"].rstrip("/").rpartition("/")[0]
            if stored and key(above) != key(collection):
                raise Misfit(f"{at}.id", f"an id below {collection}")
            _fit_resource(child, child["id"], f"{kind}/{prop.lower()}", at, asked=asked)


def _identify(child: Body, collection: str, row: int, where: str) -> None:
    """Give a child the id that it has below its parent: by its name, else by its row."""
    if child.get("id", "").strip("/"):
        child["name"] = child.get("name") or name_of(child["id"])
        return
    child["name"] = child.get("name") or str(row)
    if "/" in child["name"]:
        raise Misfit(f"{where}.name", "a name without a slash")
    child["id"] = f"{collection}/{child['name']}"


def admit_request(request: Request, place: Target) -> Request:
    """A write's body in shape; raises InvalidRequestContent or InvalidRequestFormat (400)."""
    if request.method not in ("PUT", "PATCH") or request.body is None:
        return request
    if not isinstance(request.body, dict):
        raise bad_request("InvalidRequestContent", "The request content was invalid: the body must be an object.")
    body = copy.deepcopy(request.body)
    try:
        if place.kind == "item":
            _fit_resource(body, place.path, place.type, "", asked=True)
        else:
            fit(GROUP, body)
    except Misfit as misfit:
        raise bad_request("InvalidRequestFormat", f"Cannot parse the request for {place.path}: {misfit}.") from misfit
    return replace(request, body=body)
