"""`script/bench log`: what it costs to be able to prove everything.

An installation of its own is made in a scratch folder, with the sample world in it, and thrown away afterwards:

- sequencing: events recorded by the use cases' own way, given positions by the product's sequencer. The floor writes
  as many rows of the same kind into a table with the same keys by one bare statement.
- an approval, a whole use case, with the trigger that puts its events into the log's queue and without it; each is
  rolled back, so that the same one can be repeated, once its constraints are checked as a commit checks them.
- the proof of single leaves of a log of millions, made of thin air around real tiles, and checked.
- documents of the sample world, rendered and sealed; seconds of the processor.
"""

import hashlib
import json
import random
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from katip.cli.bench.month import program_run

if TYPE_CHECKING:
    import psycopg

    from katip.core.actor import Actor
    from katip.processes.services.complete import StepDecision

_EVENTS, _CALL = 200_000, 1_000
_BLOCKS, _BLOCK, _WARM = 40, 12, 2
_PROOFS = 1_000
_DOCUMENTS = 40
_SEED = 7
_STEPS = ("sequencing", "document", "approval", "proof")
"""documents before approvals and proofs: they need the log as it is"""


def log(leaves: int, folder: Path) -> dict[str, Any]:
    """Measure all four, each in a process of its own; returns the figures."""
    from katip.core.postgres import server_remove, server_start

    data = (folder / "log").resolve()
    shutil.rmtree(data, ignore_errors=True)
    figures: dict[str, Any] = {}
    try:
        with server_start(data):
            for step in ("world", *_STEPS):
                told = program_run(["-m", "katip.cli.bench.log", step, str(data), str(leaves)])
                figures |= _shown(step, json.loads(told))
    finally:
        server_remove(data)
        shutil.rmtree(data, ignore_errors=True)
    return figures


def _shown(step: str, told: dict[str, Any]) -> dict[str, Any]:
    click.echo(f"{step}: {', '.join(f'{name} {value}' for name, value in told.items())}")
    return told


def world() -> dict[str, Any]:
    """The sample world, in a database of this version's shape."""
    from katip.cli.migrate import migrate
    from katip.demo.world import WORLD, world_load

    begun = time.perf_counter()
    migrate(finish=True)
    world_load(WORLD, datetime.now(UTC))
    return {"world_s": round(time.perf_counter() - begun, 1)}


def sequencing() -> dict[str, Any]:
    """Positions given a second, beside rows that are merely written."""
    from katip.audit.log.sequence import sequence_all

    begun = time.perf_counter()
    of_world = sequence_all(datetime.now(UTC))
    seconds_world = time.perf_counter() - begun
    _record(_EVENTS)
    floor = _rows_written()
    begun = time.perf_counter()
    given = sequence_all(datetime.now(UTC))
    seconds = time.perf_counter() - begun
    if given != _EVENTS:
        sys.exit(f"{given} of {_EVENTS} events were given a position")
    return {
        "per_second": round(given / seconds),
        "sequencing_ratio": round(seconds / floor, 2),
        "world_events": of_world,
        "world_ms": round(1000 * seconds_world),
    }


def _record(count: int) -> None:
    from django.db import transaction

    from katip.audit.services.record import Happening, record
    from katip.core.actor import Actor, Capacity

    actor = Actor(1, Capacity.WORKPLACE, 1)
    for start in range(0, count, _CALL):
        with transaction.atomic():
            record(
                actor,
                datetime.now(UTC),
                *(Happening("bench:event:made", no, {"no": no}) for no in range(start, start + _CALL)),
            )


def _rows_written() -> float:
    """Seconds for the bare rows: one statement, in a table with the same keys."""
    with _owner() as owner:
        owner.execute("CREATE TABLE bench_entry (LIKE audit_logentry INCLUDING ALL)")
        begun = time.perf_counter()
        owner.execute(
            "INSERT INTO bench_entry (position, event_id, entry) "
            "SELECT row_number() OVER (ORDER BY id), id, detail_hash FROM audit_event ORDER BY id DESC LIMIT %s",
            [_EVENTS],
        )
        seconds = time.perf_counter() - begun
        owner.execute("DROP TABLE bench_entry")
    return seconds


