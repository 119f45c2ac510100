"""What `script/bench bulk` measures on: employers by the thousand, each with a contract that waits for their approval.

Every professional serves some 250 workplaces, as they do; half of their contracts are in force, the others wait. The
rows are those that an offer and its acceptance leave. The first contract is offered and accepted through the services:
the others take its terms.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from katip.core.actor import Actor, Capacity, Proof

MINUTES, EMPLOYEES = 40, 2
"""a hazardous workplace with two employees asks for 40 minutes of a safety specialist"""
_SERVED = 250
_CODE, _ACTIVITY = 103, "22.22.43"
_LONG_AGO = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contract that waits: its process as its employer sees it, whose turn it is, and by which rows it is written."""

    process: int
    version: int
    terms_hash: str
    person: int
    workplace: int
    contract: int
    step: int


def world_make(count: int) -> list[Waiting]:
    """Make `count` workplaces whose contract waits for the employer, and as many where it is in force.

    Returns those that wait, in the order of their processes.
    """
    from katip.processes.models import Process, ProcessState, Step

    users, workplaces, served = _people(2 * count), _workplaces(2 * count), _professionals(2 * count)
    _mandates(users, workplaces)
    first = _first(workplaces[0], *served[0])
    _clones(first, workplaces, served)
    _half_in_force()
    steps = dict(Step.objects.filter(no=2).values_list("process_id", "pk"))
    open_ones = Process.objects.filter(state=ProcessState.OPEN).order_by("pk")
    rows = open_ones.values_list("pk", "version", "terms_hash", "workplace_id", "contract__pk")
    user_of = {workplace.pk: user for user, workplace in zip(users, workplaces, strict=True)}
    return [
        Waiting(process, version, digest, user_of[workplace], workplace, contract, steps[process])
        for process, version, digest, workplace, contract in rows
    ]


def _people(count: int) -> list[int]:
    """People with a usable account; nobody signs in with a password here, so that none is hashed."""
    from katip.identity.models import Person

    made = [Person.objects.create_person(national_id=number, given_name="Ad", family_name="Soyad")
            for number in _national_ids(1)]  # fmt: skip
    model = made[0]
    rows = []
    for number in range(1, count):
        row = copy.copy(model)
        row.pk = row.id = None
        row._state = copy.copy(model._state)  # noqa: SLF001 -- Django's way to say so
        row._state.adding = True  # noqa: SLF001 -- as above
        row.national_id_key = f"{number:064x}"
        rows.append(row)
    made += Person.objects.bulk_create(rows, batch_size=2000)
    return [row.pk for row in made]


def _national_ids(count: int) -> Iterator[str]:
    from katip.rules import national_id_check_digits

    for number in range(count):
        nine = f"{300_000_000 + number}"
        yield nine + national_id_check_digits(nine)


def _workplaces(count: int) -> list[Any]:
    from katip.registry.models import District, Headcount, Workplace

    district = District.objects.filter(province_id=16).order_by("pk")[0]
    made = Workplace.objects.bulk_create(
        (
            Workplace(
                sgk_number=f"222220101{number:07}0160872000",
                title=f"Ölçüm İşyeri {number} A.Ş.",
                province_id=16,
                district=district,
                activity_id=_ACTIVITY,
            )
            for number in range(count)
        ),
        batch_size=2000,
    )
    period = date.today().replace(day=1) - timedelta(days=40)  # noqa: DTZ011 -- any month that is over
    Headcount.objects.bulk_create(
        (Headcount(workplace=one, period=period.replace(day=1), employees=EMPLOYEES) for one in made), batch_size=2000
    )
    return made


def _mandates(users: list[int], workplaces: list[Any]) -> None:
    """Each workplace has a user of its own; the first user has all of them besides."""
    from katip.registry.models import Mandate

    rows = list(zip(users, workplaces, strict=True)) + [(users[0], one) for one in workplaces[1:]]
    Mandate.objects.bulk_create(
        (Mandate(person_id=user, capacity="e_bildirge", workplace=one, valid_from=_LONG_AGO) for user, one in rows),
        batch_size=2000,
    )


