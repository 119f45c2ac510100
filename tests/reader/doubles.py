"""What the reader's tests put in the place of a card on a reader and of a server."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from katip.demo.cards.card import Card, Holder, card_issue
from katip.demo.cards.issuer import Issued, country_make, signer_make
from katip.demo.cards.virtual import ANSWER_TO_RESET, Chip

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODE = "K7QF2M9D"
CHALLENGE = bytes(range(8))
TOKEN = "a-session-of-the-tests"
CAN = "482913"
HOLDER = Holder(
    national_id="10000000146",
    given_names="Deniz",
    surname="Örnek",
    birth_date=date(1990, 3, 7),
    expires_on=date(2033, 5, 1),
    document_number="A12B34567",
)
ANSWERS = "A12B34567\n07.03.1990\n01.05.2033\n"


@cache
def country() -> Issued:
    """A synthetic country."""
    return country_make()


@cache
def signer() -> Issued:
    """Its signer of documents."""
    return signer_make(country())


def card_make(**options: Any) -> Card:
    """A genuine card of the holder."""
    return card_issue(signer(), HOLDER, card_access_number=CAN, **options)


class MemoryTransport:
    """A chip in the same process. `changes` may look at and change every exchange."""

    def __init__(self, card: Card, *, changes: Callable[[bytes, bytes], bytes] = lambda _, answer: answer) -> None:
        self.chip = Chip(card)
        self.sent: list[bytes] = []
        self.received: list[bytes] = []
        self.closed = False
        self._changes = changes

    answer_to_reset = ANSWER_TO_RESET

    def transmit(self, raw: bytes) -> bytes:
        self.sent.append(raw)
        self.received.append(self._changes(raw, self.chip.transmit(raw)))
        return self.received[-1]

    def close(self) -> None:
        self.closed = True


Reply = tuple[int, Mapping[str, Any] | bytes | None]


@dataclass
class LoopbackServer:
    """A server of the chip API with fixed replies. `calls` are what it was sent."""

    port: int = 0
    replies: dict[str, Reply] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any], Mapping[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def names(self) -> list[str]:
        """What was called, stages and abandonings with their word."""
        return [
            f"{name} {body['stage']}" if name == "stage" else f"{name} {body['reason']}" if name == "abandon" else name
            for name, body, _ in self.calls
        ]

    def body(self, name: str) -> dict[str, Any]:
        """The body of the one call of this name."""
        (found,) = [body for called, body, _ in self.calls if called == name]
        return found

    def reply(self, name: str) -> Reply:
        usual: dict[str, Reply] = {
            "claim": (
                200,
                {
                    "session": TOKEN,
                    "challenge": base64.b64encode(CHALLENGE).decode(),
                    "expires_at": "2026-11-22T12:03:00Z",
                },
            ),
            "stage": (204, None),
            "abandon": (204, None),
            "evidence": (200, {"verdict": "chip_with_clone_check", "reasons": [], "message": "Kartınız doğrulandı."}),
        }
        return self.replies.get(name, usual[name])


@contextmanager
def server_run(server: LoopbackServer | None = None) -> Iterator[LoopbackServer]:
    """A server on this machine, until the block ends."""
    found = server or LoopbackServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = self.path.rpartition("/")[2]
            assert self.path == f"/api/chip/v1/{name}"
            length = int(self.headers["Content-Length"])
            found.calls.append((name, json.loads(self.rfile.read(length)), dict(self.headers)))
            status, content = found.reply(name)
            raw = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            if status in {301, 302, 307, 308}:
                self.send_header("Location", f"{found.url}/api/chip/v1/claim")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
