"""Bad input that crosses services: foreign proposals, tokens, versions, keys, papers."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import digest
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.http.auth import TOKEN_TYPE
from chassis.process.regions import in_region
from services.identity.adapters.signing import sign
from services.identity.usecases.signing_keys import signing_key
from services.proposal.models import Proposal, db
from tests.builders.pdfs import a_pdf, a_pdf_of_size
from tests.builders.tokens import Signer
from tests.journeys.journey import DOCUMENTS, PROPOSAL, Filed, Journey, code

READS = ("", "/history", "/tracking")


@pytest.fixture(scope="module")
def filed(journey: Journey) -> Filed:
    """A proposal of an employee of disdik, waiting for its Umpeg."""
    return journey.bebas_hukdis()


def raw(
    journey: Journey, key: str, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """One request with exactly these headers (underscores for hyphens)."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given |= {"Content-Type": "application/json"} if body is not None else {}
    data = None if body is None else json.dumps(body).encode()
    answer = journey.person(key).call(method, path, data, given)
    return answer.status, answer.json()


class TestSomebodyElsesProposal:
    @pytest.mark.parametrize("stranger", ["umpeg_dinkes", "opd_head_dinkes", "applicant_dinkes"])
    @pytest.mark.parametrize("what", READS)
    def test_looks_like_one_that_is_not_there(self, filed: Filed, stranger: str, what: str) -> None:
        there = raw(filed.journey, stranger, "GET", filed.path + what)
        nowhere = raw(filed.journey, stranger, "GET", f"{PROPOSAL}/proposals/{uuid4()}{what}")

        assert there[0] == nowhere[0] == 404
        assert _plain(there[1]) == _plain(nowhere[1])

    @pytest.mark.parametrize("stranger", ["umpeg_dinkes", "applicant_dinkes"])
    def test_cannot_be_decided_withdrawn_or_changed(self, filed: Filed, stranger: str) -> None:
        etag = filed.etag()
        decision = {"decision": "approve"}

        for method, what, body in (
            ("POST", "/decisions", decision),
            ("POST", "/withdraw", {}),
            ("PATCH", "", {"fields": {"keperluan": "Lain"}}),
            ("POST", "/documents/skp_1_tahun/grant", {}),
        ):
            status, problem = raw(
                filed.journey,
                stranger,
                method,
                filed.path + what,
                body,
                If_Match=etag,
                Idempotency_Key=str(uuid4()),
            )
            assert (status, problem["code"]) == (404, "not_found"), what
        assert filed.stage == "umpeg_verification"

    def test_is_in_no_strangers_inbox(self, filed: Filed) -> None:
        for officer in ("umpeg_dinkes", "opd_head_dinkes", "bkpsdm_admin"):
            assert filed.id not in filed.journey.inbox(officer)

    def test_waits_for_its_stage_not_for_any_officer_of_the_opd(self, filed: Filed) -> None:
        assert filed.id not in filed.journey.inbox("opd_head")
        refusal = filed.decide("approve", by="opd_head", status=403)

        assert code(refusal) == "not_your_stage"


class TestAnotherRegion:
    def test_has_its_own_proposals(self, journey: Journey) -> None:
        with journey.system.apps["proposal"].app_context():
            elsewhere = _proposal_elsewhere(journey)
        path = f"{PROPOSAL}/proposals/{elsewhere}"

        for key in ("applicant", "umpeg", "bkpsdm_head", "sysadmin"):
            for what in READS:
                assert raw(journey, key, "GET", path + what)[0] == 404

    def test_is_not_entered_by_naming_it_in_a_header(self, filed: Filed) -> None:
        person = filed.journey.person("applicant")

        answer = person.call("GET", filed.path, headers={"X-Region": "elsewhere"})

        assert answer.status == 200