def _professionals(count: int) -> list[tuple[Any, Any, int]]:
    """For each workplace the provider, the professional's certificate, and the manager's id."""
    from katip.identity.models import Person
    from katip.registry.models import Certificate, District, Mandate, Professional, Provider, StaffContract

    manager = Person.objects.create_person(national_id=list(_national_ids(2))[1], given_name="Ad", family_name="Soyad")
    provider = Provider.objects.create(
        authorisation_no="ÖLÇÜM-1",
        kind="osgb",
        title="Ölçüm Ortak Sağlık ve Güvenlik Birimi Ltd. Şti.",
        short_title="Ölçüm OSGB",
        province_id=16,
        district=District.objects.filter(province_id=16).order_by("pk")[0],
        contact_name="Ad Soyad",
        contact_phone="2240000000",
        contact_hours="09:00–18:00",
    )
    Mandate.objects.create(person=manager, capacity="responsible_manager", provider=provider, valid_from=_LONG_AGO)
    certificates = []
    for number, nine in enumerate(list(_national_ids(2 + count // _SERVED + 1))[2:]):
        person = Person.objects.create_person(national_id=nine, given_name="Ad", family_name=f"Soyad {number}")
        professional = Professional.objects.create(person=person)
        StaffContract.objects.create(provider=provider, professional=professional, minutes=11_700, valid_from=_LONG_AGO)
        certificates.append(
            Certificate.objects.create(
                professional=professional,
                profession="safety_specialist",
                certificate_class="B",
                number=f"ÖLÇÜM-{number}",
                valid_from=_LONG_AGO,
            )
        )
    return [(provider, certificates[number // _SERVED], manager.pk) for number in range(count)]


def _first(workplace: Any, provider: Any, certificate: Any, manager: int) -> Any:
    from katip.contracts.services.offer import contract_offer
    from katip.processes.models import Process
    from katip.processes.services.complete import StepDecision, steps_complete

    now = datetime.now(UTC)
    proof = Proof("totp", now)
    contract = contract_offer(
        actor=Actor(manager, Capacity.PROVIDER, provider.pk, proof),
        at=now,
        code=_CODE,
        workplace_id=workplace.pk,
        professional_id=certificate.professional_id,
        minutes=MINUTES,
    )
    process = Process.objects.get(pk=contract.process_id)
    steps_complete(
        actor=Actor(certificate.professional.person_id, proof=proof),
        at=now,
        decisions=[StepDecision(process.pk, process.version, process.terms_hash)],
    )
    contract.refresh_from_db()
    return contract


def _clones(first: Any, workplaces: list[Any], served: list[tuple[Any, Any, int]]) -> None:
    """The same for every other workplace, as the rows that the services left for the first."""
    from katip.contracts.models import Contract, ContractAct
    from katip.processes.models import Decision, Process, Step
    from katip.processes.services.terms import terms_hash

    model, model_steps = first.process, list(Step.objects.filter(process=first.process))
    model_decision = Decision.objects.get(step=model_steps[0])
    processes = []
    for workplace, (_, certificate, _) in list(zip(workplaces, served, strict=True))[1:]:
        place = {"id": workplace.pk, "title": workplace.title, "sgk_number": workplace.sgk_number}
        who = {"id": certificate.professional_id, "name": certificate.professional.person.name}
        terms = {**model.terms, "workplace": place, "professional": who}
        processes.append(_copy(model, workplace=workplace, terms=terms, terms_hash=terms_hash(terms)))
    Process.objects.bulk_create(processes, batch_size=1000)
    pairs = list(zip(processes, served[1:], strict=True))
    steps = [
        _copy(step, process=process, person_id=certificate.professional.person_id if step.person_id else None)
        for process, (_, certificate, _) in pairs
        for step in model_steps
    ]
    Step.objects.bulk_create(steps, batch_size=2000)
    Decision.objects.bulk_create(
        (
            _copy(model_decision, step=step, person_id=step.person_id, terms_hash=step.process.terms_hash)
            for step in steps
            if step.no == 1
        ),
        batch_size=2000,
    )
    contracts = Contract.objects.bulk_create(
        (
            _copy(
                first,
                process=process,
                workplace_id=process.workplace_id,
                professional_id=certificate.professional_id,
                certificate=certificate,
            )
            for process, (_, certificate, _) in pairs
        ),
        batch_size=2000,
    )
    acts = list(ContractAct.objects.filter(contract=first).order_by("pk"))
    ContractAct.objects.bulk_create((_copy(act, contract=one) for one in contracts for act in acts), batch_size=2000)


def _half_in_force() -> None:
    """Every second contract is in force since a month ago, with its first version."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH process AS (
                UPDATE processes_process SET state = 'completed', version = version + 1, waits_for = '',
                    waits_for_person_id = NULL, closed_at = now() - interval '1 month'
                WHERE id % 2 = 0 RETURNING id
            ), contract AS (
                UPDATE contracts_contract SET state = 'active', active_from = now() - interval '1 month', fit = 'fit'
                FROM process WHERE contracts_contract.process_id = process.id RETURNING contracts_contract.*
            )
            INSERT INTO contracts_contractversion
                (contract_id, no, basis, process_id, valid_from, minutes, assignment_type, employees, hazard_class,
                 required_minutes, agreed_minutes, recorded_at)
            SELECT id, 1, 'approved', process_id, active_from, minutes, assignment_type, %s, 'hazardous', minutes, 0,
                   active_from
            FROM contract
            """.replace("% 2", "%% 2"),
            [EMPLOYEES],
        )


def _copy(row: Any, **changes: Any) -> Any:
    """A new row like this one, but for `changes`."""
    concrete = row._meta.concrete_fields  # noqa: SLF001 -- Django's own name for it
    fields = {field.attname: getattr(row, field.attname) for field in concrete if not field.primary_key}
    made = type(row)(**fields)
    for name, value in changes.items():
        setattr(made, name, value)
    return made
