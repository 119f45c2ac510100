"""What every answer carries, whatever was asked: a page, a file, an error, a refusal; and how cookies are named."""

import json
import os
import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import World, entered
from tests.routes import routes

POLICY = {
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}

pytestmark = pytest.mark.django_db


def closed(answer: Any) -> bool:
    """Whether an answer has every header that closes it."""
    headers = answer.headers
    return (
        set(headers["Content-Security-Policy"].split("; ")) == POLICY
        and headers["X-Frame-Options"] == "DENY"
        and headers["X-Content-Type-Options"] == "nosniff"
        and headers["Referrer-Policy"] == "same-origin"
        and headers["Cross-Origin-Opener-Policy"] == "same-origin"
        and headers["Cross-Origin-Resource-Policy"] == "same-origin"
        and "camera=()" in headers["Permissions-Policy"]
    )


@pytest.mark.parametrize("role", [None, "owner"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_route_answers_with_every_header(world: World, role: str | None, method: str) -> None:
    client = entered(world, role) if role else Client()
    client.raise_request_exception = False
    addresses = sorted({address.replace("<int:no>", "1") for address, _ in routes()})
    assert len(addresses) > 60
    for address in addresses:
        if address in {reverse("account_logout"), reverse("session_keep")}:
            continue  # would end the session of the addresses after it; they share the middleware
        assert closed(getattr(client, method)(address)), address


ERRORS: list[tuple[str, dict[str, Any], int]] = [
    ("/static/trial.css", {}, 200),
    ("/yok/", {}, 404),
    ("/giris", {}, 301),
    ("/", {"headers": {"host": "elsewhere.example"}}, 400),
    ("/giris/", {"headers": {"content-length": str(1 << 30)}}, 413),
]


@pytest.mark.parametrize(("path", "more", "status"), ERRORS)
def test_files_and_errors_carry_them_too(settings: Any, path: str, more: dict[str, Any], status: int) -> None:
    (settings.STATIC_ROOT / "trial.css").write_text("", "ascii")
    with closing(Client().get(path, **more)) as answer:
        assert answer.status_code == status
        assert closed(answer)


def test_a_fault_of_ours_carries_them_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("on purpose")

    client = entered(world, "owner")
    client.raise_request_exception = False
    monkeypatch.setattr("katip.web.home.views.render", broken)
    answer = client.get(reverse("home"))
    assert answer.status_code == 500
    assert closed(answer)


_ASK = """
import json, django
from django.conf import settings
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
         "SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS")
found = {name: getattr(settings, name) for name in names}
django.setup()
from katip.identity.devices import cookie_name
print(json.dumps(found | {"device": cookie_name()}))
"""


def test_behind_tls_cookies_are_bound_to_the_host_and_browsers_are_told_to_stay_there() -> None:
    environment = {
        **os.environ,
        "KATIP_PUBLIC_URL": "https://katip.example",
        "DJANGO_SETTINGS_MODULE": "katip.config.settings",
    }
    ran = subprocess.run([sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    for name in (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"], found["device"]):
        assert name.startswith("__Host-")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert (found["SESSION_COOKIE_PATH"], found["SESSION_COOKIE_DOMAIN"]) == ("/", None)
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
