"""Index an unpacked package in a process of its own, and import every module of it: what a cold start has at hand.

    python indexing_alone.py APP_FOLDER [SITE_FOLDER]

Run by `test_package` with a folder of exactly the locked libraries, and by `make package-check` in a clean environment.
Prints one JSON document.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import pkgutil
import sys
from pathlib import Path
from types import ModuleType


def main(app: str, *site: str) -> None:
    """Say which functions were found, what could not be imported, and from where modules came."""
    sys.path[:0] = [app, *site]
    functions = sorted(_worker().Worker.start(app).functions)
    import remediator

    failed = {}
    for module in pkgutil.walk_packages(remediator.__path__, "remediator."):
        try:
            importlib.import_module(module.name)
        except ImportError as error:
            failed[module.name] = str(error)
    sys.stdout.write(
        json.dumps(
            {"functions": functions, "failed": failed, "python": sys.version.split()[0], "app": remediator.__file__}
        )
    )
    sys.exit(1 if failed else 0)


def _worker() -> ModuleType:
    """The stand-in for the host, which lies beside this file and not in the package."""
    found = importlib.util.spec_from_file_location("worker", Path(__file__).with_name("worker.py"))
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["worker"] = module
    found.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(*sys.argv[1:])
