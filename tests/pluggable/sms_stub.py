"""A small server that speaks the SMS gateway's protocol of docs/adding-a-channel.md."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "a-key-for-tests"


class SMSStub:
    """Checks each request as the gateway would and answers from `answers`, else 202."""

    def __init__(self):
        self.messages = []
        self.answers = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.stub = self
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}/messages"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, request, body):
        if request.path != "/messages" or request.headers["Authorization"] != f"Bearer {KEY}":
            return 401, {}
        if not body["to"].startswith("+") or "\n" in body["text"] or len(body["text"]) > 459:
            return 400, {}
        self.messages.append(body)
        return self.answers.popleft() if self.answers else (202, {})


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        stub = self.server.stub
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, headers = stub.answer_to(self, body)
        content = json.dumps({"id": f"sms-{len(stub.messages)}"}).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        pass
