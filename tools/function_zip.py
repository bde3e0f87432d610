"""Make the zip that a function app is deployed from: `make package`.

What goes in is what git knows and `.funcignore` lets through. The same files give the same bytes, on any machine: names
in order, one time, one mode, and no compression, which differs between versions of zlib.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from pathspec import GitIgnoreSpec

ROOT = Path(__file__).resolve().parents[1]
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of the time that zip knows
MODE = 0o100644


def published(root: Path = ROOT) -> list[str]:
    """The files of the package, from the root of the repository, in order."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()  # noqa: S603
    ignored = GitIgnoreSpec.from_lines((root / ".funcignore").read_text("utf-8").splitlines())
    names = {name for name in listed.split("\0") if name and (root / name).is_file()}
    return sorted(name for name in names if not ignored.match_file(name))


def write(target: Path, root: Path = ROOT) -> int:
    """Write the zip; how many files are in it."""
    names = published(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        for name in names:
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.create_system = 3  # unix, whoever writes it
            entry.external_attr = MODE << 16
            package.writestr(entry, (root / name).read_bytes())
    return len(names)


if __name__ == "__main__":
    made = Path(sys.argv[1])
    sys.stdout.write(f"{made}: {write(made)} files, {made.stat().st_size // 1024} KiB\n")
