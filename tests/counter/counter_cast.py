"""The counter of the tests: a branch, two officers and a supervisor who sit there, applications, and time."""

from datetime import datetime, timedelta
from typing import Any

from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.counter.codes import application_code
from katip.counter.models import Application, Branch, Purpose
from katip.counter.opening import Opened
from katip.counter.services.applications import Applicant, application_make
from katip.counter.services.branches import BranchFields, branch_open, posting_set
from katip.counter.services.decisions import (
    CHECKS,
    Seen,
    application_confirm,
    application_override,
    application_refuse,
    application_second,
)
from katip.identity.models import Person
from katip.registry.models import District, Official
from tests.cast import AT, national_id, person

ADDRESS = "192.0.2.7"
UNKNOWN = national_id(900)
"""a number that nobody in the register has"""
REASON = "Fotoğraf kişiye benzemiyor."


def branch(name: str = "Deneme şubesi", *, province: int = 16, networks: str = "", at: datetime = AT) -> Branch:
    district = District.objects.filter(province_id=province).order_by("pk")[0]
    made: Branch = branch_open(
        actor=OPERATOR, at=at, fields=BranchFields(name, district.pk, "Deneme Sokak No: 1", networks=networks)
    )
    return made


def official(number: int, role: str = "counter", *, where: Branch | None, at: datetime = AT, **more: Any) -> Official:
    office = Official.objects.create(person=person(number, f"Görevli{number}"), role=role, **more)
    if where is not None:
        posting_set(actor=OPERATOR, at=at, official_id=office.pk, branch_id=where.pk)
    return office


def acting(office: Official, at: datetime = AT, *, minutes: int = 1) -> Actor:
    """The officer, whose second step was taken so many minutes ago."""
    return Actor(office.person_id, Capacity.OFFICIAL, office.pk, Proof("totp", at - timedelta(minutes=minutes)))


def applied(
    number: str = UNKNOWN,
    purpose: Purpose = Purpose.ACCOUNT,
    *,
    at: datetime = AT,
    names: tuple[str, str] | None = None,
    email: str = "",
) -> Application:
    """An application in the name that the register has for the number, unless told otherwise."""
    if names is None:
        someone = known(number)
        names = (someone.given_name, someone.family_name) if someone else ("Ayşe", "Örnek")
    made: Application = application_make(
        actor=Actor(None), at=at, purpose=purpose, who=Applicant(number, *names), email=email
    )
    return made


def seen(application: Application) -> Seen:
    return Seen(application.pk, Application.objects.values_list("version", flat=True).get(pk=application.pk))


def confirm(office: Official, application: Application, *, at: datetime = AT, **more: Any) -> Opened:
    asked: dict[str, Any] = {"address": ADDRESS, "seen": seen(application), "checks": CHECKS} | more
    opened: Opened = application_confirm(actor=acting(office, at), at=at, **asked)
    return opened


def override(office: Official, application: Application, *, at: datetime = AT, **more: Any) -> Application:
    asked: dict[str, Any] = {
        "address": ADDRESS,
        "seen": seen(application),
        "checks": CHECKS - {"names"},
        "why": "Evlenince soyadı değişmiş; eski kartı da yanında.",
    } | more
    waits: Application = application_override(actor=acting(office, at), at=at, **asked)
    return waits


def second(office: Official, application: Application, *, at: datetime = AT, **more: Any) -> Opened:
    asked: dict[str, Any] = {"address": ADDRESS, "seen": seen(application)} | more
    opened: Opened = application_second(actor=acting(office, at), at=at, **asked)
    return opened


def refuse(office: Official, application: Application, *, at: datetime = AT, **more: Any) -> Application:
    asked: dict[str, Any] = {"address": ADDRESS, "seen": seen(application), "reason": REASON} | more
    refused: Application = application_refuse(actor=acting(office, at), at=at, **asked)
    return refused


def code_of(application: Application) -> str:
    return application_code(application)


def known(number: str) -> Person | None:
    return Person.objects.find_by_national_id(number)
