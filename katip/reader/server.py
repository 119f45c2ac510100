"""The server's side of the conversation: HTTP as `docs/chip-api.md` describes it.

Encrypted and the certificate checked, unless the server is this computer; no redirect followed, no proxy used; every
answer bounded in size and time.
"""

import base64
import binascii
import ipaddress
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError

from katip.reader.errors import Exit, ReaderError
from katip.reader.reading import Evidence
from katip.reader.words import Language, known

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0
ANSWER_MOST = 64 << 10
"""bytes of an answer"""
CHALLENGE_LENGTH = 8

_PIECE = 8 << 10
_MESSAGE_MOST = 600
_REDIRECTS = range(300, 400)
_REASONS_MOST = 40
_VERDICTS = frozenset({"chip_with_clone_check", "chip_only", "refused"})


@dataclass(frozen=True)
class Session:
    """What a claimed code gives: the token for all further calls, and what the chip is to sign."""

    token: str
    challenge: bytes

    def __repr__(self) -> str:
        return "Session(…)"


@dataclass(frozen=True)
class Verdict:
    """What the server makes of the evidence."""

    level: str
    reasons: tuple[str, ...]
    message: str


class Server:
    """One Katip server. `ca_file` replaces the machine's certificate authorities."""

    def __init__(self, url: str, *, language: Language = "tr", ca_file: Path | None = None) -> None:
        self._base = _base(url)
        self._host = urlsplit(self._base).netloc
        self._language = language
        try:
            self._pool = urllib3.PoolManager(
                cert_reqs="CERT_REQUIRED",
                ca_certs=str(ca_file) if ca_file else None,
                retries=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
            )
        except OSError as error:
            raise ReaderError("file", Exit.SERVER, name=ca_file) from error

    def claim(self, code: str) -> Session:
        """Exchange the code on the page for a session. Raises ReaderError."""
        answer = self._call("claim", {"code": code})
        try:
            token, challenge = answer["session"], base64.b64decode(answer["challenge"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise _strange("claim") from error
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token:
            raise _strange("session")
        if len(challenge) != CHALLENGE_LENGTH:
            raise _strange("challenge")
        return Session(token, challenge)

    def stage(self, session: Session, stage: str) -> None:
        """Tell the page how far the reader is. Raises ReaderError when the session is over, not when the line is."""
        try:
            self._call("stage", {"stage": stage}, session)
        except ReaderError as error:
            if error.key != "unreachable":
                raise

    def hand_in(self, session: Session, evidence: Evidence) -> Verdict:
        """Hand the evidence over; the server's verdict. Raises ReaderError."""
        body = {
            "security_object": _text(evidence.security_object),
            "data_groups": {str(number): _text(content) for number, content in evidence.groups.items()},
            "signature": None if evidence.signature is None else _text(evidence.signature),
        }
        answer = self._call("evidence", body, session)
        level, reasons = answer.get("verdict"), answer.get("reasons")
        if level not in _VERDICTS or not isinstance(reasons, list):
            raise _strange("verdict")
        return Verdict(level, tuple(_clean(str(each)) for each in reasons[:_REASONS_MOST]), _message(answer))

    def abandon(self, session: Session, reason: str) -> None:
        """Tell the page that nothing will come. What goes wrong here changes nothing."""
        try:
            self._call("abandon", {"reason": reason}, session)
        except ReaderError:
            return

    def _call(self, call: str, body: dict[str, Any], session: Session | None = None) -> dict[str, Any]:
        """POST, and the JSON object that came back; empty for 204. Raises ReaderError."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Accept-Language": self._language,
            "User-Agent": "katip-reader",
        }
        if session:
            headers["Authorization"] = f"Bearer {session.token}"
        url = f"{self._base}/api/chip/v1/{call}"
        try:
            response = self._pool.request(
                "POST", url, body=json.dumps(body).encode(), headers=headers, redirect=False, preload_content=False
            )
            try:
                raw = _read(response)
            finally:
                response.close()
        except SSLError as error:
            raise ReaderError("certificate", Exit.SERVER, name=self._host) from error
        except MaxRetryError as error:
            key = "certificate" if isinstance(error.reason, SSLError) else "unreachable"
            raise ReaderError(key, Exit.SERVER, name=self._host) from error
        except (HTTPError, OSError) as error:
            raise ReaderError("unreachable", Exit.SERVER, name=self._host) from error
        return _answer(response.status, raw)


def _base(url: str) -> str:
    """The address without what does not belong in it. Raises ReaderError: https only, but for this computer."""
    refused = ReaderError("address", Exit.USAGE)
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise refused from None
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise refused
    if parts.scheme != "https" and not (parts.scheme == "http" and _this_computer(host)):
        raise refused
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    """The body, bounded in size and in time as a whole."""
    deadline = time.monotonic() + ANSWER_SECONDS
    raw = b""
    while piece := response.read(_PIECE, decode_content=False):
        raw += piece
        if len(raw) > ANSWER_MOST or time.monotonic() > deadline:
            raise _strange("size")
    return raw


def _answer(status: int, raw: bytes) -> dict[str, Any]:
    if status == 204:  # noqa: PLR2004 – no content
        return {}
    if status in _REDIRECTS:
        raise _strange(f"HTTP {status}")
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        raise _strange(f"HTTP {status}") from None
    if not isinstance(answer, dict):
        raise _strange(f"HTTP {status}")
    if status == 200:  # noqa: PLR2004 – success
        return answer
    code = answer.get("error")
    if isinstance(code, str) and code in _REFUSALS and known(code):
        raise ReaderError(code, Exit.SERVER)
    raise ReaderError("server_refused", Exit.SERVER, detail=_message(answer) or f"HTTP {status}")


_REFUSALS = frozenset({"unknown_code", "expired", "used", "malformed", "too_large", "slow_down"})


def _message(answer: dict[str, Any]) -> str:
    message = answer.get("message")
    return _clean(message) if isinstance(message, str) else ""


def _clean(text: str) -> str:
    """Text of another machine as a terminal may show it: no control characters, not without end."""
    return "".join(each if each.isprintable() else " " for each in text[:_MESSAGE_MOST]).strip()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _strange(detail: str) -> ReaderError:
    return ReaderError("server_strange", Exit.SERVER, detail=detail)
