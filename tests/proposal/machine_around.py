"""What happens around the proposals of the state machine: offices change hands, the clock jumps,
processes die, old messages come again, and somebody looks.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chassis.process.ids import uuid7
from tests.builders.organisation import an_id
from tests.builders.people import (
    PEOPLE,
    ROLES,
    delegation_event,
    employee_event,
    role_event,
    unit_event,
)
from tests.proposal import machine_invariants as always
from tests.proposal.machine_cast import APPLICANTS, OFFICERS
from tests.proposal.machine_endings import Endings
from tests.proposal.machine_offices import ROLES as STAGES
from tests.proposal.machine_people import PROPOSALS
from tests.proposal.machine_play import KILLED, KILLED_LATE, NO_MISHAP

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
    ("bkpsdm_admin", "bidang-kinerja", "bkpsdm_admin", "bkpsdm_secretary"),
    ("bkpsdm_secretary", None, "bkpsdm_secretary", "division_head"),
    ("bkpsdm_head", None, "bkpsdm_head", "bkpsdm_secretary"),
)
PLACES = dict(PEOPLE)
ARRIVALS = ("once", "twice", "again later", "as a copy", "newer first")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHIFTS = (-HOUR, HOUR, -DAY, DAY, -3 * HOUR, 9 * HOUR)
LONG_SHIFTS = (-40 * DAY, 400 * DAY)
# While a message is handled the process may die at any of its commits.
MISHAP = st.sampled_from((NO_MISHAP, NO_MISHAP, NO_MISHAP, KILLED, KILLED, KILLED_LATE))
DYING_AT = st.integers(1, 6)
DAYS = st.sampled_from(("ended", "last day", "tomorrow"))
# When the person tries of whom something was just heard: at once, tomorrow, yesterday.
THEN = st.sampled_from((timedelta(0), timedelta(0), DAY, -DAY))


class ProposalMachine(Endings):
    """Everything there is to happen to a proposal."""

    # --- offices ------------------------------------------------------------------------------

    @rule(
        name=PROPOSALS,
        number=st.integers(0, 39),
        change=st.sampled_from(("comes", "ends", "plt", "plt", "plh", "moves", "replaced")),
        arrival=st.sampled_from(ARRIVALS),
        mishap=MISHAP,
        dying_at=DYING_AT,
    )
    def an_office_changes(self, name, number, change, arrival, mishap, dying_at):
        changes = {
            "ends": {"active": False},
            "plt": {"acting": "plt"},
            "plh": {"acting": "plh"},
            "moves": {"unit_id": str(an_id("dinkes"))},
            "replaced": {"employee_id": str(an_id("umpeg_second"))},
        }.get(change, {})
        name = self._one_at(name, *STAGES)
        grant = self._one_that_concerns(name, GRANTS, number, role=1, unit=2)
        self._hear(role_event(*grant, **changes), arrival, mishap, dying_at)
        self._tries(name, grant[0])

    @rule(name=PROPOSALS, number=st.integers(0, 39), change=DAYS, then=THEN)
    def an_office_has_its_days(self, name, number, change, then):
        name = self._one_at(name, *STAGES)
        grant = self._one_that_concerns(name, GRANTS, number, role=1, unit=2)
        self._hear(role_event(*grant, **self._dates()[change]), "once")
        self._tries(name, grant[0], then)

    @rule(
        name=PROPOSALS,
        number=st.integers(0, 39),
        change=st.sampled_from(("comes", "ends", "short", "dinkes")),
        arrival=st.sampled_from(ARRIVALS),
        mishap=MISHAP,
        dying_at=DYING_AT,
    )
    def a_delegation_changes(self, name, number, change, arrival, mishap, dying_at):
        changes = {
            "ends": {"active": False},
            "short": {"layanan": ["singkat"]},
            "dinkes": {"unit_id": str(an_id("dinkes"))},
        }.get(change, {})
        name = self._one_at(name, *STAGES)
        lent = self._one_that_concerns(name, LENT, number, role=0, unit=1)
        self._hear(delegation_event(*lent, **changes), arrival, mishap, dying_at)
        self._tries(name, lent[-1])

    @rule(name=PROPOSALS, number=st.integers(0, 39), change=DAYS, then=THEN)
    def a_delegation_has_its_days(self, name, number, change, then):
        name = self._one_at(name, *STAGES)
        lent = self._one_that_concerns(name, LENT, number, role=0, unit=1)
        self._hear(delegation_event(*lent, **self._dates()[change]), "once")
        self._tries(name, lent[-1], then)

    @rule(
        name=PROPOSALS,
        number=st.integers(0, 39),
        change=st.sampled_from(("leaves", "leaves", "comes back", "moves")),
        arrival=st.sampled_from(ARRIVALS),
        mishap=MISHAP,
        dying_at=DYING_AT,
    )
    def an_officer_leaves_or_moves(self, name, number, change, arrival, mishap, dying_at):
        """Whoever decides a proposal now, or lent or was lent the office."""
        name = self._one_at(name, *STAGES)
        lent = self._those_that_concern(name, LENT, role=0, unit=1)
        people = [*self.play.officers(name), *(one for pair in lent for one in pair[2:])]
        who = people[number % len(people)] if people else OFFICERS[number % len(OFFICERS)]
        at = "dinkes" if change == "moves" else PLACES.get(who, "disdik")
        if change == "moves":
            self._loses_the_desks(who)
        event = employee_event(who, at, active=change != "leaves")
        self._hear(event, arrival, mishap, dying_at)
        self.play.seen[f"an officer {change}"] += 1
        self._tries(name, who)

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

    @rule(name=PROPOSALS, comes_back=st.booleans(), leave=st.booleans())
    def nobody_is_left_to_decide(self, name, comes_back, leave):
        """The watch raises an alarm, and clears it when somebody can decide again.

        The roles end, or their holders leave.
        """
        name = self._one_at(name, *STAGES)
        held = self._those_that_concern(name, GRANTS, role=1, unit=2)
        said = [_of_holder(one) if leave else role_event(*one) for one in held]
        ended = {one.subject: _ended(one) for one in said}
        self.play.hear(*map(self._newest, ended.values()))
        self.the_watch_goes_round()
        if said and comes_back:
            self._hear(said[0], "once")
            self.the_watch_goes_round()

    # --- clock, process, readers --------------------------------------------------------------

    @rule()
    def a_minute_passes(self):
        """The first of all rules by name, so what the engine fills its smallest runs with."""
        self.play.jump(timedelta(minutes=1))

    @rule(by=st.sampled_from(SHIFTS * 2 + LONG_SHIFTS), name=PROPOSALS)
    def the_clock_jumps_between_two_steps(self, by, name):
        self._goes_on(name)
        self.play.jump(by)
        self.play.seen["the clock jumped"] += 1
        self._goes_on(name)

    @rule(built_anew=st.sampled_from((False,) * 7 + (True,)))
    def the_process_dies(self, built_anew):
        self.play.scene.restart(built_anew=built_anew)

    @precondition(lambda self: self.play.answered)
    @rule(index=st.integers(0, 50))
    def an_old_request_comes_again(self, index):
        self.play.repeat(index)

    @rule(who=st.sampled_from(("the officer",) * 9 + OFFICERS), name=PROPOSALS)
    def an_officer_looks(self, who, name):
        self.play.look(self._person(name, who), name)

    @rule()
    def the_watch_goes_round(self):
        self.play.work_off()
        always.the_log_has_no_hole(self.play)
        always.alarms_are_what_nobody_can_decide(self.play)

    # --- how ----------------------------------------------------------------------------------

    def _one_that_concerns(self, name, known, number, *, role, unit):
        """Mostly one about the stage where the proposal is; any other now and then."""
        near = self._those_that_concern(name, known, role=role, unit=unit)
        found = near if near and number < 30 else known
        return found[number % len(found)]

    def _those_that_concern(self, name, known, *, role, unit):
        offices, paper = self.play.model.offices, self.play.paper(name)
        return [one for one in known if offices.concerns(one[role], one[unit], paper)]

    def _tries(self, name, who, then=timedelta(0)):
        """What was just heard decides whether they may; so does the day."""
        self.play.jump(then)
        action = "sub_status" if self.play.paper(name).stage == "processing" else "approve"
        self._act(name, who, action)

    def _dates(self):
        today = self.play.today
        yesterday, tomorrow = (str(today + one) for one in (-DAY, DAY))
        return {
            "ended": {"ends_on": yesterday},
            "last day": {"ends_on": str(today)},
            "tomorrow": {"starts_on": tomorrow},
        }

    def _hear(self, event, arrival, mishap=NO_MISHAP, dying_at=1):
        arriving = _arriving(self._newest(event), arrival)
        self.play.hear(*arriving, mishap=mishap, dying_at=dying_at)
        always.copies_are_the_newest_heard(self.play)
        always.the_log_has_no_hole(self.play)

    def _loses_the_desks(self, who):
        """Identity ends the roles of the old unit with the move."""
        held = [one for one in GRANTS if one[0] == who and one[2] not in (None, "dinkes")]
        self.play.hear(*(self._newest(role_event(*one, active=False)) for one in held))

    def _newest(self, event):
        return replace(event, version=self.play.model.offices.version_of(event.subject) + 1)


def _of_holder(grant):
    return employee_event(grant[0], PLACES.get(grant[0], "disdik"))


def _ended(event):
    return replace(event, id=uuid7(), data={**event.data, "active": False})


def _arriving(event, arrival):
    older = replace(event, data={**event.data, "active": not event.data["active"]})
    return {
        "once": (event,),
        "twice": (event, event),
        "again later": (event, replace(event, id=uuid7(), version=event.version + 1), event),
        "as a copy": (event, replace(event, id=uuid7())),
        "newer first": (replace(event, id=uuid7(), version=event.version + 1), older),
    }[arrival]