def approval() -> dict[str, Any]:
    """An approval with the log, as a multiple of one without."""
    actor, decision = _waiting()
    times: dict[bool, list[float]] = {True: [], False: []}
    for block in range(2 * _BLOCKS):
        logged = block % 2 == 0
        with _trigger("ENABLE" if logged else "DISABLE"):
            found = [_approved(actor, decision) for _ in range(_BLOCK)]
        times[logged] += found[_WARM:]  # the first ones read the table's new shape
    with_log, without = (statistics.median(times[logged]) for logged in (True, False))
    return {
        "approval_ratio": round(with_log / without, 3),
        "approval_ms": round(1000 * with_log, 2),
        "approval_without_ms": round(1000 * without, 2),
    }


def _waiting() -> "tuple[Actor, StepDecision]":
    """A contract of the sample world that waits for its employer, and the employer."""
    from katip.contracts.models import Contract
    from katip.core.actor import Capacity
    from katip.demo import acting
    from katip.processes.models import Outcome, PartyKind, Process
    from katip.processes.services.complete import StepDecision

    now = datetime.now(UTC)
    for process in Process.objects.filter(waits_for=PartyKind.EMPLOYER, code__in=(103, 140)).order_by("pk")[:50]:
        contract = Contract.objects.filter(process_id=process.pk).select_related("workplace").first()
        if contract is not None:
            user = acting.e_bildirge_user(contract.workplace, now)
            actor = acting.actor(user, Capacity.WORKPLACE, contract.workplace_id, now)
            return actor, StepDecision(process.pk, process.version, process.terms_hash, Outcome.APPROVED, "")
    sys.exit("no contract waits for its employer")


def _approved(actor: "Actor", decision: "StepDecision") -> float:
    """Seconds for the use case up to its commit, which is not made."""
    from django.db import connection, transaction

    from katip.core.usecase import acting_as
    from katip.processes.services.complete import steps_complete

    service = steps_complete.__wrapped__  # type: ignore[attr-defined] # what `use_case` wraps in a transaction
    now = datetime.now(UTC)
    begun = time.perf_counter()
    with acting_as(actor, durable=True):
        service(actor=actor, at=now, decisions=[decision])
        connection.check_constraints()
        seconds = time.perf_counter() - begun
        transaction.set_rollback(True)
    return seconds


@contextmanager
def _trigger(turn: str) -> Iterator[None]:
    """Turn the trigger of the log's queue on or off; on again afterwards."""
    with _owner() as owner:
        owner.execute(f"ALTER TABLE audit_event {turn} TRIGGER audit_event_queue")
    try:
        yield
    finally:
        with _owner() as owner:
            owner.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_queue")


@contextmanager
def _owner() -> Iterator["psycopg.Connection[Any]"]:
    """The owner's connection: every statement by itself."""
    import psycopg
    from django.db import connections

    parameters = connections["owner"].get_connection_params() | {"cursor_factory": None}
    with psycopg.connect(**parameters, autocommit=True) as connection:
        yield connection


def proof(leaves: int) -> dict[str, Any]:
    """Milliseconds for the proof of one leaf of a log of so many, from the event's number to the checked proof."""
    from katip.audit.log.keys import log_keys
    from katip.audit.log.notes import checkpoint_open
    from katip.audit.log.proofs import proof_read
    from katip.audit.log.tree import inclusion_check, leaf_hash

    begun = time.perf_counter()
    _log_make(leaves)
    made = time.perf_counter() - begun
    chosen = random.Random(_SEED)  # noqa: S311 -- nothing secret
    events = [1, leaves, *(chosen.randint(1, leaves) for _ in range(_PROOFS))]
    times = []
    for event_id in events:
        begun = time.perf_counter()
        found = proof_read(event_id)
        times.append(time.perf_counter() - begun)
        if found is None or found.index != event_id - 1:
            sys.exit(f"leaf {event_id} has no proof")
        head = checkpoint_open(found.note, log_keys().verifiers)
        inclusion_check(found.index, found.size, leaf_hash(found.entry), found.hashes, head.root)
    return {
        "leaves": leaves,
        "proof_ms": round(1000 * sorted(times)[int(0.99 * len(times))], 2),
        "proof_median_ms": round(1000 * statistics.median(times), 2),
        "log_made_s": round(made, 1),
    }


