"""Employers who can sign in and have something to approve, for `script/bench load` and whoever else brings load.

Called as `python -m katip.cli.bench.load_world fresh COUNT FILE` in an installation without anything in it, or as
`… country COUNT FILE` in a country as `katip demo country` makes it. Both leave `COUNT` steps that wait for employers,
and write whom they wait for into `FILE`: what a `load_client.Visitor` needs to come in and approve them. Called again,
they make what was approved meanwhile anew, or name what is still there.

Everybody has the same password; each has a code app of their own. Passwords are as dear to check as any.
"""

import base64
import hmac
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple
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
        case _:
            sys.exit(f"{arguments}: not known here")
    accounts_write(Path(file), accounts)
    click.echo(f"{sum(len(one.waiting) for one in accounts):,} steps wait for {len(accounts):,} people")


if __name__ == "__main__":
    main(sys.argv[1:])
