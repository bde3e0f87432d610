"""What does a pull request of ours say? Title, body and the comment with which we close it, as Markdown.

`flow` asks by the port `core.request_words`; bootstrap gives it the address of the pages. The same incident and draft
give the same bytes, so that a request is written again only where something has changed. What matters most comes first,
since one host has room for 4,000 characters only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remediator.core.code_home import CodeHome, Language
from remediator.core.code_request import Purpose
from remediator.core.incident import Incident
from remediator.core.plan import Plan
from remediator.core.pull_path import Verdict
from remediator.core.pull_request import Draft
from remediator.core.request_words import Closing
from remediator.core.words import counted
from remediator.views import changes, wording
from remediator.views.links import incident_link
from remediator.views.markdown import code, escaped
from remediator.views.mermaid import mermaid
from remediator.views.plain import plain
from remediator.views.request_redacted import addresses_in, redacted_text

MOST_TITLE = 120
# GitHub takes 65,536 characters; hosts with less room cut between paragraphs.
MOST_BODY = 60_000
_MOST_SENTENCES, _MOST_LINES, _MOST_VALUE, _MOST_LINE = 12, 5, 300, 2_000
_CLOSING = {
    Closing.DRIFT_GONE: "Nothing is wrong any more: somebody has mended it, so nothing is left to merge here.",
    Closing.PLAN_MOVED: "The estate has changed since: this plan is void, and merging it would write what nobody "
    "approved. It is being looked at again; the same request is opened again where that is approved.",
    Closing.SAID_ALREADY: "The code says all of this by now, without this request.",
    Closing.OTHERWISE: "The incident went another way, so nobody needs this request any more.",
}


@dataclass(frozen=True, slots=True)
class RequestTexts:
    """`core.request_words.RequestWords`; `public_url` is where the incident's page is."""

    public_url: str

    def title(self, incident: Incident, purpose: Purpose) -> str:
        """As `RequestWords.title`."""
        return plain(_title(incident, purpose), MOST_TITLE).replace("@", "@\u2060").replace("`", "'")

    def body(self, incident: Incident, purpose: Purpose, draft: Draft, home: CodeHome) -> str:
        """As `RequestWords.body`."""
        parts = (
            *self._top(incident, purpose),
            *_plan(incident, purpose),
            *_path(incident, purpose),
            *_foresight(incident, purpose),
            *_notes(draft),
            *_test(incident, purpose, home, draft),
            *_undo(incident, purpose),
            *_evidence(incident),
        )
        body = ""
        for part in parts:
            if len(body) + len(part) > MOST_BODY:
                return f"{body}\n\n*The rest did not fit here; the incident's page has it.*\n"
            body = f"{body}\n\n{part}" if body else part
        return f"{body}\n"

    def message(self, incident: Incident, purpose: Purpose, message: str) -> str:
        """As `RequestWords.message`."""
        declared = addresses_in(_plan_of(incident), before=purpose is Purpose.INTENDED)
        return "\n".join(redacted_text(line, declared, _MOST_LINE) for line in message.split("\n"))

    def closing(self, incident: Incident, why: Closing) -> str:
        """As `RequestWords.closing`."""
        return f"{_CLOSING[why]}\n\n{self._link(incident)}"

    def _top(self, incident: Incident, purpose: Purpose) -> Iterator[str]:
        found = incident.diagnosis
        if purpose is Purpose.INTENDED:
            yield (
                "**This was intended.** Somebody who may approve changes said so of the values below, which differ "
                "from what is declared. Merging this declares them; nothing in Azure changes."
            )
        else:
            yield f"**What failed.** {escaped(redacted_text(wording.headline(found), limit=500), 600)}"
        match purpose:
            case Purpose.BESIDE:
                yield (
                    "The network was mended already, after somebody approved exactly this plan. This request says the "
                    "same in code, so that the next run of the pipeline does not take it back."
                )
            case Purpose.INSTEAD:
                yield "Somebody approved exactly this plan. Nothing changes until this is merged and its pipeline runs."
        yield f"{self._link(incident)} Close this request to say no: it is not opened again without being asked."

    def _link(self, incident: Incident) -> str:
        return f"[Incident {plain(incident.id, 80)}]({incident_link(self.public_url, incident.id)}) of `remediator`."


def _title(incident: Incident, purpose: Purpose) -> str:
    found = incident.diagnosis
    name = (incident.registries[0] if incident.registries else incident.subject).name
    if purpose is Purpose.INTENDED:
        fields = dict.fromkeys(key for change in _plan_of(incident).changes for key in change.before or ())
        return f"{name}: {', '.join(fields) or 'what is there'} as it is was intended"
    path = next((p for p in found.paths if p.verdict is Verdict.BROKEN), None) if found else None
    count = counted(len(_plan_of(incident).changes), "change")
    why = f"so that {path.consumer.name} can pull again" if path else "to what is declared"
    return f"{name}: {count} {why}"


def _plan_of(incident: Incident) -> Plan:
    return incident.diagnosis.plan if incident.diagnosis else Plan(())


