"""The second half of `script/bench rows`: pages of every kind of reader in a country, with policies and without.

The country is made, or found where it was made before; a copy of its database is worked on and dropped. An employer
for whom a step waits, the manager and the professional of its contract, the person with the most companies and an
official ask their pages again and again, policies being switched on and off in turns. Taken is the time of a core, of
the page and of its connection to the database, so that what else a machine has to do counts little.
"""

import json
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from katip.cli.bench.load_client import AGENT
from katip.cli.bench.month import copy_drop, copy_environment, copy_make, program_run

ROUNDS, BLOCK, WARM = 4, 8, 7
"""so often policies are switched on and off; so often is each page asked in between, after those that do not count"""
_COPY = "rows_bench"
_WAITING = 100
"""employers for whom something is to wait"""

# Reader and address of each page; numbers in braces are found in the country (`_NUMBERS`).
PAGES: dict[str, tuple[str, str]] = {
    "step": ("employer", "/surecler/{process}/"),
    "list": ("employer", "/sozlesmeler/"),
    "contract": ("employer", "/sozlesmeler/{contract}/"),
    "card": ("employer", "/isyeri-karti/"),
    "home": ("employer", "/ana-ekran/"),
    "own_data": ("employer", "/hesabim/kisisel-verilerim/"),
    "inbox": ("accountant", "/bekleyenler/"),
    "companies": ("accountant", "/firmalar/"),
    "provider_inbox": ("manager", "/bekleyenler/"),
    "provider_list": ("manager", "/sozlesmeler/"),
    "provider_contract": ("manager", "/sozlesmeler/{contract}/"),
    "provider_step": ("manager", "/surecler/{process}/"),
    "follow": ("manager", "/takip/"),
    "board": ("manager", "/kapasite/"),
    "assignments": ("professional", "/gorevlendirmelerim/"),
    "minutes": ("professional", "/surelerim/"),
    "overview": ("official", "/genel-bakis/"),
    "lacking": ("official", "/genel-bakis/eksik-isyerleri/"),
    "providers": ("official", "/hizmet-verenler/"),
}

_NUMBERS = """
SELECT process.id AS process, contract.id AS contract, process.workplace_id AS workplace,
    user_of.person_id AS employer, process.provider_id AS provider, manager.person_id AS manager,
    most.person_id AS accountant, most.workplace_id AS company, professional.person_id AS professional
FROM processes_process AS process
JOIN contracts_contract AS contract ON contract.process_id = process.id
JOIN registry_professional AS professional ON professional.id = contract.professional_id
JOIN registry_mandate AS user_of ON user_of.workplace_id = process.workplace_id AND user_of.valid_to IS NULL
JOIN registry_mandate AS manager ON manager.provider_id = process.provider_id AND manager.valid_to IS NULL
CROSS JOIN (
    SELECT person_id, min(workplace_id) AS workplace_id FROM registry_mandate WHERE workplace_id IS NOT NULL
    GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
) AS most
WHERE process.state = 'open' AND process.waits_for = 'employer' ORDER BY process.id LIMIT 1
"""


def pages(workplaces: int, seed: int, folder: Path) -> dict[str, Any]:
    """Measure them; prints a table, returns medians in milliseconds and their ratios."""
    from katip.core.postgres import server_start

    data = (folder / f"country-{workplaces}-{seed}").resolve()
    size = ["--workplaces", str(workplaces), "--seed", str(seed)]
    program_run(["-m", "katip", "demo", "country", *size, "--data", str(data)])
    with server_start(data) as server:
        copy_make(server, data, _COPY)
        given = copy_environment(server, data, _COPY) | {"KATIP_HOST": "127.0.0.1", "KATIP_STEP_UP_MINUTES": "600"}
        try:
            program_run(["-m", "katip", "keys", "make"], **given)
            program_run(["-m", "katip.cli.bench.rows_pages", "prepare", str(data)], **given)
            web = {**given, "DJANGO_SETTINGS_MODULE": "katip.config.web_settings"}
            last = program_run(["-m", "katip.cli.bench.rows_pages", "ask", str(data)], **web)
        finally:
            copy_drop(server, _COPY)
    told: dict[str, Any] = json.loads(last)
    click.echo(f"{workplaces:,} workplaces; milliseconds of a core for a page, of them PostgreSQL's")
    for name, one in told.items():
        click.echo(
            f"{name:18} {one['off']:6.1f} ({one['sql_off']:5.1f}) without, {one['on']:6.1f} ({one['sql_on']:5.1f}) with"
            f"   {one['ratio']:.2f} ({one['sql_ratio']:.2f})"
        )
    worst = max(told, key=lambda name: told[name]["ratio"])
    return {"pages": {name: one["ratio"] for name, one in told.items()}, "worst_page": worst}


