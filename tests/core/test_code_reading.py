"""Which files of a repository are read, and what is said of the others."""

from __future__ import annotations

import pytest

from remediator.core import code_reading
from remediator.core.code_home import CodeHome, CodeHostKind
from remediator.core.code_reading import LARGEST, MOST_BYTES, MOST_FILES, Bounded, Contents, Listed, is_wanted, text_of

HOME = CodeHome(CodeHostKind.GITHUB, "contoso/network")


@pytest.mark.parametrize(
    ("path", "folder", "wanted"),
    [
        ("privatelink/a.tf", "privatelink", True),
        ("privatelink/a/b/c.BICEP", "/privatelink/", True),
        ("privatelink.tf", "privatelink", False),
        ("privatelink-old/a.tf", "privatelink", False),
        ("a/b.yaml", "", True),
        ("privatelink/a.py", "privatelink", False),
        ("privatelink/tf", "privatelink", False),
    ],
)
def test_what_is_wanted(path: str, folder: str, wanted: bool) -> None:
    """A file is read when its kind may declare a network and it lies below the folder, not merely beside it."""
    assert is_wanted(path, CodeHome(CodeHostKind.GITHUB, "a/b", folder=folder)) is wanted


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"a\r\nb\n", "a\r\nb\n"), (b"\xef\xbb\xbfa", "\ufeffa"), (b"gr\xfc\xdfe", None), (b"a\0b", None), (b"", "")],
)
def test_what_is_text(data: bytes, text: str | None) -> None:
    """A text keeps its line ends and its mark, so that writing it again gives the same bytes; the rest is none."""
    assert text_of(data) == text


def test_too_many_files() -> None:
    """Beyond the bound files are unread, the first by their paths are read."""
    bounded = Bounded(HOME)
    listed = [Listed(f"privatelink/{number:04}.tf", str(number), 1) for number in reversed(range(MOST_FILES + 2))]
    chosen = bounded.chosen(listed)
    assert [one.path for one in chosen] == [f"privatelink/{number:04}.tf" for number in range(MOST_FILES)]
    assert bounded.tree("c", None).unread == tuple(f"privatelink/{MOST_FILES + more:04}.tf" for more in (0, 1))


def test_too_many_bytes() -> None:
    """The bound of all files together holds by the sizes that are known, and by what arrives where none is known."""
    each = LARGEST
    known, unknown = Bounded(HOME), Bounded(HOME)
    many = range(MOST_BYTES // each + 3)
    assert len(known.chosen(Listed(f"privatelink/{one}.tf", "x", each) for one in many)) == MOST_BYTES // each
    for one in many:
        unknown.take(f"privatelink/{one:02}.tf", b"x" * each)
    assert len(unknown.files) == MOST_BYTES // each
    assert len(unknown.tree("c", None).unread) == 3


def test_what_cannot_be_read_is_unread() -> None:
    """A link, a file that is too large and one that did not arrive whole are unread; what nobody wants is not named."""
    bounded = Bounded(HOME)
    listed = [
        Listed("privatelink/link.tf", "a", 1, readable=False),
        Listed("privatelink/large.tf", "b", LARGEST + 1),
        Listed("privatelink/half.tf", "c"),
        Listed("privatelink/x.png", "d", 1),
    ]
    for one in bounded.chosen(listed):
        bounded.take(one.path, None)
    tree = bounded.tree("c", "* @kim\n")
    assert (tree.unread, dict(tree.files), tree.owners) == (
        ("privatelink/half.tf", "privatelink/large.tf", "privatelink/link.tf"),
        {},
        "* @kim\n",
    )


def test_contents_are_asked_for_once() -> None:
    """What was read is not asked for again, in its repository; what could not be had is; too much is forgotten."""
    asked: list[str] = []

    def ask(data: bytes | None) -> bytes | None:
        asked.append("")
        return data

    contents = Contents(most=10)
    assert [contents.read("a", "1", lambda: ask(b"12345")) for _ in range(2)] == [b"12345"] * 2
    assert len(asked) == 1
    contents.read("b", "1", lambda: ask(b"other"))
    contents.read("a", "2", lambda: ask(None))
    contents.read("a", "2", lambda: ask(b"6"))
    assert len(asked) == 4
    assert contents.kept == {"a\n2": b"6"}


def test_where_owners_are_looked_for() -> None:
    """CODEOWNERS is looked for where GitHub does, in its order."""
    assert code_reading.OWNERS == (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
