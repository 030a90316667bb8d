"""What must be true of the database after every single step, whatever the step was."""

import json
import sqlite3
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from services.proposal.workers import vacancies
from tests.proposal.machine_offices import ENDED, ROLES, STATES, Expected
from tests.proposal.machine_play import Play
from tests.proposal.machine_scene import COPIES, Rows

OPDS = ("umpeg_verification", "opd_head_approval")
# What is told because time has passed, and in which stages.
REMINDED = {"proposal.revision_waits.v1": ("revision",), "proposal.stage_due.v1": tuple(ROLES)}
_CLOSING = ("completed", "rejected", "withdrawn", "closed")
_LOG = """
    SELECT position, type, subject, json_extract(body, '$.aggregateversion') AS version, published_at
    FROM outbox ORDER BY position
"""
Told = dict[UUID, list[tuple[str, int, str]]]
# Ids stand in the file without dashes; making a UUID of one is dear, and they recur.
as_id = lru_cache(maxsize=4096)(UUID)


def each_is_in_one_state(play: Play, rows: Rows) -> None:
    assert len(rows["proposals"]) == len(play.model.papers)
    for row in rows["proposals"]:
        paper = play.model.papers[as_id(row["id"])]
        assert row["stage"] in STATES
        assert _shown(row) == _wanted(paper), row["id"]


def history_is_only_appended_to(before: Rows, rows: Rows) -> None:
    for table in ("history_entries", "outbox", "idempotency_keys"):
        assert rows[table][: len(before[table])] == before[table], table


def each_change_has_one_line_and_one_event(play: Play, rows: Rows) -> None:
    lines: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows["history_entries"]:
        lines[as_id(row["proposal_id"])].append(row)
    told = _told(rows)
    for proposal, paper in play.model.papers.items():
        _compare_lines(paper, lines.pop(proposal, []))
        heard = told.pop(proposal, [])
        assert [(kind, version) for kind, version, _ in heard] == paper.told
        moved = {version: to for version, _, _, to, *_ in paper.lines}
        assert [stage for _, _, stage in heard] == [moved[version] for _, version, _ in heard]
        closing = [kind for kind, _, _ in heard if kind.split(".")[1] in _CLOSING]
        assert len(closing) == (paper.handed_in and paper.stage in ENDED)
    assert (lines, told) == ({}, {})


def nobody_decided_an_own_proposal(rows: Rows) -> None:
    applicants = {row["id"]: row["applicant_id"] for row in rows["proposals"]}
    for row in rows["history_entries"]:
        own = row["actor_id"] == applicants[row["proposal_id"]]
        assert own == (row["role"] == "applicant"), dict(row)


def papers_are_fixed_once_handed_in(before: Rows, rows: Rows) -> None:
    earlier = {row["id"]: row for row in before["proposals"]}
    changed = set(before["proposal_documents"]) ^ set(rows["proposal_documents"])
    for row in changed:
        proposal = earlier.get(row["proposal_id"])
        if proposal is None or proposal["stage"] == "draft":
            continue
        if proposal["stage"] == "revision":
            assert row["requirement"] in json.loads(proposal["opened"])["documents"]
        else:
            assert row["requirement"] == "result", dict(row)


def an_open_revision_remembers_what_was_sent(before: Rows, rows: Rows) -> None:
    """It is what others see until the revision is sent, and what a case ends as that never is."""
    earlier = {row["id"]: row for row in before["proposals"]}
    returned, returned_before = _returns(rows), _returns(before)
    for row in rows["proposals"]:
        opened = json.loads(row["opened"] or "null")
        if opened is None:
            continue
        was = earlier.get(row["id"])
        if was and was["opened"] and returned[row["id"]] == returned_before[row["id"]]:
            assert opened["sent"] == json.loads(was["opened"])["sent"]
        if row["stage"] != "revision":
            assert set(opened) == {"sent"}
        elif "changed" not in opened:
            assert opened["sent"]["fields"] == json.loads(row["fields"])
            assert opened["sent"]["present"] == _present(rows, row["id"])


def papers_are_those_attached(play: Play, rows: Rows) -> None:
    files: dict[UUID, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows["proposal_documents"], key=lambda one: one["revision"]):
        files[as_id(row["proposal_id"])][row["requirement"]].append(row)
    for proposal, paper in play.model.papers.items():
        kept = files[proposal]
        assert {part: [one["sha256"] for one in found] for part, found in kept.items()} == (
            paper.files
        )
        for part, found in kept.items():
            current = [bool(one["current"]) for one in found]
            assert current == [False] * (len(found) - 1) + [part in paper.attached], part


