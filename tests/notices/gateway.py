"""A gateway on loopback that is asked over HTTP and answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Gateway:
    """What was asked, and what is answered: a status and a text, by the order of asking; the last one stays."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], str]] = []
        self.answers: list[tuple[int, str]] = [(200, "ok")]
        self.hangs = threading.Event()
        """set: nothing is answered until it is cleared by the end of the test"""
        self.over = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/sms?hat=1"

    @property
    def bodies(self) -> list[str]:
        """What was posted."""
        return [body for _, body in self.asked]

    def answer(self) -> tuple[int, str]:
        """The next one."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def gateway_open() -> Iterator[Gateway]:
    """A running gateway."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            gateway.asked.append((dict(self.headers.items()), body))
            if gateway.hangs.is_set():
                gateway.over.wait(30)
                return
            status, text = gateway.answer()
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
