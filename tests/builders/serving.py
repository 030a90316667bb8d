"""The server of our own processes, with its real loop, in a thread of the test."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from selectors import DefaultSelector
from typing import Any

from ops.arrival import Limits
from ops.serving import Server
from ops.unread import Worker


class Nothing:
    """A service that only brings the server's options."""

    def build(self):
        raise NotImplementedError

    def limits(self) -> Limits:
        return Limits()

    def started(self): ...

    def stop(self): ...


def options() -> Any:
    """Return gunicorn's options as every process of ours has them."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = Server(listener, Nothing(), threads=4)
        socket.socket(fileno=int(server.cfg.address[0])).close()
    return server.cfg


@contextmanager
def serving(app: Any) -> Iterator[tuple[int, Worker]]:
    """Serve an app; yield the port and the worker, whose clock a test may move."""
    cfg = options()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        worker: Any = Worker(0, os.getppid(), [listener], None, 0, cfg, cfg.logger_class(cfg))
        worker.wsgi = app
        worker.tpool, worker.poller = worker.get_thread_pool(), DefaultSelector()
        worker.method_queue.init()
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield listener.getsockname()[1], worker
        finally:
            worker.handle_exit(None, None)
            thread.join()
            worker.tmp.close()
