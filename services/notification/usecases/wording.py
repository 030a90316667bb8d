"""A region says a notice in its own words, looks at them first, and takes them back."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.data.versioned import Seen, Stale
from chassis.kernel.errors import NotFound
from chassis.kernel.languages import LANGUAGES
from chassis.process.runtime import here
from chassis.process.telemetry import log
from chassis.process.texts import SENSITIVE, Template
from services.notification.adapters import contracts
from services.notification.domain.named import PERSONS, UNITS
from services.notification.domain.rendering import SECRET, Facts, Text, render
from services.notification.domain.wording import Place, check_words, usable
from services.notification.models import PEOPLE, NoticeText, db
from services.notification.usecases.offices import Office, name_of, office
from services.notification.usecases.rules import Rule, rule_of
from staff.rights import require_role

KEEPERS = frozenset({"bkpsdm_admin", "bkpsdm_secretary", "bkpsdm_head", "sysadmin"})
BUILT_IN = 1  # the version of a text that the region never changed


@dataclass(frozen=True)
class Wording:
    """A text of a notice as it stands in a region, beside the built-in one."""

    place: Place
    rule: Rule
    built_in: Mapping[str, str]
    names: Mapping[str, bool]
    row: NoticeText | None

    @property
    def version(self) -> int:
        return self.row.version if self.row else BUILT_IN

    @property
    def own(self) -> bool:
        return self.row is not None and self.row.subject is not None

    @property
    def words(self) -> Mapping[str, str]:
        return self.row.words if self.row and self.own else self.built_in


def wordings(*, person_id: UUID) -> list[Wording]:
    """List every text of every notice. Raises `Forbidden`."""
    require_role(PEOPLE, person_id, KEEPERS)
    rows = {row.place: row for row in db.session.scalars(select(NoticeText))}
    return [
        _wording(rule, sensitive=sensitive, language=language, rows=rows)
        for manifest in here().manifests.values()
        for rule in (rule_of(manifest, notice) for notice in manifest.notices)
        for sensitive in (False, True)
        for language in LANGUAGES
    ]


def wording(place: Place, *, person_id: UUID) -> Wording:
    """Return one text. Raises `Forbidden`, or `NotFound` for one that no notice has."""
    require_role(PEOPLE, person_id, KEEPERS)
    manifest = here().manifests.get(place.service)
    notices = {notice.name: notice for notice in manifest.notices} if manifest else {}
    if manifest is None or place.notice not in notices:
        raise NotFound
    row = db.session.scalar(select(NoticeText).where(*NoticeText.at(place)))
    rows = {row.place: row} if row else {}
    rule = rule_of(manifest, notices[place.notice])
    return _wording(rule, sensitive=place.sensitive, language=place.language, rows=rows)


def say_in_own_words(
    place: Place, *, subject: str, body: str, person_id: UUID, seen: Seen, now: datetime
) -> Wording:
    """Put the region's own words in place of a built-in text.

    Raises `Forbidden`, `NotFound`, `Stale`, or `Invalid` naming a placeholder the event lacks.
    """
    return _change(
        place, {"subject": subject, "body": body}, person_id=person_id, seen=seen, now=now
    )


def say_as_built_in(place: Place, *, person_id: UUID, seen: Seen, now: datetime) -> Wording:
    """Take the region's own words back. Raises `Forbidden`, `NotFound` or `Stale`.

    The row stays: who changed what, and no version comes twice.
    """
    return _change(place, {"subject": None, "body": None}, person_id=person_id, seen=seen, now=now)


def preview(place: Place, *, subject: str, body: str, person_id: UUID) -> Text:
    """Render words, kept by nobody yet, with the sample of the event and the region's own name.

    Raises `Forbidden`, `NotFound`, or `Invalid` naming a placeholder the event lacks.
    """
    shown = wording(place, person_id=person_id)
    check_words(subject=subject, body=body, names=shown.names)
    sample = contracts.sample(shown.rule.notice.event, here().manifests)
    at, own = office(), {"subject": subject, "body": body}
    facts = Facts(
        data={**sample, SENSITIVE: place.sensitive},
        added={**at.facts(_subject(place, sample)), **_names(at, name_of(person_id))},
        labels=shown.rule.labels,
        zone=at.zone,
        may_lack=shown.rule.notice.may_lack,
    )
    template = shown.rule.put(dict.fromkeys(LANGUAGES, own), sensitive=place.sensitive)
    return render(template, facts)[place.language]


def _names(at: Office, reader: str) -> dict[str, str]:
    """The sample's people and units are nobody: the reader and the region stand in for them."""
    persons = dict.fromkeys(("recipient_name", *PERSONS), reader)
    return {SECRET: "…", **persons, **dict.fromkeys(UNITS, at.name)}


def _subject(place: Place, sample: Mapping[str, Any]) -> str:
    """Return what the sample would be about: an id of its service's own, if it has one."""
    return f"{place.service}/{sample.get(f'{place.service}_id', '…')}"


def own_templates(rules: Collection[Rule]) -> dict[tuple[str, str], Template]:
    """Return templates in the region's own words, by the keys of the rules that have any."""
    by_key = {rule.key: rule for rule in rules}
    templates: dict[tuple[str, str], Template] = {}
    own = select(NoticeText).where(
        NoticeText.notice.in_([rule.notice.name for rule in rules]),
        NoticeText.subject.is_not(None),
    )
    for row in db.session.scalars(own):
        key = (row.service, row.notice)
        if rule := by_key.get(key):
            words, over = {row.language: row.words}, templates.get(key)
            templates[key] = rule.put(words, sensitive=row.sensitive, over=over)
    return templates


def _change(
    place: Place, words: Mapping[str, Any], *, person_id: UUID, seen: Seen, now: datetime
) -> Wording:
    with db.transaction() as session:
        before = wording(place, person_id=person_id)
        if before.version not in seen:
            raise Stale
        if words["subject"] is not None:
            check_words(subject=words["subject"], body=words["body"], names=before.names)
        values = {**words, "changed_by": person_id, "changed_at": now}
        if before.row is not None:
            before.row.change(**values)
        else:
            session.add(NoticeText(**asdict(place), version=BUILT_IN + 1, **values))
            _flushed_first(session)
    log.info("notice_text_changed", **asdict(place), own=words["subject"] is not None)
    return wording(place, person_id=person_id)


def _flushed_first(session: Any) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        # Somebody else's transaction wrote the first words of this region.
        raise Stale from error


def _wording(
    rule: Rule, *, sensitive: bool, language: str, rows: Mapping[Place, NoticeText]
) -> Wording:
    place = Place(rule.service, rule.notice.name, sensitive, language)
    written = rule.written[SENSITIVE] if sensitive else rule.written
    may_lack = rule.notice.may_lack
    facts = contracts.facts(rule.notice.event, here().manifests, may_lack=may_lack)
    if rule.notice.sealed:
        facts = {**facts, SECRET: False}
    names = usable(facts, rule.labels, sensitive=sensitive)
    return Wording(place, rule, written[language], names, rows.get(place))
