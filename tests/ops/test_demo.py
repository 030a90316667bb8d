"""`./simpul demo`: the main job, checked; and what it refuses."""

import io
import json

import pikepdf
import pytest

from ops import demo, folder
from ops.journey import applying
from ops.journey.case import Case
from ops.journey.notices import Notices
from ops.journey.pdfs import a_pdf
from ops.journey.runner import Journey
from ops.journey.steps import STEPS, Step
from ops.journey.web import Unexpected, Web
from ops.speech import Stop
from tests.builders.system import copy_demo
from tests.ops.systems import run_ops, running

live = pytest.mark.live


@live
def test_the_main_job_runs_on_a_temporary_system_and_every_step_is_checked():
    ended = run_ops("demo", patience=280)

    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    for number, step in enumerate(STEPS, start=1):
        assert f"{number:>2}. " in ended.stdout
        assert f"→ {step.stage}" in ended.stdout
    assert "byte for byte" in ended.stdout
    assert "✉" in ended.stdout


@live
def test_it_runs_on_a_system_that_is_in_use(tmp_path):
    with running(copy_demo(tmp_path / "data")) as up:
        case = up.case()
        applying.file_draft(case)  # somebody else's work must not disturb it
        ended = run_ops("demo", "--url", up.url, "--data", up.data, patience=200)

    assert ended.returncode == 0, ended.stderr


def credentials_for(folder_path, **changes):
    content = {"region": "demo", "demo": True, "accounts": [], **changes}
    (folder_path / folder.CREDENTIALS).write_text(json.dumps(content))


def test_it_refuses_a_folder_that_is_not_of_a_demo(tmp_path):
    credentials_for(tmp_path, demo=False)

    with pytest.raises(Stop):
        demo.demo_credentials(tmp_path)


def test_it_refuses_a_folder_without_demo_accounts(tmp_path):
    with pytest.raises(Stop):
        demo.demo_credentials(tmp_path)


def test_an_address_where_nothing_answers_is_named_before_the_folder_is_looked_for(tmp_path):
    ended = run_ops("demo", "--url", "http://127.0.0.1:1", "--data", tmp_path)

    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "http://127.0.0.1:1" in line


class Answering:
    """Stands for somebody signed in; every path answers the same."""

    key = "applicant"

    def __init__(self, answer):
        self._answer = answer

    def get(self, _path):
        return self._answer


def a_case(answer):
    return Case(Web("http://127.0.0.1:1"), {}, people={"applicant": Answering(answer)})


@pytest.mark.parametrize(
    "region",
    [{"code": "demo", "demo": False}, {"code": "kota-nyata", "demo": True}],
    ids=["a real region with a demo's code", "another region"],
)
def test_it_refuses_an_address_whose_region_is_not_the_demo(region):
    with pytest.raises(Stop):
        demo.refuse_real_region(a_case(region), {"region": "demo"})


def test_it_fails_when_nobody_answers(tmp_path):
    account = {"key": "applicant", "nip": "1", "password": "x", "name": "Contoh"}
    credentials_for(tmp_path, accounts=[account])

    ended = run_ops("demo", "--url", "http://127.0.0.1:1", "--data", tmp_path)

    assert ended.returncode == 1
    assert "the demo failed" in ended.stderr


def test_a_step_that_leads_to_the_wrong_stage_fails_the_whole_demo(monkeypatch):
    case = a_case({})
    case.people["applicant"].name = "Contoh"
    monkeypatch.setattr(Case, "refresh", lambda _self: {"stage": "rejected"})
    monkeypatch.setattr("ops.journey.runner.STEPS", (a_step(),))

    with pytest.raises(Unexpected, match="rejected"):
        Journey(case, Notices(case, None)).run()


def a_step():
    return Step("applicant", ("berbuat", "acts"), lambda _case: None, "draft")


def a_notice(**changes):
    told = {"id": "n1", "about": "proposal/p1", "event_type": "proposal.submitted.v1"}
    return {**told, "subject": "Usulan terkirim", "channels": ["in_app", "email"], **changes}


def noticed(*notices):
    case = a_case({"data": list(notices)})
    case.people["applicant"].name = "Contoh"
    case.proposal_id = "p1"
    return Notices(case, None)


@pytest.mark.parametrize(
    ("channels", "sign"), [(["in_app", "email"], "✉ Contoh"), (["in_app"], "• Contoh")]
)
def test_a_notice_that_is_not_mailed_has_another_sign(monkeypatch, capsys, channels, sign):
    notices = noticed(a_notice(channels=channels))
    monkeypatch.setattr(Case, "refresh", lambda _self: {"stage": "draft", "stage_label": "Draf"})
    told = (("applicant", "proposal.submitted.v1"),)
    step = Step("applicant", ("berbuat", "acts"), lambda _case: None, "draft", told)
    monkeypatch.setattr("ops.journey.runner.STEPS", (step,))

    Journey(notices.case, notices).run()

    assert sign in capsys.readouterr().out


def test_a_notice_that_came_twice_fails_the_demo():
    notices = noticed(a_notice(), a_notice(id="n2"))

    with pytest.raises(Unexpected, match="has 2 notices"):
        notices.wait_for((("applicant", "proposal.submitted.v1"),))


def test_a_notice_that_does_not_come_fails_the_demo(monkeypatch):
    monkeypatch.setattr("ops.journey.notices.PATIENCE", 0.01)
    notices = noticed(a_notice(about="proposal/another"))

    with pytest.raises(Unexpected, match="no notice"):
        notices.wait_for((("applicant", "proposal.submitted.v1"),))


def test_its_papers_are_real_pdf_documents():
    with pikepdf.open(io.BytesIO(a_pdf("Surat (uji) \\ é", "Baris kedua"))) as paper:
        assert len(paper.pages) == 1
        assert paper.check_pdf_syntax() == []
