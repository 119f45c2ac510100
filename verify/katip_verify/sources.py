"""Where files come from: the disk, standard input, or a log's public address. Everything is bounded: size, time, hops.

A download follows a redirection only within its own scheme. Nothing read here names a further file.
"""

import http.client
import os
import re
import stat
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from katip_verify.said import Unable
from katip_verify.tiles import Source

_CHUNK = 1 << 16
_WAIT = 10.0
"""seconds for one answer of the network"""
_WHOLE = 60.0
"""seconds for one file"""
_HOPS = 3
_GONE = {404, 410}
_LATER = {429, 503}
"""A log may count how often one reads it; a long walk waits as long as it is told to, within bounds."""
_TRIES = 4
_LONGEST_PAUSE = 120
_USUAL_PAUSE = 5


def file_read(name: str, limit: int) -> bytes:
    """A file of the user's choice, `-` for standard input. Raises `Unable`, also past `limit` bytes."""
    try:
        if name == "-":
            return _limited(sys.stdin.buffer, limit, "-")
        with Path(name).open("rb") as file:
            return _limited(file, limit, name)
    except (OSError, ValueError) as error:
        raise Unable("file-unreadable", name=name, why=_why(error)) from None


def source_open(place: str) -> Source:
    """The log at an http(s) address, or in a folder. Raises `Unable`."""
    if "://" in place:
        return Web(place)
    if not Path(place).is_dir():
        raise Unable("no-log", place=place)
    return Folder(Path(place))


@dataclass(frozen=True, slots=True)
class Folder:
    """A log's files on disk."""

    path: Path

    def read(self, name: str, limit: int) -> bytes | None:
        """A regular file; None where there is none. Raises `Unable`."""
        try:
            # Without waiting: a pipe laid in the folder must not stop the program.
            handle = os.open(self.path / name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unable("file-unreadable", name=name, why=_why(error)) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Unable("file-irregular", name=name)
        with os.fdopen(handle, "rb") as file:
            return _limited(file, limit, name)


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows at most three redirections, and none to another scheme."""

    max_redirections = _HOPS

    def redirect_request(  # noqa: PLR0917 - the signature of the standard library
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request. Raises `Unable`."""
        if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
            fp.close()
            raise Unable("redirect", url=newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(slots=True)
class Web:
    """A log's files at an http(s) address."""

    base: str
    whole: float = _WHOLE
    wait: float = _WAIT
    pause: Callable[[float], None] = time.sleep
    _opener: urllib.request.OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        """Check the address. No handler of files or other schemes is there that a redirection could reach."""
        try:
            parts = urlsplit(self.base)
        except ValueError:
            raise Unable("url", url=self.base) from None
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.query
            or parts.fragment
            or "@" in parts.netloc
        ):
            raise Unable("url", url=self.base)
        self.base = self.base.rstrip("/")
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _SameScheme(),
        ):
            self._opener.add_handler(handler)

    def read(self, name: str, limit: int) -> bytes | None:
        """The file's bytes; None where the server has none. Raises `Unable`."""
        for _ in range(_TRIES - 1):
            found = self._read(name, limit)
            if not isinstance(found, int):
                return found
            self.pause(found)
        found = self._read(name, limit)
        if isinstance(found, int):
            raise Unable("download-busy", url=f"{self.base}/{name}")
        return found

    def _read(self, name: str, limit: int) -> bytes | int | None:
        """As `read`; the seconds to wait where the server asks to come again later."""
        url = f"{self.base}/{name}"
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            url, headers={"Accept-Encoding": "gzip, identity", "User-Agent": "katip-verify"}
        )
        deadline = time.monotonic() + self.whole
        try:
            with self._opener.open(request, timeout=self.wait) as answer:
                return _body(answer, limit, deadline, url)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _GONE:
                return None
            if error.code in _LATER:
                told = error.headers.get("Retry-After", "")
                return min(int(told), _LONGEST_PAUSE) if re.fullmatch(r"[0-9]{1,9}", told) else _USUAL_PAUSE
            raise Unable("download", url=url, why=f"HTTP {error.code}") from None
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            raise Unable("download", url=url, why=_why(error)) from None


def _body(answer: Any, limit: int, deadline: float, url: str) -> bytes:
    """All of an answer, unpacked where the log packs it. A packed one may be no longer than an unpacked one."""
    coding = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if coding not in {"identity", "gzip"}:
        raise Unable("download", url=url, why=f"Content-Encoding: {coding}")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if coding == "gzip" else None
    raw, got = bytearray(), 0
    while chunk := answer.read1(_CHUNK):
        got += len(chunk)
        raw += chunk if unpack is None else unpack.decompress(chunk, limit + 1 - len(raw))
        if max(got, len(raw)) > limit:
            raise Unable("file-long", name=url, limit=limit)
        if time.monotonic() > deadline:
            raise Unable("download-slow", url=url)
    told = answer.headers.get("Content-Length")
    if (told is not None and told != str(got)) or (unpack is not None and not unpack.eof):
        raise Unable("download-cut", url=url)
    return bytes(raw)


def _limited(file: IO[bytes], limit: int, name: str) -> bytes:
    raw = file.read(limit + 1)
    if len(raw) > limit:
        raise Unable("file-long", name=name, limit=limit)
    return raw


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
