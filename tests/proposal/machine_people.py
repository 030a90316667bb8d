"""What applicants, officers and services do to proposals in the state machine's runs."""

from dataclasses import replace
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)
from sqlalchemy import update

from services.proposal.domain.stages import Action
from services.proposal.domain.workflow import AlreadyDecided
from services.proposal.models import Proposal, db
from services.proposal.usecases import applying, reviewing
from tests.builders.organisation import an_id
from tests.proposal import machine_invariants as always
from tests.proposal.machine_cast import KEY_OF, OFFICERS, PREPARED, file
from tests.proposal.machine_model import APPLICANTS as APPLICANTS_DO
from tests.proposal.machine_offices import ENDED, PURPOSE
from tests.proposal.machine_play import MISHAPS, NO_MISHAP, unlike

TEMPLATE = "prepared.db"
PROPOSALS = Bundle("proposals")
ACTIONS = ("approve", "revise", "reject", "ms", "withdraw", "submit", "resubmit", "resubmit")
DUE = {"draft": "submit", "revision": "resubmit", "processing": "ms"}
WHO = st.sampled_from(("the officer",) * 40 + ("the other officer", "the applicant") * 4 + OFFICERS)
SEEN = st.sampled_from((0,) * 9 + (-1, 1))
MISHAP = st.sampled_from((NO_MISHAP,) * 9 + MISHAPS[1:])
NOTE = st.sampled_from(("Lengkapi", "Lengkapi", ""))
MARKS = st.sampled_from(("nothing", "a paper", "the purpose"))


