"""The world of the tests: one cast by role, made by plain rows, and what they do through the services.

Owner and colleague are both e-Bildirge users of the same workplace; the stranger is one of a workplace elsewhere. The
provider's specialist and physician have certificates and staff minutes. Everything holds at `AT` and ever since.
"""

import base64
import hashlib
import hmac
import struct
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Protocol

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django.utils.crypto import get_random_string

from katip.contracts.models import Contract
from katip.contracts.services.offer import contract_offer
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.core.crypto import lookup_key, seal
from katip.identity.devices import AGENT, OPENED
from katip.identity.models import Person
from katip.identity.services.sign_in_open import password_set, second_step_open
from katip.identity.session_store import SessionStore
from katip.processes.kinds import Moved
from katip.processes.models import Outcome, Process
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import (
    Certificate,
    District,
    Headcount,
    ImportRun,
    Mandate,
    Professional,
    Provider,
    StaffContract,
    Workplace,
)
from katip.rules import national_id_check_digits
from katip.web.acting.chosen import chosen_write
from katip.web.keeping.due import DUE
from katip.web.middleware import SEEN

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
HAZARDOUS, VERY_HAZARDOUS, LOW = "22.22.43", "01.61.04", "01.30.03"
EMPLOYEES = 12
MINIMUM = {103: 240, 140: 120}
"""what the law asks of a hazardous workplace with 12 employees, minutes a month"""
PASSWORD = "kedi-merdiven-42-bulut"
SECRET = base64.b32encode(b"a secret of 20 bytes").decode()


def national_id(number: int) -> str:
    """A made-up T.C. kimlik no whose check digits fit."""
    first_nine = f"{200_000_000 + number}"
    return first_nine + national_id_check_digits(first_nine)


def person(number: int, given_name: str) -> Person:
    made = _person(number, given_name)
    made.save()
    return made


def _person(number: int, given_name: str) -> Person:
    made = Person(
        given_name=given_name,
        family_name="Örnek",
        email=f"kisi{number}@ornek.com.tr",
        national_id_key=lookup_key(national_id(number)),
        national_id_sealed=seal(national_id(number)),
    )
    made.set_unusable_password()
    return made


def workplace(number: int, *, employees: int = EMPLOYEES, activity: str = HAZARDOUS, province: int = 16) -> Workplace:
    made = _workplace(number, District.objects.filter(province_id=province).order_by("pk")[0], activity)
    made.save()
    _headcount(made, employees).save()
    return made


def _workplace(number: int, district: District, activity: str = HAZARDOUS) -> Workplace:
    return Workplace(
        sgk_number=f"222220101{number:07}0160872000",
        title=f"Örnek İşyeri {number} A.Ş.",
        province_id=district.province_id,
        district=district,
        activity_id=activity,
    )


def _headcount(where: Workplace, employees: int) -> Headcount:
    return Headcount(workplace=where, period=date(2025, 5, 1), employees=employees)


def professional(
    someone: Person, profession: str, *, provider: Provider, minutes: int = 11_700, letter: str = "B"
) -> Professional:
    made = Professional.objects.create(person=someone)
    _certificate(made, profession, letter).save()
    _staff_contract(made, provider, minutes).save()
    return made


def _certificate(someone: Professional, profession: str, letter: str = "B") -> Certificate:
    return Certificate(
        professional=someone,
        profession=profession,
        certificate_class=letter if profession == "safety_specialist" else "none",
        number=f"ÖRNEK-{someone.pk}-{profession}"[:30],
        valid_from=LONG_AGO,
    )


def _staff_contract(someone: Professional, provider: Provider, minutes: int = 11_700) -> StaffContract:
    return StaffContract(provider=provider, professional=someone, minutes=minutes, valid_from=LONG_AGO)


def e_bildirge(someone: Person, where: Workplace, **dates: date) -> Mandate:
    made = _e_bildirge(someone, where, **dates)
    made.save()
    return made


def _e_bildirge(someone: Person, where: Workplace, **dates: date) -> Mandate:
    return Mandate(person=someone, capacity="e_bildirge", workplace=where, **({"valid_from": LONG_AGO} | dates))


class OfProcess(Protocol):
    """A contract, an update, an undertaking: whatever waits by a process."""

    process_id: int


@dataclass
class World:
    """Everybody by role, and their organisations."""

    owner: Person
    colleague: Person
    stranger: Person
    accountant: Person
    manager: Person
    specialist: Person
    physician: Person
    newcomer: Person
    workplace: Workplace
    elsewhere: Workplace
    provider: Provider
    professionals: dict[int, Professional]

    def actor(self, role: str, *, at: datetime = AT, proof: bool = True) -> Actor:
        """A role's actor in its usual capacity, whose second step was taken a minute ago."""
        capacity, organisation = self.capacity(role)
        shown = Proof("totp", at - timedelta(minutes=1)) if proof else None
        return Actor(getattr(self, role).pk, capacity, organisation, shown)

    def capacity(self, role: str) -> tuple[Capacity, int | None]:
        if role in {"owner", "colleague"}:
            return Capacity.WORKPLACE, self.workplace.pk
        if role == "stranger":
            return Capacity.WORKPLACE, self.elsewhere.pk
        if role == "manager":
            return Capacity.PROVIDER, self.provider.pk
        return Capacity.INDIVIDUAL, None

    def offer(self, code: int = 103, *, at: datetime = AT, **terms: Any) -> Contract:
        """The manager offers a contract at the legal minimum, unless told otherwise."""
        asked = {
            "workplace_id": self.workplace.pk,
            "professional_id": self.professionals[code].pk,
            "minutes": MINIMUM[code],
        } | terms
        contract: Contract = contract_offer(actor=self.actor("manager", at=at), at=at, code=code, **asked)
        return contract

    def decide(self, role: str, *contracts: OfProcess, at: datetime = AT, **seen: Any) -> list[Moved]:
        """What a role answers to the step that waits now, as the register shows it; `seen` overrides."""
        decisions = [decision(contract, **seen) for contract in contracts]
        return steps_complete(actor=self.actor(role, at=at), at=at, decisions=decisions)

    def accepted(self, code: int = 103, *, at: datetime = AT, **terms: Any) -> Contract:
        """An offer that waits for the employer."""
        contract = self.offer(code, at=at, **terms)
        self.decide("specialist" if code == 103 else "physician", contract, at=at)
        return contract

    def active(self, code: int = 103, *, at: datetime = AT, **terms: Any) -> Contract:
        """A contract in force."""
        contract = self.accepted(code, at=at, **terms)
        self.decide("owner", contract, at=at)
        return contract


