"""A person at a browser, as `script/bench load` needs thousands of them: real sessions, forms and codes over HTTP.

Knows nothing of Django or the database: what it knows of the product is its pages. A `Visitor` keeps its cookies and
its connection, fills in the forms that the pages show, and follows where it is sent. Every request becomes an `Answer`;
a connection that breaks becomes one with the status 0, and nothing is raised for it.
"""

import base64
import hashlib
import hmac
import http.client
import re
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LOST = 0
"""in place of a status: the connection broke before an answer was whole"""
_SLOW_SECONDS = 60.0
_CODE_SECONDS = 30
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_STEP = re.compile(r"/surecler/(\d+)/")


@dataclass(frozen=True, slots=True)
class Account:
    """Who can sign in; `waiting` are the processes that wait for them, each with its workplace."""

    national_id: str
    password: str
    secret: str
    """of the code app, base32"""
    waiting: tuple[tuple[int, int], ...] = ()
    """process and workplace"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request."""

    name: str
    """the pages: `sign_in`, `second_step`, `entered`, `inbox`, `capacity`, `companies`, `home`, `list`, `step`,
    `result`, `card`; the forms: `password`, `code`, `corporate`, `fetch`, `choose`, `approve`"""
    status: int
    seconds: float
    """from the moment at which it was due until it was there"""
    due: float
    """seconds of `time.monotonic`"""
    ok: bool
    """whether it is what the person wanted to see"""
    location: str = ""
    body: str = field(default="", repr=False)
    told: Mapping[str, str] = field(default_factory=dict, repr=False)
    """the answer's headers, by name in lower case"""

    @property
    def lost(self) -> bool:
        """Whether nobody knows what the server made of it."""
        return self.status == LOST


Listener = Callable[[Answer], None]


