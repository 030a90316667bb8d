"""Whatever people, other services, the clock and a dying process do, a proposal stays legal.

Quick here; `MACHINE_RUNS=10000 MACHINE_STEPS=50` is the run before a release.
"""

import os
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update

from chassis.ids import uuid7
from services.proposal.domain.stages import Action
from services.proposal.models import Proposal, db
from services.proposal.usecases import applying, reviewing
from services.proposal.usecases.cases import AlreadyDecided
from tests.builders.definitions import an_id
from tests.proposal import machine_invariants as always
from tests.proposal.machine_cast import (
    APPLICANTS,
    KEY_OF,
    OFFICERS,
    PREPARED,
    file,
    prepare,
    tell_of_the_region,
)
from tests.proposal.machine_model import APPLICANTS as APPLICANTS_DO
from tests.proposal.machine_offices import PURPOSE
from tests.proposal.machine_play import MISHAPS, NO_MISHAP, Play, unlike
from tests.proposal.machine_scene import Scene
from tests.proposal.region import (
    ROLES,
    delegation_event,
    employee_event,
    role_event,
    unit_event,
)

RUNS, STEPS = (int(os.environ.get(f"MACHINE_{key}", "0")) for key in ("RUNS", "STEPS"))
QUICK = not RUNS and not STEPS
QUICK_RUNS, QUICK_STEPS = 200, 30
# Two workers can share a long run; a quick one is the same in every part.
PARTS = 1 if QUICK else 2
TEMPLATE = "prepared.db"
PROPOSALS = Bundle("proposals")

# Each grant of the region, and some that come only later: a Plt, an applicant who becomes one.
GRANTS = (
    *ROLES,
    ("sekda", "opd_head", "disdik"),
    ("opd_secretary", "umpeg", "disdik"),
    ("bkpsdm_secretary", "bkpsdm_head", None),
    (APPLICANTS["at umpeg"], "umpeg", "disdik"),
    (APPLICANTS["in processing"], "bkpsdm_admin", "bidang-kinerja"),
)
LENT = (
    ("umpeg", "disdik", "umpeg", "opd_secretary"),
    ("opd_head", "disdik", "opd_head", "opd_secretary"),
    ("opd_head", None, "opd_head", APPLICANTS["at the head"]),
    ("bkpsdm_secretary", None, "bkpsdm_secretary", "division_head"),
    ("bkpsdm_head", None, "bkpsdm_head", "bkpsdm_secretary"),
)
ARRIVALS = ("once", "twice", "again later", "as a copy", "newer first")
ACTORS = ("the officer",) * 40 + ("the other officer", "the applicant", *OFFICERS)
WHO = st.sampled_from(ACTORS)
SEEN = st.sampled_from((0,) * 9 + (-1, 1))
MISHAP = st.sampled_from((NO_MISHAP,) * 9 + MISHAPS[1:])
NOTE = st.sampled_from(("Lengkapi", "Lengkapi", ""))
SHIFTS = (timedelta(hours=-1), timedelta(hours=1), timedelta(days=-1), timedelta(days=1))
LONG_SHIFTS = (timedelta(days=-40), timedelta(days=400))