def _log_make(leaves: int) -> None:
    """Entries by one statement, tiles by all cores, one signed head."""
    from katip.audit.log.keys import log_keys
    from katip.audit.log.notes import Head
    from katip.audit.log.sequence import Edge
    from katip.audit.log.tiles import WIDTH

    tables = ("audit_logentry", "audit_logtile", "audit_checkpoint")
    with _owner() as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(f"TRUNCATE {', '.join(tables)}")
        keys = owner.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = 'audit_logentry'::regclass AND contype IN ('p', 'u')"
        ).fetchall()
        for name, _ in keys:
            owner.execute(f"ALTER TABLE audit_logentry DROP CONSTRAINT {name}")
        with ProcessPoolExecutor() as cores:
            full = leaves // WIDTH
            spans = [(start, min(start + 512, full)) for start in range(0, full, 512)]
            row = "INSERT INTO audit_logentry (position, event_id, entry) SELECT g, g + 1, sha256(int8send(g)) "
            made = cores.map(_tiles, spans)
            owner.execute(row + "FROM generate_series(0::bigint, %s - 1) g", [leaves])
            level, roots = 0, _copied(owner, 0, made)
            while len(roots) >= WIDTH:
                level += 1
                tiles = [roots[at : at + WIDTH] for at in range(0, len(roots) - WIDTH + 1, WIDTH)]
                roots = _copied(owner, level, [[(b"".join(tile), _root(tile)) for tile in tiles]])
        owner.execute("SET maintenance_work_mem = '512MB'")
        for name, definition in keys:
            owner.execute(f"ALTER TABLE audit_logentry ADD CONSTRAINT {name} {definition}")
        for table in tables:
            owner.execute(f"ANALYZE {table}")
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        root = Edge(leaves).root
        signed = log_keys().signer.sign(Head(log_keys().origin, leaves, root).text)
        owner.execute(
            "INSERT INTO audit_checkpoint (size, root, note, at) VALUES (%s, %s, %s, now())", [leaves, root, signed]
        )


def _copied(owner: "psycopg.Connection[Any]", level: int, made: Iterable[Sequence[tuple[bytes, bytes]]]) -> list[bytes]:
    """Keep the tiles of a level; returns their roots."""
    roots: list[bytes] = []
    with owner.cursor().copy("COPY audit_logtile (level, no, hashes, root) FROM STDIN (FORMAT binary)") as copy:
        copy.set_types(["int2", "int8", "bytea", "bytea"])
        for tiles in made:
            for hashes, root in tiles:
                copy.write_row((level, len(roots), hashes, root))
                roots.append(root)
    return roots


def _tiles(span: tuple[int, int]) -> list[tuple[bytes, bytes]]:
    """The tiles from one number to before another: hashes and root."""
    sha256, tiles = hashlib.sha256, []
    for no in range(*span):
        entries = (sha256(position.to_bytes(8, "big")).digest() for position in range(no << 8, no + 1 << 8))
        leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
        tiles.append((b"".join(leaves), _root(leaves)))
    return tiles


def _root(hashes: list[bytes]) -> bytes:
    from katip.audit.log.sequence import tile_root

    return tile_root(hashes)


def document() -> dict[str, Any]:
    """Milliseconds of the processor for a document, rendered and sealed, after the first ones."""
    from django.utils import timezone

    from katip.documents.making.facts import Reading
    from katip.documents.models import Document, DocumentState
    from katip.documents.services.make import document_make, register_now

    documents = list(Document.objects.filter(state=DocumentState.WAITING).order_by("pk")[:_DOCUMENTS])
    reading, register = Reading(documents), register_now()
    facts = [one for one in map(reading.facts, documents) if one.proof is not None]
    times = []
    for one in [*facts[:_WARM], *facts]:
        begun = time.process_time()
        document_make(one, register, timezone.now())
        times.append(time.process_time() - begun)
    return {"document_ms": round(1000 * statistics.median(times[_WARM:]), 1), "documents": len(facts)}


def main(step: str, data: str, leaves: str) -> dict[str, Any]:
    """One step, in a process of its own that knows the scratch installation."""
    from katip.cli.demo import environment_set

    environment_set(Path(data))

    import django

    django.setup()
    if step == "proof":
        return proof(int(leaves))
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "world": world,
        "sequencing": sequencing,
        "document": document,
        "approval": approval,
    }
    return steps[step]()


if __name__ == "__main__":
    click.echo(json.dumps(main(*sys.argv[1:])))