def code_now(secret: str, at: float) -> str:
    """What a code app shows at `at` (POSIX seconds; RFC 6238: SHA-1, 30 seconds, 6 digits)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at) // _CODE_SECONDS), hashlib.sha1)
    start = digest[-1] & 15
    number: int = struct.unpack(">I", digest[start : start + 4])[0]
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


class Visitor:
    """One person in one browser. Every answer is told to `listener`, and the last one of an act is returned.

    `source` is the address to come from: on loopback anything in 127.0.0.0/8, so that the limits by network see as
    many networks as there are people. `patience` is how many seconds of silence make a connection a lost one.
    """

    def __init__(
        self,
        origin: str,
        account: Account,
        listener: Listener | None = None,
        *,
        source: str = "",
        patience: float = _SLOW_SECONDS,
        cookies: Mapping[str, str] | None = None,
    ) -> None:
        self.account = account
        self._address = urlsplit(origin)
        self._listener = listener or (lambda _: None)
        self._source, self._patience = source, patience
        self._cookies = dict(cookies or {})
        self._connection: http.client.HTTPConnection | None = None
        self._hidden: dict[str, str] = {}

    # ------------------------------------------------------------------------------------------------ what people do

    def sign_in(self, due: float | None = None) -> Answer:
        """Number and password, then the code; ends on the page that asks in whose name one acts."""
        shown = self.get("sign_in", "/giris/", due)
        if not shown.ok:
            return shown
        sent = self.post(
            "password", "/giris/", {"login": self.account.national_id, "password": self.account.password}, None
        )
        if not self._sent_to(sent, "/giris/ikinci-adim/"):
            return sent
        shown = self.get("second_step", sent.location)
        if not shown.ok:
            return shown
        sent = self.post("code", sent.location, {"code": code_now(self.account.secret, time.time())})
        if not sent.ok:
            return sent
        shown = self._ask("entered", "GET", sent.location, None, None)
        if shown.status == HTTPStatus.FOUND:  # much waits, of several companies: all of it on one page first
            shown = self.get("inbox", shown.location)
            return self.get("capacity", "/secim/?sec") if shown.ok else shown
        self._hidden = dict(_HIDDEN.findall(shown.body))
        return shown

    def companies(self, due: float | None = None) -> Answer:
        """*Kurumsal*, and *firmaları getir*: ends on the box of companies."""
        sent = self.post("corporate", "/secim/", {"secim": "kurumsal"}, due)
        if not sent.ok:
            return sent
        shown = self.get("companies", sent.location)
        if not shown.ok:
            return shown
        sent = self.post("fetch", "/firmalar/getir/", {})
        return self.get("companies", sent.location) if sent.ok else sent

    def choose(self, workplace: int, due: float | None = None) -> Answer:
        """Act for this workplace from now on: ends on the main screen."""
        sent = self.post("choose", "/firmalar/sec/", {"firma": f"workplace-{workplace}"}, due)
        return self.get("home", sent.location) if sent.ok else sent

    def waiting(self, due: float | None = None) -> tuple[Answer, list[int]]:
        """*İSG Hizmet Sözleşmeleri*: the list, and the processes on it that wait, in its order."""
        shown = self.get("list", "/sozlesmeler/?liste=bekleyen", due)
        return shown, list(dict.fromkeys(map(int, _STEP.findall(shown.body))))

    def step(self, process: int, due: float | None = None) -> Answer:
        """The terms in full."""
        return self.get("step", f"/surecler/{process}/", due)

    def approve(self, process: int, due: float | None = None) -> Answer:
        """*Okudum, onaylıyorum*, *Tamamla*, of the step that was shown last; `ok` where the server says it is done.

        The page of the result is left to `result`.
        """
        seen = {name: value for name, value in self._hidden.items() if name in {"version", "terms_hash"}}
        return self.post("approve", f"/surecler/{process}/tamamla/", {**seen, "read": "on"}, due)

    def result(self, process: int, due: float | None = None) -> Answer:
        """*Süreç başarıyla tamamlandı*."""
        return self.get("result", f"/surecler/{process}/sonuc/", due)

    def card(self, due: float | None = None) -> Answer:
        """*İşyeri Kartı Bilgileri*."""
        return self.get("card", "/isyeri-karti/", due)

    # ------------------------------------------------------------------------------------------------- how it is asked

    def get(self, name: str, path: str, due: float | None = None) -> Answer:
        """Ask for a page; `ok` where it was shown. Its hidden fields are kept for the next form."""
        answer = self._ask(name, "GET", path, None, due)
        if answer.ok:
            self._hidden = dict(_HIDDEN.findall(answer.body))
        return answer

    def post(self, name: str, path: str, form: Mapping[str, str], due: float | None = None) -> Answer:
        """Send a form of the page that was shown last; `ok` where the browser is sent on, as after every form."""
        token = self._hidden.get("csrfmiddlewaretoken", "")
        return self._ask(name, "POST", path, urlencode({"csrfmiddlewaretoken": token, **form}), due)

    def twin(self) -> "Visitor":
        """Another window of the same browser: the same session, a connection of its own."""
        twin = Visitor(
            f"{self._address.scheme}://{self._address.netloc}",
            self.account,
            self._listener,
            source=self._source,
            patience=self._patience,
        )
        twin._cookies, twin._hidden = dict(self._cookies), dict(self._hidden)
        return twin

    def close(self) -> None:
        """Let the connection go; the cookies stay."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _ask(self, name: str, method: str, path: str, body: str | None, due: float | None) -> Answer:
        began = time.monotonic()
        due = began if due is None else due
        try:
            status, told, text = self._exchange(method, path, body)
        except (OSError, http.client.HTTPException):
            self.close()
            status, told, text = LOST, {}, ""
        location = told.get("location", "")
        seconds = time.monotonic() - due
        answer = Answer(name, status, seconds, due, _right(name, method, status, location), location, text, told)
        self._listener(answer)
        return answer

    def _exchange(self, method: str, path: str, body: str | None) -> tuple[int, dict[str, str], str]:
        headers = {"User-Agent": AGENT, "Accept": "text/html", "Accept-Language": "tr"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"{self._address.scheme}://{self._address.netloc}"
        kept = self._connection is not None
        try:
            return self._over(self._connected(), method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if not kept or method != "GET":
                raise
            self.close()  # a connection that was idle for too long: every browser asks for the page once more
            return self._over(self._connected(), method, path, body, headers)

    def _over(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], str]:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        told = {}
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition(";")
                key, _, kept = cookie.partition("=")
                if "max-age=0" in rest.lower():
                    self._cookies.pop(key.strip(), None)
                else:
                    self._cookies[key.strip()] = kept
            else:
                told[name.lower()] = value
        return answer.status, told, text

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            secure = self._address.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            self._connection = kind(
                self._address.hostname or "127.0.0.1",
                self._address.port,
                timeout=self._patience,
                source_address=(self._source, 0) if self._source else None,
            )
        return self._connection

    def _sent_to(self, answer: Answer, path: str) -> bool:
        return answer.ok and answer.location.startswith(path)


def _right(name: str, method: str, status: int, location: str) -> bool:
    """Whether a page was shown, or a form led to where it leads when all is well."""
    if method == "GET":
        return status == HTTPStatus.OK or (name == "entered" and location.startswith("/bekleyenler/"))
    if status != HTTPStatus.FOUND:
        return False
    if name == "approve":
        return location.endswith("/sonuc/")
    if name == "code":
        return not location.startswith("/giris/")
    return location.startswith({"password": "/giris/ikinci-adim/", "choose": "/ana-ekran/"}.get(name, "/"))
