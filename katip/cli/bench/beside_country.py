"""What `script/bench beside` does in processes of their own: two months of a country, its browsers, and the check.

They are called as `python -m katip.cli.bench.beside_country` with `prepare FEED CASES HANDS`, `feed SEED FEED`,
`static`, `month HANDS CHUNK` or `check ANSWERS`; what they print last is for the caller.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from katip.cli.bench.load_client import AGENT

if TYPE_CHECKING:
    import polars as pl

CHANGED = 0.12
"""the share of workplaces of which the second feed tells something new"""
_CASES = 6_000
_GROWING = 0.52


def month_after(period: date) -> date:
    """The first day of the next month."""
    return date(period.year + period.month // 12, period.month % 12 + 1, 1)


def feed_next(told: "pl.DataFrame", period: date, seed: int) -> "pl.DataFrame":
    """A feed of the month `period` in which about an eighth of the workplaces of `told` that employ people changed.

    The columns are those of the feed: `sgk_number`, `period` as text, `employees`, `nace`.
    """
    import polars as pl

    from katip.demo.country.draws import key_of, unit

    number, employees = pl.col("number"), pl.col("employees").cast(pl.Int64)
    most = (employees * (0.02 + 0.22 * unit(number, key_of(seed, "next step")))).floor().cast(pl.Int64) + 1
    grows = (unit(number, key_of(seed, "next direction")) < _GROWING) | (employees <= most)
    changes = (unit(number, key_of(seed, "next fate")) < CHANGED) & (employees > 0)
    after = pl.when(changes & grows).then(employees + most).when(changes).then(employees - most).otherwise(employees)
    return (
        told.with_row_index("number")
        .with_columns(after.alias("employees"), pl.lit(f"{period:%Y-%m}").alias("period"))
        .select(told.columns)
    )


def prepare(feed: Path, cases: Path, hands: int) -> str:
    """Carry out the first month and open the browsers; returns what to tell about it. Its figures go on in `feed`."""
    from django.conf import settings

    from katip.cli.bench.month import full

    first = full(hands or None)
    shutil.copyfile(next(settings.KATIP.data.glob("headcounts-*.csv")), feed)
    opened = _browsers_open()
    cases.write_text(json.dumps(opened), "utf-8")
    return f"{first['changes']:,} contracts touched by the first month, {len(opened):,} updates to be approved"


def feed_take_next(seed: int, path: Path) -> None:
    """Let the figures in the file go on to the second month, or be told anew of it, and take them."""
    import polars as pl

    from katip.core.actor import OPERATOR
    from katip.demo.country.workplaces import PERIOD
    from katip.updates.services.feed_take import feed_take

    told = pl.read_csv(path, schema_overrides={"sgk_number": pl.String})
    feed_next(told, month_after(PERIOD), seed).write_csv(path)
    feed_take(actor=OPERATOR, at=datetime.now(UTC), path=path)


def _browsers_open() -> list[tuple[str, int, int, str]]:
    """A session for each of some updates that wait for an employer: its key, process, version and hash of terms."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT process.id, process.version, process.terms_hash, process.workplace_id, user_of.person_id
            FROM contracts_durationupdate AS update JOIN processes_process AS process ON process.id = process_id
            CROSS JOIN LATERAL (
                SELECT person_id FROM registry_mandate AS mandate
                WHERE mandate.workplace_id = process.workplace_id AND mandate.valid_to IS NULL LIMIT 1
            ) AS user_of
            WHERE update.is_open AND process.state = 'open' AND process.waits_for = 'employer'
            ORDER BY process.terms_hash LIMIT %s
            """,
            [_CASES],
        )
        found = cursor.fetchall()
    keys = sessions_open([(person, workplace) for _, _, _, workplace, person in found])
    return [(key, *row[:3]) for key, row in zip(keys, found, strict=True)]


def sessions_open(whose: Sequence[tuple[int, int | None]], capacity: str = "workplace") -> list[str]:
    """Sessions of people who showed two steps and act for an organisation, a workplace unless `capacity` says else.

    Ready as a browser's is after its first page.
    """
    from types import SimpleNamespace

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from katip.identity import devices
    from katip.identity.models import Person

    people = Person.objects.in_bulk({person for person, _ in whose})
    request: Any = SimpleNamespace(headers={"User-Agent": AGENT})
    agent, now = devices.agent_key(request), time.time()
    keys, rows = [], []
    for person, organisation in whose:
        session = SessionStore()
        session.update(
            {
                SESSION_KEY: str(person),
                BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                HASH_SESSION_KEY: people[person].get_session_auth_hash(),
                "account_authentication_methods": [
                    {"method": "password", "at": now},
                    {"method": "mfa", "type": "totp", "id": 1, "at": now},
                ],
                "account_authentication_methods_user": str(person),
                devices.AGENT: agent,
                devices.OPENED: now,
                "seen_at": now,
                "acting_for": {"capacity": capacity, "id": organisation},  # as the pages keep them
                "mandates_fetched": "",
            }
        )
        session._session_key = session._get_new_session_key()  # type: ignore[attr-defined] # noqa: SLF001
        keys.append(str(session.session_key))
        rows.append(session.create_model_instance(dict(session.items())))
    SessionStore.get_model_class().objects.bulk_create(rows, batch_size=1000)
    return keys


def static() -> None:
    """Lay out what the web server serves as files, as `katip serve` does."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


