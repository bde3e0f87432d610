"""What tells a pull error's setting: is it about a pull at all, whose answer is it, what was being fetched?

`pull_words` lists the signs of the causes; these words are signs of none. `pull_error` and `pull_place` ask them where
a sign alone does not settle it. They meet a text in lower case, with bounded repeats like the signs.
"""

from __future__ import annotations

import re

RELAYED = re.compile(r"localhost:8578|registryerrorresponse.{1,200}docker\.io")
"""A middleman hides what Docker Hub answered, most often a 429: the platform's pull-through proxy (azure-facts 2.7,
no. 37) or Container Instances."""

ANONYMOUS = ("mcr.microsoft.com", "mcr.azure.cn", "mcrprod.azurecr.io")
"""Registries that ask nobody for a credential."""

LAYERS = re.compile(
    r"error pulling image configuration|failed to copy|httpreade?r?seeker|(?:copying|reading|fetching|download(?:ing)?)"
    r" (?:blob|layer|config)|layer download|download failed"
)
"""The manifest was read and a blob was being fetched when it failed (azure-facts 1.4)."""

PAGE = re.compile(r" ?response body|.{0,60}(?:<html|<!doctype|cloudflare)")
"""Behind a status: what answered speaks no registry's language but shows a page, as a proxy or a web server does."""

WRITING = re.compile(r"(?:post|put|patch) (?:request to )?[\"']?$")
"""The request that follows sends something: a push, which has reasons of its own to be refused."""

PULLED = "successfully pulled image"
"""Said later in the text, it takes the weight from an earlier failure; said where no pull failed, from any."""

UNPULLED = re.compile(
    r"failed to pull|pull failed|pull image failed|errimagepull|imagepullbackoff|back-off pulling|imagepullfailure"
    r"|imagepullunauthorized"
)

PULLING = re.compile(
    r"azurecr|/v2/|oauth2/|regist|image|manifest|docker|containerd|podman|skopeo|buildah|buildkit|ghcr|quay\.io"
    r"|(?<![a-z])(?:acr|pull(?:ing|ed)?|push|ctr|mcr|oci|crane|helm|blobs?)(?![a-z])|imagepull|cannotpull|aka\.ms/acr|镜像|映像|注册表"
    r"|errors[\"'] ?: ?\[ ?\{ ?[\"']code|(?:unauthorized: |error: )authentication required"
    r"|server returned 40[13]|response from daemon|failed to authorize|failed to solve|httpreade?r?seeker"
    r"|failed to copy|chart repository|mime type|hcsshim|basic authentication"
    r"|failed to resolve (?:reference|source metadata)|error getting credentials|aad access token"
    r"|fetch (?:anonymous|oauth) token|access to the resource|basic auth credentials|insufficient_scope"
)
"""The text is about an image or a registry at all; a 403 or a time-out of anything else is none of ours."""

FETCHING = re.compile(
    r"pull|/v2/|oauth2|manifest|failed to (?:resolve|solve|copy|authorize|do request)|regist|blob|layer|invalid value"
    r"|toomanyrequests|response from daemon|docker|skopeo|crane|镜像|映像"
)
"""The text is about the way of an image, and does not only name the image that an application runs from."""

CLIENT = re.compile(r"dial ?(?:tcp|udp)|(?:read|write) tcp|net/http:|client\.timeout|proxyconnect")
"""A fragment in the words of the clients that pull images, and of many others."""
