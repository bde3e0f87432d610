"""Which environment are we in? The process environment is handed over here, to `settings` and to azure-identity.

azure-identity knows of a managed identity by two variables only (`IDENTITY_ENDPOINT`, `IDENTITY_HEADER`) and reads them
from the process; for the sandbox they are set here, and nowhere else in the program.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from remediator.core.errors import Misconfigured
from remediator.settings import BadSettings, Settings


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment, by default the process's; `Misconfigured("bad-setting")` names all mistakes."""
    try:
        return Settings.from_environment(environ)
    except BadSettings as error:
        listed = "".join(f"\n  {name}: {why}" for name, why in error.problems.items())
        count = len(error.problems)
        raise Misconfigured(
            "bad-setting",
            f"reading the settings: {count} {'is' if count == 1 else 'are'} wrong{listed}",
            context=error.problems,
            hint="docs/settings.md explains every variable",
        ) from error


def environment(environ: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """An environment, by default the process's."""
    return os.environ if environ is None else environ  # noqa: TID251


def use_identity(endpoint: str) -> None:
    """Let every managed identity of this process get its tokens from the sandbox's identity endpoint."""
    os.environ["IDENTITY_ENDPOINT"] = endpoint  # noqa: TID251 - azure-identity reads it nowhere else
    os.environ["IDENTITY_HEADER"] = "sandbox"  # noqa: TID251
    for name in ("NO_PROXY", "no_proxy"):  # a proxy of the machine has no business on loopback
        others = os.environ.get(name, "")  # noqa: TID251
        if "127.0.0.1" not in others.split(","):
            os.environ[name] = f"{others},127.0.0.1".lstrip(",")  # noqa: TID251
