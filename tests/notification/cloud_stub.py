"""A small server that speaks the documented part of the WhatsApp Cloud API."""

import json
import threading
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "a-token-for-tests"
PATH = "/v25.0/100200300/messages"


class CloudStub:
    """Checks each request as the provider would and answers from `answers`, else 200."""

    def __init__(self):
        self.messages = []
        self.answers = deque()
        self.silence = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.stub = self
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"cloud+http://127.0.0.1:{self._server.server_port}/v25.0/100200300"

    def close(self):
        self.silence.set()
        self._server.shutdown()
        self._server.server_close()

    def next_answer(self, body):
        if self.answers:
            return self.answers.popleft()
        number = len(self.messages)
        return (
            200,
            {},
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": body["to"], "wa_id": body["to"]}],
                "messages": [{"id": f"wamid.test-{number}"}],
            },
        )


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        stub = self.server.stub
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if fault := faults(self.path, self.headers, body):
            return self._answer(400, {}, {"error": {"code": 100, "message": fault}})
        stub.messages.append(body)
        answer = stub.next_answer(body)
        if answer == "silence":
            return stub.silence.wait(10)
        return self._drip(stub) if answer == "drip" else self._answer(*answer)

    def _answer(self, status, headers, body):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _drip(self, stub):
        with suppress(OSError):
            while not stub.silence.wait(0.02):
                self.wfile.write(b"H")

    def log_message(self, *_args):
        pass


def faults(path, headers, body):
    """What the provider would call an invalid parameter; None when all is well."""
    text_keys = {"messaging_product", "to", "type"}
    if path != PATH:
        return "unknown phone number id"
    if headers["Authorization"] != f"Bearer {TOKEN}":
        return "invalid token"
    if not text_keys <= body.keys() or body["messaging_product"] != "whatsapp":
        return "missing parameter"
    if not body["to"].isdigit() or len(body.get("biz_opaque_callback_data", "")) > 512:
        return "invalid parameter"
    return _content_fault(body)


def _content_fault(body):
    if body["type"] == "text":
        return None if 0 < len(body["text"]["body"]) <= 4096 else "text is too long"
    if body["type"] != "template" or not body["template"]["language"]["code"]:
        return "unknown type"
    [component] = body["template"]["components"]
    for parameter in component["parameters"]:
        text = parameter["text"]
        if parameter["type"] != "text" or set("\n\t") & set(text) or "    " in text:
            return "a parameter cannot have new lines, tabs or four spaces"
    return None
