"""Every installed service's notice rules, with the sample messages the service itself published."""

import importlib.util
import json
from pathlib import Path

import pytest

from chassis.process.manifest import discover, owner_of
from services.notification.domain.rendering import Facts, render
from services.notification.subscriptions import heard
from services.notification.usecases.rules import rule_of

ADDED = {
    "recipient_name": "Contoh Satu",
    "region_name": "Kota Contoh Raya",
    "sender": "BKPSDM Kota Contoh Raya",
    "app_url": "http://simpul.test",
    "case_url": "http://simpul.test/portal/buka/proposal/1",
    "applicant_name": "Contoh Pengusul",
    "actor_name": "Contoh Pejabat",
    "acting_for_name": None,
    "opd_name": "Dinas Contoh",
    "unit_name": "Dinas Contoh",
    "from_employee_name": "Contoh Kepala",
    "to_employee_name": "Contoh Pengganti",
    "owner_name": "Contoh Pemilik",
    "secret": "[[secret]]",
}


def folder_of(manifest):
    spec = importlib.util.find_spec(manifest.app.partition(":")[0].rpartition(".")[0])
    return Path(next(iter(spec.submodule_search_locations)))


def rules():
    for manifest in discover().values():
        for notice in manifest.notices:
            yield pytest.param(manifest, notice, id=f"{manifest.name}-{notice.name}")


def samples(manifest, notice):
    folder = folder_of(manifest) / "contracts"
    found = [
        json.loads(path.read_text(encoding="utf-8"))["data"]
        for path in sorted(folder.glob(f"{notice.event}*.sample.json"))
    ]
    assert found, f"{manifest.name} publishes no sample of {notice.event}"
    return found


def test_all_notice_rules_together_can_start():
    heard(discover())


@pytest.mark.parametrize(("manifest", "notice"), list(rules()))
def test_a_rule_is_about_an_event_somebody_publishes(manifest, notice):
    assert owner_of(notice.event, discover())


@pytest.mark.parametrize("sensitive", [False, True])
def test_who_is_told_of_a_result_is_told_where_its_document_is(sensitive):
    manifest = discover()["proposal"]
    (notice,) = [rule for rule in manifest.notices if rule.name == "proposal_completed"]
    (data,) = samples(manifest, notice)
    facts = Facts(data | {"sensitive": sensitive}, ADDED, manifest.texts.labels)

    texts = render(manifest.template(notice), facts)

    assert ("unduh di halaman usulan Anda" in texts["id"].body) is not sensitive
    assert ("download it from the page" in texts["en"].body) is not sensitive


@pytest.mark.parametrize("sensitive", [False, True])
@pytest.mark.parametrize(("manifest", "notice"), list(rules()))
def test_the_text_of_a_rule_is_whole_for_the_events_own_sample(manifest, notice, sensitive):
    for data in samples(manifest, notice):
        facts = Facts(data | {"sensitive": sensitive}, ADDED, manifest.texts.labels)

        texts = render(rule_of(manifest, notice).template, facts)

        assert set(texts) == {"id", "en"}
        assert notice.to in data
        secrets = [data.get("note"), data.get("remark"), data.get("layanan_name")]
        told = str(texts)
        assert all(ADDED["case_url"] in text.body for text in texts.values())
        assert not sensitive or not any(secret in told for secret in secrets if secret)


@pytest.mark.parametrize(("manifest", "notice"), list(rules()))
def test_the_text_of_a_rule_is_whole_without_what_an_earlier_release_does_not_tell(
    manifest, notice
):
    """What a later release added to an event is optional in its contract."""
    (contract,) = (folder_of(manifest) / "contracts").glob(f"{notice.event}.schema.json")
    required = json.loads(contract.read_text(encoding="utf-8"))["required"]
    for data in samples(manifest, notice):
        told = {name: value for name, value in data.items() if name in required}
        labels = manifest.texts.labels
        facts = Facts(told, ADDED, labels, may_lack=notice.may_lack)

        texts = render(rule_of(manifest, notice).template, facts)

        assert not any("{" in text.body for text in texts.values())


@pytest.mark.parametrize("event", ["advanced", "returned", "rejected", "closed", "completed"])
def test_who_is_told_of_a_decision_is_told_who_took_it_and_as_whom(event):
    manifest = discover()["proposal"]
    (notice,) = [rule for rule in manifest.notices if rule.name == f"proposal_{event}"]
    (data,) = samples(manifest, notice)
    added = {**ADDED, "acting_for_name": "Contoh Kepala"}

    texts = render(rule_of(manifest, notice).template, Facts(data, added, manifest.texts.labels))

    assert "Contoh Pejabat, Plt. Kepala Dinas Pendidikan" in texts["id"].body
    assert "Atas nama: Contoh Kepala" in texts["id"].body
    assert "On behalf of: Contoh Kepala" in texts["en"].body


def test_a_return_names_each_marked_part_with_its_reason():
    manifest = discover()["proposal"]
    (notice,) = [rule for rule in manifest.notices if rule.name == "proposal_returned"]
    (data,) = samples(manifest, notice)

    texts = render(rule_of(manifest, notice).template, Facts(data, ADDED, manifest.texts.labels))

    assert "SKP: Dokumen tidak terbaca" in texts["id"].body
    assert "SKP: The document cannot be read" in texts["en"].body


@pytest.mark.parametrize(
    ("event", "named"), [("submitted", "Dinas Contoh"), ("closed", "Pengusul")]
)
def test_a_notice_names_the_office_and_the_employee_it_is_about(event, named):
    manifest = discover()["proposal"]
    (notice,) = [rule for rule in manifest.notices if rule.name == f"proposal_{event}"]
    (data,) = samples(manifest, notice)

    texts = render(rule_of(manifest, notice).template, Facts(data, ADDED, manifest.texts.labels))

    assert named in texts["id"].body
    assert named in texts["en"].body
