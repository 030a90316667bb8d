"""Jobs: seen by who has some, with how far they are and what went wrong, and stopped."""

import time
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from tests.portal.stage_set import FakeEdge, csrf_of, page_of, problem, sign_in
from tests.portal.told import said

JOBS, ELSEWHERE = "/api/identity/v1/jobs", "/api/proposal/v1/jobs"
JOB = "01a20000-0000-7000-8000-0000000000dd"
OTHER = "01a20000-0000-7000-8000-0000000000ee"
PAGE = f"/portal/pekerjaan/{JOB}"
ENTRY = 'href="/portal/pekerjaan"'


def words(code: str) -> dict[str, str]:
    return {"id": said(code), "en": said(f"{code} in English")}


def a_job(state: str = "running", **changes: Any) -> dict[str, Any]:
    return {
        "id": JOB,
        "kind": "import.applying",
        "label": words("applying"),
        "state": state,
        "state_label": words(state),
        "stopping": False,
        "done": 120,
        "total": 400,
        "error_count": 0,
        "errors": [],
        "result": None,
        "document_id": None,
        "created_at": "2026-04-01T01:00:00+00:00",
        "started_at": "2026-04-01T01:05:00+00:00",
        "ended_at": None,
    } | changes


@pytest.fixture
def importer(client: FlaskClient, edge: FakeEdge) -> FlaskClient:
    sign_in(client, edge, "sysadmin")
    tells(edge, a_job())
    return client


def tells(edge: FakeEdge, job: dict[str, Any]) -> None:
    edge.answers["GET", JOBS] = (200, page_of(job))
    edge.answers["GET", f"{JOBS}/{job['id']}"] = (200, job)


def stop(client: FlaskClient) -> Any:
    return client.post(f"{PAGE}/hentikan", data={"csrf_token": csrf_of(client), "key": "k"})


def test_whoever_has_jobs_has_them_in_the_menu(importer: FlaskClient):
    assert ENTRY in importer.get("/portal/").text


@pytest.mark.parametrize("answer", [(200, page_of()), (403, problem(403, "forbidden"))])
def test_whoever_has_none_has_no_entry(client: FlaskClient, edge: FakeEdge, answer: Any):
    sign_in(client, edge)
    edge.answers["GET", JOBS] = answer

    assert ENTRY not in client.get("/portal/").text
    assert "Belum ada pekerjaan" in client.get("/portal/pekerjaan").text


def test_the_entry_stays_while_the_service_is_away(importer: FlaskClient, edge: FakeEdge):
    importer.get("/portal/")
    edge.answers["GET", JOBS] = (503, problem(503, "unavailable"))

    with time_machine.travel(time.time() + 60):
        assert ENTRY in importer.get("/portal/status").text


def test_a_service_without_jobs_is_asked_once_and_again_later(
    importer: FlaskClient, edge: FakeEdge
):
    for _ in range(3):
        importer.get("/portal/pekerjaan")
    assert len(edge.told("GET", ELSEWHERE)) == 1

    with time_machine.travel(time.time() + 601):
        importer.get("/portal/pekerjaan")
    assert len(edge.told("GET", ELSEWHERE)) == 2


def test_a_job_in_the_list_says_in_words_how_far_it_is(importer: FlaskClient, edge: FakeEdge):
    tells(edge, a_job(error_count=7))

    page = importer.get("/portal/pekerjaan").text

    assert f'<a href="{PAGE}">{said("applying")}</a>' in page
    assert said("running") in page
    assert "120 dari 400" in page
    assert '<progress max="400" value="120" aria-label="Kemajuan">' in page
    assert '<td data-label="Kesalahan">7</td>' in page
    assert "1 April 2026 pukul 09.05 WITA" in page


def test_a_job_that_does_not_know_its_end_yet_shows_that_it_goes_on(
    importer: FlaskClient, edge: FakeEdge
):
    tells(edge, a_job(total=None))

    page = importer.get(PAGE).text

    assert "120 sejauh ini" in page
    assert '<progress aria-label="Kemajuan">' in page


def test_only_what_goes_on_is_looked_at_again_and_can_be_reloaded(
    importer: FlaskClient, edge: FakeEdge
):
    for address in ("/portal/pekerjaan", PAGE):
        page = importer.get(address).text
        assert " data-watch>" in page
        assert "Muat ulang" in page

    tells(edge, a_job("done", done=400, ended_at="2026-04-01T01:09:00+00:00"))
    for address in ("/portal/pekerjaan", PAGE):
        page = importer.get(address).text
        assert "data-watch" not in page
        assert "Muat ulang" not in page
        assert "1 April 2026 pukul 09.09 WITA" in page


def test_jobs_of_several_services_are_one_list_newest_first(importer: FlaskClient, edge: FakeEdge):
    newer = a_job(id=OTHER, created_at="2026-04-02T01:00:00+00:00")
    edge.answers["GET", ELSEWHERE] = (200, page_of(newer))

    page = importer.get("/portal/pekerjaan").text

    assert page.index(OTHER) < page.index(JOB)


