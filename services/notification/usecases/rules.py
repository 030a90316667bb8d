"""Notice rules with their texts, as the manifests of the installed services bring them."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.process.manifest import Manifest, Notice
from chassis.process.texts import SENSITIVE, Template, Text, framed
from services.notification.domain.rendering import UnrenderableNotice, check_template
from services.notification.manifest import MANIFEST


class NoticeRuleInvalid(Exception):
    """A manifest's notice rule cannot work; the message names service, rule and fault."""


@dataclass(frozen=True)
class Rule:
    """A notice rule and the service whose manifest brought it.

    `written` holds its texts as they stand in the files, `template` the same in the frame.
    """

    service: str
    notice: Notice
    written: Template
    frame: Template
    template: Template
    labels: Mapping[str, Mapping[str, Text]]

    @property
    def key(self) -> tuple[str, str]:
        return self.service, self.notice.name

    def put(self, own: Template, *, sensitive: bool, over: Template | None = None) -> Template:
        """Return the template, or the one before it, with a region's own words in the frame."""
        before, inside = over or self.template, framed(own, self.frame)
        if sensitive:
            return {**before, SENSITIVE: {**before[SENSITIVE], **inside}}
        return {**before, **inside}


def rule_of(manifest: Manifest, notice: Notice) -> Rule:
    """Return a notice's rule with its texts, those for a sensitive event included.

    Raises `NoticeRuleInvalid` for one that cannot work.
    """
    general = {SENSITIVE: MANIFEST.texts.sensitive}
    try:
        written = {**general, **manifest.texts.notices[notice.text or notice.name]}
        template = {**general, **manifest.template(notice)}
        check_template(template)
    except KeyError as error:
        raise invalid(manifest, notice, "it has no text") from error
    except UnrenderableNotice as error:
        raise invalid(manifest, notice, str(error)) from error
    texts = manifest.texts
    return Rule(manifest.name, notice, written, texts.frame, template, texts.labels)


def invalid(manifest: Manifest, notice: Notice, fault: str) -> NoticeRuleInvalid:
    return NoticeRuleInvalid(f"{manifest.name}, notice {notice.name}: {fault}")