class People(RuleBasedStateMachine):
    """A few prepared proposals and some new ones, and everybody who has to do with them."""

    def __init__(self, prepared, seen):
        super().__init__()
        self.play = prepared.anew(seen)
        self.play.scene.begin_with(TEMPLATE)
        self.play.open_curtain()
        self.before = self.play.rows()
        self.names = []

    def teardown(self):
        self.play.close_curtain()

    @initialize(
        target=PROPOSALS,
        names=st.lists(st.sampled_from(tuple(PREPARED)), min_size=2, max_size=4, unique=True),
    )
    def some_are_under_way(self, names):
        self.names += names
        return multiple(*names)

    @rule(name=PROPOSALS, stages=st.integers(1, 4), seen=SEEN, mishap=MISHAP)
    def it_goes_on(self, name, stages, seen, mishap):
        """Whoever's turn it is does what is due; so does the next."""
        for _ in range(stages):
            self._goes_on(name, seen, mishap)

    @rule(name=PROPOSALS, choices=st.lists(st.integers(0, 59), min_size=1, max_size=3))
    def possible_things_are_done(self, name, choices):
        for choice in choices:
            possible = self.play.paper(name).possible()
            if possible:
                self._do(name, possible[choice % len(possible)])

    @rule(name=PROPOSALS, stages=st.integers(0, 2), marks=MARKS, corrects=st.booleans())
    def it_is_returned_and_comes_back(self, name, stages, marks, corrects):
        """Whichever stage asked for the revision; and it may be asked again."""
        for _ in range(stages):
            self._goes_on(name)
        if "revise" in self.play.paper(name).possible():
            self._do(name, "revise", marks=self._marked(name, marks))
        if corrects and "attach" in self.play.paper(name).possible():
            self._do(name, "attach")
        if self.play.paper(name).stage == "revision":
            self._do(name, "resubmit")

    @rule(
        name=PROPOSALS,
        end=st.sampled_from(("reject", "withdraw", "ms")),
        actions=st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3),
    )
    def nothing_happens_after_the_end(self, name, end, actions):
        name = self._one_at(name, *ENDED)
        possible = self.play.paper(name).possible()
        ends = [one for one in (end, "reject", "withdraw", "ms") if one in possible]
        if ends:
            self._do(name, ends[0])
        for action in actions:
            who = "the applicant" if action in APPLICANTS_DO else "the officer"
            self._act(name, who, action, note="Lengkapi")

    # --- applicants ---------------------------------------------------------------------------

    @rule(
        target=PROPOSALS,
        who=st.sampled_from(("applicant", "applicant", "umpeg", "opd_head", "bkpsdm_admin")),
        layanan=st.sampled_from(("singkat", "singkat", "dinilai", "dinilai", "bebas_hukdis")),
        papers=st.sampled_from((3, 3, 3, 2)),
        submits=st.sampled_from((True, True, False)),
        times=st.integers(1, 2),
    )
    def somebody_begins(self, who, layanan, papers, submits, times):
        begun = [f"draft {len(self.names) + one}" for one in range(times)]
        begun = [one for one in begun if file(self.play, one, layanan, who, papers)]
        for name in begun if submits else ():
            self.play.act(self.play.step(name, who, "submit"))
        self.names += begun
        return multiple(*begun)

    @rule(
        name=PROPOSALS,
        who=st.sampled_from(("the applicant",) * 40 + OFFICERS),
        action=st.sampled_from(("withdraw", "withdraw", "submit", "resubmit")),
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
        marks=MARKS,
        seen=SEEN,
        mishap=MISHAP,
    )
    def an_officer_decides(self, name, who, action, note, marks, seen, mishap):
        more = {"note": note, "marks": self._marked(name, marks)}
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
        name = self._one_at(name, "processing")
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
        assert not self._wins(step, action), "nobody was told that somebody was faster"
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
        judged = [one for one in self.names if self.play.paper(one).is_judged]
        step = self.play.step(judged[-1] if judged else name, source, decision, note=note)
        self.play.hear_decision(step, source=source, stage=stage, times=times)
        always.what_was_refused_was_parked(self.play)

    # --- always -------------------------------------------------------------------------------

    @invariant()
    def everything_is_as_it_must_be(self):
        rows = self.play.rows()
        always.each_is_in_one_state(self.play, rows)
        always.history_is_only_appended_to(self.before, rows)
        always.each_change_has_one_line_and_one_event(self.play, rows)
        always.nobody_decided_an_own_proposal(rows)
        always.papers_are_fixed_once_handed_in(self.before, rows)
        always.an_open_revision_remembers_what_was_sent(self.before, rows)
        always.papers_are_those_attached(self.play, rows)
        always.counters_are_what_waits(rows)
        always.serial_numbers_are_the_last_given(self.play, rows)
        self.before = rows

    # --- how ----------------------------------------------------------------------------------

    def _goes_on(self, name, seen=0, mishap=NO_MISHAP):
        if self.play.paper(name).possible():
            self._do(name, DUE.get(self.play.paper(name).stage, "approve"), seen, mishap)

    def _act(self, name, who, action, *, seen=0, mishap=NO_MISHAP, **more):
        step = self.play.step(name, self._person(name, who), action, seen=seen, **more)
        self.play.act(step, mishap)

    def _do(self, name, action, seen=0, mishap=NO_MISHAP, **more):
        """The right person does it, with all that it takes; looked at as after each rule."""
        paper = self.play.paper(name)
        more["note"] = "Lengkapi"
        if action == "attach":
            more["part"] = min(paper.open_parts() - {PURPOSE}).removeprefix("document:")
        if action in ("ms", "attach"):
            more["sha256"] = self.play.hash()
        if action == "not_selected":
            step = self.play.step(name, "dummy", action)
            self.play.hear_decision(step, source="dummy", stage=paper.stage)
        else:
            who = "the applicant" if action in APPLICANTS_DO else "the officer"
            self._act(name, who, action, seen=seen, mishap=mishap, **more)
        self.everything_is_as_it_must_be()

    def _person(self, name, who):
        if who == "the applicant":
            return KEY_OF[self.play.paper(name).applicant]
        if not who.startswith("the "):
            return who
        found = self.play.officers(name) or ["umpeg"]
        return found[0 if who == "the officer" else -1]

    def _wins(self, step, action):
        with self.play.scene.office.inside():
            try:
                _use_case(action)(step.proposal, person_id=an_id(step.who), seen=_Faster())
            except AlreadyDecided:
                return False
        return True

    def _one_at(self, name, *stages):
        """The proposal, or another one if only that is at such a stage."""
        found = [one for one in (name, *self.names) if self.play.paper(one).stage in stages]
        return found[0] if found else name

    def _marked(self, name, marks):
        paper = f"document:{self.play.paper(name).rules.papers[0]}"
        return {"nothing": (), "a paper": (paper,), "the purpose": (PURPOSE,)}[marks]


class _Faster:
    """Says that the version was seen, while somebody else changes the row."""

    def __contains__(self, _version):
        statement = update(Proposal).values(version=Proposal.version + 1)
        db.session.execute(statement.execution_options(synchronize_session=False))
        return True


def _use_case(action):
    if action == "approve":
        return partial(reviewing.decide, verdict=reviewing.Verdict(Action.APPROVE))
    return getattr(applying, action)
