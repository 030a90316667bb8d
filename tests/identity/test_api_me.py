"""The person who asks, contacts for services, and the second factor over HTTP."""

import pyotp
import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from chassis.process.regions import in_region
from services.identity.models import Contact, db
from tests.identity import demo
from tests.identity.desk import Desk


def test_me_tells_rank_and_unit_but_no_contacts(desk: Desk):
    told = desk.call("applicant_jf", "GET", "/me").get_json()

    assert (told["name"], told["full_name"]) == ("Cahaya Contoh", "Cahaya Contoh, S.Pd.")
    assert told["golongan"] == "III/b"
    assert told["pangkat"] == "Penata Muda Tingkat I"
    assert told["unit"]["name"] == "SD Negeri Contoh 1"
    assert told["opd"]["name"] == "Dinas Pendidikan"
    assert told["totp_enrolled"] is False
    assert not {"email", "phone"} & set(told)


def test_a_service_with_the_scope_reads_contacts(desk: Desk):
    token = desk.service.client("svc-notification", "contacts.read")
    path = f"/api/identity/v1/contacts/{desk.id_of('applicant')}"

    told = desk.service.call("GET", path, token=token)

    shown = told.get_json()
    assert shown.pop("email_verified_at")
    assert shown.pop("phone_verified_at")
    assert shown == {
        "employee_id": str(desk.id_of("applicant")),
        "version": 1,
        "email": "applicant@contoh.example",
        "phone": "+628340009010",
        "language": "id",
    }


def test_a_person_does_not_read_contacts_of_others(desk: Desk):
    assert desk.call("sysadmin", "GET", f"/contacts/{desk.id_of('applicant')}").status_code == 403


def test_i_change_my_own_contact_and_name_the_version(desk: Desk):
    etag = desk.call("applicant", "GET", "/me/contact").headers["ETag"]

    missing = desk.call("applicant", "PATCH", "/me/contact", json={"language": "en"})
    done = desk.call(
        "applicant",
        "PATCH",
        "/me/contact",
        json={"email": "baru@contoh.example", "phone": None},
        headers={"If-Match": etag},
    )

    assert missing.status_code == 428
    assert done.get_json()["email"] == "baru@contoh.example"
    assert done.get_json()["phone"] is None
    assert done.headers["ETag"] == '"2"'


def changed_contact(desk: Desk, **contact: str):
    etag = desk.call("applicant", "GET", "/me/contact").headers["ETag"]
    return desk.call("applicant", "PATCH", "/me/contact", json=contact, headers={"If-Match": etag})


@pytest.mark.parametrize(
    "typed",
    [
        *("81234567890", "+62081234567890", "006281234567890", "081234567890\n"),
        *("0812-3456-7890", "6281234567890"),
    ],
)
def test_one_number_is_kept_in_one_form(desk: Desk, typed: str):
    assert changed_contact(desk, phone=typed).get_json()["phone"] == "+6281234567890"


def test_a_landline_is_kept_and_a_mail_address_comes_to_ascii(desk: Desk):
    told = changed_contact(desk, phone="0361234567", email="Siti@bücher.example").get_json()

    assert told["phone"] == "+62361234567"
    assert told["email"] == "Siti@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("contact", "code"),
    [({"phone": "112"}, "invalid_phone"), ({"email": "siti@contoh"}, "invalid_email")],
)
def test_what_nobody_can_be_reached_by_is_refused_at_its_field(desk: Desk, contact, code):
    answer = changed_contact(desk, **contact)

    (error,) = answer.get_json()["errors"]
    assert (answer.status_code, error["code"]) == (422, code)
    assert error["pointer"] == f"/{next(iter(contact))}"
    assert error["detail"].startswith(("Nomor", "Alamat"))


def test_an_authenticator_is_set_up_with_its_first_code(desk: Desk):
    begun = desk.call("applicant", "POST", "/me/totp").get_json()
    code = pyotp.TOTP(begun["secret"]).now()

    password = demo.account(desk.folder, "applicant")["password"]

    def confirm(**body: str) -> TestResponse:
        return desk.call("applicant", "PUT", "/me/totp", json=body)

    wrong = confirm(code="000000", password=password)
    without = [confirm(code=code), confirm(code=code, password="bukan-sandi-saya")]
    done = confirm(code=code, password=password)
    again = desk.call("applicant", "POST", "/me/totp")

    assert begun["uri"].startswith("otpauth://totp/")
    assert wrong.get_json()["code"] == "code_wrong"
    assert [answer.status_code for answer in without] == [422, 422]
    assert len(done.get_json()["codes"]) == 10
    assert desk.call("applicant", "GET", "/me").get_json()["totp_enrolled"] is True
    assert again.get_json()["code"] == "totp_already_enrolled"


def test_confirming_what_was_not_begun_is_refused(desk: Desk):
    password = demo.account(desk.folder, "applicant")["password"]
    told = {"code": "123456", "password": password}

    answer = desk.call("applicant", "PUT", "/me/totp", json=told)

    assert answer.get_json()["code"] == "totp_not_begun"


def test_who_was_registered_without_a_contact_says_it_themselves(desk: Desk):
    with desk.app.app_context(), in_region("demo"), db.transaction() as session:
        session.execute(delete(Contact).where(Contact.employee_id == desk.id_of("applicant")))

    begun = desk.call("applicant", "GET", "/me/contact")
    told = changed_contact(desk, phone="0812-3456-7890")
    again = desk.call(
        "applicant",
        "PATCH",
        "/me/contact",
        json={"phone": "0812-3456-7891"},
        headers={"If-Match": begun.headers["ETag"]},
    )

    assert (begun.get_json()["phone"], begun.get_json()["language"]) == (None, "id")
    assert told.get_json()["phone"] == "+6281234567890"
    assert again.status_code == 412
    assert desk.events("employee.contact_changed.v1")[-1].version == 2
