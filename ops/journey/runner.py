"""Runs the steps one after another and prints what happens."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.process.manifest import discover, roles_of
from ops.journey.case import APPLICANT, Case, check
from ops.journey.notices import Notices
from ops.journey.steps import STEPS, Step
from ops.journey.web import Unexpected
from ops.speech import choose, say

WHO_WIDTH = 40


def title_of(actor: str) -> str:
    if actor == APPLICANT:
        return choose("pengusul", "applicant")
    title = roles_of(discover())[actor].title
    return choose(title["id"], title["en"])


@dataclass
class Journey:
    """All steps, taken on one system."""

    case: Case
    notices: Notices

    def run(self) -> None:
        """Take every step. Raises `Unexpected` at the first that is wrong."""
        began = time.monotonic()
        for number, step in enumerate(STEPS, start=1):
            try:
                self._take(number, step)
            except (Unexpected, LookupError, TypeError) as error:
                what = choose(*step.words)
                raise Unexpected(f"step {number} ({step.actor}, {what}): {error!r}") from error
        mails = self._check_mails()
        seconds = time.monotonic() - began
        say(
            f"\nSemua {len(STEPS)} langkah benar dalam {seconds:.1f} detik{mails[0]}.",
            f"\nAll {len(STEPS)} steps are right, in {seconds:.1f} seconds{mails[1]}.",
        )

    def _take(self, number: int, step: Step) -> None:
        person = self.case.person(step.actor)
        began = time.monotonic()
        step.do(self.case)
        milliseconds = (time.monotonic() - began) * 1000
        proposal = self.case.refresh()
        stage = proposal["stage"]
        check(stage == step.stage, f"the stage is {stage}, not {step.stage}")
        local = datetime.now(UTC).astimezone()
        who = f"{person.name} ({title_of(step.actor)})"
        print(f"{number:>2}. {local:%H:%M:%S}  {who:<{WHO_WIDTH}}  {choose(*step.words)}")
        print(
            f"      → {step.stage}: {proposal['stage_label']}  ({milliseconds:.0f} ms)", flush=True
        )
        for notice in self.notices.wait_for(step.notices):
            sign = "✉" if notice.is_mailed else "•"
            print(f"      {sign} {notice.name}: {notice.subject}", flush=True)

    def _check_mails(self) -> tuple[str, str]:
        """Check that each notice to the applicant was mailed, once."""
        if self.notices.mail is None:
            return "", ""
        expected = sorted(self.notices.subjects_to_mail())
        deadline = time.monotonic() + 20
        while sorted(self.notices.mails()) != expected and time.monotonic() < deadline:
            time.sleep(0.2)
        mails = sorted(self.notices.mails())
        check(mails == expected, f"the mails are {mails}, not {expected}")
        return f", {len(mails)} surat elektronik", f", {len(mails)} mails"
