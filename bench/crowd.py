"""Many people who sign in at once, and somebody else who only wants to work."""

import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher

from bench.forms import Form
from ops.journey.case import API
from ops.journey.sign_in import sign_in
from ops.journey.web import Unexpected, Web

_LOOK_EVERY = 0.1


@dataclass(frozen=True)
class Crowd:
    """How it went: seconds until all were in, and the longest that somebody else waited."""

    all_in: float
    longest_wait: float
    refused: int
    accounts: int


def sign_in_together(form: Form, count: int) -> Crowd:
    """Let so many sign in within one second, by password and without a code.

    The demo region has fewer accounts; each is used several times, with a session each.
    """
    accounts = [one for one in form.people.accounts.values() if not one.get("totp_secret")]
    other, ended, waits = form.people.person("applicant"), threading.Event(), [0.0]

    def work() -> None:
        while not ended.wait(_LOOK_EVERY):
            began = time.perf_counter()
            other.call("GET", f"{API}/proposals?limit=10")
            waits.append(time.perf_counter() - began)

    bystander = threading.Thread(target=work)
    bystander.start()
    began = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        chosen = [accounts[number % len(accounts)] for number in range(count)]
        come = [pool.submit(_come, form, one, n / count) for n, one in enumerate(chosen)]
        failed = sum(not done.result() for done in come)
    all_in = time.perf_counter() - began
    ended.set()
    bystander.join()
    return Crowd(all_in, max(waits), failed, len(accounts))


def _come(form: Form, account: Mapping[str, Any], after: float) -> bool:
    time.sleep(after)
    try:
        sign_in(Web(form.url), str(account["key"]), account)
    except Unexpected:
        return False
    return True


def hash_time(count: int, sample: int = 16) -> float:
    """Return the seconds that so many password hashes take on all cores."""
    hasher, cores = PasswordHasher(), len(os.sched_getaffinity(0))
    began = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(hasher.hash, ["kata sandi"] * sample))
    return (time.perf_counter() - began) / sample * count
