import random

import pytest
from sqlalchemy import event, select

from chassis.data.listing import Wanted
from services.proposal.domain.stages import OFFICER_STAGES
from services.proposal.models import Proposal, Unattended, db
from services.proposal.queries.desks import deciders_for
from services.proposal.queries.inbox import counts, inbox
from services.proposal.queries.region_snapshot import region_snapshot
from services.proposal.workers import vacancies
from tests.builders.definitions import definition_data
from tests.builders.organisation import an_id
from tests.builders.people import delegation_event, role_event
from tests.proposal.office import Office

OFFICERS = (
    "applicant",
    "umpeg",
    "umpeg_second",
    "umpeg_dinkes",
    "opd_head",
    "opd_secretary",
    "bkpsdm_admin",
    "division_head",
    "bkpsdm_secretary",
    "bkpsdm_head",
    "sekda",
)


def found(office: Office, who: str, **wanted) -> list[str]:
    answer = office.call("GET", "/inbox", who, query_string=wanted)
    assert answer.status_code == 200, answer.json
    return [row["id"] for row in answer.json["data"]]


def counted(office: Office, who: str) -> dict[str, int]:
    return office.call("GET", "/inbox/counts", who).json


def decidable(who: str) -> set:
    """Ask the domain about every proposal in the table, one by one."""
    snapshot = region_snapshot()
    today = snapshot.moment().today
    waiting = db.session.scalars(select(Proposal).where(Proposal.stage.in_(OFFICER_STAGES))).all()
    return {
        row.id
        for row in waiting
        if row.applicant_id != an_id(who) and deciders_for(row, snapshot, today).held_by(an_id(who))
    }


def test_an_inbox_shows_what_its_officer_can_decide_and_nothing_else(office: Office):
    mine, validation = office.submitted(), office.at("bkpsdm_validation")
    office.submitted("applicant_dinkes")

    assert found(office, "umpeg") == [str(mine)]
    assert found(office, "bkpsdm_admin") == [str(validation)]
    assert found(office, "opd_secretary") == []
    assert found(office, "applicant") == []


def test_queues_are_the_counts_in_words_and_none_is_no_desk(office: Office):
    office.submitted()

    told = office.call("GET", "/inbox/queues", "umpeg").json["data"]

    assert {queue["stage"]: queue["waiting"] for queue in told} == counted(office, "umpeg")
    assert {queue["label"] for queue in told} == {"Verifikasi Umpeg"}
    assert office.call("GET", "/inbox/queues", "applicant").json == {"data": []}


def test_counts_say_what_the_inbox_shows(office: Office):
    office.submitted()
    office.submitted()

    assert counted(office, "umpeg") == {"umpeg_verification": 2}
    assert counted(office, "bkpsdm_admin") == {"bkpsdm_validation": 0, "processing": 0}


def test_an_own_proposal_is_in_the_colleagues_inbox_only(office: Office):
    own = office.submitted("umpeg")

    assert found(office, "umpeg") == []
    assert counted(office, "umpeg") == {"umpeg_verification": 0}
    assert found(office, "umpeg_second") == [str(own)]


def test_the_only_umpegs_proposal_goes_to_the_secretarys_inbox(office: Office):
    office.service.hear(role_event("umpeg_second", "umpeg", "disdik", version=2, active=False))
    own, others = office.submitted("umpeg"), office.submitted()

    assert found(office, "opd_secretary") == [str(own)]
    assert counted(office, "opd_secretary") == {"umpeg_verification": 1}
    assert found(office, "umpeg") == [str(others)]


def test_the_heads_own_proposal_goes_to_the_sekda(office: Office):
    own = office.submitted("opd_head")
    office.decide(own, "umpeg")

    assert found(office, "sekda") == [str(own)]


def test_a_delegate_sees_the_layanan_that_were_lent(office: Office):
    office.install(definition_data())
    lent = office.submitted(layanan="contoh")
    office.submitted()
    office.service.hear(
        delegation_event("umpeg", "disdik", "umpeg", "opd_secretary", layanan=["contoh"])
    )

    assert found(office, "opd_secretary") == [str(lent)]


def test_a_delegate_sees_the_givers_work_but_not_the_givers_own_proposals(office: Office):
    own, other = office.submitted("umpeg"), office.submitted()
    office.service.hear(delegation_event("umpeg", "disdik", "umpeg", "opd_head"))

    assert found(office, "opd_head") == [str(other)]
    assert found(office, "opd_head", layanan="bebas_hukdis") == [str(other)]
    assert counted(office, "opd_head")["umpeg_verification"] == 1
    assert str(own) in found(office, "umpeg_second")
    assert office.call("GET", f"/proposals/{own}", "umpeg_second").status_code == 200


def test_a_change_of_role_moves_the_inbox_at_once(office: Office):
    proposal_id = office.submitted()
    assert found(office, "umpeg") == [str(proposal_id)]

    office.service.hear(role_event("umpeg", "umpeg", "disdik", version=2, active=False))

    assert found(office, "umpeg") == []


def test_pages_follow_each_other_without_gap_or_repeat(office: Office):
    expected = [str(office.submitted(who)) for who in ("applicant", "opd_head") * 3]
    expected += [str(office.submitted("opd_secretary")) for _ in range(2)]
    pages, cursor = [], None

    while True:
        wanted = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        body = office.call("GET", "/inbox", "umpeg", query_string=wanted).json
        pages.append([row["id"] for row in body["data"]])
        cursor = body["page"]["next_cursor"]
        if not body["page"]["has_more"]:
            break

    assert [len(page) for page in pages] == [3, 3, 2]
    assert [entry for page in pages for entry in page] == expected


