"""Whom a CODEOWNERS file names: the last rule that matches counts, by the patterns of GitHub's documentation."""

from __future__ import annotations

import pytest

from remediator.core.code_home import CodeHostKind
from remediator.core.owners import owners_of

GITHUB, AZURE_DEVOPS = CodeHostKind.GITHUB, CodeHostKind.AZURE_DEVOPS
# The patterns of docs.github.com, "About code owners".
PAGE = """\
# comments stand on lines of their own
*       @global-owner1 @global-owner2
*.js    @js-owner # and behind a rule
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  @docs-owner
apps/ @apps-owner
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @logs-owner
/apps/ @octocat
/apps/github
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("main.tf", ("@global-owner1", "@global-owner2")),
        ("src/a.js", ("@js-owner",)),
        ("one.txt", ("@octo-org/octocats",)),
        ("docs/getting-started.md", ("@doctocat",)),
        ("other/docs/a.md", ("@global-owner1", "@global-owner2")),
        ("src/apps/a/b.md", ("@apps-owner",)),
        ("scripts/x", ("@doctocat", "@octocat")),
        ("build/logs/x", ("@logs-owner",)),
        ("deeply/nested/logs/x", ("@logs-owner",)),
        ("apps/x", ("@octocat",)),
        ("apps/github", ()),
        ("apps/github/x", ()),
    ],
)
def test_the_last_match_counts(path: str, owners: tuple[str, ...]) -> None:
    """The examples of GitHub's page, each with the owners that the page names."""
    assert owners_of(PAGE, [path], GITHUB) == owners


def test_a_star_below_a_folder_is_that_folder_alone() -> None:
    """`docs/*` names the files of the folder and none below it."""
    assert owners_of("docs/* @one\n", ["docs/a"], GITHUB) == ("@one",)
    assert owners_of("docs/* @one\n", ["docs/a/b"], GITHUB) == ()


def test_mail_addresses_are_left_out() -> None:
    """A rule that names people by mail names nobody to us, and still counts as the last one."""
    assert owners_of("* @all\n*.go kim@contoso.example\n", ["a.go"], GITHUB) == ()


def test_several_paths_have_the_owners_of_each() -> None:
    """Each owner stands once, in the order of the files."""
    assert owners_of(PAGE, ["a.js", "scripts/x", "b.js"], GITHUB) == ("@js-owner", "@doctocat", "@octocat")


def test_teams_of_github_are_nobody_elsewhere() -> None:
    """A team's name means nothing on Azure DevOps."""
    assert owners_of("* @kim @octo-org/octocats\n", ["a"], AZURE_DEVOPS) == ("@kim",)


@pytest.mark.parametrize("line", ["!a @x", "[ab] @x", "\\#a @x", "@x", "   ", "# only words"])
def test_what_is_no_rule_is_skipped(line: str) -> None:
    """Patterns that GitHub does not know, and lines without one, name nobody."""
    assert owners_of(f"* @all\n{line}\n", ["a"], GITHUB) == ("@all",)
