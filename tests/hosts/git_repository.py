"""A bare git repository on disk that a stand-in reads and writes with git's own plumbing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ZERO = "0" * 40
PERSON = "Kim Lee <kim@contoso.example>"
_DATE = "1764300000 +0000"
_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "LC_ALL": "C.UTF-8",
}


@dataclass(frozen=True)
class Entry:
    """A line of a tree: `kind` is blob, tree or commit, `size` None for what is no blob."""

    mode: str
    kind: str
    sha: str
    path: str
    size: int | None


@dataclass(frozen=True)
class Signature:
    """Who wrote or committed, and when, as git writes it (`1764300000 +0000`)."""

    name: str
    email: str
    date: str

    @classmethod
    def of(cls, person: str, date: str = _DATE) -> Signature:
        """From `Name <mail>`."""
        name, _, email = person.rstrip(">").partition(" <")
        return cls(name, email, date)


@dataclass(frozen=True)
class Commit:
    """A commit as git keeps it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


class GitRepository:
    """Bare, with a branch `main` that has one commit."""

    def __init__(self, folder: Path, files: Mapping[str, bytes] | None = None) -> None:
        self.folder = folder
        init = ["git", "init", "-q", "--bare", "-b", "main", "--template=", str(folder)]
        subprocess.run(init, check=True, env=_ENVIRONMENT, timeout=60)
        self._trees: dict[tuple[str, bool], tuple[Entry, ...]] = {}
        self._commits: dict[str, Commit] = {}
        self._blobs: dict[str, bytes] = {}
        self._kinds: dict[str, str] = {}
        self.push("main", {"README.md": b"# Network\n", **(files or {})}, "First commit")

    def git(self, *words: str, data: bytes = b"", **more: str) -> bytes:
        """What git says."""
        done = subprocess.run(
            ["git", "--git-dir", str(self.folder), *words],
            input=data,
            capture_output=True,
            env={**_ENVIRONMENT, **more},
            timeout=60,
        )
        if done.returncode:
            raise GitRefused(done.stderr.decode(errors="replace").strip() or f"git ended with {done.returncode}")
        return done.stdout

    def refs(self, prefix: str = "refs/heads/") -> dict[str, str]:
        """Commits by ref."""
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname)", prefix).decode().splitlines()
        return {name: sha for sha, _, name in (line.partition(" ") for line in lines)}

    def head(self, branch: str) -> str | None:
        """The commit of a branch, None where there is no such branch; nobody packs refs here."""
        try:
            return (self.folder / "refs" / "heads" / branch).read_text().strip()
        except OSError:
            return None

    def set_ref(self, ref: str, new: str, old: str | None = None) -> None:
        """Move a ref, or delete it (`ZERO`); with `old` only from there (`ZERO`: only if it is not there)."""
        self.git("update-ref", "--stdin", "-z", data=f"update {ref}\0{new}\0{old or ''}\0".encode())

    def tree(self, tree: str, recursive: bool = False) -> tuple[Entry, ...]:
        """The lines of a tree, or of all below it (folders included)."""
        if (tree, recursive) not in self._trees:
            words = ("ls-tree", "-l", "-z", *(("-r", "-t") if recursive else ()), tree)
            lines = self.git(*words).decode().split("\0")
            self._trees[tree, recursive] = tuple(_entry(line) for line in lines if line)
        return self._trees[tree, recursive]

    def blob(self, sha: str) -> bytes:
        """The bytes of a blob."""
        if sha not in self._blobs:
            self._blobs[sha] = self.git("cat-file", "blob", sha)
        return self._blobs[sha]

    def has(self, sha: str, kind: str) -> bool:
        """Whether there is such an object."""
        try:
            if sha not in self._kinds:
                self._kinds[sha] = self.git("cat-file", "-t", sha).decode().strip()
        except GitRefused:
            return False
        return self._kinds[sha] == kind

    def write_blob(self, data: bytes) -> str:
        """The id of a blob, new or not."""
        return self.git("hash-object", "-w", "--stdin", data=data).decode().strip()

    def write_tree(self, base: str | None, entries: Sequence[tuple[str, str, str | None]]) -> str:
        """A tree like `base` with entries (path, mode, blob; None deletes); written through an index of its own."""
        index = self.folder / f"index-{os.urandom(6).hex()}"
        try:
            self.git("read-tree", *((base,) if base else ("--empty",)), GIT_INDEX_FILE=str(index))
            lines = "".join(f"{mode if sha else '0'} {sha or ZERO}\t{path}\0" for path, mode, sha in entries)
            self.git("update-index", "-z", "--index-info", data=lines.encode(), GIT_INDEX_FILE=str(index))
            return self.git("write-tree", GIT_INDEX_FILE=str(index)).decode().strip()
        finally:
            index.unlink(missing_ok=True)

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, author: Signature, committer: Signature | None = None
    ) -> str:
        """The id of a commit; the same words give the same id."""
        committer = committer or author
        words = ("commit-tree", tree, *(word for parent in parents for word in ("-p", parent)))
        who = {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_AUTHOR_DATE": author.date,
            "GIT_COMMITTER_NAME": committer.name,
            "GIT_COMMITTER_EMAIL": committer.email,
            "GIT_COMMITTER_DATE": committer.date,
        }
        return self.git(*words, data=message.encode(), **who).decode().strip()

    def commit(self, sha: str) -> Commit:
        """What a commit says."""
        if sha not in self._commits:
            head, _, message = self.git("cat-file", "commit", sha).decode().partition("\n\n")
            fields = [line.partition(" ")[::2] for line in head.splitlines()]
            known = dict(fields)
            parents = tuple(value for name, value in fields if name == "parent")
            author, committer = _signature(known["author"]), _signature(known["committer"])
            self._commits[sha] = Commit(sha, known["tree"], parents, author, committer, message)
        return self._commits[sha]

    def between(self, base: str, head: str) -> tuple[str, ...]:
        """Commits of `head` that `base` has not, oldest first."""
        return tuple(self.git("rev-list", "--reverse", "--topo-order", f"{base}..{head}").decode().split())

    def history(self, head: str, most: int) -> tuple[str, ...]:
        """The newest commits, newest first."""
        return tuple(self.git("rev-list", "--topo-order", f"-n{most}", head).decode().split())

    def merge_base(self, one: str, other: str) -> str | None:
        """Where two commits part."""
        try:
            return self.git("merge-base", one, other).decode().strip()
        except GitRefused:
            return None

    def files(self, commit: str) -> dict[str, bytes]:
        """Every file of a commit."""
        return {one.path: self.blob(one.sha) for one in self.tree(commit, True) if one.kind == "blob"}

    def push(
        self, branch: str, files: Mapping[str, bytes | None], message: str = "Change", person: str = PERSON
    ) -> str:
        """Somebody commits to a branch (a new one starts at `main`) and pushes; the commit."""
        there = self.head(branch)
        parent = there or self.head("main")
        entries = [(path, "100644", None if data is None else self.write_blob(data)) for path, data in files.items()]
        tree = self.write_tree(parent, entries)
        made = self.write_commit(tree, [parent] if parent else [], message, Signature.of(person))
        self.set_ref(f"refs/heads/{branch}", made, there or ZERO)
        return made

    def merge(self, branch: str, into: str, person: str = PERSON) -> str:
        """A person merges a branch; `GitRefused` where the two conflict."""
        ours, theirs = self.head(into), self.head(branch)
        assert ours and theirs
        tree = self.git("merge-tree", "--write-tree", ours, theirs).decode().split("\n")[0].strip("\0")
        made = self.write_commit(tree, [ours, theirs], f"Merge {branch}", Signature.of(person))
        self.set_ref(f"refs/heads/{into}", made, ours)
        return made


class GitRefused(Exception):
    """Git's own words why not."""


def _entry(line: str) -> Entry:
    head, _, path = line.partition("\t")
    mode, kind, sha, size = head.split()
    return Entry(mode, kind, sha, path, None if size == "-" else int(size))


def _signature(text: str) -> Signature:
    name, _, rest = text.partition(" <")
    email, _, date = rest.partition("> ")
    return Signature(name, email, date)