def counters_are_what_waits(rows: Rows) -> None:
    kept = {
        (row["stage"], row["scope"].replace("-", ""), row["definition_id"]): row["waiting"]
        for row in rows["queue_counts"]
        if row["waiting"]
    }
    assert kept == Counter(
        (row["stage"], row["opd_id"] if row["stage"] in OPDS else "", row["definition_id"])
        for row in rows["proposals"]
        if row["stage"] in ROLES
    )


def serial_numbers_are_the_last_given(play: Play, rows: Rows) -> None:
    given = Counter(
        one.number.rpartition("/")[0] for one in play.model.papers.values() if one.number
    )
    series = {
        f"{row['region']}/{row['layanan']}/{row['year']}".upper().replace("_", "-"): row["last"]
        for row in rows["number_series"]
    }
    assert series == given


def copies_are_the_newest_heard(play: Play) -> None:
    said = {key: version for key, (version, _) in play.model.offices.said.items()}
    kept = {
        f"{kind}/{as_id(row['id'])}": row["version"]
        for kind, rows in play.scene.rows(COPIES).items()
        for row in rows
    }
    assert kept == said


def alarms_are_what_nobody_can_decide(play: Play) -> None:
    """What the watch for vacancies has just found is what the model finds."""
    with play.scene.office.service.app.app_context():
        vacancies.look_round()
    raised = play.scene.ask("SELECT proposal_id FROM unattended_proposals WHERE cleared_at IS NULL")
    vacant = {
        proposal
        for proposal, paper in play.model.papers.items()
        if paper.stage in ROLES and paper.stage != paper.rules.decided_by_service
        if not play.model.offices.holders(paper, paper.stage, play.today)
    }
    assert {as_id(row["proposal_id"]) for row in raised} == vacant


def the_log_has_no_hole(play: Play) -> None:
    """Holds when the relay has just run."""
    log = play.scene.ask(_LOG)
    assert [row["position"] for row in log] == list(range(1, len(log) + 1))
    assert all(row["published_at"] for row in log)
    last: dict[str, int] = defaultdict(int)
    for row in log:
        # A reminder tells of no change.
        least = last[row["subject"]] + (row["type"] not in REMINDED)
        assert row["version"] >= least, dict(row)
        last[row["subject"]] = row["version"]


def what_was_refused_was_parked(play: Play) -> None:
    (row,) = play.scene.ask("SELECT COUNT(*) FROM inbox WHERE status = 'parked'")
    assert row[0] == play.parked


def _returns(rows: Rows) -> Counter[str]:
    entries = rows["history_entries"]
    return Counter(row["proposal_id"] for row in entries if row["action"] == "revise")


def _present(rows: Rows, proposal_id: str) -> dict[str, int]:
    return {
        paper["requirement"]: paper["revision"]
        for paper in rows["proposal_documents"]
        if paper["proposal_id"] == proposal_id
        if paper["current"] and paper["requirement"] not in ("result", "tanda-terima")
    }


def _told(rows: Rows) -> Told:
    told: Told = defaultdict(list)
    for row in rows["outbox"]:
        kind, _, key = row["subject"].partition("/")
        if row["type"] in REMINDED:
            assert row["stage"] in REMINDED[row["type"]], dict(row)
        elif kind == "proposal":
            told[as_id(key)].append((row["type"], row["version"], row["stage"]))
    return told


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    opened = json.loads(row["opened"]) if row["opened"] else None
    parts = {
        *(f"field:{one}" for one in (opened or {}).get("fields", ())),
        *(f"document:{one}" for one in (opened or {}).get("documents", ())),
    }
    return {
        **{key: row[key] for key in ("version", "layanan", "number", "return_to", "result")},
        "stage": "closed" if row["closed_reason"] else row["stage"],
        "decided": bool(row["decided"]),
        "opd": str(as_id(row["opd_id"])),
        "applicant": str(as_id(row["applicant_id"])),
        "handed_in": row["submitted_at"] is not None,
        "ended": row["closed_at"] is not None,
        "opened": parts,
    }


def _wanted(paper: Expected) -> dict[str, Any]:
    keys = ("version", "layanan", "number", "stage", "result", "decided", "opd", "applicant")
    return {
        **{key: getattr(paper, key) for key in keys},
        "handed_in": paper.handed_in,
        "return_to": paper.asking,
        "ended": paper.stage in ENDED,
        "opened": paper.opened,
    }


def _compare_lines(paper: Expected, rows: list[Any]) -> None:
    assert len(rows) == len(paper.lines)
    for row, (version, action, before, after, actor, roles) in zip(rows, paper.lines, strict=True):
        person = str(as_id(row["actor_id"])) if row["actor_id"] else None
        done = row["happened"] or row["action"]
        to_stage = "closed" if done == "close" else row["to_stage"]
        said = (row["sequence"], done, row["from_stage"], to_stage, person)
        assert said == (version, action, before, after, actor)
        lender = str(as_id(row["acting_for"])) if row["acting_for"] else None
        assert (row["role"], row["acting"], lender) in roles
