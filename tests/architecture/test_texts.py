"""Texts of every service: none is missing, none unused, and each check can fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chassis.process.manifest import Notice, discover
from ops.generators.texts import ASKED
from tests.architecture import text_checks
from tests.architecture.text_checks import CHECKS, Spoken, spoken

SERVICES = discover()


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_service_keeps(check: Callable[[Spoken], None], name: str) -> None:
    check(spoken(SERVICES[name]))


def _with(table: str, **more: Any) -> Callable[[Spoken], Spoken]:
    def changed(service: Spoken) -> Spoken:
        whole = {**getattr(service.texts, table), **more}
        return replace(service, texts=replace(service.texts, **{table: whole}))

    return changed


def _without(table: str, key: str) -> Callable[[Spoken], Spoken]:
    def changed(service: Spoken) -> Spoken:
        rest = {name: text for name, text in getattr(service.texts, table).items() if name != key}
        return replace(service, texts=replace(service.texts, **{table: rest}))

    return changed


def _noticed(service: Spoken) -> Spoken:
    more = Notice("proposal.submitted.v1", "shouted", "applicant_id")
    manifest = replace(service.manifest, notices=(*service.manifest.notices, more))
    return replace(service, manifest=manifest)


def _saying(words: str) -> Callable[[Spoken], Spoken]:
    parts = {"subject": "x", "body": words}
    return _with("notices", work={"id": parts, "en": parts, "sensitive": {"id": parts}})


BROKEN = [
    (text_checks.every_notice_has_a_text_and_every_text_a_notice, _noticed),
    (text_checks.every_notice_has_a_text_and_every_text_a_notice, _with("notices", unused={})),
    (text_checks.every_placeholder_is_in_the_events_contract_or_given, _saying("{weather}")),
    (text_checks.every_placeholder_is_in_the_events_contract_or_given, _saying("{role_label}")),
    (text_checks.a_sensitive_text_tells_number_and_stage_only, _saying("{note}")),
    (
        text_checks.every_code_that_a_contract_allows_has_a_label,
        _with("labels", result={"ms": {"id": "MS", "en": "MS"}}),
    ),
    (text_checks.every_kind_of_label_is_used_and_there, _without("labels", "acting")),
    (text_checks.every_kind_of_label_is_used_and_there, _with("labels", weather={})),
    (text_checks.every_sentence_is_used_and_there, _with("sentences", nobody_says_this={})),
    (
        text_checks.every_sentence_is_used_and_there,
        lambda service: replace(service, source='say("nowhere")'),
    ),
    (
        text_checks.the_frame_says_only_what_notification_gives,
        _with("frame", id={"greeting": "{number}", "closing": ""}),
    ),
    (text_checks.nothing_is_still_to_be_written, _with("sentences", hello={"id": ASKED})),
]


@pytest.mark.parametrize(("check", "broken"), BROKEN)
def test_a_fault_is_found(
    check: Callable[[Spoken], None], broken: Callable[[Spoken], Spoken]
) -> None:
    with pytest.raises(AssertionError):
        check(broken(spoken(SERVICES["proposal"])))
