"""What the texts of every service must keep, whoever wrote it: `CHECKS`, each given a `Spoken`."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.kernel.languages import LANGUAGES
from chassis.process.manifest import CONTRACT, Manifest, Notice, discover
from chassis.process.texts import SENSITIVE, Template, Texts, placeholders
from ops.generators.texts import ASKED
from services.notification.domain.named import named_by
from services.notification.domain.rendering import FRAME, SECRET, SENSITIVE_FACTS

_LABEL = "_label"
_QUOTED = re.compile(r"""["']([a-z][a-z0-9_]*)["']""")
_SAID = re.compile(r"""(?:\bsay\(|\bsentences\[)\s*["'](\w+)["']""")
_KIND = re.compile(r"""(?:\blabel\(|\b_labelled\(|\blabels\[)\s*["'](\w+)["']\s*[],]""")


@dataclass(frozen=True)
class Spoken:
    """A service's manifest and texts, and the source that uses them."""

    manifest: Manifest
    texts: Texts
    source: str

    def notices(self) -> Iterator[tuple[Notice, Template]]:
        for notice in self.manifest.notices:
            yield notice, self.texts.template(notice.text or notice.name)


def spoken(manifest: Manifest) -> Spoken:
    paths = sorted(path for folder in manifest.folders for path in folder.rglob("*"))
    source = "\n".join(
        path.read_text("utf-8")
        for path in paths
        if path.suffix in (".py", ".html") and "migrations" not in path.parts
    )
    return Spoken(manifest, manifest.texts, source)


def every_notice_has_a_text_and_every_text_a_notice(service: Spoken) -> None:
    asked = {notice.text or notice.name for notice in service.manifest.notices}
    assert asked == service.texts.notices.keys()


def every_placeholder_is_in_the_events_contract_or_given(service: Spoken) -> None:
    for notice, template in service.notices():
        facts = _facts(notice.event).keys()
        labels = {f"{kind}{_LABEL}" for kind in service.texts.labels if kind in facts}
        for language in LANGUAGES:
            given = facts | labels | FRAME | named_by(facts).keys()
            given |= {SECRET} if notice.sealed else set()
            assert _named(template[language]) <= given, notice.name


def a_sensitive_text_tells_number_and_stage_only(service: Spoken) -> None:
    for notice, template in service.notices():
        for parts in template.get(SENSITIVE, {}).values():
            assert _named(parts) <= SENSITIVE_FACTS, notice.name


def every_code_that_a_contract_allows_has_a_label(service: Spoken) -> None:
    for notice, template in service.notices():
        told = [template[language] for language in LANGUAGES]
        named = set().union(*(_named(parts) for parts in told))
        for kind in {name.removesuffix(_LABEL) for name in named if name.endswith(_LABEL)}:
            allowed = _facts(notice.event)[kind].get("enum", [])
            missing = set(allowed) - {None} - service.texts.labels[kind].keys()
            assert not missing, f"{notice.name}: {kind}"


def every_kind_of_label_is_used_and_there(service: Spoken) -> None:
    used = set(_KIND.findall(service.source))
    for _notice, template in service.notices():
        texts = [*(template[language] for language in LANGUAGES)]
        texts += [*template.get(SENSITIVE, {}).values()]
        used |= {
            name.removesuffix(_LABEL)
            for parts in texts
            for name in _named(parts)
            if name.endswith(_LABEL)
        }
    assert used == service.texts.labels.keys()


def every_sentence_is_used_and_there(service: Spoken) -> None:
    told = service.texts.sentences.keys()
    assert set(_SAID.findall(service.source)) <= told
    assert told <= set(_QUOTED.findall(service.source))


def the_frame_says_only_what_notification_gives(service: Spoken) -> None:
    for parts in service.texts.frame.values():
        assert _named(parts) <= FRAME


def nothing_is_still_to_be_written(service: Spoken) -> None:
    assert ASKED not in repr(service.texts)


CHECKS: tuple[Callable[[Spoken], None], ...] = (
    every_notice_has_a_text_and_every_text_a_notice,
    every_placeholder_is_in_the_events_contract_or_given,
    a_sensitive_text_tells_number_and_stage_only,
    every_code_that_a_contract_allows_has_a_label,
    every_kind_of_label_is_used_and_there,
    every_sentence_is_used_and_there,
    the_frame_says_only_what_notification_gives,
    nothing_is_still_to_be_written,
)


def _named(parts: Mapping[str, str]) -> set[str]:
    return {name for text in parts.values() for name in placeholders(text)}


def _facts(event_type: str) -> dict[str, Any]:
    """Return the properties of an event's contract, whoever publishes it."""
    for manifest in discover().values():
        for folder in manifest.folders:
            contract = Path(folder, "contracts", f"{event_type}{CONTRACT}")
            if contract.exists():
                found: dict[str, Any] = json.loads(contract.read_text("utf-8"))["properties"]
                return found
    raise AssertionError(f"nobody publishes {event_type}")
