"""What must be true of the database after every single step, whatever the step was."""

import json
import sqlite3
from collections import defaultdict
from typing import Any
from uuid import UUID

from tests.proposal.machine_offices import ENDED, ROLES, STATES, Expected
from tests.proposal.machine_play import Play
from tests.proposal.machine_scene import Rows

_CLOSING = ("completed", "rejected", "withdrawn")
_WAITING = """
    SELECT stage, CASE WHEN stage IN ('umpeg_verification', 'opd_head_approval')
        THEN opd_id ELSE '' END AS scope, definition_id, COUNT(*)
    FROM proposals WHERE stage IN ({}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""".format(", ".join(f"'{stage}'" for stage in ROLES))
_COUNTERS = """
    SELECT stage, REPLACE(scope, '-', ''), definition_id, waiting
    FROM queue_counts WHERE waiting != 0 ORDER BY 1, 2, 3
"""
_TOLD = """
    SELECT subject, type, json_extract(body, '$.aggregateversion') AS version,
        json_extract(body, '$.data.stage') AS stage
    FROM outbox ORDER BY rowid
"""
_LOG = """
    SELECT position, subject, json_extract(body, '$.aggregateversion') AS version, published_at
    FROM outbox ORDER BY position
"""
Told = dict[UUID, list[tuple[str, int, str]]]


def each_is_in_one_state(play: Play, rows: Rows) -> None:
    assert len(rows["proposals"]) == len(play.model.papers)
    for row in rows["proposals"]:
        paper = play.model.papers[UUID(row["id"])]
        assert row["stage"] in STATES
        assert _shown(row) == _wanted(paper), row["id"]


def history_is_only_appended_to(before: Rows, rows: Rows) -> None:
    for table in ("history_entries", "outbox", "idempotency_keys"):
        assert rows[table][: len(before[table])] == before[table], table


def each_change_has_one_line_and_one_event(play: Play, rows: Rows) -> None:
    lines: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows["history_entries"]:
        lines[UUID(row["proposal_id"])].append(row)
    told = told_of(play)
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


def papers_are_those_attached(play: Play, rows: Rows) -> None:
    files: dict[UUID, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows["proposal_documents"], key=lambda one: one["revision"]):
        files[UUID(row["proposal_id"])][row["requirement"]].append(row)
    for proposal, paper in play.model.papers.items():
        kept = files[proposal]
        assert {part: [one["sha256"] for one in found] for part, found in kept.items()} == (
            paper.files
        )
        for part, found in kept.items():
            current = [bool(one["current"]) for one in found]
            assert current == [False] * (len(found) - 1) + [part in paper.attached], part


def counters_are_what_waits(play: Play) -> None:
    ask = play.scene.ask
    assert [tuple(row) for row in ask(_COUNTERS)] == [tuple(row) for row in ask(_WAITING)]


def copies_are_the_newest_heard(play: Play, rows: Rows) -> None:
    said = {key: version for key, (version, _) in play.model.offices.said.items()}
    kept = {
        f"{kind}/{UUID(row['id'])}": row["version"]
        for kind, table in (
            ("employee", "employees"),
            ("unit", "units"),
            ("role", "role_grants"),
            ("delegation", "delegations"),
        )
        for row in rows[table]
    }
    assert kept == said


def alarms_are_what_nobody_can_decide(play: Play) -> None:
    """Holds when the vacancies were just looked for."""
    raised = play.scene.ask("SELECT proposal_id FROM unattended_proposals WHERE cleared_at IS NULL")
    vacant = {
        proposal
        for proposal, paper in play.model.papers.items()
        if paper.stage in ROLES and paper.stage != paper.rules.decided_by_service
        if not play.model.offices.holders(paper, paper.stage, play.today)
    }
    assert {UUID(row["proposal_id"]) for row in raised} == vacant


def the_log_has_no_hole(play: Play) -> None:
    """Holds when the relay has just run."""
    log = play.scene.ask(_LOG)
    assert [row["position"] for row in log] == list(range(1, len(log) + 1))
    assert all(row["published_at"] for row in log)
    last: dict[str, int] = defaultdict(int)
    for row in log:
        assert row["version"] > last[row["subject"]], dict(row)
        last[row["subject"]] = row["version"]


def what_was_refused_was_parked(play: Play) -> None:
    (row,) = play.scene.ask("SELECT COUNT(*) FROM inbox WHERE status = 'parked'")
    assert row[0] == play.parked


def told_of(play: Play) -> Told:
    told: Told = defaultdict(list)
    for row in play.scene.ask(_TOLD):
        kind, _, key = row["subject"].partition("/")
        if kind == "proposal":
            told[UUID(key)].append((row["type"], row["version"], row["stage"]))
    return told


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    opened = json.loads(row["opened"]) if row["opened"] else None
    parts = {
        *(f"field:{one}" for one in (opened or {}).get("fields", ())),
        *(f"document:{one}" for one in (opened or {}).get("documents", ())),
    }
    return {
        **{key: row[key] for key in ("version", "layanan", "stage", "return_to", "result")},
        "decided": bool(row["decided"]),
        "opd": str(UUID(row["opd_id"])),
        "applicant": str(UUID(row["applicant_id"])),
        "handed_in": row["number"] is not None and row["submitted_at"] is not None,
        "ended": row["closed_at"] is not None,
        "opened": parts,
    }


def _wanted(paper: Expected) -> dict[str, Any]:
    keys = ("version", "layanan", "stage", "result", "decided", "opd", "applicant", "handed_in")
    return {
        **{key: getattr(paper, key) for key in keys},
        "return_to": paper.asking,
        "ended": paper.stage in ENDED,
        "opened": paper.opened,
    }


def _compare_lines(paper: Expected, rows: list[Any]) -> None:
    assert len(rows) == len(paper.lines)
    for row, (version, action, before, after, actor, roles) in zip(rows, paper.lines, strict=True):
        person = str(UUID(row["actor_id"])) if row["actor_id"] else None
        said = (row["sequence"], row["action"], row["from_stage"], row["to_stage"], person)
        assert said == (version, action, before, after, actor)
        lender = str(UUID(row["acting_for"])) if row["acting_for"] else None
        assert (row["role"], row["acting"], lender) in roles