def _plan(incident: Incident, purpose: Purpose) -> Iterator[str]:
    plan = _plan_of(incident)
    declared = addresses_in(plan, before=purpose is Purpose.INTENDED)
    if purpose is Purpose.INTENDED:
        yield "### What would be declared"
        lines = [
            f"~ {change.name}: {field.name}  {_value(field.after, declared)} → {_value(field.before, declared)}"
            for change in changes.shown(plan)
            for field in change.fields
        ]
        yield "\n".join(["```diff", *lines, "```"])
        return
    yield "### The plan"
    yield f"{changes.count_sentence(plan)}, in this order. Digest {code(plan.digest, 120)}."
    for change in changes.shown(plan):
        lines = [f"{change.mark} {change.number}. {redacted_text(change.summary or change.name, declared, 300)}"]
        lines += [f"  {change.kind} {redacted_text(change.target, declared, 600)}"]
        for field in change.fields:
            before, after = _value(field.before, declared), _value(field.after, declared)
            words = f"{before} → {after}" if field.mark == "~" else before if field.mark == "-" else after
            lines.append(f"{field.mark} {plain(field.name, 120)}: {words}")
        yield "\n".join(["```diff", *(line.replace("```", "'''") for line in lines), "```"])


def _value(text: str, declared: frozenset[str]) -> str:
    return redacted_text(text, declared, _MOST_VALUE)


def _path(incident: Incident, purpose: Purpose) -> Iterator[str]:
    path = wording.decisive_path(incident.diagnosis)
    if path is None or purpose is Purpose.INTENDED:
        return
    yield "### The pull path" if path.verdict is Verdict.OK else "### Where the pull stops"
    yield f"```mermaid\n{mermaid(path)}\n```"


def _foresight(incident: Incident, purpose: Purpose) -> Iterator[str]:
    found = incident.diagnosis
    if found is None or purpose is Purpose.INTENDED:
        return
    yield "### What it does to pulls"
    yield "\n".join(f"- {escaped(line)}" for line in wording.foresight_lines(found.foresight, 200))


def _notes(draft: Draft) -> Iterator[str]:
    if draft.notes:
        yield "### What a reviewer must know"
        yield "\n".join(f"- {escaped(redacted_text(note, limit=600), 600)}" for note in draft.notes[:_MOST_SENTENCES])


def _test(incident: Incident, purpose: Purpose, home: CodeHome, draft: Draft) -> Iterator[str]:
    paths = sorted({file.path for commit in draft.commits for file in commit.files if file.text is not None})
    if purpose is Purpose.INTENDED:
        yield "### How to test"
        yield "\n".join(["```sh", *(f"remediator policy check {_quoted(path)}" for path in paths), "```"])
        return
    lines = []
    folders = sorted({path.rpartition("/")[0] or "." for path in paths})
    if home.language is Language.TERRAFORM:
        lines += [f"terraform -chdir={_quoted(one)} init && terraform -chdir={_quoted(one)} plan" for one in folders]
    else:
        lines += _bicep(draft)
    for registry in incident.registries[:3]:
        lines.append(f"remediator diagnose --registry {_quoted(registry.name)}   # after the pipeline has run")
    yield "### How to test"
    yield "\n".join(["```sh", *(plain(line, 500) for line in lines), "```"])


def _bicep(draft: Draft) -> Iterator[str]:
    """Build and lint what is written; the modules of a `main.bicep` come with it."""
    paths = sorted(f.path for commit in draft.commits for f in commit.files if f.text and f.path.endswith(".bicep"))
    whole = {path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] == "main.bicep"}
    for path in dict.fromkeys(paths):
        folder, _, name = path.rpartition("/")
        if folder not in whole or name == "main.bicep":
            yield f"az bicep lint --file {_quoted(path)}"
            yield f"az bicep build --file {_quoted(path)} --stdout > /dev/null"


def _quoted(text: str) -> str:
    """A word of a shell line that means nothing but itself."""
    words = plain(text, 200)
    return words if all(c.isalnum() or c in "._-/" for c in words) else "'" + words.replace("'", "'\\''") + "'"


def _undo(incident: Incident, purpose: Purpose) -> Iterator[str]:
    yield "### How to undo"
    if purpose is Purpose.INTENDED:
        yield "Revert this request: the values above count again as drifts, and you are asked about them."
        return
    yield "Revert this request and let its pipeline run. Change by change, the last one first:"
    yield "\n".join(f"- {escaped(sentence)}" for sentence in wording.undo_sentences(_plan_of(incident).changes))


def _evidence(incident: Incident) -> Iterator[str]:
    found = incident.diagnosis
    if found is None:
        return
    yield "### Evidence"
    lines = []
    for finding in found.findings[:_MOST_SENTENCES]:
        lines.append(f"- **{escaped(wording.rule_title(finding.rule))}** ({code(finding.rule, 60)})")
        lines += [f"  - {escaped(redacted_text(one))}" for one in finding.evidence[:_MOST_SENTENCES]]
    said = wording.testimony_sentence(found)
    lines += [f"- {escaped(redacted_text(said, limit=600), 600)}"] if said else []
    lines += [f"- a log says: {escaped(redacted_text(line.text))}" for line in incident.evidence[:_MOST_LINES]]
    yield "\n".join(lines)
