"""Who makes pull requests? Hosts from the settings, the writers of code, and the words; each imported at its first use.

The parsers of code are heavy and are needed only where a plan is turned into code.
"""

from __future__ import annotations

from remediator.bootstrap.code_hosts import code_hosts
from remediator.core.code_home import CodeHome, DocumentHome
from remediator.core.code_request import Purpose
from remediator.core.incident import Incident
from remediator.core.pull_request import Draft, Instruction, Task, Tree
from remediator.core.request_words import Closing, RequestWords
from remediator.flow.code_side import CodeSide
from remediator.ports import Log
from remediator.settings import Settings


def code_side(settings: Settings, log: Log) -> CodeSide:
    """What the steps around pull requests need; nothing is imported or asked yet."""
    return CodeSide(code_hosts(settings, log), _draft, _intend, _Words(settings.public_url))


def _draft(task: Task, tree: Tree, home: CodeHome) -> Draft | Instruction:
    from remediator.codebase.draft import draft

    return draft(task, tree, home)


def _intend(task: Task, tree: Tree, document: DocumentHome) -> Draft | Instruction:
    from remediator.codebase.desired_edit import intend

    return intend(task, tree, document)


class _Words:
    """`core.request_words.RequestWords`, from `views`."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def title(self, incident: Incident, purpose: Purpose) -> str:
        """As `RequestWords.title`."""
        return self._texts.title(incident, purpose)

    def body(self, incident: Incident, purpose: Purpose, draft: Draft, home: CodeHome) -> str:
        """As `RequestWords.body`."""
        return self._texts.body(incident, purpose, draft, home)

    def message(self, incident: Incident, purpose: Purpose, message: str) -> str:
        """As `RequestWords.message`."""
        return self._texts.message(incident, purpose, message)

    def closing(self, incident: Incident, why: Closing) -> str:
        """As `RequestWords.closing`."""
        return self._texts.closing(incident, why)

    @property
    def _texts(self) -> RequestWords:
        from remediator.views.request_body import RequestTexts

        return RequestTexts(self._public_url)
