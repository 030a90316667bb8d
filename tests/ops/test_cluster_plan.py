"""What a cluster's plan tells its processes."""

import argparse
import json
from pathlib import Path

import pytest

from ops import cluster
from ops.cluster import plan, starting


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cluster.configure(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "scheme"),
    [((), "http"), (("--certificate", "edge.pem", "--certificate-key", "edge.key"), "https")],
)
def test_with_a_certificate_the_public_address_is_https(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], scheme: str
):
    monkeypatch.delenv("PUBLIC_URL", raising=False)

    known = starting.planned(options("--data", str(tmp_path), "--port", "8443", *words))

    assert known.public_url == f"{scheme}://127.0.0.1:8443"
    assert known.settings_of("gateway", {})["PUBLIC_URL"] == known.public_url


def test_a_public_address_given_outside_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PUBLIC_URL", "https://simpul.kota-x.example/")

    assert plan.load(tmp_path, 8080).public_url == "https://simpul.kota-x.example"


def test_a_folder_of_an_earlier_release_keeps_its_secrets(tmp_path: Path):
    secrets = {"SECRET_KEY": "sealed-before", "client/proposal": "registered-before"}
    (tmp_path / "plan.json").write_text(json.dumps({"secrets": secrets, "ports": {}}))
    engines = {f"BUS_URL_{name}": "amqp://broker/" for name in ("IDENTITY", "PROPOSAL")}

    known = plan.load(tmp_path, 8080)

    identity, proposal = (known.settings_of(name, engines) for name in ("identity", "proposal"))
    assert identity["SECRET_KEY"] == "sealed-before"
    assert identity["CLIENT_SECRET_PROPOSAL"] == "registered-before"
    assert proposal["CLIENT_SECRET_PROPOSAL"] == "registered-before"
