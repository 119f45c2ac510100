"""Programs of the tests' provider, and one of another provider."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from katip.core.actor import Actor, Capacity, Proof
from katip.programs.models import ApiToken
from katip.programs.scopes import Scope
from katip.programs.services.tokens import token_make
from katip.registry.models import Mandate, Provider
from tests.cast import LONG_AGO, World, person

API = "/api/v1"


@dataclass
class Program:
    """A program with a token: no cookies."""

    secret: str
    token: ApiToken | None = None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        given = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = named.pop("Content-Type", "application/json")
        answer: Any = client.generic(method, API + path, data, content_type=kind, headers=given | named)
        return answer  # type: ignore[no-any-return] # the client's answer stands for the real one

    def get(self, path: str, **headers: str) -> dict[str, Any]:
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)  # type: ignore[no-any-return] # an object

    def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path)["items"]
        return found

    def problem(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        return problem_of(self.ask(method, path, body, **headers))


def problem_of(answer: HttpResponse) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    told: dict[str, Any] = json.loads(answer.content)
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["type"].endswith(f"#problem-{told['code']}")
    return told


def manager_now(world: World) -> Actor:
    """The manager, whose second step was taken just now: tokens are judged by the hour that it is."""
    return world.actor("manager", at=timezone.now())


def program_make(world: World, *scopes: Scope, days: int = 30, name: str = "Gece işi") -> Program:
    """A program of the tests' provider, with every scope unless some are named."""
    made = token_make(actor=manager_now(world), at=timezone.now(), name=name, scopes=scopes or tuple(Scope), days=days)
    return Program(made.secret, made.token)


def other_make(world: World) -> Program:
    """A program of another provider, with every scope."""
    someone = person(40, "Other")
    other = Provider.objects.create(
        authorisation_no="ÖRNEK-0002",
        kind="osgb",
        title="Başka Ortak Sağlık ve Güvenlik Birimi A.Ş.",
        short_title="Başka OSGB",
        province_id=16,
        district=world.provider.district,
        contact_name="Başka Biri",
        contact_phone="2240000001",
        contact_hours="Hafta içi",
    )
    Mandate.objects.create(person=someone, capacity="responsible_manager", provider=other, valid_from=LONG_AGO)
    now = timezone.now()
    actor = Actor(someone.pk, Capacity.PROVIDER, other.pk, Proof("totp", now))
    made = token_make(actor=actor, at=now, name="Başka", scopes=tuple(Scope), days=30)
    return Program(made.secret, made.token)
