"""Hashing, sealing and signing."""

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError
from cryptography.fernet import InvalidToken

from services.identity.adapters.hashing import Hasher
from services.identity.adapters.sealing import Sealer, fingerprint, new_token
from services.identity.adapters.signing import (
    TokenUnreadable,
    new_key_pair,
    read_signed,
    sign,
)

SECRET = "a-secret-of-this-test-of-32-characters"


class _Counting:
    """Stands in for argon2 and notes how many hash at the same time."""

    def __init__(self) -> None:
        self.now = 0
        self.most = 0
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(2)

    def verify(self, _stored: str, _password: str) -> bool:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self._meeting.wait(timeout=5)
        with self._lock:
            self.now -= 1
        return True


def test_never_more_passwords_are_hashed_at_once_than_allowed():
    hasher = Hasher(memory_kib=1024, at_once=2)
    counting = _Counting()
    hasher._argon2 = counting  # type: ignore[assignment]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: hasher.verify("stored", "given"), range(16)))

    assert answers == [True] * 16
    assert counting.most == 2


def test_a_hash_fits_its_password_only():
    hasher = Hasher(memory_kib=1024, at_once=1)
    stored = hasher.hash("kuda besar lari pagi")

    assert hasher.verify(stored, "kuda besar lari pagi")
    assert not hasher.verify(stored, "kuda besar lari sore")
    assert not hasher.verify("not a hash", "kuda besar lari pagi")


def test_an_account_that_is_not_there_costs_what_a_wrong_password_costs():
    hasher = Hasher(memory_kib=1024, at_once=1)

    asked = extract_parameters(hasher._nobodys)

    assert asked == extract_parameters(hasher.hash("kuda besar lari pagi"))
    assert not hasher.verify(None, "kuda besar lari pagi")
    with pytest.raises(VerifyMismatchError):  # compared to its end, not refused as malformed
        hasher._argon2.verify(hasher._nobodys, "kuda besar lari pagi")


def test_a_hash_with_weaker_parameters_is_noticed():
    stored = Hasher(memory_kib=1024, at_once=1).hash("kuda besar lari pagi")

    assert Hasher(memory_kib=2048, at_once=1).is_outdated(stored)


def test_what_is_sealed_opens_with_the_same_secret_and_purpose_only():
    sealed = Sealer(SECRET).seal("totp secrets", "rahasia")

    assert "rahasia" not in sealed
    assert Sealer(SECRET).open("totp secrets", sealed) == "rahasia"
    for other in (Sealer(SECRET + "x"), Sealer(SECRET)):
        with pytest.raises(InvalidToken):
            other.open("signing keys", sealed)


def test_what_is_sealed_and_changed_does_not_open():
    sealed = Sealer(SECRET).seal("totp secrets", "rahasia")
    for place in (9, len(sealed) // 2, len(sealed) - 5):
        other = "A" if sealed[place] != "A" else "B"
        with pytest.raises(InvalidToken):
            Sealer(SECRET).open("totp secrets", sealed[:place] + other + sealed[place + 1 :])


def test_keys_are_of_128_bits_of_strength_or_more():
    _, public, private = new_key_pair()

    assert (public["kty"], public["crv"], public["alg"]) == ("EC", "P-256", "ES256")
    assert json.loads(private)["d"] != json.loads(new_key_pair()[2])["d"]
    assert len(Sealer(SECRET).mark("forms", "x")) * 4 == 256
    assert len(base64.urlsafe_b64decode(new_token() + "=")) * 8 == 256


def test_marks_differ_by_purpose_and_secret():
    marks = {
        Sealer(secret).mark(purpose, "199001012015011999")
        for secret in (SECRET, SECRET + "x")
        for purpose in ("forms", "sign-in attempts")
    }

    assert len(marks) == 4


def test_random_tokens_do_not_repeat_and_their_fingerprints_do_not_tell_them():
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert not any(token in fingerprint(token) for token in tokens)


def test_what_one_key_signed_another_does_not_read():
    _kid, public, private = new_key_pair()
    _other_kid, other_public, _other_private = new_key_pair()
    token = sign(private, {"sub": "x"}, typ="JWT")

    assert read_signed(token, [other_public, public]) == {"sub": "x"}
    with pytest.raises(TokenUnreadable):
        read_signed(token, [other_public])


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-4], lambda t: "x" + t, lambda _: "", lambda _: "a.b"]
)
def test_a_spoilt_token_is_unreadable(spoil: Callable[[str], str]):
    _kid, public, private = new_key_pair()

    with pytest.raises(TokenUnreadable):
        read_signed(spoil(sign(private, {"sub": "x"}, typ="JWT")), [public])
