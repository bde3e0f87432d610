"""Estates and requests that nobody has foreseen: the sandbox answers them all, and says what is odd."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load, names
from remediator.sandbox.network import Network
from remediator.sandbox.routes import ROUTES
from remediator.sandbox.wire import Response
from tests.sandbox.conftest import ALBUM, APP, ENVIRONMENT, OPEN_APP, REGISTRY, SUB, VNET, Story
from tests.sandbox.valley import everything

ESTATES = [*(load(name) for name in names()), everything()]
WRONG: list[Any] = [None, None, None, "x", "", 3, True, [], {}, [None], ["x"], [{}], {"id": None}, {"id": 7}]
KINDS = sorted({kind for _, kind, _ in ROUTES})
Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where something stands in a document."""
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in rows:
        yield (*path, name)
        yield from paths(inner, (*path, name))


@st.composite
def odd_estates(draw: st.DrawFn) -> dict[str, Any]:
    """An estate that came along, with members gone, null or of another kind, and resources gone or twice."""
    document = copy.deepcopy(draw(st.sampled_from(ESTATES)))
    resources = document["resources"]
    for _ in range(draw(st.integers(1, 4))):
        found = list(paths(resources))
        path = found[draw(st.integers(0, len(found) - 1))]
        above = resources
        for name in path[:-1]:
            above = above[name]
        doing = draw(st.sampled_from(["set", "set", "drop", "twice"]))
        if doing == "drop":
            del above[path[-1]]
        elif doing == "twice" and isinstance(resources[path[0]], dict):
            again = copy.deepcopy(resources[path[0]])
            resources.append({**again, "id": str(again.get("id")).upper()})
        else:
            above[path[-1]] = copy.deepcopy(draw(st.sampled_from(WRONG)))
        if not resources:
            break
    return {**document, "resources": draw(st.permutations(resources)) if draw(st.booleans()) else resources}


def ask(azure: Azure, method: str, path: str, body: bytes = b"", version: str = "2024-06-01") -> Response:
    """One request with a token."""
    url = f"https://management.azure.com{path}?api-version={version}"
    return azure.handle(method, url, {"Authorization": "Bearer t"}, body)


def said(response: Response) -> Any:
    """The JSON of an answer; a refusal has a code and a message."""
    document = json.loads(response.body) if response.body else None
    if response.status >= 400:
        assert isinstance(document, dict)
        error = document.get("error", document)
        assert error["code"], document
        assert isinstance(error["message"], str), document
    return document


def look_everywhere(azure: Azure, document: dict[str, Any]) -> None:
    """Every item, every list below and above it, every pull, from every network."""
    scopes = [f"/subscriptions/{name}" for name in azure.world.state.subscriptions.values()]
    scopes += list(azure.world.state.groups)
    for path in ["/subscriptions", *scopes, *(f"{scope}/resources" for scope in scopes)]:
        said(ask(azure, "GET", path))
    for kind in KINDS:
        for scope in scopes[:1] if kind.count("/") == 1 else ():
            said(ask(azure, "GET", f"{scope}/providers/{kind}"))
    plane = Network(azure)
    for body in document["resources"]:
        at = body.get("id") if isinstance(body, dict) else None
        if not isinstance(at, str) or not at:
            continue
        kind = "/".join(at.lower().partition("/providers/")[2].split("/")[0:2])
        for child in (found for found in KINDS if found.startswith(kind + "/") and found.count("/") == 2):
            said(ask(azure, "GET", f"{at}/{child.rpartition('/')[2]}"))
        said(ask(azure, "GET", at))
        azure.resource(at)
        assert plane.pull_app(at).steps is not None
        assert plane.pull(at, "contosoalbum.azurecr.cn/album:1").stage
        assert plane.resolve(at, "contosoalbum.azurecr.cn").name
        plane.resolve(at, "northwindpress.azurecr.io")
    said(ask(azure, "GET", f"{APP}/revisions/album--0000001/replicas"))
    json.dumps(azure.estate())


@settings(max_examples=150, deadline=None)
@given(odd_estates())
def test_no_estate_is_too_odd(document: dict[str, Any]) -> None:
    """Whatever is missing, null, of another kind, gone or twice in an estate: every look at it is answered."""
    before = copy.deepcopy(document)
    look_everywhere(Azure.from_estate(document), document)
    assert document == before


