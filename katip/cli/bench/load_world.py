"""Employers who can sign in and have something to approve, for `script/bench load` and whoever else brings load.

Called as `python -m katip.cli.bench.load_world fresh COUNT FILE` in an installation without anything in it, or as
`… country COUNT FILE` in a country as `katip demo country` makes it. Both leave steps that wait for `COUNT` employers,
and write whom they wait for into `FILE`: what a `load_client.Visitor` needs to come in and approve them. Called again,
the second offers anew what was approved meanwhile, the first names what is left.

Everybody has the same password; each has a code app of their own. Passwords are as dear to check as any.
"""

import base64
import hmac
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from katip.cli.bench.load_client import Account

PASSWORD = "olcum-icin-bir-sifre"  # noqa: S105 -- of people who do not exist
_FIRST_NUMBER = 500_000_000


def accounts_write(path: Path, accounts: Iterable[Account]) -> None:
    """Keep them in a file."""
    path.write_text(json.dumps([astuple(one) for one in accounts]), "utf-8")


def accounts_read(path: Path) -> list[Account]:
    """Those that a file keeps. Needs no Django."""
    return [
        Account(number, password, secret, tuple((process, workplace) for process, workplace in waiting))
        for number, password, secret, waiting in json.loads(path.read_text("utf-8"))
    ]


def fresh(count: int) -> list[Account]:
    """`count` employers of one workplace each, in an installation without a workplace; or those it has by now."""
    from katip.cli.bench.bulk_world import world_make
    from katip.registry.models import Workplace

    if not Workplace.objects.exists():
        made = world_make(count)
        numbers_give([one.person for one in made])
    return accounts_open()


def country(count: int) -> list[Account]:
    """`count` employers of a country, who are spread over it as it comes; fewer where it has no more.

    Nothing is made while there are half as many. A provider ends what it has in force with one workplace of each and
    offers the same anew, and its professionals accept: everything else is as the country has it.
    """
    with _owner() as owner:
        owner.execute(_WAITING)
        asked = {person for person, _, _ in owner.fetchall()}
        owner.execute("DELETE FROM documents_document WHERE state = 'waiting'")
        if len(asked) > count // 2:
            return accounts_open()
        owner.execute(_PROVIDERS)
        for provider, manager in owner.fetchall():
            if len(asked) >= count:
                break
            owner.execute(_WORKPLACES, {"provider": provider, "asked": list(asked), "most": count - len(asked)})
            people, workplaces = zip(*owner.fetchall(), strict=True) if owner.rowcount else ((), ())
            if _offer_anew(provider, manager, workplaces):
                asked.update(people)
        owner.execute("DELETE FROM documents_document WHERE state = 'waiting'")
    return accounts_open()


_PROVIDERS = """
SELECT provider_id, person_id FROM registry_mandate WHERE capacity = 'responsible_manager'
ORDER BY md5(provider_id::text)
"""
_WORKPLACES = """
SELECT DISTINCT ON (user_of.person_id) user_of.person_id, contract.workplace_id
FROM contracts_contract AS contract
CROSS JOIN LATERAL (
    SELECT person_id FROM registry_mandate AS mandate
    WHERE mandate.workplace_id = contract.workplace_id AND mandate.valid_to IS NULL ORDER BY id LIMIT 1
) AS user_of
WHERE contract.provider_id = %(provider)s AND contract.state = 'active' AND NOT user_of.person_id = ANY(%(asked)s)
ORDER BY user_of.person_id, md5(contract.workplace_id::text) LIMIT %(most)s
"""


def _offer_anew(provider: int, manager: int, workplaces: Sequence[int]) -> int:
    """How many of the provider's contracts there now wait for the employers."""
    from katip.contracts.models import Contract
    from katip.contracts.services.end import contracts_end_each
    from katip.contracts.services.offer_each import Offer, offers_each
    from katip.core.actor import OPERATOR, Actor, Capacity, Proof
    from katip.core.clock import day_of
    from katip.core.usecase import acting_as
    from katip.processes.models import Process
    from katip.processes.services.complete import StepDecision, steps_complete

    at = datetime.now(UTC)
    manages = Actor(manager, Capacity.PROVIDER, provider, Proof("totp", at))
    running = Contract.objects.filter(provider=provider, workplace__in=workplaces, state="active", form="service")
    part_time = running.filter(assignment_type="part_time", ends_on=None, certificate__valid_to=None)
    with acting_as(OPERATOR, durable=True):
        ended = list(part_time.order_by("pk"))
        contracts_end_each(manages, at, ended, last_day=day_of(at), note="Aynı koşullarla yeniden teklif edilecek.")
        offers = [
            Offer(one.code, one.workplace_id, one.professional_id, one.minutes, provider, at_least_minimum=True)
            for one in ended
        ]
        made, _ = offers_each(manages, at, offers)
    decisions = defaultdict(list)
    for process in Process.objects.filter(contract__in=[one.pk for one in made.values()]):
        decisions[process.waits_for_person_id].append(StepDecision(process.pk, process.version, process.terms_hash))
    for person, some in decisions.items():
        accepts = Actor(person, Capacity.INDIVIDUAL, None, Proof("totp", at))
        steps_complete(actor=accepts, at=at, decisions=some)
    return len(made)