class TestVersions:
    def test_a_decision_without_an_etag_is_refused(self, filed: Filed) -> None:
        status, problem = raw(
            filed.journey,
            "umpeg",
            "POST",
            f"{filed.path}/decisions",
            {"decision": "approve"},
            Idempotency_Key=str(uuid4()),
        )

        assert status == 428, problem

    def test_a_decision_about_an_older_version_is_refused(self, journey: Journey) -> None:
        filed = journey.bebas_hukdis(by="applicant_pppk")
        seen_before = filed.etag("umpeg")
        filed.decide("revise", by="umpeg_second", note="Mohon dilengkapi")
        filed.resubmit()

        status, problem = raw(
            journey,
            "umpeg",
            "POST",
            f"{filed.path}/decisions",
            {"decision": "approve"},
            If_Match=seen_before,
            Idempotency_Key=str(uuid4()),
        )

        assert status == 412, problem
        assert filed.stage == "umpeg_verification"
        filed.decide("reject", by="umpeg", note="Selesai")

    def test_an_edit_without_or_with_an_old_etag_is_refused(self, journey: Journey) -> None:
        draft = journey.draft("bebas_hukdis", {"keperluan": "Satu"})
        old = draft.etag()
        draft.change({"keperluan": "Dua"})
        body = {"fields": {"keperluan": "Tiga"}}

        assert raw(journey, "applicant", "PATCH", draft.path, body)[0] == 428
        assert raw(journey, "applicant", "PATCH", draft.path, body, If_Match=old)[0] == 412
        assert draft.seen_by()["fields"]["keperluan"] == "Dua"


class TestTwoOfficersAtOnce:
    def test_one_wins_and_the_others_learn_it(self, journey: Journey) -> None:
        filed = journey.bebas_hukdis(by="applicant_pppk")
        etag = filed.etag("umpeg")

        def decide(turn: int) -> int:
            officer = ("umpeg", "umpeg_second")[turn % 2]
            wish = {"decision": "approve"} if turn % 3 else {"decision": "reject", "note": "Tidak"}
            path = f"{filed.path}/decisions"
            key = str(uuid4())
            return raw(journey, officer, "POST", path, wish, If_Match=etag, Idempotency_Key=key)[0]

        journey.person("umpeg_second")
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(decide, range(12)))

        assert statuses.count(200) == 1
        assert set(statuses) <= {200, 409, 412}
        decided = [
            entry for entry in filed.history() if entry["from_stage"] == "umpeg_verification"
        ]
        assert len(decided) == 1
        if filed.stage == "opd_head_approval":
            filed.decide("reject", by="opd_head", note="Selesai untuk uji")


class TestRepeatedRequests:
    def test_the_same_key_and_body_gives_the_same_proposal(self, journey: Journey) -> None:
        key, body = str(uuid4()), {"layanan": "bebas_hukdis", "fields": {"keperluan": "Sekali"}}

        first, second = (
            raw(journey, "applicant", "POST", f"{PROPOSAL}/proposals", body, Idempotency_Key=key)
            for _ in range(2)
        )

        assert first[0] == second[0] == 201
        assert first[1] == second[1]

    def test_the_same_key_with_another_body_is_refused(self, journey: Journey) -> None:
        key = str(uuid4())
        path = f"{PROPOSAL}/proposals"
        one, other = (
            {"layanan": "bebas_hukdis", "fields": {"keperluan": purpose}}
            for purpose in ("Satu", "Dua")
        )

        assert raw(journey, "applicant", "POST", path, one, Idempotency_Key=key)[0] == 201
        assert raw(journey, "applicant", "POST", path, other, Idempotency_Key=key)[0] == 422

    def test_a_double_click_on_submit_files_once(self, journey: Journey) -> None:
        draft = _complete_draft(journey, "applicant_dinkes")
        etag, key = draft.etag(), str(uuid4())

        clicks = [
            raw(
                journey,
                "applicant_dinkes",
                "POST",
                f"{draft.path}/submit",
                {},
                If_Match=etag,
                Idempotency_Key=key,
            )
            for _ in range(2)
        ]

        assert [status for status, _ in clicks] == [200, 200]
        assert clicks[0][1] == clicks[1][1]
        assert _submissions(draft) == 1

    def test_two_tabs_that_submit_file_once(self, journey: Journey) -> None:
        draft = _complete_draft(journey, "applicant_dinkes")
        etag = draft.etag()

        tabs = [
            raw(
                journey,
                "applicant_dinkes",
                "POST",
                f"{draft.path}/submit",
                {},
                If_Match=etag,
                Idempotency_Key=str(uuid4()),
            )[0]
            for _ in range(2)
        ]

        assert tabs == [200, 412]
        assert _submissions(draft) == 1


