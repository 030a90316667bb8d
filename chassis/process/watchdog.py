"""A hard limit on a conversation with a provider or a store.

A socket's own timeout starts anew with every byte, so a server that answers one byte a second
would hold a thread for hours. This closes the socket when the time is up.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class TookTooLong(OSError):
    """The conversation was cut off at its limit."""


@contextmanager
def time_limit(sock: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """Cut the connection when the block takes longer; raise `TookTooLong` for what then fails.

    `sock` is asked when the time is up, because STARTTLS replaces a connection's socket.
    """
    fired = threading.Event()

    def cut() -> None:
        fired.set()
        if (present := sock()) is not None:
            with suppress(OSError):
                # The plain socket's own method: TLS must not be unpicked under a reader.
                socket.socket.shutdown(present, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if fired.is_set():
            raise TookTooLong(f"no end after {seconds:g} s") from error
        raise
    finally:
        timer.cancel()
