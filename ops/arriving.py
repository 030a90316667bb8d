"""A request is given to a thread once all of it has come, however slowly it was sent.

gunicorn reads a request in the thread that answers it, so as many connections as there are
threads, each with half a request, hold up everybody. Here the loop that waits for all connections
reads them, as nginx does, and closes what does not come in time. The same with answers that are
read slowly.
"""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from socket import SHUT_WR
from typing import Any

import structlog
from gunicorn.workers.gthread import ThreadWorker

from chassis.http import wsgi_problems as problems
from chassis.http.callers import network_of
from chassis.http.wsgi_problems import Problem
from ops.arrival import Arrival, Limits, NoRoom, NoRoomInShare, Room
from ops.departure import Departure
from ops.lanes import Lanes

LINGER_SECONDS = 2.0
_READ_AT_ONCE = 65_536
_KEPT_OF_PATH = 200
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LOOK_EVERY = 0.5
AHEAD = 2  # requests given to the pool for each thread, so that none rests while the loop turns
log = structlog.get_logger()


class ArrivingWorker(ThreadWorker):
    """gunicorn's worker with threads, which never read from a connection that has to be waited for.

    A connection is in `arriving` until its request is there, in `sending` while an answer is read
    slowly, and in `leaving` from its last answer until the client has closed it too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Idle connections never take the places of those that have something to say.
        self.max_keepalived = self.worker_connections // 2
        self.arriving: dict[Any, Arrival] = {}
        self.sending: dict[Any, tuple[Departure, Any]] = {}
        self.leaving: dict[Any, float] = {}
        self.limit(Limits())
        self.clock: Callable[[], float] = time.monotonic
        self._look_again_at = 0.0
        self._stopped_at: float | None = None

    def limit(self, limits: Limits) -> None:
        """Say what may be on its way, before anything is."""
        self.limits = limits
        self.room = Room(share=limits.share)
        self.room_of_answers = Room(share=limits.share)
        self.lanes = Lanes(AHEAD * self.cfg.threads)

    def refuse(self, conn: Any, problem: Problem, head: bytes) -> None:
        """Send a refusal, without waiting."""
        raise NotImplementedError

    def enqueue_req(self, conn: Any) -> None:
        """Wait for a connection's next request; some of it may have come with the one before."""
        conn.sock.settimeout(0)
        conn.data_ready = True
        ahead = conn.parser.unreader.take_buffered() if conn.parser else b""
        network = network_of(str(conn.client[0]))
        self.arriving[conn] = Arrival(self.room, self.clock(), network, self.limits)
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, conn))
        if ahead:
            self._take(conn, ahead)
        else:
            self._read(conn, conn.sock)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer in a thread, which leaves to the loop what is not taken at once."""
        sock, network = conn.sock, network_of(str(conn.client[0]))
        conn.answer = Departure(sock, self.room_of_answers, network, self.clock)
        conn.sock = conn.answer
        try:
            return super().handle_request(req, conn)
        finally:
            conn.sock = sock

    def finish_request(self, conn: Any, fs: Any) -> None:
        self._leave_lane(conn)
        answer = getattr(conn, "answer", None)
        if answer is not None and not answer.is_done:
            answer.begin()
            self.sending[conn] = answer, fs
            self.poller.register(conn.sock, EVENT_WRITE, partial(self._send_on, conn))
            return
        if answer is not None:
            answer.close()
            conn.answer = None
        if fs.cancelled() or fs.exception() or fs.result():
            super().finish_request(conn, fs)
        else:
            self._leave(conn)

    def murder_pending(self) -> None:
        """Close what is late; the loop calls it at each turn."""
        super().murder_pending()
        self._make_room()
        now = self.clock()
        if now < self._look_again_at:
            return
        self._look_again_at = now + _LOOK_EVERY
        for conn in [conn for conn, arrival in self.arriving.items() if now > self._until(arrival)]:
            self._drop(conn)
        for conn in [conn for conn, (answer, _) in self.sending.items() if now > answer.until]:
            self._drop(conn)
        for conn in [conn for conn, until in self.leaving.items() if now > until]:
            self._close(conn)

    def _until(self, arrival: Arrival) -> float:
        if not self.alive and self._stopped_at is None:
            self._stopped_at = self.clock()
        stop = self._stopped_at
        return arrival.deadline if stop is None else min(arrival.deadline, stop + LINGER_SECONDS)

    def _read(self, conn: Any, sock: Any) -> None:
        if conn not in self.arriving:  # it made room for another at this turn of the loop
            return
        try:
            data = sock.recv(_READ_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._drop(conn)
            return
        if data:
            self._take(conn, data)
        elif self.arriving[conn].is_cut_off:
            self._turn_away(conn, problems.BODY_INCOMPLETE)
        elif self.arriving[conn].came:
            self._hand_over(conn)  # nothing more comes, and the parser says so
        else:
            self._drop(conn)

    def _take(self, conn: Any, data: bytes) -> None:
        arrival = self.arriving[conn]
        try:
            self._keep(conn, data)
        except (NoRoom, OSError):  # the disk may be full too
            self._turn_away_for_room(conn)
            return
        if arrival.begins_as_nothing:
            self._turn_away(conn, problems.MALFORMED)
        elif arrival.is_ready:
            self._hand_over(conn)
        elif arrival.waits_for_word:
            arrival.waits_for_word = False
            self._send(conn, _CONTINUE)

    def _keep(self, conn: Any, data: bytes) -> None:
        """Keep what came; others that hold more are turned away for it. Raises `NoRoom`."""
        while True:
            try:
                self.arriving[conn].take(data, self.clock())
            except NoRoom as full:
                largest = self._largest(conn, in_share=isinstance(full, NoRoomInShare))
                if largest is conn:
                    raise
                self._turn_away_for_room(largest)
            else:
                return

    def _largest(self, conn: Any, *, in_share: bool) -> Any:
        """Return the largest of the network that holds most, `conn` where nobody holds more."""
        network = self.arriving[conn].network
        rivals = [
            rival
            for rival, arrival in self.arriving.items()
            if arrival.came and (arrival.network == network or not in_share)
        ]
        return max([conn, *rivals], key=self._held)

    def _held(self, conn: Any) -> tuple[int, int]:
        arrival = self.arriving[conn]
        return self.room.held_by(arrival.network), arrival.came

    def _turn_away_for_room(self, conn: Any) -> None:
        log.warning("request_without_room", size=self.arriving[conn].came)
        self._turn_away(conn, problems.UNAVAILABLE)

    def _hand_over(self, conn: Any) -> None:
        arrival = self.arriving[conn]
        lane = self.lanes.of(arrival)
        if lane is not None and lane.is_stuck(self.clock()):
            log.warning("request_turned_away", path=arrival.path[:_KEPT_OF_PATH])
            self._turn_away(conn, problems.UNAVAILABLE)
            return
        self.poller.unregister(conn.sock)
        conn.arrival, conn.lane = self.arriving.pop(conn), lane
        arrival.hand_over()
        if lane is None or lane.begin(conn, self.clock()):
            super().enqueue_req(conn)

    def _leave_lane(self, conn: Any) -> None:
        """Give the thread of an answered request to who waits for one."""
        lane, conn.lane = getattr(conn, "lane", None), None
        following = lane.end() if lane is not None else None
        if following is not None:
            super().enqueue_req(following)

    def _turn_away(self, conn: Any, problem: Problem) -> None:
        arrival = self.arriving.pop(conn)
        self.poller.unregister(conn.sock)
        self.refuse(conn, problem, arrival.head)
        arrival.close()
        self._leave(conn)

    def _send(self, conn: Any, data: bytes) -> None:
        try:
            conn.sock.send(data)
        except OSError:
            self._drop(conn)

    def _send_on(self, conn: Any, _sock: Any) -> None:
        if conn not in self.sending:  # it made room for another at this turn of the loop
            return
        answer, fs = self.sending[conn]
        try:
            answer.send_on()
        except OSError:
            self._drop(conn)
            return
        if answer.is_done:
            del self.sending[conn]
            self.poller.unregister(conn.sock)
            self.finish_request(conn, fs)

    def _drop(self, conn: Any) -> None:
        if conn in self.sending:
            self.sending.pop(conn)[0].close()
        else:
            self.arriving.pop(conn).close()
        self._close(conn)

    def _leave(self, conn: Any) -> None:
        """End our side, and read on for a moment: a reset would take our last answer with it."""
        try:
            conn.sock.settimeout(0)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._read_away, conn))
        except (OSError, ValueError):
            self.nr_conns -= 1
            conn.close()
            return
        self.leaving[conn] = self.clock() + LINGER_SECONDS

    def _read_away(self, conn: Any, sock: Any) -> None:
        try:
            data = sock.recv(_READ_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._close(conn)

    def _close(self, conn: Any) -> None:
        self.leaving.pop(conn, None)
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _make_room(self) -> None:
        """Leave some connections for others: the loop takes no more than a fixed number.

        What is longest on its way goes first, from the network where most of them come from.
        """
        too_many = self.nr_conns - (self.worker_connections - self.cfg.threads)
        for _ in range(min(too_many, len(self.arriving) + len(self.sending))):
            slow = {conn: answer.network for conn, (answer, _) in self.sending.items()}
            slow |= {conn: arrival.network for conn, arrival in self.arriving.items()}
            [(crowded, _count)] = Counter(slow.values()).most_common(1)
            self._drop(next(conn for conn, network in slow.items() if network == crowded))
