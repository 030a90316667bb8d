"""From a forgotten password to signing in again: page, Umpeg, the mail of the verified contact."""

import re
from email import message_from_bytes
from email.policy import default
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from ops.journey.sign_in import sign_in
from ops.journey.web import Answer, expect
from tests.journeys.journey import IDENTITY, NOTIFICATION, Journey

WHO, MAIL = "applicant_jf", "applicant.jf@contoh.example"
NEW = "sungai tenang hanyut"


def fill_in(journey: Journey, path: str, **fields: str) -> Answer:
    """Send the form of a page as a browser that comes for the first time."""
    shown = expect(200, journey.web.call("GET", path, headers={"Accept": "text/html"}))
    cookies = [SimpleCookie(line) for line in shown.all_headers("Set-Cookie")]
    kept = "; ".join(f"{name}={one.value}" for each in cookies for name, one in each.items())
    [token, *_] = re.findall(r'name="csrf_token" value="([^"]+)"', shown.body.decode())
    origin = {"Origin": journey.web.url, "Referer": f"{journey.web.url}{path}"}
    headers = {"Accept": "text/html", "Cookie": kept, **origin}
    return journey.web.post_form(path, {"csrf_token": token, **fields}, headers)


def mails_to(journey: Journey, address: str) -> list[str]:
    paths = sorted((journey.system.data_dir / "mail").glob("*.eml"))
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in paths]
    bodies = [mail.get_body(("plain",)) for mail in found if mail["To"] == address]
    return [body.get_content() for body in bodies if body]


def waiting(journey: Journey) -> dict[str, Any]:
    rows = journey.person("umpeg").get(f"{IDENTITY}/recoveries")["data"]
    [row] = [row for row in rows if row["nip"] == journey.system.account(WHO).nip]
    return dict(row)


def link_in(mails: list[str], path: str) -> str:
    links = [link for mail in mails for link in re.findall(r"https?://\S+", mail) if path in link]
    return urlsplit(links[-1]).path


def test_an_employee_comes_back_without_the_central_office(journey: Journey) -> None:
    account = journey.system.account(WHO)
    asked = fill_in(journey, "/masuk/lupa", nip=account.nip, own_code="", resets="password")
    journey.settle()
    told = mails_to(journey, MAIL)
    path = f"{IDENTITY}/recoveries/{waiting(journey)['id']}/confirm"
    journey.person("umpeg").send("POST", path)
    journey.settle()

    link = link_in(mails_to(journey, MAIL), "/masuk/pulih/")
    both = {"new_password": NEW, "new_password_again": NEW}
    back = fill_in(journey, link, **both)
    journey.settle()

    assert asked.headers["Location"].endswith("terkirim=1")
    assert link_in(told, "/masuk/hentikan/")
    assert back.headers["Location"].endswith("pulih=1")
    person = sign_in(journey.web, WHO, {**vars(account), "password": NEW})
    subjects = [row["subject"] for row in person.get(f"{NOTIFICATION}/notices?limit=20")["data"]]
    assert any("selesai" in subject for subject in subjects)
    assert any("[[" in text for text in mails_to(journey, MAIL)) is False