class ProposalMachine(RuleBasedStateMachine):
    """One or two prepared proposals and some new ones, and everybody who has to do with them."""

    def __init__(self, prepared: Play, seen: Counter[str]) -> None:
        super().__init__()
        self.play = prepared.anew(seen)
        self.play.scene.begin_with(TEMPLATE)
        self.play.open_curtain()
        self.before = self.play.rows()
        self.drafts = 0

    def teardown(self) -> None:
        self.play.close_curtain()

    @initialize(
        target=PROPOSALS,
        names=st.lists(st.sampled_from(tuple(PREPARED)), min_size=1, max_size=2, unique=True),
    )
    def some_are_under_way(self, names):
        return multiple(*names)

    @rule(name=PROPOSALS, stages=st.integers(1, 4), seen=SEEN, mishap=MISHAP)
    def it_goes_on(self, name, stages, seen, mishap):
        """Whoever's turn it is does what is due; so does the next."""
        due = {"draft": "submit", "revision": "resubmit", "processing": "ms"}
        for _ in range(stages):
            if self.play.paper(name).possible():
                self._do(name, due.get(self.play.paper(name).stage, "approve"), seen, mishap)
                self.everything_is_as_it_must_be()  # after each step, as after each rule

    @rule(name=PROPOSALS, choices=st.lists(st.integers(0, 59), min_size=1, max_size=3))
    def possible_things_are_done(self, name, choices):
        for choice in choices:
            possible = self.play.paper(name).possible()
            if possible:
                self._do(name, possible[choice % len(possible)])
                self.everything_is_as_it_must_be()

    # --- applicants ---------------------------------------------------------------------------

    @rule(
        target=PROPOSALS,
        who=st.sampled_from(("applicant", "umpeg", "opd_head", "bkpsdm_admin")),
        layanan=st.sampled_from(("singkat", "singkat", "dinilai", "bebas_hukdis")),
        papers=st.sampled_from((3, 3, 3, 2)),
        submits=st.booleans(),
    )
    def somebody_begins(self, who, layanan, papers, submits):
        self.drafts += 1
        name = f"draft {self.drafts}"
        if not file(self.play, name, layanan, who, papers):
            return multiple()
        if submits:
            self.play.act(self.play.step(name, who, "submit"))
        return name

    @rule(
        name=PROPOSALS,
        who=st.sampled_from(("the applicant",) * 40 + OFFICERS),
        action=st.sampled_from(("withdraw", "submit", "resubmit")),
        seen=SEEN,
        mishap=MISHAP,
    )
    def the_applicant_acts(self, name, who, action, seen, mishap):
        self._act(name, who, action, seen=seen, mishap=mishap)

    @rule(
        name=PROPOSALS,
        action=st.sampled_from(("attach", "attach", "detach", "edit")),
        number=st.integers(0, 2),
        seen=SEEN,
        mishap=MISHAP,
    )
    def the_applicant_corrects(self, name, action, number, seen, mishap):
        papers = self.play.paper(name).rules.papers
        more = {} if action == "edit" else {"part": papers[number % len(papers)]}
        if action == "attach":
            more["sha256"] = self.play.hash()
        self._act(name, "the applicant", action, seen=seen, mishap=mishap, **more)

    # --- officers -----------------------------------------------------------------------------

    @rule(
        name=PROPOSALS,
        who=WHO,
        action=st.sampled_from(("approve", "revise", "revise", "reject")),
        note=NOTE,
        marks=st.sampled_from(("nothing", "a paper", "the purpose")),
        seen=SEEN,
        mishap=MISHAP,
    )
    def an_officer_decides(self, name, who, action, note, marks, seen, mishap):
        paper = f"document:{self.play.paper(name).rules.papers[0]}"
        marked = {"nothing": (), "a paper": (paper,), "the purpose": (PURPOSE,)}[marks]
        more = {"note": note, "marks": marked}
        self._act(name, who, action, seen=seen, mishap=mishap, **more)

    @rule(
        name=PROPOSALS,
        who=WHO,
        action=st.sampled_from(("ms", "ms", "tms", "sub_status")),
        note=NOTE,
        document=st.booleans(),
        seen=SEEN,
        mishap=MISHAP,
    )
    def an_officer_processes(self, name, who, action, note, document, seen, mishap):
        given = document and action != "sub_status"
        more = {"note": note, "sha256": self.play.hash() if given else ""}
        self._act(name, who, action, seen=seen, mishap=mishap, **more)

    @rule(name=PROPOSALS, second=st.sampled_from(("the officer", "the other officer")))
    def two_decide_what_both_saw(self, name, second):
        if not self.play.officers(name):
            return
        first = self.play.step(name, self._person(name, "the officer"), "approve")
        late = replace(first, who=self._person(name, second), action="reject", note="Tidak")
        moved = not self.play.act(first)
        refused = self.play.act(late)
        assert not moved or refused in ("stale", "not_found")

    @rule(name=PROPOSALS, action=st.sampled_from(("approve", "withdraw", "submit")))
    def somebody_is_faster(self, name, action):
        """Between reading the row and changing it; only a database with real writers allows it."""
        who = self._person(name, "the officer" if action == "approve" else "the applicant")
        step = self.play.step(name, who, action)
        if self.play.model.refusal(step, self.play.today):
            return
        before = self.play.rows()
        with self.play.scene.office.inside(), pytest.raises(AlreadyDecided):
            _use_case(action)(step.proposal, person_id=an_id(who), match=_faster)
        assert unlike(before, self.play.rows()) == []
        self.play.seen["somebody was faster"] += 1

    @rule(
        name=PROPOSALS,
        decision=st.sampled_from(("approve", "not_selected", "reject", "revise")),
        note=NOTE,
        source=st.sampled_from(("dummy", "dummy", "stranger")),
        stage=st.sampled_from(("opd_head_approval", "opd_head_approval", "umpeg_verification")),
        times=st.integers(1, 3),
    )
    def a_service_decides(self, name, decision, note, source, stage, times):
        step = self.play.step(name, source, decision, note=note)
        self.play.hear_decision(step, source=source, stage=stage, times=times)
        always.what_was_refused_was_parked(self.play)

    # --- offices ------------------------------------------------------------------------------

    @rule(
        grant=st.sampled_from(GRANTS),
        change=st.sampled_from(
            ("comes", "ends", "plt", "plh", "moves", "ended", "last day", "tomorrow", "replaced")
        ),
        arrival=st.sampled_from(ARRIVALS),
        mishap=MISHAP,
        dying_at=st.integers(1, 4),
    )
    def an_office_changes(self, grant, change, arrival, mishap, dying_at):
        changes = {
            "ends": {"active": False},
            "plt": {"acting": "plt"},
            "plh": {"acting": "plh"},
            "moves": {"unit_id": str(an_id("dinkes"))},
            "replaced": {"employee_id": str(an_id("umpeg_second"))},
            **self._dates(),
        }.get(change, {})
        self._hear(role_event(*grant, **changes), arrival, mishap, dying_at)

    @rule(
        lent=st.sampled_from(LENT),
        change=st.sampled_from(("comes", "comes", "ends", "ended", "tomorrow", "short", "dinkes")),
        arrival=st.sampled_from(ARRIVALS),
        mishap=MISHAP,
    )
    def a_delegation_changes(self, lent, change, arrival, mishap):
        changes = {
            "ends": {"active": False},
            "short": {"layanan": ["singkat"]},
            "dinkes": {"unit_id": str(an_id("dinkes"))},
            **self._dates(),
        }.get(change, {})
        self._hear(delegation_event(*lent, **changes), arrival, mishap)

    @rule(
        who=st.sampled_from(("applicant", "umpeg", APPLICANTS["a draft"], "the division")),
        opd=st.sampled_from(("disdik", "dinkes")),
        changes=st.sampled_from(({}, {}, {"active": False}, {"opd_id": None})),
        arrival=st.sampled_from(ARRIVALS),
    )
    def a_person_moves_or_a_division_closes(self, who, opd, changes, arrival):
        division = unit_event("bidang-kinerja", "division", "bkpsdm", **changes)
        one = division if who == "the division" else employee_event(who, opd, **changes)
        self._hear(one, arrival)

    # --- clock, process, readers --------------------------------------------------------------

    @rule(by=st.sampled_from(SHIFTS * 2 + LONG_SHIFTS))
    def the_clock_jumps(self, by):
        self.play.jump(by)
        self.play.seen["the clock jumped"] += 1

    @rule(built_anew=st.sampled_from((False,) * 7 + (True,)))
    def the_process_dies(self, built_anew):
        self.play.scene.restart(built_anew=built_anew)

    @precondition(lambda self: self.play.answered)
    @rule(index=st.integers(0, 50))
    def an_old_request_comes_again(self, index):
        self.play.repeat(index)

    @rule(who=st.sampled_from(OFFICERS), name=PROPOSALS)
    def an_officer_looks(self, who, name):
        self.play.look(who, name)

    @rule()
    def the_watch_goes_round(self):
        self.play.work_off()
        always.the_log_has_no_hole(self.play)
        always.alarms_are_what_nobody_can_decide(self.play)

    # --- always -------------------------------------------------------------------------------

    @invariant()
    def everything_is_as_it_must_be(self):
        rows = self.play.rows()
        always.each_is_in_one_state(self.play, rows)
        always.history_is_only_appended_to(self.before, rows)
        always.each_change_has_one_line_and_one_event(self.play, rows)
        always.nobody_decided_an_own_proposal(rows)
        always.papers_are_fixed_once_handed_in(self.before, rows)
        always.papers_are_those_attached(self.play, rows)
        always.counters_are_what_waits(rows)
        self.before = rows

    # --- how ----------------------------------------------------------------------------------

    def _act(self, name, who, action, *, seen, mishap, **more):
        step = self.play.step(name, self._person(name, who), action, seen=seen, **more)
        self.play.act(step, mishap)

    def _do(self, name, action, seen=0, mishap=NO_MISHAP):
        """The right person does it, with all that it takes."""
        paper = self.play.paper(name)
        more = {"note": "Lengkapi"}
        if action == "attach":
            more["part"] = min(paper.open_parts() - {PURPOSE}).removeprefix("document:")
        if action in ("ms", "attach"):
            more["sha256"] = self.play.hash()
        if action == "not_selected":
            step = self.play.step(name, "dummy", action)
            self.play.hear_decision(step, source="dummy", stage=paper.stage)
            return
        who = "the applicant" if action in APPLICANTS_DO else "the officer"
        self._act(name, who, action, seen=seen, mishap=mishap, **more)

    def _person(self, name, who):
        if who == "the applicant":
            return KEY_OF[self.play.paper(name).applicant]
        if not who.startswith("the "):
            return who
        found = self.play.officers(name) or ["umpeg"]
        return found[0 if who == "the officer" else -1]

    def _dates(self):
        today = self.play.today
        yesterday, tomorrow = (str(today + timedelta(days=one)) for one in (-1, 1))
        return {
            "ended": {"ends_on": yesterday},
            "last day": {"ends_on": str(today)},
            "tomorrow": {"starts_on": tomorrow},
        }

    def _hear(self, event, arrival, mishap=NO_MISHAP, dying_at=1):
        version = self.play.model.offices.version_of(event.subject) + 1
        event = replace(event, version=version)
        self.play.hear(*_arriving(event, arrival), mishap=mishap, dying_at=dying_at)
        always.copies_are_the_newest_heard(self.play)
        always.the_log_has_no_hole(self.play)


