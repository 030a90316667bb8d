"""A network link that can be broken on purpose: a TCP proxy on loopback, with a thread of its own."""

import asyncio
import socket
import struct
import threading
from dataclasses import dataclass, field, replace

_BLOCK = 16_384
_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends RST


@dataclass(frozen=True)
class Fault:
    """What is wrong with the link just now; nothing by default."""

    cut: bool = False  # every connection is reset, new ones at once
    silent: bool = False  # connections are accepted, bytes swallowed, nothing is answered
    delay: float = 0.0  # seconds that each block waits
    rate: float = 0.0  # bytes per second, each way; 0 = as fast as it goes
    drop_after: int | None = None  # a connection is reset once it has sent so many bytes
    unconfirmed: bool = False  # of a broker: everything comes back but its confirms


@dataclass(eq=False)
class _Connection:
    near: asyncio.StreamWriter
    far: asyncio.StreamWriter | None = None
    deaf: bool = False
    sent: int = 0
    frames: bytearray = field(default_factory=bytearray)  # of a broker, not whole yet

    def reset(self):
        for writer in (self.near, self.far):
            if writer is not None and not writer.transport.is_closing():
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                writer.transport.abort()

    def close(self):
        for writer in (self.near, self.far):
            if writer is not None:
                writer.close()


@dataclass
class Link:
    """Forwards `port` to the target. What a fault killed stays dead after `heal()`, as behind a
    firewall that forgot it; only new connections are sound.
    """

    target: int
    port: int = field(init=False)
    fault: Fault = field(default_factory=Fault, init=False)
    accepted: int = field(default=0, init=False)

    def __post_init__(self):
        self._connections = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        server = asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(server, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self):
        self._become(Fault(cut=True))

    def half_open(self):
        self._become(Fault(silent=True))

    def slow(self, *, delay=0.0, rate=0.0):
        self._become(replace(self.fault, delay=delay, rate=rate))

    def drop_after(self, count):
        self._become(Fault(drop_after=count))

    def keep_confirms(self):
        """The broker lives and answers, and what it confirms nobody hears."""
        self._become(Fault(unconfirmed=True))

    def heal(self):
        self._become(Fault())

    def close(self):
        self._become(Fault(cut=True))
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _become(self, fault):
        async def change():
            self.fault = fault
            for connection in list(self._connections):
                connection.deaf = connection.deaf or fault.silent
                if fault.cut:
                    connection.reset()

        asyncio.run_coroutine_threadsafe(change(), self._loop).result(10)

    async def _accept(self, reader, writer):
        self.accepted += 1
        one = _Connection(writer, deaf=self.fault.silent)
        self._connections.add(one)
        try:
            await self._carry(one, reader)
        except (OSError, asyncio.CancelledError):  # it is the link's end, and nobody waits for it
            one.reset()
        finally:
            self._connections.discard(one)
            one.close()

    async def _carry(self, one, reader):
        if self.fault.cut:
            one.reset()
            return
        if one.deaf:
            await self._pump(one, reader, None, up=True)
            return
        far_reader, one.far = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(
            self._pump(one, reader, one.far, up=True),
            self._pump(one, far_reader, one.near, up=False),
        )

    async def _pump(self, one, reader, writer, *, up):
        try:
            await self._forward(one, reader, writer, up=up)
        except OSError:
            # What happens at the far end of a silent link, the near end never learns.
            if up or not one.deaf:
                raise

    async def _forward(self, one, reader, writer, *, up):
        while block := await reader.read(_BLOCK):
            if one.deaf:
                continue
            if not up and (self.fault.unconfirmed or one.frames):
                block = without_confirms(one.frames, block, keep=not self.fault.unconfirmed)
            if self.fault.delay:
                await asyncio.sleep(self.fault.delay)
            await self._pass_on(one, block, writer, up=up)
        if not one.deaf and writer is not None and writer.can_write_eof():
            writer.write_eof()

    async def _pass_on(self, one, block, writer, *, up):
        limit = self.fault.drop_after
        if up and limit is not None and one.sent + len(block) > limit:
            writer.write(block[: limit - one.sent])
            await writer.drain()
            one.reset()
            raise ConnectionResetError
        one.sent += len(block) if up else 0
        while (rate := self.fault.rate) and block and not one.deaf:
            portion = max(1, int(rate / 10))
            await asyncio.sleep(portion / rate)
            writer.write(block[:portion])
            block = block[portion:]
        if not one.deaf:
            writer.write(block)
            await writer.drain()


_FRAME = struct.Struct("!BHI")
_CONFIRMS = (struct.pack("!HH", 60, 80), struct.pack("!HH", 60, 120))  # basic.ack, basic.nack


def without_confirms(rest, block, *, keep=False):
    """The whole AMQP frames of what a broker sent, less its confirms; `rest` is what is not whole."""
    rest += block
    passed = bytearray()
    while len(rest) >= _FRAME.size:
        kind, _channel, size = _FRAME.unpack_from(rest)
        end = _FRAME.size + size + 1
        if len(rest) < end:
            break
        confirms = kind == 1 and bytes(rest[_FRAME.size : _FRAME.size + 4]) in _CONFIRMS
        if keep or not confirms:
            passed += rest[:end]
        del rest[:end]
    return bytes(passed)