def test_the_next_page_asks_each_service_that_has_more_and_no_other(
    importer: FlaskClient, edge: FakeEdge
):
    more = {"next_cursor": "a=b&c", "has_more": True}
    edge.answers["GET", JOBS] = (200, page_of(a_job()) | {"page": more})
    edge.answers["GET", ELSEWHERE] = (200, page_of(a_job(id=OTHER)))
    first = importer.get("/portal/pekerjaan").text
    address = first.split('<nav class="pager"')[1].split('href="')[1].split('"')[0]
    edge.calls.clear()

    importer.get(address)

    assert "a=b&c" in [call.query.get("cursor") for call in edge.told("GET", JOBS)]
    assert edge.told("GET", ELSEWHERE) == []


@pytest.mark.parametrize("status", [500, 503])
def test_the_list_is_shown_without_a_service_that_is_away_or_broken_and_says_so(
    importer: FlaskClient, edge: FakeEdge, status: int
):
    edge.answers["GET", ELSEWHERE] = (status, problem(status, "unavailable"))

    page = importer.get("/portal/pekerjaan")

    assert page.status_code == 200
    assert JOB in page.text
    assert "Sebagian halaman ini sedang tidak tersedia" in page.text


def test_a_job_is_shown_though_another_service_is_broken(importer: FlaskClient, edge: FakeEdge):
    edge.answers["GET", f"/api/documents/v1/jobs/{JOB}"] = (500, problem(500, "internal_error"))

    assert importer.get(PAGE).status_code == 200


def test_errors_stand_by_row_and_column_in_the_readers_language(
    importer: FlaskClient, edge: FakeEdge
):
    wrong = {"row": 3, "field": "unit_id", "label": "Kode unit", "code": "invalid"}
    wrong["detail"] = words("wrong <nip>")
    whole = {"row": None, "field": None, "code": "other", "detail": words("no room")}
    tells(edge, a_job("done", error_count=1005, errors=[wrong, whole]))

    page = importer.get(PAGE).text

    assert '<td data-label="Baris">3</td><td data-label="Kolom">Kode unit</td>' in page
    assert "«wrong &lt;nip&gt;»" in page
    assert '<td data-label="Baris">–</td><td data-label="Kolom">–</td>' in page
    assert "2 kesalahan pertama dari 1005" in page


def test_the_result_document_passes_through_as_one_of_the_persons_own(
    importer: FlaskClient, edge: FakeEdge
):
    content = f"/api/documents/v1/documents/{OTHER}/content"
    disposition = {"Content-Disposition": "attachment; filename=perbaikan.xlsx"}
    edge.answers["GET", content] = (200, b"PK isi", disposition)
    tells(edge, a_job("done", document_id=OTHER))

    page, answer = importer.get(PAGE).text, importer.get(f"{PAGE}/hasil")

    assert f'href="{PAGE}/hasil">Unduh hasil</a>' in page
    assert answer.data == b"PK isi"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert edge.told("GET", content)[0].headers["authorization"] == "Bearer access-1"


@pytest.mark.parametrize("of_last_release", [False, True])
def test_a_job_without_a_result_document_offers_none(
    importer: FlaskClient, edge: FakeEdge, of_last_release: bool
):
    job = a_job("done")
    if of_last_release:
        del job["document_id"]
    tells(edge, job)

    assert "Unduh hasil" not in importer.get(PAGE).text
    assert importer.get(f"{PAGE}/hasil").status_code == 404


def test_stopping_is_confirmed_in_place_and_told_to_the_service_of_the_job(
    importer: FlaskClient, edge: FakeEdge
):
    edge.answers["POST", f"{JOBS}/{JOB}/stop"] = (200, a_job(stopping=True))
    assert f'action="{PAGE}/hentikan"' in importer.get(PAGE).text.split("<summary>Hentikan")[1]

    stopped = stop(importer)
    tells(edge, a_job(stopping=True))
    page = importer.get(stopped.headers["Location"]).text

    assert edge.told("POST", f"{JOBS}/{JOB}/stop")[0].headers["idempotency-key"] == "k"
    assert "Pekerjaan akan berhenti" in page
    assert "Sedang dihentikan" in page
    assert "<summary>Hentikan" not in page


def test_a_job_that_ended_before_it_was_stopped_shows_how(importer: FlaskClient, edge: FakeEdge):
    edge.answers["POST", f"{JOBS}/{JOB}/stop"] = (409, problem(409, "job_over"))

    page = importer.get(stop(importer).headers["Location"]).text

    assert "Penjelasan job_over." in page
    assert said("applying") in page


def test_anothers_job_is_a_page_not_found_and_is_not_stopped(client: FlaskClient, edge: FakeEdge):
    sign_in(client, edge)

    assert client.get(PAGE).status_code == 404
    assert stop(client).status_code == 404
    assert [call for call in edge.calls if call.method == "POST"] == []