def month(count: int, chunk: int) -> dict[str, Any]:
    """Plan the newest month, carry it out and close it, as `katip month apply` does; when each step began and ended.

    `count` hands and `chunk` workplaces of a chunk; 0: as many as the product has.
    """
    from katip.cli.bench.month import all_written
    from katip.cli.hands import GIVES_WAY, hands_run
    from katip.core.actor import OPERATOR
    from katip.updates.jobs import month_end
    from katip.updates.models import Feed
    from katip.updates.services.month_apply import chunk_apply, month_begin
    from katip.updates.services.month_plan import CHUNK, month_plan

    hands = count or 1  # as beside a web server
    os.nice(GIVES_WAY)
    period = Feed.objects.latest("last_period").last_period
    assert period is not None  # noqa: S101 -- the newest of those that have one
    times, chunks = [time.time()], [0.0]
    run = month_plan(actor=OPERATOR, at=datetime.now(UTC), period=period, chunk=chunk or CHUNK)
    times.append(time.time())
    run = month_begin(actor=OPERATOR, at=datetime.now(UTC), run_id=run.pk)
    with hands_run(hands - 1, "month") as others:
        begun = time.time()
        while chunk_apply(actor=OPERATOR, run_id=run.pk):
            chunks.append(time.time() - begun)
            others.tend()
            begun = time.time()
        all_written(run.pk)
        times.append(time.time())
        while not month_end(run.pk, datetime.now(UTC)):
            others.tend()
        times.append(time.time())
    return {
        "steps": dict(zip(("plan", "apply", "close"), pairwise(times), strict=True)),
        "longest_chunk_s": round(max(chunks), 3),
        "chunks": run.chunks,
        "hands": hands,
    }


def check(answers: Path) -> dict[str, Any]:
    """What came of approvals, `[process, status, location]` each: how many stand, why others do not, what is wrong."""
    from django.db import transaction

    from katip.contracts.kinds.update import DurationUpdateKind
    from katip.contracts.models import Contract, ContractVersion
    from katip.contracts.services.sweep import fitness_sweep_recent
    from katip.processes.models import Outcome, Process, ProcessState

    fitness_sweep_recent(at=datetime.now(UTC))  # two at one workplace at one moment do not see each other: see there

    told = {process: location for process, _, location in json.loads(answers.read_text("utf-8"))}
    processes = Process.objects.in_bulk(list(told))
    made = dict(ContractVersion.objects.filter(process__in=told).values_list("process", "contract"))
    decided = set(
        Process.objects.filter(pk__in=told, steps__decision__outcome=Outcome.APPROVED).values_list("pk", flat=True)
    )
    approved, refused, wrong, kind = 0, dict[str, int](), list[str](), DurationUpdateKind()
    for no, location in told.items():
        stands = no in made and no in decided and processes[no].state == ProcessState.COMPLETED
        if location.endswith("/sonuc/") or stands:
            approved += stands
            if not stands or not location.endswith("/sonuc/"):
                wrong.append(f"process {no}: answered {location or 'by a page'}, but {processes[no].state}")
        elif processes[no].state == ProcessState.WITHDRAWN:  # the month asks anew, by its own figures
            refused["withdrawn"] = refused.get("withdrawn", 0) + 1
        else:
            with transaction.atomic():
                violation = kind.check(kind.lock([processes[no]]), datetime.now(UTC)).get(no)
            if violation is None:
                wrong.append(f"process {no}: refused for no reason, {processes[no].state}")
            else:
                refused[violation.code] = refused.get(violation.code, 0) + 1
    workplaces = Contract.objects.filter(pk__in=made.values()).values_list("workplace", flat=True)
    wrong += _history_wrong(list(made.values())) + _fitness_wrong(set(workplaces))
    return {"approved": approved, "refused": refused, "wrong": wrong}


