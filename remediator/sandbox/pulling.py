"""What a pull of an image by an environment gets now: name, route, connection, firewall, token, manifest, layers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from remediator.sandbox import credentials, private_link, public_tags, pull_texts, resolving
from remediator.sandbox.arm_id import name_of, region
from remediator.sandbox.arriving import Arrival, arrive
from remediator.sandbox.credentials import Credential
from remediator.sandbox.image_reference import Image, parse_image, unreadable
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World


@dataclass(frozen=True)
class PullAttempt:
    """How a pull ended: `stage` is where it stopped, or `pulled`; `text` is what the platform prints."""

    ok: bool
    stage: str
    text: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Puller:
    """Who pulls what: the place, the image, and the names that the texts mention."""

    environment: Body
    image: Image
    container: str
    app: str
    revision: str


def _login_text(world: World, puller: Puller, arrival: Arrival) -> str:
    image = puller.image
    if arrival.trouble == "unanswered":
        return pull_texts.lookup_timed_out(image, arrival.server)
    if arrival.trouble == "nxdomain":
        return pull_texts.no_such_host(image, arrival.server)
    if arrival.trouble == "eof":
        return pull_texts.cut_off(image)
    if arrival.trouble == "timeout":
        return pull_texts.timed_out(image, arrival.address)
    if world.cloud.name == "AzureChinaCloud":
        return pull_texts.denied_in_china(image, puller.container, puller.app, puller.revision, world.clock())
    return pull_texts.denied(image, puller.container, arrival.client)


def _layer_text(puller: Puller, arrival: Arrival) -> str:
    why = {
        "unanswered": pull_texts.unanswered(arrival.host, arrival.server),
        "nxdomain": f"dial tcp: lookup {arrival.host} on {arrival.server}:53: no such host",
        "timeout": f"dial tcp {arrival.address}:443: i/o timeout",
        "eof": "EOF",
        "denied": "unexpected status code 403 Forbidden",
    }
    return pull_texts.layers_failed(puller.image, arrival.host, why[arrival.trouble])


def _missing(world: World, image: Image, repository_tags: Collection[str] | None) -> bool:
    short = f"{image.repository}:{image.tag}"
    gone = {image.text, short, f"{image.host}/{short}"} & world.missing_images
    return bool(gone) or (repository_tags is not None and short not in repository_tags)


def _serving(world: World, puller: Puller, registry: Body) -> str:
    """The region whose replica serves the manifest, and then the layers (azure-facts 1.4).

    A regional name says it; the login name leads to the environment's own region where there is a replica that takes
    part in it (`regionEndpointEnabled`), else to the home region.
    """
    served = private_link.regions(world, registry)
    for place in served:
        if puller.image.host.lower() == private_link.regional_host(registry, place).lower():
            return place
    shut = {
        region(replica.get("location"))
        for replica in world.state.children(registry["id"], "replications")
        if replica["properties"].get("regionEndpointEnabled") is False
    }
    near = [place for place in (region(puller.environment.get("location")), *served) if place in served]
    return next((place for place in near if place not in shut), served[0])


def _elsewhere(world: World, puller: Puller) -> PullAttempt:
    """A pull from a registry that is not ours: a name, and a way to it.

    The name in the private zone is no login server: no certificate covers it.
    """
    image = puller.image
    inner = image.host.lower().partition(f".{world.cloud.zone}")
    if inner[1] and not inner[2]:
        return _by_private_name(world, puller, inner[0])
    arrival = arrive(world, puller.environment, image.host, public_tags.of_host(image.host))
    if arrival.stage:
        return PullAttempt(False, arrival.stage, _login_text(world, puller, arrival), arrival.steps)
    return PullAttempt(True, "pulled", pull_texts.pulled(image), arrival.steps)


def _by_private_name(world: World, puller: Puller, label: str) -> PullAttempt:
    image, suffix = puller.image, world.cloud.registry_suffix
    known = resolving.registry_named(world, f"{label}.{suffix}")
    tags = public_tags.of_registry(_serving(world, puller, known[0])) if known else frozenset()
    arrival = arrive(world, puller.environment, image.host, tags, known[0] if known else None)
    if arrival.stage and arrival.trouble != "denied":
        return PullAttempt(False, arrival.stage, _login_text(world, puller, arrival), arrival.steps)
    steps = (*arrival.steps, f"tls: the certificate does not cover {image.host}")
    return PullAttempt(False, "tls", pull_texts.wrong_name(image, f"*.{suffix}"), steps)


def _refusal(puller: Puller, registry: Body, credential: Credential) -> str:
    """What the platform prints when the registry does not take the credential, or an empty string."""
    if credential.valid or (credential.kind == "none" and registry["properties"].get("anonymousPullEnabled")):
        return ""
    if credential.kind == "identity":
        return pull_texts.identity_refused(puller.image, puller.app, credential.shown)
    return pull_texts.unauthorized(puller.image)


def attempt(
    world: World, puller: Puller, credential: Credential, repository_tags: Collection[str] | None = None
) -> PullAttempt:
    """Pull an image, stage by stage, until something stops it."""
    image = puller.image
    unread = unreadable(image.text)
    if unread is not None:
        return PullAttempt(False, "image", pull_texts.no_reference(image.text, unread), ("image: no reference",))
    known = resolving.registry_named(world, image.host)
    if known is None:
        return _elsewhere(world, puller)
    registry = known[0]
    serving = _serving(world, puller, registry)
    arrival = arrive(world, puller.environment, image.host, public_tags.of_registry(serving), registry)
    if arrival.stage:
        return PullAttempt(False, arrival.stage, _login_text(world, puller, arrival), arrival.steps)
    refusal = _refusal(puller, registry, credential)
    steps = (*arrival.steps, f"credential: {credential.words}")
    if refusal:
        return PullAttempt(False, "credential", refusal, (*steps, "token: refused"))
    if _missing(world, image, repository_tags):
        text = pull_texts.manifest_unknown(image, puller.container)
        return PullAttempt(False, "image", text, (*steps, "token: given", "manifest: unknown"))
    steps = (*steps, "token: given", "manifest: served")
    layers = _layers(world, puller, registry, serving)
    steps = (*steps, *layers.steps)
    if layers.stage:
        return PullAttempt(False, "layers", _layer_text(puller, layers), steps)
    return PullAttempt(True, "pulled", pull_texts.pulled(image), (*steps, "layers: served"))


def _layers(world: World, puller: Puller, registry: Body, serving: str) -> Arrival:
    """Layers come from the data name, or, while data endpoints are off, from a storage account of the region."""
    if registry["properties"].get("dataEndpointEnabled"):
        host = private_link.data_host(registry, serving)
        return arrive(world, puller.environment, host, public_tags.of_registry(serving), registry)
    host = f"{serving}managed.blob.{world.cloud.storage_suffix}"
    return arrive(world, puller.environment, host, public_tags.of_storage(serving))


def _nowhere(stage: str, why: str) -> PullAttempt:
    """A pull that cannot even be tried, and why."""
    return PullAttempt(False, stage, f"Nothing was pulled: {why}.", (f"{stage}: {why}",))


def pull(
    world: World,
    environment_id: str,
    image: str,
    *,
    credential_ok: bool = True,
    repository_tags: Collection[str] | None = None,
) -> PullAttempt:
    """A pull by nobody in particular from one environment."""
    environment = world.state.get(environment_id)
    if environment is None:
        return _nowhere("environment", f"there is no environment {environment_id}")
    parsed = parse_image(image)
    name = name_of(parsed.repository)
    puller = Puller(environment, parsed, name, name, f"{name}--0000001")
    credential = credentials.GIVEN if credential_ok else credentials.NO_ENTRY
    return attempt(world, puller, credential, repository_tags)


def pull_app(world: World, app_id: str) -> PullAttempt:
    """The pull of an app's (or job's) images: the first that fails, else the last."""
    app = world.state.get(app_id)
    if app is None:
        return _nowhere("app", f"there is no app or job {app_id}")
    properties = app["properties"]
    home = properties.get("environmentId") or properties.get("managedEnvironmentId")
    environment = world.state.get(home)
    if environment is None:
        return _nowhere("environment", f"{app['id']} is in the environment {home}, which is not there")
    revision = str(properties.get("latestRevisionName") or f"{app['name']}--0000001")
    template = properties.get("template") or {}
    last: PullAttempt | None = None
    for container in [*(template.get("initContainers") or []), *(template.get("containers") or [])]:
        name = str(container.get("name") or app["name"])
        if not container.get("image"):
            return _nowhere("image", f"container {name} of {app['id']} names no image")
        image = parse_image(container["image"])
        puller = Puller(environment, image, name, str(app["name"]), revision)
        known = resolving.registry_named(world, image.host)
        credential = credentials.of_app(world, app, image.host, known[0] if known else None)
        last = attempt(world, puller, credential)
        if not last.ok:
            return last
    return last or PullAttempt(True, "pulled", "", ("no container",))
