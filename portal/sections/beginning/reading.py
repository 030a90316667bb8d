"""Which of the first steps are done, read from the data itself, and how the others are taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.shell.joining import link
from portal.shell.saying import say
from portal.shell.signed_in import api
from portal.shell.words import language, this_year

IDENTITY, PROPOSAL = "/api/identity/v1", "/api/proposal/v1"
# Without these a proposal reaches a stage that nobody can decide.
NEEDED = ("umpeg", "opd_head", "bkpsdm_admin", "bkpsdm_secretary", "bkpsdm_head")
MANUALS = "docs/setting-up-a-region.md, docs/panduan/impor.md"
ESSENTIAL = 3  # of the steps: units, people and their roles
_MORE_THAN_THE_FIRST = 2  # BKPSDM and the administrator are there from the start
_GRANTS = "100"
_CURL = 'curl -H "Authorization: Bearer $TOKEN"'
_JSON = f"{_CURL} \\\n  -H 'Content-Type: application/json'"
IMPORT = f"{_CURL} \\\n  $URL/api/identity/v1/imports \\\n  -F kind=%s -F file=@%s.xlsx"
GRANT = f"""{_JSON} \\
  $URL/api/identity/v1/role-grants \\
  -d '{{"employee_id": "…", "unit_id": "…",
       "role": "umpeg", "acting": "definitive",
       "starts_on": "2026-12-01"}}'"""
CALENDAR = f"""{_JSON} -X PUT \\
  $URL/api/proposal/v1/holidays \\
  -d '{{"day": "2026-12-25", "name": "Hari Natal"}}'

{_JSON} -X PUT \\
  $URL/api/proposal/v1/layanan/kp_fungsional/window \\
  -d '{{"pattern": "six_periods"}}'"""


@dataclass(frozen=True)
class Step:
    """A step in words, whether it is done, and its page or command; `lacks` is what is missing."""

    title: str
    why: str
    done: bool
    command: str = ""
    page: str = ""
    lacks: tuple[str, ...] = ()


def steps() -> list[Step]:
    """Read how far the region is. The service refuses whoever does not administer it."""
    lacking = tuple(_lacking())
    has_units = _has(f"{IDENTITY}/units", kind="opd")
    has_people = _has(f"{IDENTITY}/employees")
    has_holidays = bool(_data(f"{PROPOSAL}/holidays", year=str(this_year())))
    has_filed = bool(_data(f"{PROPOSAL}/proposals", limit="1"))
    return [
        Step(
            say("beginning.units"),
            say("beginning.why_units"),
            has_units,
            IMPORT % ("units", "unit"),
        ),
        Step(
            say("beginning.people"),
            say("beginning.why_people"),
            has_people,
            IMPORT % ("employees", "pegawai"),
        ),
        Step(say("beginning.roles"), say("beginning.why_roles"), not lacking, GRANT, lacks=lacking),
        Step(say("beginning.holidays"), say("beginning.why_holidays"), has_holidays, CALENDAR),
        Step(
            say("beginning.trial"), say("beginning.why_trial"), has_filed, page=link("new_proposal")
        ),
    ]


def unfinished() -> dict[str, Any] | None:
    """Return the steps for the first page; None once a proposal can go its whole way."""
    told = steps()
    return None if all(step.done for step in told[:ESSENTIAL]) else {"steps": told}


def _has(path: str, **query: str) -> bool:
    limit = str(_MORE_THAN_THE_FIRST)
    return len(_data(path, limit=limit, **query)) >= _MORE_THAN_THE_FIRST


def _lacking() -> Iterator[str]:
    """Name the roles that nobody holds, in the service's words."""
    given = api().get(f"{IDENTITY}/role-grants", active="true", limit=_GRANTS)
    if given["page"]["has_more"]:  # a region that has so many is past its first steps
        return
    held = {grant["role"] for grant in given["data"]}
    if missing := [role for role in NEEDED if role not in held]:
        titles = {role["code"]: role["title"] for role in _data(f"{IDENTITY}/roles")}
        yield from (titles[role][language()] for role in missing if role in titles)


def _data(path: str, **query: str) -> list[Any]:
    found: list[Any] = api().get(path, **query)["data"]
    return found
