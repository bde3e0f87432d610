"""What Microsoft documents of the used operations of Azure DevOps, as small schemas.

Written from the reference "Azure DevOps Services REST API / Git" on learn.microsoft.com, version 7.0: Refs (List,
Update Refs), Items (List, Get), Blobs (Get Blob), Commits (Get), Pushes (Create, List), Pull Requests (Get Pull
Requests, Get Pull Request, Create, Update), Pull Request Labels, Threads and Reviewers. A field that is sent and not
documented is a violation, and so is an answer that lacks what the client may rely on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import jsonschema

TEXT, NUMBER, YES_NO = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
SHA = {"type": "string", "pattern": "^[0-9a-f]{40}$"}
REF = {"type": "string", "pattern": "^refs/heads/[^ ~^:?*\\[\\\\]+$"}
DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}


def an_object(required: str = "", /, **properties: Any) -> dict[str, Any]:
    """An object of these fields and no others; the required ones with blanks between."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def a_list(of: Mapping[str, Any], least: int = 0) -> dict[str, Any]:
    """An array."""
    return {"type": "array", "items": of, "minItems": least}


def listed(of: Mapping[str, Any]) -> dict[str, Any]:
    """How Azure DevOps answers lists."""
    return an_object("count value", count=NUMBER, value=a_list(of))


IDENTITY = an_object("id displayName", id=TEXT, displayName=TEXT, uniqueName=TEXT)
PERSON = an_object("name email date", name=TEXT, email=TEXT, date=DATE)
COMMIT = an_object(
    "commitId comment author committer parents treeId",
    commitId=SHA,
    comment=TEXT,
    author=PERSON,
    committer=PERSON,
    parents=a_list(SHA),
    treeId=SHA,
)
ITEM = an_object(
    "objectId gitObjectType commitId path",
    objectId=SHA,
    gitObjectType={"enum": ["blob", "tree", "commit"]},
    commitId=SHA,
    path={"type": "string", "pattern": "^/"},
    isFolder=YES_NO,
    isSymLink=YES_NO,
    url=TEXT,
)
REQUEST = an_object(
    "pullRequestId status sourceRefName targetRefName title createdBy lastMergeSourceCommit",
    pullRequestId=NUMBER,
    status={"enum": ["active", "abandoned", "completed", "notSet"]},
    sourceRefName=REF,
    targetRefName=REF,
    title=TEXT,
    description=TEXT,
    createdBy=IDENTITY,
    lastMergeSourceCommit=an_object("commitId", commitId=SHA),
    reviewers=a_list({"type": "object", "required": ["id", "vote"]}),
    forkSource={"type": "object"},
    url=TEXT,
)
LABEL = an_object("id name active", id=TEXT, name=TEXT, active=YES_NO)
WORDS = an_object("id content commentType", id=NUMBER, content=TEXT, commentType=TEXT, parentCommentId=NUMBER)
THREAD = an_object("id comments status", id=NUMBER, comments=a_list(WORDS), status=TEXT)
ERROR = {"type": "object", "required": ["message", "typeKey"]}
PUSH = an_object("pushId pushedBy", pushId=NUMBER, pushedBy=IDENTITY, date=DATE, refUpdates=a_list({"type": "object"}))

_VERSIONED = ("versionDescriptor.version", "versionDescriptor.versionType")
_CHANGE = {
    "oneOf": [
        an_object(
            "changeType item newContent",
            changeType={"enum": ["add", "edit"]},
            item=an_object("path", path={"type": "string", "pattern": "^/"}),
            newContent=an_object(
                "content contentType", content=TEXT, contentType={"enum": ["rawtext", "base64encoded"]}
            ),
        ),
        an_object("changeType item", changeType={"const": "delete"}, item=an_object("path", path=TEXT)),
    ]
}
_NEW_COMMIT = an_object("comment changes", comment=TEXT, author=PERSON, committer=PERSON, changes=a_list(_CHANGE, 1))
_UPDATE = an_object("name oldObjectId newObjectId", name=REF, oldObjectId=SHA, newObjectId=SHA)

