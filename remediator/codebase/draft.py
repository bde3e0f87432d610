"""What is a plan in code? The one question of this room, asked by `flow` for each plan that becomes a pull request."""

from __future__ import annotations

from remediator.codebase.generated.folder import write
from remediator.core.code_home import CodeHome, Style
from remediator.core.pull_request import Draft, Instruction, Task, Tree


def draft(task: Task, tree: Tree, home: CodeHome) -> Draft | Instruction:
    """The commits that say the plan in the home's style and language, or why there are none and what to write instead.

    Pure: the same task, tree and home give the same bytes. A draft without commits says that the code holds all of it.
    """
    if home.style is Style.IN_PLACE:
        from remediator.codebase.in_place.editing import edit  # its parsers are loaded by whom they serve

        return edit(task, tree, home)
    return write(task, tree, home)
