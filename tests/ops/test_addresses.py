"""Where people open a system, and who is warned that others can."""

import socket

import pytest

from ops import addresses, announcing
from ops.speech import Stop

NETWORK_ADDRESS = addresses.network_address


@pytest.fixture(autouse=True)
def network(monkeypatch):
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    monkeypatch.setattr(addresses, "network_address", lambda: "192.168.7.4")


@pytest.mark.parametrize(
    ("host", "told", "opened"),
    [
        ("127.0.0.1", None, "http://127.0.0.1:8080"),
        ("0.0.0.0", None, "http://192.168.7.4:8080"),
        ("::", None, "http://192.168.7.4:8080"),
        ("::1", None, "http://[::1]:8080"),
        ("0.0.0.0", "https://simpul.kota-x.example/", "https://simpul.kota-x.example"),
    ],
)
def test_links_go_where_a_telephone_on_the_network_can_follow(host, told, opened):
    assert addresses.public_url(host, 8080, told) == opened


def test_what_the_command_says_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://from-the-environment.example")

    assert addresses.public_url("127.0.0.1", 1) == "https://from-the-environment.example"
    assert addresses.public_url("127.0.0.1", 1, "http://told.example") == "http://told.example"


@pytest.mark.parametrize(
    "url",
    [
        "simpul.example",
        "ftp://simpul.example",
        "http://",
        "https://simpul.example/app",
        "http://x:y",
    ],
)
def test_a_public_address_that_is_none_is_refused(url):
    with pytest.raises(Stop, match=r"simpul\.kota-x\.example"):
        addresses.public_url("127.0.0.1", 8080, url)


def test_the_address_on_the_network_is_one_of_this_machine():
    name = NETWORK_ADDRESS()

    with socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET) as own:
        own.bind((name, 0))


@pytest.mark.parametrize(
    ("host", "url", "is_open"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080", False),
        ("localhost", "http://localhost:8080", False),
        ("::1", "http://[::1]:8080", False),
        ("0.0.0.0", "http://192.168.7.4:8080", True),
        ("192.168.7.4", "http://192.168.7.4:8080", True),
        ("127.0.0.1", "https://simpul.kota-x.example", True),
    ],
)
def test_whoever_opens_the_demo_accounts_to_others_is_warned(tmp_path, capsys, host, url, is_open):
    (tmp_path / "demo-credentials.json").write_text(
        '{"accounts": [{"key": "k", "nip": "1", "password": "p", "name": "Contoh"}]}'
    )

    open_to_others = addresses.is_reachable_from_outside(host, url)
    announcing.announce(url, tmp_path, is_open=open_to_others)

    assert open_to_others is is_open
    assert ("PERINGATAN" in capsys.readouterr().err) is is_open


def test_a_real_region_is_not_warned_of_demo_accounts(tmp_path, capsys):
    announcing.announce("https://simpul.kota-x.example", tmp_path, is_open=True)

    assert capsys.readouterr().err == ""
