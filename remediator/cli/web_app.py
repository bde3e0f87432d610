"""What does the web app need of the runtime? Bootstrap and web do not know each other; a door brings them together."""

from __future__ import annotations

from starlette.applications import Starlette

from remediator.bootstrap import Runtime
from remediator.core.desired import Approvers
from remediator.web.app import create_app
from remediator.web.runtime import IdentityKind, WebRuntime, WebSettings


def app_of(runtime: Runtime) -> Starlette:
    """The web app, with every route; `Misconfigured` where the settings do not say who may call or decide."""
    return create_app(web_runtime(runtime))


def web_runtime(runtime: Runtime) -> WebRuntime:
    """The runtime as the routes see it."""
    return WebRuntime(
        settings=web_settings(runtime),
        clock=runtime.clock,
        tokens=runtime.tokens,
        rows=runtime.rows,
        quarantine=runtime.quarantine,
        log=runtime.log,
        take_in=runtime.take_in,
        load=runtime.load,
        find=runtime.find,
        record=runtime.record_approval,
        desired=runtime.desired,
    )


def web_settings(runtime: Runtime) -> WebSettings:
    """The settings as the routes see them."""
    known = runtime.settings
    return WebSettings(
        public_url=known.public_url,
        csrf_key=runtime.csrf_key,
        identity=IdentityKind(known.identity_provider.value),
        platform_strips_headers=known.trust_platform_headers,
        tenant=known.tenant_id,
        function_key=runtime.function_key,
        platform_checks_keys=known.platform_checks_keys,
        callers=frozenset(known.callers),
        readers=frozenset(known.readers),
        approvers=Approvers(known.approver_users, known.approver_groups, known.approver_roles),
        local_user=known.local_user,
    )