def prepare(data: Path) -> None:
    """Have something wait, make an official, open the readers' sessions; what is asked is written to `cases.json`."""
    from django.db import connections

    from katip.cli.bench.beside_country import sessions_open, static
    from katip.cli.bench.load_world import country
    from katip.core.actor import Capacity
    from katip.identity.models import Person
    from katip.registry.models import Official, OfficialRole

    static()
    country(_WAITING)
    with connections["owner"].cursor() as cursor:
        cursor.execute(_NUMBERS)
        numbers = dict(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))
    official = Person.objects.create_person(national_id="10000000146", given_name="Ad", family_name="Soyad")
    office = Official.objects.create(person=official, role=OfficialRole.DIRECTORATE)
    keys = {
        name: sessions_open([(person, organisation)], capacity)[0]
        for name, person, capacity, organisation in (
            ("employer", numbers["employer"], Capacity.WORKPLACE, numbers["workplace"]),
            ("accountant", numbers["accountant"], Capacity.WORKPLACE, numbers["company"]),
            ("manager", numbers["manager"], Capacity.PROVIDER, numbers["provider"]),
            ("professional", numbers["professional"], Capacity.INDIVIDUAL, None),
            ("official", official.pk, Capacity.OFFICIAL, office.pk),
        )
    }
    cases = [(name, keys[who], address.format(**numbers)) for name, (who, address) in PAGES.items()]
    (data / "cases.json").write_text(json.dumps(cases), "utf-8")
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def ask(data: Path) -> dict[str, Any]:
    """Ask in turns with policies and without; of each page the medians."""
    from katip.cli.bench.rows import policies

    cases = json.loads((data / "cases.json").read_text("utf-8"))
    taken: dict[tuple[str, bool], list[Spent]] = defaultdict(list)
    for turn in range(ROUNDS):
        for on in (True, False) if turn % 2 else (False, True):
            with policies(on=on):
                for name, key, address in cases:
                    found = [_asked(name, key, address) for _ in range(WARM + BLOCK)]
                    taken[name, on] += found[WARM:]  # not what plans and fills caches anew
    told = {}
    for name, _, _ in cases:
        figures: dict[str, float] = {}
        pages = statistics.median(one.page for on in (True, False) for one in taken[name, on])
        for kind, on in (("off", False), ("on", True)):
            sent = statistics.median(one.database for one in taken[name, on])
            figures |= {kind: round(1000 * (pages + sent), 2), f"sql_{kind}": round(1000 * sent, 2)}
        ratio, sent_ratio = figures["on"] / figures["off"], figures["sql_on"] / figures["sql_off"]
        told[name] = {**figures, "ratio": round(ratio, 3), "sql_ratio": round(sent_ratio, 3)}
    return told


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a core for a page: of the web process, the same with policies or without, and of the database."""

    page: float
    database: float


def _asked(name: str, session: str, address: str) -> Spent:
    from django.test import Client

    client = Client(HTTP_USER_AGENT=AGENT, SERVER_NAME="127.0.0.1")
    client.cookies["sessionid"] = session
    database, begun = database_seconds(), time.thread_time()
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer)
    spent = Spent(time.thread_time() - begun, database_seconds() - database)
    if answer.status_code != 200:  # noqa: PLR2004 -- HTTP's
        sys.exit(f"{name}: {address} answers {answer.status_code} {answer.get('Location', '')}")
    return spent


def database_seconds() -> float:
    """Seconds of a core that the connection's process in PostgreSQL has taken, as the kernel counts them."""
    from django.db import connection

    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text("utf-8")
    return int(told.split()[0]) / 1e9


def main(what: str, data: str) -> None:
    """Do what is named, in a process of its own."""
    import django

    django.setup()
    if what == "prepare":
        prepare(Path(data))
    else:
        click.echo(json.dumps(ask(Path(data))))


if __name__ == "__main__":
    main(*sys.argv[1:])
