"""How cases end or answer in the state machine's runs: what a revision marked is dealt with."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.proposal.machine_people import PROPOSALS, SEEN, People


class Endings(People):
    """Those who deal with what was marked."""

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
