"""The program as a process of its own, for those who kill it: `python -m tests.faults.mortal` with settings on stdin.

It takes up what lies in the store, works until nothing is left to do.
"""

from __future__ import annotations

import json
import sys

from remediator import bootstrap
from tests.scenarios.town import HandClock


def main() -> None:
    """Work through the store that the settings name."""
    with bootstrap.build(bootstrap.settings(json.load(sys.stdin)), clock=HandClock()) as runtime:
        runtime.take_up()
        runtime.run_until_idle(900)


if __name__ == "__main__":
    main()