@pytest.mark.parametrize(
    "q",
    [
        "DEMO/BEBAS-HUKDIS/{year}/000001",
        "demo/bebas-hukdis",
        "000001",
        "contoh applicant",
        "PEGAWAI Applic",
        "{nip}",
        "19900101 201001 1 900",
        "bebas",
    ],
)
def test_a_proposal_is_found_by_number_name_nip_and_layanan(office: Office, q):
    wanted = office.submitted()
    office.submitted("umpeg_second")
    proposal = office.read(wanted)
    text = q.format(year=office.today.year, nip=proposal.applicant["nip"])

    assert str(wanted) in found(office, "umpeg", q=text)


@pytest.mark.parametrize("q", ["DEMO/KGB", "nobody", "198", "%", "_", "'"])
def test_what_does_not_match_is_not_found(office: Office, q):
    office.submitted()

    assert found(office, "umpeg", q=q) == []


def test_decisions_made_are_listed(office: Office):
    first, second = office.submitted(), office.submitted()
    office.decide(first, "umpeg")
    office.decide(second, "umpeg", "reject", note="Tidak")

    rows = office.call("GET", "/decided", "umpeg").json["data"]

    assert [(row["action"], row["proposal"]["id"]) for row in rows] == [
        ("reject", str(second)),
        ("approve", str(first)),
    ]


def test_the_inbox_agrees_with_the_domain_whoever_holds_what(office: Office):
    """Random roles, delegations and proposals: list, counts and `who_decides` say the same."""
    rng = random.Random(20261122)
    office.install(
        definition_data(
            stages=[
                {"stage": "umpeg_verification", "acting": ["definitive", "plh"]},
                {"stage": "bkpsdm_head_approval", "acting": ["definitive"]},
                {"stage": "processing"},
            ],
            divisions=["bidang-kinerja"],
            max_open={"count": 9},
        )
    )
    for who in ("applicant", "umpeg", "opd_head", "opd_secretary", "bkpsdm_admin"):
        for layanan in ("bebas_hukdis", "contoh"):
            office.submitted(who, layanan)
    for _ in range(8):
        office.service.hear(_some_change(rng))
        with office.inside():
            for _ in range(4):
                _decide_something(office, rng)
            _compare()


def _some_change(rng: random.Random):
    if rng.random() < 0.3:
        giver, taker = rng.sample(OFFICERS, 2)
        role, unit = rng.choice([("umpeg", "disdik"), ("opd_head", None), ("bkpsdm_head", None)])
        return delegation_event(role, unit, giver, taker)
    holder, role, unit = rng.choice(
        [
            ("umpeg", "umpeg", "disdik"),
            ("umpeg_second", "umpeg", "disdik"),
            ("opd_head", "opd_head", "disdik"),
            ("opd_secretary", "opd_secretary", "disdik"),
            ("bkpsdm_admin", "bkpsdm_admin", "bidang-kinerja"),
            ("bkpsdm_head", "bkpsdm_head", None),
        ]
    )
    return role_event(
        holder,
        role,
        unit,
        version=rng.randrange(2, 1000),
        active=rng.random() < 0.6,
        acting=rng.choice(["definitive", "plt", "plh"]),
    )


def _decide_something(office: Office, rng: random.Random) -> None:
    who = rng.choice(OFFICERS)
    waiting = sorted(decidable(who))
    if not waiting:
        return
    chosen = rng.choice(waiting)
    proposal = db.session.get(Proposal, chosen)
    if proposal.stage != "processing":
        office.decide(chosen, who)


def _compare() -> None:
    db.session.rollback()
    for who in OFFICERS:
        expected = decidable(who)
        listed = {entry.proposal.id for entry in inbox(an_id(who), Wanted(limit=100)).items}
        assert listed == expected, who
        assert sum(counts(an_id(who)).values()) == len(expected), who


def test_the_number_of_statements_does_not_grow_with_the_inbox(office: Office):
    def statements() -> int:
        seen = []
        with office.inside():
            engine = db.engine

            def count(*_args) -> None:
                seen.append(1)

            event.listen(engine, "before_cursor_execute", count)
            office.call("GET", "/inbox", "umpeg")
            office.call("GET", "/inbox/counts", "umpeg")
            event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    office.submitted()
    statements()  # what is read once per change of the offices is read here
    few = statements()
    for who in ("applicant", "opd_head", "opd_secretary"):
        office.submitted(who)

    assert statements() == few


def test_a_role_that_ends_by_date_raises_the_alarm_without_any_event(office: Office):
    proposal_id = office.submitted()
    for holder, role in (
        ("umpeg", "umpeg"),
        ("umpeg_second", "umpeg"),
        ("opd_secretary", "opd_secretary"),
    ):
        office.service.hear(role_event(holder, role, "disdik", version=2, ends_on="2021-01-01"))

    with office.service.app.app_context():
        vacancies.look_round()
    rows = office.call("GET", "/alarms", "bkpsdm_admin").json["data"]

    assert [row["proposal"]["id"] for row in rows] == [str(proposal_id)]


def test_an_alarm_is_cleared_when_somebody_can_decide_again(office: Office):
    for holder, role in (
        ("umpeg", "umpeg"),
        ("umpeg_second", "umpeg"),
        ("opd_secretary", "opd_secretary"),
    ):
        office.service.hear(role_event(holder, role, "disdik", version=2, active=False))
    office.submitted()
    office.service.hear(role_event("umpeg", "umpeg", "disdik", version=3))

    with office.service.app.app_context():
        vacancies.look_round()
    with office.inside():
        (alarm,) = db.session.scalars(select(Unattended)).all()

    assert alarm.cleared_at is not None


def test_alarms_are_for_bkpsdm_only(office: Office):
    assert office.call("GET", "/alarms", "umpeg").status_code == 403
