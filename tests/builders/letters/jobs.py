"""The long work that letters have in tests."""

from collections.abc import Callable

from chassis.run.asking import Asking
from chassis.run.jobs import Job, JobKind, Jobs, Part
from tests.builders.letters.models import LetterJob, db

COPYING = "letters.copy"
LABEL = {"id": "Menyalin surat", "en": "Copying letters"}


def make_jobs(advance: Callable[[Job], Part] | Asking[Job, Part]) -> Jobs:
    return Jobs(db, LetterJob, {COPYING: JobKind(COPYING, LABEL, advance)})
