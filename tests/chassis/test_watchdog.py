"""A conversation is cut at its limit, and only that one."""

import os
import socket
import threading
from contextlib import ExitStack

import pytest

from chassis.process.watchdog import TookTooLong, time_limit


def pair(stack: ExitStack) -> socket.socket:
    here, there = socket.socketpair()
    stack.enter_context(there)
    return stack.enter_context(here)


def read_until_cut(sock: socket.socket, seconds: float) -> None:
    with time_limit(lambda: sock, seconds):
        if sock.recv(1) == b"":
            raise ConnectionError


def test_who_waits_too_long_is_cut_and_a_later_limit_goes_on():
    with ExitStack() as stack:
        patient, hasty = pair(stack), pair(stack)
        with time_limit(lambda: patient, 3600):
            with pytest.raises(TookTooLong):
                read_until_cut(hasty, 0.05)
            patient.sendall(b"still open")


def test_who_is_done_in_time_is_never_cut():
    with ExitStack() as stack:
        done, later = pair(stack), pair(stack)
        with time_limit(lambda: done, 0.05):
            pass
        with pytest.raises(TookTooLong):
            read_until_cut(later, 0.3)

        done.sendall(b"still open")


def test_another_error_is_told_as_it_is():
    with pytest.raises(KeyError), time_limit(lambda: None, 3600):
        raise KeyError


def test_an_alarm_that_fails_holds_up_no_other():
    def broken() -> socket.socket:
        raise RuntimeError

    with ExitStack() as stack:
        sock = pair(stack)
        with time_limit(broken, 0.01), pytest.raises(TookTooLong):
            read_until_cut(sock, 0.1)


def test_many_conversations_need_one_thread():
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(time_limit(lambda: None, 3600))

        names = [thread.name for thread in threading.enumerate()]

    assert names.count("watchdog") == 1


def test_a_forked_process_has_alarms_of_its_own():
    with time_limit(lambda: None, 3600):
        child = os.fork()
        if child == 0:
            with ExitStack() as stack:
                try:
                    read_until_cut(pair(stack), 0.05)
                except TookTooLong:
                    os._exit(0)
                os._exit(1)

        assert os.waitpid(child, 0)[1] == 0
