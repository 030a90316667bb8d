"""How cases answer and end in the state machine's runs: what was marked is dealt with, an officer
closes what cannot go on, and an applicant asks to withdraw.
"""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.builders.people import employee_event
from tests.proposal.machine_cast import KEY_OF, OFFICERS
from tests.proposal.machine_people import MISHAP, NOTE, PROPOSALS, SEEN, People


class Endings(People):
    """Those who deal with what was marked, and those who end a case."""

    @rule(
        name=PROPOSALS,
        mark=st.sampled_from(("a paper", "the purpose")),
        answers=st.booleans(),
        seen=SEEN,
    )
    def a_marked_part_is_answered(self, name, mark, answers, seen):
        """Returned for one part, which is answered, or sent again as it was."""
        if "revise" in self.play.paper(name).possible():
            self._do(name, "revise", marks=self._marked(name, mark))
        name = self._one_at(name, "revision")
        marked = sorted(self.play.paper(name).marked) or ["field:keperluan"]
        if answers:
            self._act(name, "the applicant", "answer", seen=seen, part=marked[0])
        self._act(name, "the applicant", "resubmit")

    @rule(
        name=PROPOSALS,
        number=st.integers(0, 9),
        who=st.sampled_from(("who may",) * 5 + OFFICERS),
        note=NOTE,
        seen=SEEN,
        mishap=MISHAP,
    )
    def an_officer_ends_a_case(self, name, number, who, note, seen, mishap):
        ender = self._ender(name, number) if who == "who may" else who
        self._act(name, ender, "close", note=note, seen=seen, mishap=mishap)

    @rule(
        name=PROPOSALS,
        stages=st.integers(0, 2),
        number=st.integers(0, 9),
        answer=st.sampled_from(("confirm", "refuse", "refuse", "nothing")),
        note=NOTE,
        seen=SEEN,
        mishap=MISHAP,
    )
    def a_withdrawal_is_asked_for(self, name, stages, number, answer, note, seen, mishap):
        """Answered at once, or some stages later, or not at all."""
        self._act(name, "the applicant", "ask", note=note, seen=seen, mishap=mishap)
        for _ in range(stages):
            self._goes_on(name)
        if answer != "nothing":
            self._act(name, self._ender(name, number), answer, note=note, mishap=mishap)

    @rule(name=PROPOSALS, opd=st.sampled_from(("dinkes", "disdik")), mishap=MISHAP)
    def an_applicant_moves(self, name, opd, mishap):
        """Before the head's approval the case follows; later it goes on."""
        name = self._one_at(name, "umpeg_verification", "opd_head_approval", "revision")
        paper = self.play.paper(name)
        before = paper.version
        self._hear(employee_event(KEY_OF[paper.applicant], opd), "once", mishap)
        self.play.seen["rerouted"] += paper.version > before
        self._goes_on(name)

    def _ender(self, name, number):
        """One of those who may end it; whoever decides first where nobody may."""
        found = self.play.model.offices.enders(self.play.paper(name), self.play.today)
        people = sorted(KEY_OF[one] for one in found)
        return people[number % len(people)] if people else OFFICERS[number % len(OFFICERS)]
