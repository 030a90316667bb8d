"""A manifest is what its service does, and what is meant raises no alarm."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from chassis.events import publisher
from chassis.events.relay import Relay
from chassis.kernel.roles import Role
from chassis.process.manifest import ManifestInvalid, Notice, heard_by, hearers_of, roles_of
from chassis.process.regions import in_region
from chassis.process.telemetry import REGISTRY
from chassis.run.promises import check
from tests.builders.letters import app as letters_app
from tests.builders.letters.app import MANIFEST, write
from tests.builders.manifests import Imagined
from tests.builders.service import Service
from tests.chassis.test_events import FlakyBus, outbox

HEARD = ("note.written.v1",)
NOTICES = Imagined("notices", {}, hears=("unit.changed.v1",), tells_notices=True)
ANNOUNCING = replace(MANIFEST, notices=(Notice("letter.written.v1", "told", "reader_id"),))
BOTH = {"letters": ANNOUNCING, "notices": NOTICES}


@pytest.mark.parametrize(
    ("manifest", "fault"),
    [
        (replace(MANIFEST, hears=()), "does not say that it hears note.written.v1"),
        (replace(MANIFEST, hears=(*HEARD, "note.torn.v1")), "hears note.torn.v1, without a"),
        (replace(MANIFEST, unheard={"letter.torn.v1": "!"}), "nobody hears letter.torn.v1, which"),
    ],
)
def test_each_difference_is_named(manifest, fault):
    with pytest.raises(ManifestInvalid, match=f"letters .*{fault}"):
        check(manifest, HEARD, {"letters": manifest})


def test_a_service_with_a_difference_does_not_start(make_letters, monkeypatch):
    monkeypatch.setattr(letters_app, "MANIFEST", replace(MANIFEST, hears=()))

    with pytest.raises(ManifestInvalid, match=r"note\.written\.v1"):
        make_letters()


def test_a_service_publishes_what_it_has_contracts_of():
    assert MANIFEST.publishes == ("letter.written.v1",)


def test_who_tells_notices_hears_what_any_rule_is_about():
    assert heard_by(NOTICES, BOTH) == {"unit.changed.v1", "letter.written.v1"}
    assert heard_by(ANNOUNCING, BOTH) == set(HEARD)
    assert hearers_of("letter.written.v1", BOTH) == ["notices"]
    check(NOTICES, ("unit.changed.v1", "letter.written.v1"), BOTH)


@pytest.fixture
def warned(monkeypatch) -> list[str]:
    told: list[str] = []
    log = SimpleNamespace(warning=lambda event, **_facts: told.append(event))
    monkeypatch.setattr(publisher, "log", log)
    return told


def unrouted() -> float:
    labels = {"service": "letters", "outcome": "unrouted"}
    return REGISTRY.get_sample_value("simpul_events_published_total", labels) or 0.0


def publish_to_nobody(letters: Service) -> None:
    letters.runtime.bus = FlakyBus(good=99, routed=False)
    with letters.app.app_context(), in_region("demo"):
        write("into the void")
        relay = Relay(letters.runtime, "me")
        relay.run()
        relay.publish()
    assert [row.unrouted for row in outbox(letters)] == [1]


def test_an_event_that_nobody_hears_is_warned_of_and_counted(letters, warned):
    before = unrouted()

    publish_to_nobody(letters)

    assert warned == ["event_unrouted"]
    assert unrouted() == before + 1


def test_an_event_that_nobody_is_meant_to_hear_is_no_alarm(letters, warned):
    reasons = {"letter.written.v1": "Letters are read on paper."}
    letters.runtime.manifest = replace(letters.runtime.manifest, unheard=reasons)
    before = unrouted()

    publish_to_nobody(letters)

    assert warned == []
    assert unrouted() == before


JUDGE = Role("judge", {"id": "Juri", "en": "Judge"})


def test_two_services_may_bring_one_role_if_they_mean_the_same():
    both = {name: Imagined(name, {}, roles=(JUDGE,)) for name in ("one", "other")}

    assert roles_of(both) == {"judge": JUDGE}
    both["other"] = Imagined("other", {}, roles=(replace(JUDGE, head=True),))
    with pytest.raises(ManifestInvalid, match="other: another service's judge differs"):
        roles_of(both)


@pytest.mark.parametrize("code", ["", "Judge", "service:judge", "j" * 25])
def test_the_code_of_a_role_fits_every_table_it_is_kept_in(code):
    with pytest.raises(ManifestInvalid, match="no code of a role"):
        roles_of({"one": Imagined("one", {}, roles=(replace(JUDGE, code=code),))})