class TestTokens:
    def ask(self, journey: Journey, token: str, path: str = f"{PROPOSAL}/proposals") -> int:
        return journey.stranger(token).call("GET", path).status

    def claims(self, journey: Journey) -> dict[str, Any]:
        return _payload(journey.person("applicant").token)

    def test_a_good_one_is_taken(self, journey: Journey) -> None:
        assert self.ask(journey, journey.person("applicant").token) == 200

    @pytest.mark.parametrize(
        "path",
        [
            f"{PROPOSAL}/proposals",
            f"{PROPOSAL}/inbox",
            f"{DOCUMENTS}/documents",
            "/api/identity/v1/me",
            "/api/notification/v1/notices",
        ],
    )
    def test_forged_unsigned_and_missing_ones_are_refused_everywhere(
        self, journey: Journey, path: str
    ) -> None:
        claims = self.claims(journey)

        for token in (
            _signed_by_a_stranger(claims),
            _unsigned(claims),
            _hmac_with_the_public_key(journey, claims),
            _with_changed_payload(journey.person("applicant").token),
            "not.a.token",
        ):
            assert self.ask(journey, token, path) == 401
        assert journey.web.call("GET", path).status == 401

    @pytest.mark.parametrize(("seconds", "status"), [(60, 200), (-60, 401)])
    def test_an_expired_one_is_refused(self, journey: Journey, seconds: int, status: int) -> None:
        claims = self.claims(journey) | {"exp": int(time.time()) + seconds}

        assert self.ask(journey, _signed_by_identity(journey, claims)) == status

    def test_one_without_the_scope_is_refused(self, journey: Journey) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": "svc-proposal",
            "client_secret": journey.system.client_secret("proposal"),
            "scope": "documents.grant",
        }
        token = journey.web.post_form("/oauth/token", form).json()["access_token"]

        assert self.ask(journey, token) == 403

    def test_a_header_that_says_who_one_is_says_nothing(self, filed: Filed) -> None:
        applicant = filed.journey.me("applicant")["id"]

        answer = filed.journey.web.call("GET", filed.path, headers={"X-User": applicant})

        assert answer.status == 401


