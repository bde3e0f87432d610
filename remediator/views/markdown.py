"""How does an outside text stand in a pull request or comment without becoming markup?"""

from __future__ import annotations

import re

from remediator.views.plain import plain

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$^=-])")


def escaped(text: object, limit: int = 400) -> str:
    """One line in which nothing is markup: no emphasis, link, image, HTML, table cell or mention."""
    words = _MARKUP.sub(r"\\\1", plain(text, limit)).replace("\\<", "&lt;").replace("\\>", "&gt;")
    words = re.sub(r"^(\d+)([.)])", r"\1\\\2", words)
    # A zero-width joiner keeps `@name`, `#12` and bare addresses from becoming mentions and links.
    return re.sub(r"@(?=\w)", "@\u2060", words).replace("://", ":\u2060//").replace("www.", "www\u2060.")


def code(text: object, limit: int = 400) -> str:
    """A code span that the text cannot end."""
    words = plain(text, limit)
    longest = max((len(run) for run in re.findall(r"`+", words)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{fence}{pad}{words or ' '}{pad}{fence}"