def decision(contract: OfProcess, **seen: Any) -> StepDecision:
    process = Process.objects.get(pk=contract.process_id)
    shown: dict[str, Any] = {
        "version": process.version,
        "terms_hash": process.terms_hash,
        "outcome": Outcome.APPROVED,
    } | seen
    return StepDecision(process_id=process.pk, **shown)


def world_make() -> World:
    """Insert the cast and its organisations: a statement for each table, as most tests begin with it."""
    names = ("owner", "colleague", "stranger", "accountant", "manager", "specialist", "physician", "newcomer")
    made = Person.objects.bulk_create(_person(number, name.capitalize()) for number, name in enumerate(names, start=1))
    people = dict(zip(names, made, strict=True))
    district = District.objects.filter(province_id=16).order_by("pk")[0]
    here, elsewhere = Workplace.objects.bulk_create(_workplace(number, district) for number in (1, 2))
    Headcount.objects.bulk_create(_headcount(where, EMPLOYEES) for where in (here, elsewhere))
    provider = Provider.objects.create(
        authorisation_no="ÖRNEK-0001",
        kind="osgb",
        title="Örnek Ortak Sağlık ve Güvenlik Birimi Ltd. Şti.",
        short_title="Örnek OSGB",
        province_id=16,
        district=district,
        contact_name="Kerem Numune",
        contact_phone="2240000000",
        contact_hours="Hafta içi 09:00–18:00",
    )
    users = (("owner", here), ("colleague", here), ("newcomer", here), ("stranger", elsewhere))
    manager = Mandate(person=people["manager"], capacity="responsible_manager", provider=provider, valid_from=LONG_AGO)
    Mandate.objects.bulk_create([*(_e_bildirge(people[user], where) for user, where in users), manager])
    ImportRun.objects.create(kind="mandates", at=AT, file_hash="0" * 64, rows=5, inserted=5, updated=0)
    skilled = Professional.objects.bulk_create(Professional(person=people[who]) for who in ("specialist", "physician"))
    professions = ("safety_specialist", "workplace_physician")
    Certificate.objects.bulk_create(map(_certificate, skilled, professions))
    StaffContract.objects.bulk_create(_staff_contract(one, provider) for one in skilled)
    return World(
        **people,
        workplace=here,
        elsewhere=elsewhere,
        provider=provider,
        professionals=dict(zip((103, 140), skilled, strict=True)),
    )


def sign_in_open(someone: Person, *, two_steps: bool = True) -> None:
    """Give a person a password and, unless told otherwise, a code app with `SECRET`."""
    password_set(actor=OPERATOR, at=AT, person_id=someone.pk, password=PASSWORD)
    if two_steps:
        second_step_open(actor=OPERATOR, at=AT, person_id=someone.pk, secret=SECRET)


def code_at(moment: float, secret: str = SECRET) -> str:
    """The six digits that a code app shows at a POSIX time (RFC 6238, SHA-1, 30 s); written out here to check ours."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(moment) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"


def signed_in(
    someone: Person, *, proof_age: float | None = 0, acting: tuple[Capacity, int | None] | None = None
) -> Client:
    """A browser whose session stands behind the gate; `proof_age` in seconds, None: the second step is missing.

    The session is written as a sign-in leaves it, `acting` as chosen, without going through one: a test compares them.
    """
    now = time.time()
    records: list[dict[str, Any]] = [{"method": "password", "at": now}]
    if proof_age is not None:
        records.append({"method": "mfa", "type": "totp", "id": 1, "at": now - proof_age})
    read_anew = Person.objects.get(pk=someone.pk)  # a password set since would end the session
    kept = {
        SESSION_KEY: str(someone.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: read_anew.get_session_auth_hash(),
        "account_authentication_methods": records,
        "account_authentication_methods_user": str(someone.pk),
        AGENT: lookup_key("agent:"),
        OPENED: now,
        SEEN: now,
        DUE: True,
        "_session_expiry": 0,
    }
    if acting:
        chosen_write(SimpleNamespace(session=kept), *acting)
    key, ends = get_random_string(32, VALID_KEY_CHARS), timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.create(session_key=key, session_data=SessionStore().encode(kept), expire_date=ends)
    UserSession.objects.create(user_id=someone.pk, session_key=key, ip="127.0.0.1", user_agent="")
    client = Client()
    client.cookies.load({settings.SESSION_COOKIE_NAME: key})
    return client


def entered(world: World, role: str, *, proof_age: float | None = 0) -> Client:
    """A signed-in browser that has chosen the role's usual capacity; `anonymous` and `newcomer` have come less far."""
    if role == "anonymous":
        return Client()
    someone = getattr(world, role)
    if role == "newcomer":
        return signed_in(someone, proof_age=None)
    return signed_in(someone, proof_age=proof_age, acting=world.capacity(role))
