"""One run of the state machine: the service and the model of it are told the same, and compared."""

import json
import pickle
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import time_machine

from chassis.events.envelope import Event
from chassis.events.inbox import store_into
from tests.builders.organisation import an_id
from tests.builders.people import REGION
from tests.proposal.machine_model import Model
from tests.proposal.machine_offices import AS_DRAFTED, AS_EDITED, Expected, Step
from tests.proposal.machine_requests import KEYED, STATUSES, WAYS_IN, Request
from tests.proposal.machine_scene import Rows, Scene
from tests.proposal.office import API

# Early in the morning, when the day in Greenwich is still yesterday.
START = datetime(2026, 3, 9, 19, 0, tzinfo=UTC)
ZONE = timedelta(hours=7)
NO_MISHAP, KILLED, KILLED_LATE, TWICE = "none", "killed", "killed after commit", "sent twice"
MISHAPS = (NO_MISHAP, KILLED, KILLED_LATE, TWICE)


@dataclass
class Play:
    scene: Scene
    model: Model = field(default_factory=Model)
    people: Mapping[str, str] = field(default_factory=dict)
    named: dict[str, UUID] = field(default_factory=dict)
    clock: Any = None
    parked: int = 0
    answered: list[tuple[Request, str]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    _tokens: dict[str, str] = field(default_factory=dict)
    _rows: Rows | None = None

    def open_curtain(self) -> None:
        self._time = time_machine.travel(START, tick=False)
        self.clock = self._time.start()

    def close_curtain(self) -> None:
        self._time.stop()

    def anew(self, seen: Counter[str]) -> "Play":
        """Another run that begins where this one is."""
        model = pickle.loads(pickle.dumps(self.model))  # noqa: S301 - our own, and quicker than a copy
        return Play(self.scene, model, self.people, dict(self.named), seen=seen)

    def rows(self) -> Rows:
        """What is on the disk; read again only after something was done."""
        if self._rows is None:
            self._rows = self.scene.rows()
        return self._rows

    @property
    def today(self) -> date:
        return (datetime.now(UTC) + ZONE).date()

    def paper(self, name: str) -> Expected:
        return self.model.papers[self.named[name]]

    def officers(self, name: str) -> list[str]:
        """Whoever may decide a proposal now."""
        paper = self.paper(name)
        held = self.model.offices.holders(paper, paper.stage, self.today)
        return sorted(self.people[one] for one in held)

    def step(self, name: str, who: str, action: str, *, seen: int = 0, **more: Any) -> Step:
        """A step by somebody who saw the proposal as it is, or `seen` versions off."""
        version = self.paper(name).version + seen
        return Step(who, action, self.named[name], version, **more)

    def hash(self) -> str:
        """The hash of a file nobody uploaded before."""
        return uuid4().hex * 2

    def jump(self, by: timedelta) -> None:
        self.clock.shift(by)
        self._rows = None
        self.scene.office.service.drain()  # what came due meanwhile is told now
        self._tokens.clear()

    # --- what people do -----------------------------------------------------------------------

    def draft(self, name: str, layanan: str, who: str) -> bool:
        body = {"layanan": layanan, "fields": {"keperluan": AS_DRAFTED}}
        person = self.model.offices.person(who)
        answer = self.send(Request("POST", "/proposals", who, body, self._key()))
        if not (person["active"] and person["opd_id"]):
            assert (answer.status_code, answer.json["code"]) == (409, "employee_unknown")
            return False
        assert answer.status_code == 201, answer.json
        self.named[name] = UUID(answer.json["id"])
        self.model.draft(self.named[name], layanan, who)
        return True

    def act(self, step: Step, mishap: str = NO_MISHAP) -> str:
        """Have somebody try something; it must end as the model says, whatever the mishap."""
        refused = self.model.refusal(step, self.today)
        request, before = self._request(step), self.rows()
        if mishap == KILLED and not self.scene.survives(lambda: self.send(request), dying_at=1):
            self.seen[KILLED] += 1
            assert not refused, "a refused step committed something"
            assert unlike(before, self.rows()) == []
        commits = self.scene.commits
        answer = self.send(request)
        self._check(answer, step, refused)
        assert self.scene.commits - commits == (0 if refused else 1), "a step is one transaction"
        if refused:
            assert unlike(before, self.rows()) == []
        else:
            self.model.take(step, self.today)
            self._check_shown(answer, step)
        self.seen[refused or step.action] += 1
        if mishap in (KILLED_LATE, TWICE):
            self._again(request, answer, step, refused, mishap)
        if not refused and step.action in KEYED:
            self.answered.append((request, answer.text))
        return refused

    def repeat(self, index: int) -> None:
        """An answered request comes once more, however much later."""
        request, said = self.answered[index % len(self.answered)]
        before = self.rows()
        answer = self.send(request)
        assert answer.text == said
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert unlike(before, self.rows()) == []
        self.seen["an old request came again"] += 1

    def send(self, request: Request) -> Any:
        self._rows = None
        service = self.scene.office.service
        if request.who not in self._tokens:
            self._tokens[request.who] = service.person(an_id(request.who), "proposal")
        return service.call(
            request.method,
            API + request.path,
            token=self._tokens[request.who],
            json=request.body,
            headers=request.headers,
        )

    def look(self, who: str, name: str) -> None:
        """An officer's inbox, its counts and a proposal's buttons show what the model says."""
        waiting: Counter[str] = Counter()
        wanted = set()
        for proposal, paper in self.model.papers.items():
            if str(an_id(who)) in self.model.offices.holders(paper, paper.stage, self.today):
                wanted.add(str(proposal))
                waiting[paper.stage] += 1
        inbox = self._get(who, "/inbox?limit=100").json["data"]
        assert {one["id"] for one in inbox} == wanted
        counts = self._get(who, "/inbox/counts").json
        assert {stage: count for stage, count in counts.items() if count} == dict(waiting)
        self._look_at(who, self.named[name])

    def _look_at(self, who: str, proposal: UUID) -> None:
        paper, answer = self.model.papers[proposal], self._get(who, f"/proposals/{proposal}")
        if not self.model.offices.sees(paper, str(an_id(who)), self.today):
            assert answer.status_code == 404
            return
        buttons = self.model.actions(proposal, who, self.today)
        assert set(answer.json["allowed_actions"]) == buttons
        lines = self._get(who, f"/proposals/{proposal}/history").json["data"]
        assert [one["sequence"] for one in lines] == [version for version, *_ in paper.lines]

    def _get(self, who: str, path: str) -> Any:
        return self.send(Request("GET", path, who, None, {}))

    # --- what other services say --------------------------------------------------------------

    def hear(self, *events: Event, mishap: str = NO_MISHAP, dying_at: int = 1) -> None:
        """Deliver identity's events; the newest version of each subject is what counts after."""
        self._rows = None
        store = store_into(self.scene.office.service.app)
        for one in events:
            store([one])
            self.model.hear(one.subject, one.version, one.data)
        self.work_off(mishap, dying_at)

    def hear_decision(self, step: Step, *, source: str, stage: str, times: int = 1) -> str:
        """Deliver a decision of a service; one that breaks a rule is parked, once."""
        refused = self.model.refusal_of_service(replace(step, who=source), stage)
        data = {"proposal_id": str(step.proposal), "stage": stage, "decision": step.action}
        event = Event(
            "stage.decided.v1",
            f"proposal/{step.proposal}",
            {**data, "note": step.note},
            1,
            region=REGION,
            source=source,
        )
        before = self.rows()
        self._rows = None
        self.scene.office.service.hear(*[event] * times)
        if refused:
            self.parked += 1
            assert unlike(before, self.rows()) == []
        else:
            self.model.take(replace(step, who=source), self.today)
        self.seen[f"service: {refused or step.action}"] += 1
        return refused

    def work_off(self, mishap: str = NO_MISHAP, dying_at: int = 1) -> None:
        office = self.scene.office
        if mishap == KILLED and not self.scene.survives(office.service.drain, dying_at=dying_at):
            self.seen["killed while hearing"] += 1
            # What the dead process had claimed is free for others after a minute.
            self.jump(timedelta(seconds=61))
        if mishap == KILLED_LATE:
            self.scene.restart()
        self.scene.office.service.drain()

    # --- requests and answers -----------------------------------------------------------------

    def _key(self) -> dict[str, str]:
        return {"Idempotency-Key": str(uuid4())}

    def _request(self, step: Step) -> Request:
        method, tail = WAYS_IN.get(step.action, ("POST", f"/{step.action}"))
        headers = {"If-Match": f'"{step.seen}"'} | (self._key() if step.action in KEYED else {})
        path = f"/proposals/{step.proposal}{tail.format(part=step.part)}"
        return Request(method, path, step.who, self._body(step), headers)

    def _body(self, step: Step) -> Mapping[str, Any] | None:
        if step.action in ("approve", "revise", "reject"):
            reasons = [{"code": "other", "target": mark} for mark in step.marks]
            return {"decision": step.action, "note": step.note, "reasons": reasons}
        if step.action in ("ms", "tms"):
            return {"result": step.action, "remark": step.note, "receipt": self._receipt(step)}
        if step.action == "attach":
            return {"receipt": self._receipt(step)}
        return {
            "sub_status": {"text": "Dikirim ke BKN"},
            "close": {"reason": "duplicate", "note": step.note},
            "ask": {"note": step.note},
            "confirm": {"answer": "confirm", "note": step.note},
            "refuse": {"answer": "refuse", "note": step.note},
            "edit": {"fields": {"keperluan": AS_EDITED}},
            "answer": {"answers": [{"target": step.part, "text": "Sudah sesuai aslinya."}]},
        }.get(step.action)

    def _receipt(self, step: Step) -> str | None:
        if not step.sha256:
            return None
        return self.scene.office.receipt(step.who, sha256=step.sha256)

    def _check(self, answer: Any, step: Step, refused: str) -> None:
        said = (answer.status_code, (answer.json or {}).get("code"))
        wanted = (STATUSES[refused], refused) if refused else (200, None)
        assert said == wanted, f"{step}: {json.dumps(answer.json)[:400]}"

    def _check_shown(self, answer: Any, step: Step) -> None:
        paper = self.model.papers[step.proposal]
        assert answer.headers["ETag"] == f'"{paper.version}"'
        assert (answer.json["stage"], answer.json["version"]) == (paper.stage, paper.version)

    def _again(self, request: Request, first: Any, step: Step, refused: str, mishap: str) -> None:
        """The answer was lost, perhaps with the process: the client sends the same again."""
        if mishap == KILLED_LATE:
            self.scene.restart()
        before = self.rows()
        answer = self.send(request)
        if refused or step.action in KEYED:
            assert (answer.status_code, _plain(answer)) == (first.status_code, _plain(first))
        else:
            assert (answer.status_code, answer.json["code"]) == (412, "stale")
        assert unlike(before, self.rows()) == []
        self.seen[mishap] += 1


def _plain(answer: Any) -> Any:
    return {key: value for key, value in answer.json.items() if key != "request_id"}


def unlike(before: Any, after: Any) -> list[str]:
    """Which rows appeared or went, in words; nothing when not a byte moved."""
    if before == after:
        return []
    found = []
    for table, rows in before.items():
        found += [f"{table} lost {dict(row)}" for row in rows if row not in after[table]]
        found += [f"{table} got {dict(row)}" for row in after[table] if row not in rows]
    return found or ["the order of rows"]
