"""identity has documents keep a file, which hears identity: the circle closes in both forms."""

import urllib3

from tests.journeys.journey import DOCUMENTS, Journey

IDENTITY = "/api/identity/v1"
TABLE = b"NIP;Nama;Kode unit\n199001012015131999;Salah Bulan;disdik\n"


def test_the_wrong_rows_of_a_dry_run_are_fetched_from_its_job(journey: Journey):
    sysadmin = journey.person("sysadmin")
    parts = {"kind": "employees", "file": ("pegawai.csv", TABLE)}
    body, kind = urllib3.encode_multipart_formdata(parts)

    sent = sysadmin.call("POST", f"{IDENTITY}/imports", body, {"Content-Type": kind})
    journey.settle()

    job = sysadmin.get(f"{IDENTITY}/jobs/{sent.json()['job']['id']}")
    assert job["state"] == "done", job
    document = sysadmin.get(f"{DOCUMENTS}/documents/{job['document_id']}")
    assert document["name"] == "perbaikan-employees.xlsx"
    content = sysadmin.call("GET", f"{DOCUMENTS}/documents/{document['id']}/content")
    assert content.body.startswith(b"PK")
    assert content.headers["Content-Disposition"].startswith("attachment")