# (verb, path below the repository) → query parameters, body of the request, bodies of answers by status
OPERATIONS: Mapping[tuple[str, str], tuple[tuple[str, ...], Any, Mapping[int, Any]]] = {
    ("GET", "/refs"): (
        ("filter", "$top"),
        None,
        {200: listed(an_object("name objectId creator", name=REF, objectId=SHA, creator=IDENTITY, url=TEXT))},
    ),
    ("POST", "/refs"): (
        (),
        a_list(_UPDATE, 1),
        {
            200: listed(
                an_object(
                    "name oldObjectId newObjectId success updateStatus",
                    name=REF,
                    oldObjectId=SHA,
                    newObjectId=SHA,
                    success=YES_NO,
                    updateStatus=TEXT,
                    repositoryId=TEXT,
                )
            )
        },
    ),
    ("GET", "/items"): (
        ("path", "scopePath", "recursionLevel", "$format", "includeContentMetadata", *_VERSIONED),
        None,
        {200: {"anyOf": [ITEM, listed(ITEM)]}},
    ),
    ("GET", "/blobs/{blob}"): (("$format",), None, {200: None}),
    ("GET", "/commits/{commit}"): ((), None, {200: COMMIT}),
    ("GET", "/pushes"): (("searchCriteria.refName", "$top"), None, {200: listed(PUSH)}),
    ("POST", "/pushes"): (
        (),
        an_object(
            "refUpdates commits",
            refUpdates=a_list(an_object("name oldObjectId", name=REF, oldObjectId=SHA), 1),
            commits=a_list(_NEW_COMMIT, 1),
        ),
        {
            201: an_object(
                "pushId commits refUpdates pushedBy",
                pushId=NUMBER,
                commits=a_list(an_object("commitId", commitId=SHA)),
                refUpdates=a_list(
                    an_object("name oldObjectId newObjectId", name=REF, oldObjectId=SHA, newObjectId=SHA)
                ),
                pushedBy=IDENTITY,
            )
        },
    ),
    ("GET", "/pullrequests"): (
        ("searchCriteria.status", "searchCriteria.sourceRefName", "searchCriteria.targetRefName", "$top", "$skip"),
        None,
        {200: listed(REQUEST)},
    ),
    ("POST", "/pullrequests"): (
        (),
        an_object(
            "sourceRefName targetRefName title",
            sourceRefName=REF,
            targetRefName=REF,
            title=TEXT,
            description=TEXT,
            labels=a_list(an_object("name", name=TEXT)),
        ),
        {201: REQUEST},
    ),
    ("GET", "/pullrequests/{number}"): ((), None, {200: REQUEST}),
    ("PATCH", "/pullrequests/{number}"): (
        (),
        {
            "oneOf": [
                {**an_object("", title=TEXT, description=TEXT), "minProperties": 1},
                an_object("targetRefName", targetRefName=REF),
                an_object("status", status={"enum": ["active", "abandoned"]}),
            ]
        },
        {200: REQUEST},
    ),
    ("GET", "/pullrequests/{number}/labels"): ((), None, {200: listed(LABEL)}),
    ("POST", "/pullrequests/{number}/labels"): ((), an_object("name", name=TEXT), {200: LABEL}),
    ("GET", "/pullrequests/{number}/threads"): ((), None, {200: listed(THREAD)}),
    ("POST", "/pullrequests/{number}/threads"): (
        (),
        an_object(
            "comments status",
            status=TEXT,
            comments=a_list(
                an_object("content commentType", parentCommentId=NUMBER, content=TEXT, commentType={"enum": ["text"]}),
                1,
            ),
        ),
        {200: THREAD},
    ),
    ("PUT", "/pullrequests/{number}/reviewers/{reviewer}"): (
        (),
        an_object("vote", vote={"enum": [0]}),
        {200: {"type": "object", "required": ["id", "vote"]}},
    ),
}


class Violation(AssertionError):
    """A request or an answer is not what is documented."""


def check_request(verb: str, path: str, query: str, body: Any) -> None:
    """`Violation` where the reference knows no such parameter or field."""
    parameters, schema, _ = OPERATIONS[verb, path]
    sent = dict(parse_qsl(query, keep_blank_values=True))
    if sent.pop("api-version", "") != "7.0":
        raise Violation(f"{verb} {path}: the version is missing")
    if unknown := set(sent) - set(parameters):
        raise Violation(f"{verb} {path}: there is no parameter {sorted(unknown)}")
    if (schema is None) != (body is None):
        raise Violation(f"{verb} {path}: a body where none belongs, or none where one does")
    if schema is not None:
        _check(f"{verb} {path}", schema, body)


def check_answer(verb: str, path: str, status: int, body: Any) -> None:
    """`Violation` where the answer is not of the documented shape; errors have a message and a type."""
    answers = OPERATIONS[verb, path][2]
    if status not in answers and status < 400:
        raise Violation(f"{verb} {path}: it does not answer {status}")
    schema = answers.get(status, ERROR)
    if schema is not None:
        _check(f"{verb} {path} {status}", schema, body)


def _check(what: str, schema: Any, value: Any) -> None:
    problem = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(value))
    if problem is not None:
        raise Violation(f"{what}: at {problem.json_path}: {problem.message[:300]}")