def _history_wrong(contracts: Sequence[int]) -> list[str]:
    """Contracts whose versions are not numbered without a gap in the order in which they came into force."""
    from itertools import groupby

    from katip.contracts.models import ContractVersion

    rows = ContractVersion.objects.filter(contract__in=contracts).order_by("contract_id", "no")
    wrong = []
    for contract, group in groupby(rows, key=lambda one: one.contract_id):
        versions = list(group)
        in_order = all(before.valid_from < after.valid_from for before, after in pairwise(versions))
        if [one.no for one in versions] != list(range(1, len(versions) + 1)) or not in_order:
            wrong.append(f"contract {contract}: versions with a gap, or out of order")
    return wrong


def _fitness_wrong(workplaces: set[int]) -> list[str]:
    """Workplaces whose minutes together are not worth what the register says, or that miss minutes unasked.

    And professionals who serve for more minutes than they are employed for.
    """
    from django.db import connection

    from katip.contracts.fitness import fitness_of
    from katip.contracts.models import Contract, DurationUpdate, Fitness, Shortage
    from katip.rules import Profession

    now, wrong = datetime.now(UTC), []
    judged = fitness_of(workplaces, now)
    asked = set(DurationUpdate.objects.filter(is_open=True, contract__workplace__in=workplaces).values_list(
        "contract__workplace", "contract__profession"))  # fmt: skip
    asked |= set(Shortage.objects.filter(is_open=True, workplace__in=workplaces).values_list("workplace", "profession"))
    active = Contract.objects.filter(workplace__in=workplaces, state="active")
    for one in active:
        fit = judged[one.workplace_id].fitness(Profession(one.profession))
        if fit != one.fit:
            wrong.append(f"contract {one.pk}: {one.fit} in the register, {fit} by the rules")
        if fit == Fitness.SHORT and (one.workplace_id, one.profession) not in asked:
            wrong.append(f"contract {one.pk}: short, and nobody is asked")
    with connection.cursor() as cursor:
        cursor.execute(_OVER, [list(active.values_list("professional", flat=True))])
        wrong += [f"professional {no}: {minutes} minutes of {staff}" for no, minutes, staff in cursor.fetchall()]
    return wrong


_OVER = """
SELECT contract.professional_id, sum(current.minutes), staff.minutes
FROM contracts_contract AS contract
CROSS JOIN LATERAL (
    SELECT minutes FROM contracts_contractversion WHERE contract_id = contract.id ORDER BY no DESC LIMIT 1
) AS current
JOIN LATERAL (
    SELECT sum(minutes) AS minutes FROM registry_staffcontract AS staff
    WHERE staff.professional_id = contract.professional_id AND staff.provider_id = contract.provider_id
) AS staff ON true
WHERE contract.professional_id = ANY(%s) AND contract.state = 'active' AND contract.provider_id IS NOT NULL
GROUP BY contract.professional_id, contract.provider_id, staff.minutes
HAVING sum(current.minutes) > staff.minutes
"""


def main(arguments: Sequence[str]) -> None:
    """Do what is named by the first argument."""
    import django

    django.setup()
    match arguments:
        case ["prepare", feed, cases, hands]:
            click.echo(prepare(Path(feed), Path(cases), int(hands)))
        case ["feed", seed, feed]:
            feed_take_next(int(seed), Path(feed))
        case ["static"]:
            static()
        case ["month", hands, chunk]:
            click.echo(json.dumps(month(int(hands), int(chunk))))
        case ["check", answers]:
            click.echo(json.dumps(check(Path(answers))))
        case _:
            sys.exit(f"{arguments}: not known here")


if __name__ == "__main__":
    main(sys.argv[1:])