ITEMS = sorted({body["id"] for document in ESTATES for body in document["resources"]})
PATHS = st.one_of(
    st.sampled_from(ITEMS),
    st.builds("{}/{}".format, st.sampled_from(ITEMS), st.sampled_from([kind.rpartition("/")[2] for kind in KINDS])),
    st.builds(
        "/subscriptions/{}/resourceGroups/rg-album/providers/{}/{}".format,
        st.just(SUB),
        st.sampled_from(KINDS),
        st.text(max_size=5),
    ),
    st.builds("/{}".format, st.text(max_size=30)),
    st.lists(
        st.sampled_from(["subscriptions", SUB, "providers", "resourceGroups", "rg-album", "", "x", "é", "%2F"])
    ).map(lambda parts: "/" + "/".join(parts)),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([REGISTRY, VNET]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Bytes, JSON of any kind, or the body of a resource with something odd in it."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()))
    body = copy.deepcopy(draw(st.sampled_from([body for document in ESTATES for body in document["resources"]])))
    for _ in range(draw(st.integers(0, 2))):
        found = list(paths(body))
        path = found[draw(st.integers(0, len(found) - 1))] if found else ()
        above: Any = body
        for name in path[:-1]:
            above = above[name]
        if path:
            above[path[-1]] = copy.deepcopy(draw(st.sampled_from(WRONG) | JSON))
    return json.dumps(body).encode()


REQUESTS = st.tuples(
    st.sampled_from(["GET", "PUT", "PUT", "PATCH", "DELETE", "POST", "HEAD", "TRACE", ""]),
    PATHS,
    st.sampled_from(["2024-06-01", "2019-05-01", "2024-06-01&$top=²", "2024-06-01&$skiptoken=x", "x", ""]),
    st.dictionaries(st.sampled_from(["If-Match", "If-None-Match", "x-ms-client-request-id"]), st.text(max_size=5)),
    bodies(),
)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(ESTATES) | odd_estates(), st.lists(REQUESTS, min_size=1, max_size=12))
def test_no_request_is_too_odd(document: dict[str, Any], requests: list[Any]) -> None:
    """Any method, path, query, header and body gets an answer: nothing, JSON, or a refusal with code and message."""
    azure = Azure.from_estate(document)
    for method, path, version, headers, body in requests:
        url = f"https://management.azure.com{path}?api-version={version}"
        said(azure.handle(method, url, {"Authorization": "Bearer t", **headers}, body))
    json.dumps(azure.estate())


NIC = f"{ALBUM}/Microsoft.Network/networkInterfaces/n"


def small(*bodies: Any) -> Azure:
    """Only these resources."""
    return Azure.from_estate({"schema": 1, "cloud": "AzureChinaCloud", "resources": list(bodies)})


def test_null_counts_as_absent() -> None:
    """Null members and rows are absent, properties are always there, and a registry has its login name."""
    azure = small(
        {"id": REGISTRY, "sku": None, "properties": None},
        {"id": VNET, "properties": {"subnets": None, "dhcpOptions": None, "virtualNetworkPeerings": [None]}},
    )
    registry = said(ask(azure, "GET", REGISTRY))
    assert registry["properties"]["loginServer"] == "contosoalbum.azurecr.cn"
    assert registry["name"] == "contosoalbum"
    assert said(ask(azure, "GET", VNET))["properties"] == {"subnets": [], "virtualNetworkPeerings": []}
    assert azure.oddities == ()


def test_a_child_without_an_id_gets_its_own() -> None:
    """A child's id comes from its parent and its name, or its row where it has no name."""
    azure = small(
        {"id": VNET, "properties": {"subnets": [{"name": "a"}, {}]}},
        {"id": NIC, "properties": {"ipConfigurations": [{"properties": {"subnet": {"id": f"{VNET}/subnets/a"}}}]}},
    )
    found = said(ask(azure, "GET", f"{VNET}/subnets"))["value"]
    assert [subnet["id"] for subnet in found] == [f"{VNET}/subnets/a", f"{VNET}/subnets/1"]
    assert found[0]["properties"]["ipConfigurations"] == [{"id": f"{NIC}/ipConfigurations/0"}]


def test_an_odd_resource_is_shown_as_it_is() -> None:
    """What cannot be brought into shape is shown as given, and an internal error for what needs to understand it."""
    odd = {"id": REGISTRY, "name": "contosoalbum", "location": "chinaeast2", "properties": {"networkRuleSet": 7}}
    azure = Azure.from_estate(load("first-incident"))
    azure.put(odd)
    group = REGISTRY.rpartition("/")[0]
    assert said(ask(azure, "GET", REGISTRY)) == odd
    assert odd in said(ask(azure, "GET", group))["value"]
    for method, path in (("PATCH", REGISTRY), ("GET", f"{REGISTRY}/listUsages")):
        refused = ask(azure, method, path)
        message = said(refused)["error"]["message"]
        assert refused.status == 500
        assert REGISTRY in message
        assert "'properties.networkRuleSet' must be an object" in message
    pulled = Network(azure).pull_app(APP)
    assert (pulled.ok, pulled.stage) == (False, "unreadable")
    assert "networkRuleSet" in pulled.text
    azure.remove(REGISTRY)
    assert ask(azure, "GET", REGISTRY).status == 404


@pytest.mark.parametrize("resource", [7, None, {}, {"id": None}, {"id": ""}, {"id": "x"}, {"id": f"{ALBUM}/A.B/c"}])
def test_a_resource_that_no_id_leads_to_is_kept(resource: Any) -> None:
    """It is in the estate that comes out, and said to be odd, but not served."""
    azure = small(resource)
    assert azure.estate()["resources"] == [resource]
    assert len(azure.oddities) == 1


def test_the_last_of_two_counts() -> None:
    """Of two resources whose ids differ in case only the last one counts."""
    azure = small({"id": VNET, "tags": {"n": "1"}}, {"id": VNET.upper(), "tags": {"n": "2"}})
    assert said(ask(azure, "GET", VNET))["tags"] == {"n": "2"}
    assert len(said(ask(azure, "GET", VNET.rpartition("/")[0]))["value"]) == 1


def test_children_need_no_parent() -> None:
    """Children may stand before their parent; without one they are read by id, and the list asks for the parent."""
    at = f"{VNET}/subnets/a"
    subnet, network = {"id": at, "properties": {}}, {"id": VNET, "properties": {}}
    assert len(said(ask(small(subnet, network), "GET", VNET))["properties"]["subnets"]) == 1
    orphan = small(subnet)
    assert ask(orphan, "GET", at).status == 200
    assert said(ask(orphan, "GET", f"{VNET}/subnets"))["error"]["code"] == "ParentResourceNotFound"


def test_a_type_that_is_not_known_is_listed() -> None:
    """A resource of another type is in the list of all resources, and 501 by its own id."""
    azure = small({"id": f"{ALBUM}/A.B/c/d", "location": "chinaeast2", "properties": "as it likes"})
    assert [row["name"] for row in said(ask(azure, "GET", f"/subscriptions/{SUB}/resources"))["value"]] == ["d"]
    assert ask(azure, "GET", f"{ALBUM}/A.B/c/d").status == 501


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (VNET, b"[]", "InvalidRequestContent"),
        (VNET, b"[" * 5000, "InvalidRequestContent"),
        (VNET, b'{"tags": {"a": NaN}}', "InvalidRequestContent"),
        (VNET, b'{"properties": 7}', "InvalidRequestFormat"),
        (VNET, b'{"properties": {"subnets": [{}]}}', "InvalidRequestFormat"),
        (f"{VNET}/subnets/x", b'{"properties": {"addressPrefix": "x"}}', "InvalidRequestFormat"),
        (REGISTRY, b'{"location": "chinaeast2", "sku": {}}', "InvalidRequestFormat"),
    ],
)
def test_a_write_of_another_shape_is_refused(story: Story, path: str, body: bytes, code: str) -> None:
    """A PUT whose body is no JSON, no object or of another shape is 400 in Azure's words, and nothing changes."""
    before = story.azure.estate()
    answer = ask(story.azure, "PUT", path, body)
    assert (answer.status, said(answer)["error"]["code"]) == (400, code)
    assert story.azure.estate() == before


def test_a_pull_by_nobody_says_so() -> None:
    """An app or environment that is not there, and a container without an image, fail and say why."""
    azure = Azure.from_estate(load("first-incident"))
    plane = Network(azure)
    assert (plane.pull_app("/nobody").stage, plane.pull("/nowhere", "a.io/b").stage) == ("app", "environment")
    assert "/nobody" in plane.pull_app("/nobody").text
    app = azure.resource(OPEN_APP) or {}
    azure.put({**app, "properties": {**app["properties"], "template": {"containers": [{}]}}})
    assert plane.pull_app(OPEN_APP).stage == "image"
    azure.remove(ENVIRONMENT)
    assert "which is not there" in plane.pull_app(APP).text
