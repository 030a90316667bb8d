"""Fills a service's notice template. A text is whole or it is an error, never half (ruling R2).

A placeholder that is absent is an error. A line of the body whose placeholder is there but null
(an officer wrote no note) is left out as a whole, because the sender of the event said so.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chassis.kernel.languages import DEFAULT_LANGUAGE, LANGUAGES
from chassis.kernel.text import shown_line
from services.notification.domain.words import NotShowable, in_words

SUBJECT_LIMIT = 200
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# Ruling R6: for a sensitive layanan a message carries only the proposal number and the stage,
# besides the greeting and the sender's line. R20 asks the lookup code into the submit notice.
FRAME = frozenset({"recipient_name", "region_name", "sender", "app_url", "case_url"})
# What a sealed text says where the secret will stand; only the message itself has it.
SECRET, SEALED = "secret", "[[secret]]"
SENSITIVE_FACTS = FRAME | {"number", "stage", "stage_label", "lookup_code"}


class UnrenderableNotice(Exception):
    """A template and the facts of an event do not fit; the message says what must be mended."""


@dataclass(frozen=True)
class Text:
    subject: str
    body: str


@dataclass(frozen=True)
class Facts:
    """What a template may speak of: the event's data, what we add, label tables, local zone.

    What an event `may_lack` is as null when it is not there.
    """

    data: Mapping[str, Any]
    added: Mapping[str, str | None]
    labels: Mapping[str, Mapping[str, Mapping[str, str]]]
    zone: str = "Asia/Jakarta"
    may_lack: Collection[str] = ()

    @property
    def sensitive(self) -> bool:
        """Whether R6 binds the text. What is neither yes nor no must not pass for a no."""
        said = self.data.get("sensitive", False)
        if not isinstance(said, bool):
            raise UnrenderableNotice("'sensitive' is neither true nor false")
        return said


def render(template: Mapping[str, Any], facts: Facts) -> dict[str, Text]:
    """Fill the template in every language it has, the sensitive one if due.

    Raises `UnrenderableNotice` naming the placeholder that is missing, null in a subject,
    not showable, or not allowed in a sensitive message.
    """
    chosen = template.get("sensitive", {}) if facts.sensitive else template
    languages = [language for language in LANGUAGES if language in chosen]
    if DEFAULT_LANGUAGE not in languages:
        raise UnrenderableNotice(f"the template has no text in {DEFAULT_LANGUAGE!r}")
    return {language: _text(chosen[language], facts, language) for language in languages}


def check_template(template: Mapping[str, Any]) -> None:
    """Check what can be known of a template before any event has come.

    Raises `UnrenderableNotice` for a missing Indonesian text, a part other than subject and
    body, a stray brace, and a fact that a sensitive text may not carry.
    """
    for texts, allowed in ((template, None), (template.get("sensitive", {}), SENSITIVE_FACTS)):
        if DEFAULT_LANGUAGE not in texts:
            raise UnrenderableNotice(f"the template has no text in {DEFAULT_LANGUAGE!r}")
        for language in set(LANGUAGES) & set(texts):
            _check_parts(texts[language], allowed)


def _check_parts(parts: Mapping[str, str], allowed: frozenset[str] | None) -> None:
    if set(parts) != {"subject", "body"}:
        raise UnrenderableNotice("a text has exactly a subject and a body")
    for part in parts.values():
        check_braces(part)
        names = named(part)
        if allowed is not None and not names <= allowed:
            raise UnrenderableNotice(f"a sensitive message may not carry {names - allowed} (R6)")


def named(part: str) -> set[str]:
    """Name the placeholders of a subject or a body."""
    return set(_PLACEHOLDER.findall(part))


def check_braces(part: str) -> None:
    """Raise `UnrenderableNotice` for a brace that belongs to no placeholder."""
    if re.search(r"[{}]", _PLACEHOLDER.sub("", part)):
        raise UnrenderableNotice("the template has a brace that begins no {placeholder}")


def placeholders(template: Mapping[str, Any]) -> set[str]:
    """Name every placeholder of the ordinary texts, in any language."""
    found: set[str] = set()
    for language in LANGUAGES:
        for part in template.get(language, {}).values():
            found.update(named(part))
    return found


def shown_facts(template: Mapping[str, Any]) -> set[str]:
    """Name what any text of the template speaks of, also for a sensitive event."""
    names = placeholders(template) | placeholders(template.get("sensitive", {}))
    return names | {name.removesuffix("_label") for name in names}


def _text(parts: Mapping[str, str], facts: Facts, language: str) -> Text:
    subject = _filled(parts["subject"], facts, language)
    if subject is None:
        raise UnrenderableNotice("a placeholder of the subject is null")
    lines = (_filled(line, facts, language) for line in parts["body"].split("\n"))
    body = "\n".join(line for line in lines if line is not None)
    spaced = re.sub(r"\n{3,}", "\n\n", body)
    return Text(subject=shown_line(shown_line(subject)[:SUBJECT_LIMIT]), body=spaced.strip())


@lru_cache(maxsize=2048)
def _names_in(line: str) -> tuple[str, ...]:
    """Name what a line of a template speaks of. The same few lines are filled all day."""
    check_braces(line)
    return tuple(_PLACEHOLDER.findall(line))


def _filled(line: str, facts: Facts, language: str) -> str | None:
    names = _names_in(line)
    if not names:
        return line
    values = {name: _value(name, facts, language) for name in names}
    if any(value is None for value in values.values()):
        return None
    return _PLACEHOLDER.sub(lambda match: str(values[match[1]]), line)


def _value(name: str, facts: Facts, language: str) -> str | None:
    if facts.sensitive and name not in SENSITIVE_FACTS:
        raise UnrenderableNotice(f"a sensitive message may not carry {{{name}}} (ruling R6)")
    if name in facts.added:
        return facts.added[name]
    if name in facts.data:
        return _worded(name, facts, language)
    lacking = set(facts.may_lack) - facts.data.keys()
    if name in lacking or name.removesuffix("_label") in lacking:
        return None
    if name.endswith("_label"):
        return _label(name.removesuffix("_label"), facts, language)
    raise UnrenderableNotice(f"the event does not carry {{{name}}}")


def _worded(name: str, facts: Facts, language: str) -> str | None:
    value = facts.data[name]
    if value is None:
        return None
    try:
        return in_words(value, language, facts.zone)
    except NotShowable as error:
        raise UnrenderableNotice(f"{{{name}}} is not something to show: {error}") from error


def _label(key: str, facts: Facts, language: str) -> str | None:
    if key not in facts.data:
        raise UnrenderableNotice(f"the event does not carry {{{key}}}, wanted for {{{key}_label}}")
    code = facts.data[key]
    if code is None:
        return None
    texts = facts.labels.get(key, {}).get(str(code))
    if not texts:
        raise UnrenderableNotice(f"the manifest has no label for {key} {code!r}")
    return texts.get(language) or texts[DEFAULT_LANGUAGE]