class TestPapers:
    @pytest.fixture
    def draft(self, journey: Journey) -> Filed:
        return journey.draft("bebas_hukdis", {"keperluan": "Uji berkas"})

    @pytest.mark.parametrize(("size", "status"), [(1_048_576, 200), (1_048_577, 413)])
    def test_one_mebibyte_fits_and_a_byte_more_does_not(
        self, draft: Filed, size: int, status: int
    ) -> None:
        draft.attach("skp_1_tahun", a_pdf_of_size(size), status=status)

    def test_a_receipt_of_somebody_else_is_refused(self, draft: Filed) -> None:
        receipt = draft.journey.upload("applicant_pppk")["receipt"]

        answer = draft.act("PUT", "documents/skp_1_tahun", {"receipt": receipt}, status=422)

        assert code(answer) == "receipt_not_yours"
        assert draft.papers() == {}

    def test_a_receipt_that_was_changed_or_made_up_is_refused(self, draft: Filed) -> None:
        receipt = draft.journey.upload("applicant")["receipt"]
        payload = _payload(receipt)

        for wrong in (
            _with_changed_payload(receipt),
            _unsigned(payload),
            Signer().sign(payload, typ="receipt+jwt"),
            draft.journey.person("applicant").token,
            "receipt",
        ):
            draft.act("PUT", "documents/skp_1_tahun", {"receipt": wrong}, status=422)
        assert draft.papers() == {}

    def test_a_grant_opens_for_its_viewer_only(self, filed: Filed) -> None:
        umpeg = filed.journey.person("umpeg")
        path = f"{filed.path}/documents/skp_1_tahun/grant"
        grant = umpeg.send("POST", path, {}, status=(200, 201)).json()

        assert umpeg.call("GET", grant["url"]).status == 200
        assert filed.journey.person("opd_head").call("GET", grant["url"]).status == 404
        assert filed.journey.web.call("GET", grant["url"]).status == 401

    def test_the_owner_sees_who_opened_it(self, filed: Filed) -> None:
        filed.open_document("skp_2_tahun", by="umpeg")
        document = filed.papers()["skp_2_tahun"]

        path = f"{DOCUMENTS}/documents/{document['document_id']}/views"
        views = filed.journey.person("applicant").get(path)["data"]

        assert [view["viewer_id"] for view in views] == [filed.journey.me("umpeg")["id"]]


def _proposal_elsewhere(journey: Journey) -> UUID:
    """A row of another region, as a second regency on the same installation would have."""
    kept = ("definition_id", "layanan", "applicant", "opd_id")
    with in_region("demo"):
        some = db.session.query(Proposal).first()
        assert some is not None
        copied = {name: getattr(some, name) for name in kept}
    applicant_id = UUID(journey.me("applicant")["id"])
    with in_region("elsewhere"), db.transaction() as session:
        row = Proposal(applicant_id=applicant_id, fields={}, **copied)
        session.add(row)
        session.flush()
        return row.id


def _complete_draft(journey: Journey, key: str) -> Filed:
    draft = journey.draft("bebas_hukdis", {"keperluan": "Sekali saja"}, by=key)
    for requirement in ("skp_1_tahun", "skp_2_tahun", "pernyataan_tidak_hukdis"):
        draft.attach(requirement, a_pdf(requirement))
    return draft


def _submissions(filed: Filed) -> int:
    told = filed.journey.notices(filed.applicant, filed.id)
    submitted = [notice for notice in told if notice["event_type"] == "proposal.submitted.v1"]
    assert len([e for e in filed.history() if e["action"] == "submit"]) == len(submitted)
    return len(submitted)


def _plain(problem: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in problem.items() if key not in ("request_id", "instance")}


def _payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _encoded(data: Any) -> str:
    raw_bytes = json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw_bytes).rstrip(b"=").decode()


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_encoded({'alg': 'none', 'typ': 'at+jwt'})}.{_encoded(claims)}."


def _signed_by_a_stranger(claims: dict[str, Any]) -> str:
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, key, algorithms=["ES256"])


def _signed_by_identity(journey: Journey, claims: dict[str, Any]) -> str:
    with journey.system.apps["identity"].app_context():
        return sign(signing_key(), claims, typ=TOKEN_TYPE)


def _hmac_with_the_public_key(journey: Journey, claims: dict[str, Any]) -> str:
    """The old confusion: the public key taken as the secret of HS256."""
    published = journey.web.call("GET", "/.well-known/jwks.json").body
    head = f"{_encoded({'alg': 'HS256', 'typ': 'at+jwt'})}.{_encoded(claims)}"
    mark = digest(published, head.encode(), sha256)
    return f"{head}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def _with_changed_payload(token: str) -> str:
    head, _, mark = token.split(".")
    claims = _payload(token) | {"sub": str(uuid4()), "owner": str(uuid4())}
    return f"{head}.{_encoded(claims)}.{mark}"
