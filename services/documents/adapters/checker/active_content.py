"""Which parts of a PDF do something by themselves or reach outside the file.

Each rule belongs to a key of a dictionary and judges its value; it is asked wherever the key
stands, so nothing depends on what a dictionary says of itself or on what points to it. Where
that matters, a rule also looks at the other entries and at the holder, a dictionary or a stream.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from services.documents.adapters.checker import actions, attachments, parts, references
from services.documents.adapters.checker.values import Entries

Rule = Callable[[Any, Entries, object], Iterator[str]]
Rules = Mapping[str, Rule]


def rules(*, xml_attachments: bool = False) -> Rules:
    """Return every rule by its key; no key has two."""
    return {
        **actions.RULES,
        **references.RULES,
        **parts.RULES,
        **attachments.rules(xml=xml_attachments),
    }


def found_in(entries: Entries, rules: Rules, holder: object) -> Iterator[str]:
    """Name the forbidden features one dictionary carries itself."""
    for key in entries.keys() & rules.keys():
        yield from rules[key](entries[key], entries, holder)