def _arriving(event, arrival):
    older = replace(event, data={**event.data, "active": not event.data["active"]})
    return {
        "once": (event,),
        "twice": (event, event),
        "again later": (event, replace(event, id=uuid7(), version=event.version + 1), event),
        "as a copy": (event, replace(event, id=uuid7())),
        "newer first": (replace(event, id=uuid7(), version=event.version + 1), older),
    }[arrival]


def _faster(_version):
    statement = update(Proposal).values(version=Proposal.version + 1)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _use_case(action):
    if action == "approve":
        return partial(reviewing.decide, verdict=reviewing.Verdict(Action.APPROVE))
    return getattr(applying, action)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Play:
    """A service with a proposal at every stage; made once, copied for each run."""
    play = Play(Scene(tmp_path_factory.mktemp("machine")), people=KEY_OF)
    play.open_curtain()
    tell_of_the_region(play)
    prepare(play)
    play.close_curtain()
    play.scene.keep_as(TEMPLATE)
    return play


# What a quick part must have come across, or the machine proves less than it says.
MET = {
    *("submit", "attach", "edit", "withdraw", "approve", "ms", "tms"),
    *("stale", "illegal_move", "not_found", "not_your_stage", "already_decided"),
    *("killed", "killed after commit", "killed while hearing", "somebody was faster"),
    *("sent twice", "an old request came again", "the clock jumped"),
}


@pytest.mark.slow
@pytest.mark.timeout(max(900, RUNS * max(STEPS, QUICK_STEPS)))
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_a_proposal_stays_legal_whatever_happens(prepared, part):
    seen: Counter[str] = Counter()
    run_state_machine_as_test(
        lambda: ProposalMachine(prepared, seen),
        settings=settings(
            max_examples=(RUNS or QUICK_RUNS) // PARTS or 1,
            stateful_step_count=STEPS or QUICK_STEPS,
            # A build machine plays the same runs each time: what it finds must be about the change.
            # A long run draws each anew; by itself the engine repeats parts of each run five times
            # over, which finds little here and leaves most of what can happen out.
            derandomize=QUICK,
            backend="hypothesis" if QUICK else "hypothesis-urandom",
            deadline=None,
            print_blob=True,
            # A run is thirty requests to a real service and its file, so it is slow by nature.
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    sys.stdout.write(f"\n{sum(seen.values())} steps in part {part}: {dict(seen.most_common())}\n")
    assert not (QUICK and MET - set(seen)), f"never met: {MET - set(seen)}"