def numbers_give(people: Sequence[int]) -> None:
    """Give people who were made without one a T.C. kimlik no that is their own."""
    from katip.core.crypto import lookup_key, seal
    from katip.rules import national_id_check_digits

    rows = []
    for place, person in enumerate(people):
        nine = str(_FIRST_NUMBER + place)
        number = nine + national_id_check_digits(nine)
        rows.append((lookup_key(number), seal(number), person))
    with _owner() as owner:
        owner.executemany(
            "UPDATE identity_person SET national_id_key = %s, national_id_sealed = %s WHERE id = %s", rows
        )


def accounts_open() -> list[Account]:
    """Let everybody come in for whom a step waits that is an employer's; returns them with what waits for them.

    Where several people speak for a workplace, it is the one who came first.
    """
    from katip.core.crypto import unseal

    with _owner() as owner:
        owner.execute(_WAITING)
        waiting: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for person, process, workplace in owner.fetchall():
            waiting[person].append((process, workplace))
        secrets = _sign_in_open(owner, sorted(waiting))
        owner.execute("SELECT id, national_id_sealed FROM identity_person WHERE id = ANY(%s)", [list(waiting)])
        numbers = {person: unseal(bytes(sealed)) for person, sealed in owner.fetchall()}
    return [
        Account(numbers[person], PASSWORD, secrets[person], tuple(processes)) for person, processes in waiting.items()
    ]


_WAITING = """
SELECT user_of.person_id, process.id, process.workplace_id FROM processes_process AS process
CROSS JOIN LATERAL (
    SELECT person_id FROM registry_mandate AS mandate
    WHERE mandate.workplace_id = process.workplace_id AND mandate.valid_to IS NULL ORDER BY id LIMIT 1
) AS user_of
WHERE process.state = 'open' AND process.waits_for = 'employer' ORDER BY process.id
"""


def _sign_in_open(owner: Any, people: Sequence[int]) -> dict[int, str]:
    """Password and code app of each, as `katip.identity.services.sign_in_open` sets them; returns the apps' secrets."""
    from allauth.mfa.adapter import get_adapter
    from django.conf import settings
    from django.contrib.auth.hashers import make_password

    encrypt, key = get_adapter().encrypt, settings.SECRET_KEY.encode()
    secrets = {
        person: base64.b32encode(hmac.digest(key, f"load {person}".encode(), "sha256")[:20]).decode()
        for person in people
    }
    owner.execute(
        "UPDATE identity_person SET password = %s WHERE id = ANY(%s) AND NOT EXISTS"
        " (SELECT FROM mfa_authenticator WHERE user_id = identity_person.id AND type = 'totp')",
        [make_password(PASSWORD), list(people)],
    )
    owner.execute("SELECT user_id FROM mfa_authenticator WHERE type = 'totp' AND user_id = ANY(%s)", [list(people)])
    there = {person for (person,) in owner.fetchall()}
    owner.executemany(
        "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (%s, 'totp', %s, now())",
        [
            (person, json.dumps({"secret": encrypt(secret)}))
            for person, secret in secrets.items()
            if person not in there
        ],
    )
    return secrets


def _owner() -> Any:
    """A cursor of the login that owns the tables."""
    from django.db import connections

    return connections["owner"].cursor()


def main(arguments: Sequence[str]) -> None:
    """Do what is named by the first argument."""
    import django

    django.setup()
    match arguments:
        case ["fresh", count, file]:
            accounts = fresh(int(count))
        case ["country", count, file]:
            accounts = country(int(count))
        case _:
            sys.exit(f"{arguments}: not known here")
    accounts_write(Path(file), accounts)
    click.echo(f"{sum(len(one.waiting) for one in accounts):,} steps wait for {len(accounts):,} people")


if __name__ == "__main__":
    main(sys.argv[1:])
