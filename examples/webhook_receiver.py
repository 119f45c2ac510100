"""A receiver of Katip's webhooks: checks the signature, takes each message once, and writes down what it learnt.

Only the standard library is needed. Behind a proxy with TLS:

    KATIP_WEBHOOK_SECRET=whsec_… python3 webhook_receiver.py --port 8900 --journal events.jsonl

Several secrets may be given, with spaces between them: while one is changed, both are right. What a message says is not
taken for the truth: it names numbers, and what they stand for is asked of the API (see nightly.py).
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

TOLERANCE_SECONDS = 300
"""a message that was signed longer ago may be an old one, sent again by somebody who listened"""
MOST_BYTES = 1_000_000
SECONDS = 10


class RejectedError(Exception):
    """The message is not from Katip, or too old. Its text says why; do not tell it to whoever sent it."""


def verified(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: float) -> dict[str, Any]:
    """The message, if one of the secrets signed it and it is fresh; `body` is exactly what came.

    Raises `RejectedError`.
    """
    told = {name.lower(): value for name, value in headers.items()}
    number, moment = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
    given = told.get("webhook-signature", "").split()
    if not number or not moment.isascii() or not moment.isdigit():
        raise RejectedError("no id or no timestamp")
    if abs(now - int(moment)) > TOLERANCE_SECONDS:
        raise RejectedError("too old, or from the future")
    signed = f"{number}.{moment}.".encode() + body
    wanted = [_signature(secret, signed) for secret in secrets]
    # Every pair is compared, and each in constant time: how long it takes tells nothing about how near it was.
    matches = [
        hmac.compare_digest(one.encode(), other.encode())
        for one in (signature.removeprefix("v1,") for signature in given if signature.startswith("v1,"))
        for other in wanted
    ]
    if not any(matches):
        raise RejectedError("not signed by us")
    message = json.loads(body)
    if not isinstance(message, dict) or message.get("id") != number:
        raise RejectedError("the id in the message is another one")
    return message


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        sys.exit("the secret is not what the page showed: it begins with whsec_")
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Journal:
    """A file with one message a line. What stands in it is not taken a second time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self._known = {json.loads(line)["id"] for line in lines}

    def take(self, message: Mapping[str, Any]) -> bool:
        """Write a message down; False where it is known already: messages may come twice."""
        if message["id"] in self._known:
            return False
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(message, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())  # answered with 204 only when it can no longer be lost
        self._known.add(message["id"])
        return True


def server_make(port: int, secrets: Sequence[str], journal: Journal) -> HTTPServer:
    """An HTTP server on loopback that takes webhooks; TLS is the proxy's."""

    class Handler(BaseHTTPRequestHandler):
        timeout = SECONDS

        def do_POST(self) -> None:
            """Answer 204 for what is taken or known, 400 for what is not ours."""
            length = self.headers.get("Content-Length", "")
            if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
                self._answer(413)
                return
            try:
                message = verified(secrets, dict(self.headers.items()), self.rfile.read(int(length)), time.time())
            except (RejectedError, ValueError) as error:
                print(f"rejected: {error}", file=sys.stderr, flush=True)
                self._answer(400)
                return
            if journal.take(message):
                print(f"{message['timestamp']} {message['type']} {message['id']}", flush=True)
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's name
            """Nothing: what matters is printed above."""

    return HTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until stopped."""
    asked = argparse.ArgumentParser(description="Receive Katip's webhooks.")
    asked.add_argument("--port", type=int, default=8900)
    asked.add_argument("--journal", type=Path, default=Path("events.jsonl"))
    given = asked.parse_args()
    secrets = os.environ.get("KATIP_WEBHOOK_SECRET", "").split()
    if not secrets:
        sys.exit("Set KATIP_WEBHOOK_SECRET to what the page showed when the address was added.")
    server = server_make(given.port, secrets, Journal(given.journal))
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
