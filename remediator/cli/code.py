"""What would a plan be in the code of a folder here? `remediator plan --code FOLDER`: a diff, without any token.

The folder is read as a repository's tree is, drafted by `codebase`, and written only where `--write` says so. Files
keep their bytes: line endings, a byte-order mark, a missing last line ending.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from remediator.cli import out
from remediator.cli.code_diff import unified
from remediator.cli.question import Reply
from remediator.codebase.draft import draft
from remediator.core.code_home import CodeHome, CodeHostKind, Language, Style
from remediator.core.errors import Misconfigured, Rejected
from remediator.core.pull_request import Draft, Instruction, Task, Tree
from remediator.views.plain import plain

Command = TypeVar("Command", bound=Callable[..., Any])
MOST_BYTES = 1024 * 1024
_LEFT_OUT = (".git", ".terraform", "node_modules", ".venv")
# Code, parameter files, and the pipelines and scripts that may pass parameters.
_READ = (".bicep", ".bicepparam", ".json", ".tf", ".tfvars", ".hcl", ".yml", ".yaml", ".sh", ".ps1", ".cmd", ".md")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options about code."""

    folder: Path
    language: Language | None = None
    style: Style = Style.IN_PLACE
    write: bool = False


def options(command: Command) -> Command:
    """The options about code on a command."""
    path = click.Path(path_type=Path, exists=True, file_okay=False)
    for option in reversed(
        (
            click.option("--code", "folder", type=path, help="Show the plan as a diff of the code in this folder."),
            click.option("--language", type=click.Choice([one.value for one in Language]), help="Bicep or Terraform."),
            click.option(
                "--style",
                type=click.Choice([one.value for one in Style]),
                default=Style.IN_PLACE.value,
                show_default=True,
                help="Edit what is declared, or write a folder of our own.",
            ),
            click.option("--write", is_flag=True, help="With --code: change the files."),
        )
    ):
        command = option(command)
    return command


def wanted(folder: Path | None, language: str | None, style: str, *, write: bool) -> Wanted | None:
    """The options as they were given; None without a folder."""
    if folder is None:
        if write or language is not None:
            raise click.UsageError("--write and --language go with --code FOLDER")
        return None
    return Wanted(folder, Language(language) if language else None, Style(style), write)


def show(reply: Reply, asked: Wanted, *, as_json: bool) -> None:
    """Draft the reply's plan for the folder: the diff to stdout, notes to stderr."""
    tree = read_tree(asked.folder)
    language = asked.language or _language(asked.folder, tree)
    home = CodeHome(CodeHostKind.GITHUB, "local/folder", language=language, style=asked.style)
    if asked.style is Style.IN_PLACE:
        home = replace(home, folder="")
    made = draft(Task(reply.diagnosis.plan, reply.snapshot, reply.desired), tree, home)
    after = _after(made, tree)
    diff = "".join(unified(path, tree.files.get(path), text) for path, text in sorted(after.items()))
    if asked.write:
        _write(asked.folder, after)
    for remark in (*reply.notes, *reply.remarks):
        out.say(f"note: {plain(remark, 600)}")
    if as_json:
        out.document(_document(reply, home, made, after, diff))
        return
    if isinstance(made, Instruction):
        out.say(f"nothing is written ({made.code}): {plain(made.reason, 600)}")
        click.echo(_seen(made.text), nl=not made.text.endswith("\n"))
        return
    click.echo(_seen(diff), nl=False)
    if not reply.diagnosis.plan:
        out.say("there is nothing to change")
    for note in made.notes:
        out.say(f"note: {plain(note, 600)}")
    if asked.write and after:
        out.say(f"wrote {', '.join(plain(path, 200) for path in sorted(after))}")


def read_tree(folder: Path) -> Tree:
    """The folder's text files by their paths in it; those too large or not UTF-8 are `unread`."""
    files: dict[str, str] = {}
    unread: list[str] = []
    for here, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if name not in _LEFT_OUT)
        for name in sorted(names):
            path = Path(here, name)
            if not name.lower().endswith(_READ) or path.is_symlink():
                continue
            relative = path.relative_to(folder).as_posix()
            text = _text(path)
            if text is None:
                unread.append(relative)
            else:
                files[relative] = text
    return Tree("", files, unread=tuple(unread))


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8") if path.stat().st_size <= MOST_BYTES else None
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise Rejected("file-unreadable", f"reading {path}: {error.strerror or error}") from error


def _language(folder: Path, tree: Tree) -> Language:
    """The only one of the two that the folder has."""
    found = [
        language
        for language, ending in ((Language.BICEP, ".bicep"), (Language.TERRAFORM, ".tf"))
        if any(path.lower().endswith(ending) for path in tree.files)
    ]
    if len(found) != 1:
        both = "both Bicep and Terraform" if found else "neither Bicep nor Terraform"
        raise click.UsageError(f"{folder} has {both}: say which with --language")
    return found[0]


def _after(made: Draft | Instruction, tree: Tree) -> dict[str, str | None]:
    """Each file that the commits change, as the last one leaves it."""
    if isinstance(made, Instruction):
        return {}
    after = {file.path: file.text for commit in made.commits for file in commit.files}
    return {path: text for path, text in after.items() if text != tree.files.get(path)}


def _write(folder: Path, after: Mapping[str, str | None]) -> None:
    root = folder.resolve()
    for path, text in after.items():
        target = root / path
        try:
            if target.is_symlink() or not target.parent.resolve().is_relative_to(root):
                raise Misconfigured("file-unwritable", f"writing {path}: it leads out of {folder}")
            if text is None:
                target.unlink(missing_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8"))
        except OSError as error:
            raise Misconfigured("file-unwritable", f"writing {target}: {error.strerror or error}") from error


def _document(
    reply: Reply, home: CodeHome, made: Draft | Instruction, after: Mapping[str, str | None], diff: str
) -> dict[str, Any]:
    plan = reply.diagnosis.plan
    told = None
    if isinstance(made, Instruction):
        told = {"code": made.code, "reason": made.reason, "text": made.text}
    commits = made.commits if isinstance(made, Draft) else ()
    return {
        "schema": 1,
        "kind": "remediator-code",
        "language": home.language.value,
        "style": home.style.value,
        "digest": plan.digest if plan else None,
        "files": [{"path": path, "text": text} for path, text in sorted(after.items())],
        "commits": [{"message": one.message, "paths": [file.path for file in one.files]} for one in commits],
        "notes": list(made.notes) if isinstance(made, Draft) else [],
        "instruction": told,
        "diff": diff,
    }


def _seen(text: str) -> str:
    """For a person's terminal without control characters; for a pipe as it is."""
    if not sys.stdout.isatty():
        return text
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)
