"""Which of the first steps are done, read from the data itself, and how the others are taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import current_app, url_for

from portal.shell.joining import link
from portal.shell.saying import say
from portal.shell.signed_in import api
from portal.shell.words import language, today

IDENTITY, PROPOSAL = "/api/identity/v1", "/api/proposal/v1"
# Without these a proposal reaches a stage that nobody can decide.
NEEDED = ("umpeg", "opd_head", "bkpsdm_admin", "bkpsdm_secretary", "bkpsdm_head")
ESSENTIAL = 3  # of the steps: units, people and their roles
_MORE_THAN_THE_FIRST = 2  # BKPSDM and the administrator are there from the start
_GRANTS = "100"
_DOCS = Path(__file__).parents[3] / "docs"
_MANUALS = {
    "impor.md": _DOCS / "panduan" / "impor.md",
    "setting-up-a-region.md": _DOCS / "setting-up-a-region.md",
}

# Each can be pasted as it stands, after the two lines of the token.
_CURL = 'curl -s -H "Authorization: Bearer $TOKEN"'
_JSON = f"{_CURL} \\\n  -H 'Content-Type: application/json'"
FOUND = f"""ID=<id>
{_CURL} \\
  $URL/api/identity/v1/imports/$ID"""
APPLY = f"""{_CURL} -X POST \\
  $URL/api/identity/v1/imports/$ID/apply"""
LINK = f"""{_CURL} \\
  "$URL/api/identity/v1/employees?q=<NIP>"
{_CURL} -X POST \\
  $URL/api/identity/v1/employees/<id>/password-reset"""
FIND = f"""{_CURL} \\
  "$URL/api/identity/v1/employees?q=<NIP>"
{_CURL} \\
  $URL/api/identity/v1/units"""
WINDOW = f"""{_JSON} -X PUT \\
  $URL/api/proposal/v1/layanan/kp_fungsional/window \\
  -d '{{"pattern": "six_periods"}}'"""


@dataclass(frozen=True)
class Way:
    """One thing to do: in words, with the command or the page that does it."""

    text: str
    command: str = ""
    page: str = ""
    label: str = ""


@dataclass(frozen=True)
class Step:
    """A step in words, whether it is done, and how; `lacks` is what is missing."""

    title: str
    why: str
    done: bool
    how: tuple[Way, ...] = ()
    lacks: tuple[str, ...] = ()


def steps() -> list[Step]:
    """Read how far the region is. The service refuses whoever does not administer it."""
    lacking = tuple(_lacking())
    has_units = _has(f"{IDENTITY}/units", kind="opd")
    has_people = _has(f"{IDENTITY}/employees")
    has_holidays = bool(_data(f"{PROPOSAL}/holidays", year=str(today().year)))
    has_filed = bool(_data(f"{PROPOSAL}/proposals", limit="1"))
    return [
        Step(
            say("beginning.units"),
            say("beginning.why_units"),
            has_units,
            tuple(_importing("units")),
        ),
        Step(
            say("beginning.people"),
            say("beginning.why_people"),
            has_people,
            (*_importing("employees"), Way(say("beginning.ask_for_links"), LINK)),
        ),
        Step(say("beginning.roles"), say("beginning.why_roles"), not lacking, _granting(), lacking),
        Step(
            say("beginning.holidays"),
            say("beginning.why_holidays"),
            has_holidays,
            (
                Way(say("beginning.each_day_off"), _holiday(today())),
                Way(say("beginning.six_periods"), WINDOW),
            ),
        ),
        Step(
            say("beginning.trial"),
            say("beginning.why_trial"),
            has_filed,
            (Way("", page=link("new_proposal"), label=say("beginning.open")),),
        ),
    ]


def before() -> Way:
    """How commands are typed at all, and where the token comes from that they need."""
    return Way(say("beginning.how_to_type"), _token())


def unfinished() -> dict[str, Any] | None:
    """Return the steps for the first page; None once a proposal can go its whole way."""
    told = steps()
    return None if all(step.done for step in told[:ESSENTIAL]) else {"steps": told}


def manuals() -> list[str]:
    """Name the manuals that are installed beside the code; an image of a part has none."""
    return [name for name, path in _MANUALS.items() if path.is_file()]


def manual(name: str) -> str | None:
    """Return the text of one of them."""
    return _MANUALS[name].read_text("utf-8") if name in manuals() else None


def _granting() -> tuple[Way, ...]:
    return (
        Way(say("beginning.find_ids"), FIND),
        Way(say("beginning.grant"), _grant(today())),
    )


def _importing(kind: str) -> Iterator[Way]:
    sample = url_for("beginning.sample", kind=kind)
    yield Way(say("beginning.fill_the_sample"), page=sample, label=_sample_name(kind))
    yield Way(say("beginning.try_the_file"), _trial(kind))
    yield Way(say("beginning.see_what_was_found"), FOUND)
    yield Way(say("beginning.apply"), APPLY)


def _has(path: str, **query: str) -> bool:
    limit = str(_MORE_THAN_THE_FIRST)
    return len(_data(path, limit=limit, **query)) >= _MORE_THAN_THE_FIRST


def _lacking() -> Iterator[str]:
    """Name the roles that nobody holds, in the service's words and by the code to grant them."""
    given = api().get(f"{IDENTITY}/role-grants", active="true", limit=_GRANTS)
    if given["page"]["has_more"]:  # a region that has so many is past its first steps
        return
    held = {grant["role"] for grant in given["data"]}
    if missing := [role for role in NEEDED if role not in held]:
        titles = {role["code"]: role["title"] for role in _data(f"{IDENTITY}/roles")}
        yield from (f"{titles[role][language()]} ({role})" for role in missing if role in titles)


def _data(path: str, **query: str) -> list[Any]:
    found: list[Any] = api().get(path, **query)["data"]
    return found


def _token() -> str:
    """Two lines: where this system is, and a token for the next ten minutes."""
    return f"""URL={current_app.config["PUBLIC_URL"]}
TOKEN=$(docs/examples/token.sh $URL <NIP> '<kata sandi>' <6 angka>)"""


def _sample_name(kind: str) -> str:
    return f"contoh-{kind}.xlsx"


def _trial(kind: str) -> str:
    return f"""{_CURL} \\
  $URL/api/identity/v1/imports \\
  -F kind={kind} -F file=@{_sample_name(kind)}"""


def _grant(starts_on: date) -> str:
    return f"""{_JSON} \\
  $URL/api/identity/v1/role-grants \\
  -d '{{"employee_id": "<id>", "unit_id": "<id>",
       "role": "umpeg", "acting": "definitive",
       "starts_on": "{starts_on}"}}'"""


def _holiday(day: date) -> str:
    return f"""{_JSON} -X PUT \\
  $URL/api/proposal/v1/holidays \\
  -d '{{"day": "{day.year}-12-25", "name": "Hari Natal"}}'"""
