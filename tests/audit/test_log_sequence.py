"""Positions: every event one, none twice, none moved, whoever gives them and whatever happens to them."""

import base64
import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from katip.audit.log.audit import log_audit
from katip.audit.log.entries import ENTRY_SQL, event_entry, event_text
from katip.audit.log.keys import LogKeys, key_rotate, keys_parse, log_keys
from katip.audit.log.notes import Signer, checkpoint_open
from katip.audit.log.proofs import consistency_read, proof_read
from katip.audit.log.sequence import sequence, sequence_all, waits
from katip.audit.log.tiles import BrokenLogError, Tree, checkpoint_read
from katip.audit.log.tree import EMPTY, Peaks, consistency_check, inclusion_check, leaf_hash
from katip.audit.models import Checkpoint, Event, LogEntry, LogTile
from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor, Capacity
from tests.cast import AT
from tests.conftest import owner_connect

INSERT = "INSERT INTO audit_event (at, tag, capacity, detail_hash) VALUES (%s, 'x', '', sha256(''))"


def happen(count: int = 1, *, actor: Actor = OPERATOR, tag: str = "audit:test:made", at: datetime = AT) -> None:
    with transaction.atomic():
        record(actor, at, *(Happening(tag, no, {"no": no}) for no in range(count)))


def logged() -> list[int]:
    """The events in the order of the log."""
    return list(LogEntry.objects.order_by("position").values_list("event_id", flat=True))


@pytest.mark.django_db
def test_events_get_positions_in_their_order_and_wait_no_more() -> None:
    happen(3)
    assert waits()
    assert sequence(AT) == 3
    assert logged() == list(Event.objects.order_by("pk").values_list("pk", flat=True))
    assert list(LogEntry.objects.order_by("position").values_list("position", flat=True)) == [0, 1, 2]
    assert not waits()
    assert sequence(AT) == 0
    first = logged()
    happen(2)
    assert sequence_all(AT) == 2
    assert logged()[:3] == first
    assert logged() == list(Event.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "capacity", ["operator", "çağrı", 'a"b\\c', "\n\r\t\b\f", "\x01\x1f\x7f", "\u2028 \U0001f512", ""]
)
def test_postgresql_makes_the_entry_that_python_makes(capacity: str) -> None:
    for number, moment in (
        (None, datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)),
        (2**63 - 1, datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        (-1, AT),
    ):
        event = Event.objects.create(
            at=moment,
            tag=capacity,
            actor_id=number,
            capacity=capacity,
            organisation_id=number,
            subject_id=number,
            detail_hash=bytes(range(32)),
        )
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {ENTRY_SQL} FROM audit_event event WHERE id = %s", [event.pk])  # noqa: S608 -- a constant
            assert bytes(cursor.fetchone()[0]) == event_entry(event)


@pytest.mark.django_db
def test_an_entry_is_the_hash_of_plain_facts() -> None:
    happen(actor=Actor(5, Capacity.WORKPLACE, 8), at=datetime(2026, 6, 1, tzinfo=UTC))
    event = Event.objects.get()
    assert event_text(event) == (
        'katip event v1\n{"actor_id":5,"at":1780272000000000,"capacity":"workplace",'
        f'"detail_hash":"{bytes(event.detail_hash).hex()}","id":{event.pk},"organisation_id":8,"subject_id":0,'
        '"tag":"audit:test:made"}'
    )


@pytest.mark.django_db
def test_tiles_and_heads_are_those_of_the_tree() -> None:
    """Batches of odd sizes; 65,536 events would fill a tile of level 1, so a small width stands for it elsewhere."""
    peaks, sizes = Peaks(), list[int]()
    for count in (1, 254, 1, 1, 255, 256, 300):
        happen(count)
        sequence(AT)
        sizes.append((sizes[-1] if sizes else 0) + count)
    entries = [bytes(one) for one in LogEntry.objects.order_by("position").values_list("entry", flat=True)]
    roots = {0: EMPTY}
    for entry in entries:
        peaks.grow(leaf_hash(entry))
        roots[peaks.size] = peaks.root
    assert dict(Checkpoint.objects.values_list("size", "root")) == {size: roots[size] for size in (0, *sizes)}
    tiles = LogTile.objects.filter(level=0).order_by("no").values_list("hashes", flat=True)
    leaves = b"".join(leaf_hash(entry) for entry in entries)
    assert [bytes(one) for one in tiles] == [leaves[no * 8192 : no * 8192 + 8192] for no in range(1068 // 256)]
    for size in (1, 255, 256, 257, 600, 1068):
        assert Tree(size).root == roots[size]


@pytest.mark.django_db
def test_every_event_has_a_proof_once_a_head_covers_it() -> None:
    happen(300)
    first = Event.objects.order_by("pk").values_list("pk", flat=True)[0]
    assert proof_read(first) is None
    sequence(AT)
    happen()
    assert proof_read(first + 300) is None
    sequence(AT)
    for event_id in (first, first + 255, first + 256, first + 300):
        proof = proof_read(event_id)
        assert proof is not None
        head = checkpoint_open(proof.note, log_keys().verifiers)
        assert (head.size, proof.size, proof.index) == (301, 301, event_id - first)
        inclusion_check(proof.index, proof.size, leaf_hash(proof.entry), proof.hashes, head.root)
        assert proof.entry == event_entry(Event.objects.get(pk=event_id))
    old, new = (bytes(Checkpoint.objects.get(size=size).root) for size in (300, 301))
    consistency_check(300, 301, old, new, consistency_read(300, 301))
    assert consistency_read(0, 301) == []


@pytest.mark.django_db
def test_a_proof_is_a_file_of_its_own() -> None:
    happen(2)
    sequence(AT)
    event = Event.objects.order_by("pk")[1]
    proof = proof_read(event.pk)
    assert proof is not None
    sibling = base64.b64encode(leaf_hash(event_entry(Event.objects.order_by("pk")[0]))).decode()
    extra = base64.b64encode(proof.entry).decode()
    assert proof.text() == f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 1\n{sibling}\n\n{proof.note}"
    opened = base64.b64encode(event_text(event).encode()).decode()
    assert f"extra {opened}\n" in proof.text(opened=event_text(event))


@pytest.mark.django_db
def test_large_trees_are_read_by_few_tiles(django_assert_max_num_queries: Any) -> None:
    """Tiles of three levels, as a log of millions has them, made of thin air."""
    size = 2 * 65536 * 256 + 3 * 65536 + 5 * 256
    LogTile.objects.bulk_create(
        [LogTile(level=level, no=no, hashes=bytes(8192), root=bytes(32)) for level, no in _edge(size)]
    )
    with django_assert_max_num_queries(1):
        assert Tree(size).root != EMPTY


def _edge(size: int) -> set[tuple[int, int]]:
    """Every complete tile whose root the right edge of the tree shows."""
    return {(level - 1, no) for level in (1, 2, 3) for no in range(size >> 8 * level + 8 << 8, size >> 8 * level)}


@pytest.mark.django_db
def test_a_head_is_never_signed_over_a_changed_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    happen(3)
    sequence(AT)
    happen()
    other = Signer(log_keys().origin, bytes(32))
    with monkeypatch.context() as patched:
        patched.setattr("katip.audit.log.sequence.log_keys", lambda: LogKeys(other, ()))
        with pytest.raises(BrokenLogError, match="not ours"):
            sequence(AT)
    with monkeypatch.context() as patched:
        patched.setattr("katip.audit.log.tiles.row_above", lambda row: [bytes(32)] * (len(row) // 2))
        patched.setattr("katip.audit.log.sequence.row_above", lambda row: [bytes(32)] * (len(row) // 2))
        with pytest.raises(BrokenLogError, match="another root"):
            sequence(AT)
        with pytest.raises(BrokenLogError, match="another root"):
            proof_read(Event.objects.order_by("pk")[0].pk)
    assert Checkpoint.objects.count() == 2
    assert sequence(AT) == 1


@pytest.mark.django_db
def test_a_new_key_signs_and_the_old_one_stays_known(tmp_path: Path, settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"data": tmp_path, "log_key": ""})
    log_keys.cache_clear()
    try:
        old = log_keys()
        happen()
        sequence(AT)
        new = key_rotate()
        assert new.vkeys == (new.signer.verifier.text, *old.vkeys)
        assert new.signer.secret != old.signer.secret
        assert keys_parse((tmp_path / "keys" / "log").read_text()) == new
        assert (tmp_path / "keys" / "log").stat().st_mode & 0o077 == 0
        happen()
        assert sequence(AT) == 1
        newest = checkpoint_read()
        assert newest is not None
        assert checkpoint_open(newest[2], [new.signer.verifier]).size == 2
        settings.KATIP = settings.KATIP.model_copy(update={"log_key": new.signer.text})
        with pytest.raises(PermissionError):
            key_rotate()
    finally:
        log_keys.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_gets_the_next_position() -> None:
    """A transaction takes its event's number first and commits last."""
    late = psycopg.connect(**connections["default"].get_connection_params() | {"cursor_factory": None})
    with late:
        number = late.execute(f"{INSERT} RETURNING id", [AT]).fetchone()
        happen(3)
        assert sequence(AT) == 3
        late.commit()
        assert number is not None
        assert number[0] < min(logged())
        assert sequence(AT) == 1
        assert logged()[-1] == number[0]
        assert sequence(AT) == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_there() -> None:
    with transaction.atomic():
        record(OPERATOR, AT, Happening("audit:test:made"))
        transaction.set_rollback(True)
    happen()
    assert sequence(AT) == 1
    assert not waits()


@pytest.mark.django_db(transaction=True)
def test_who_records_never_waits_for_a_sequencer() -> None:
    happen()
    with transaction.atomic():
        assert sequence_within() == 1  # its transaction is open, its lock held
        other = psycopg.connect(**connections["default"].get_connection_params() | {"cursor_factory": None})
        with other:
            other.execute("SET lock_timeout = '200ms'")
            other.execute(INSERT, [AT])
            other.commit()
    assert sequence(AT) == 1
    assert len(logged()) == 2


def sequence_within() -> int:
    """A batch in a transaction that stays open."""
    with patch("katip.audit.log.sequence.transaction", SimpleNamespace(atomic=lambda **_: nullcontext())):
        return sequence(AT)


SEQUENCER = """
import sys
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
import django
from django.db import connections
name, batch = sys.argv[1:]
from django.conf import settings
settings.DATABASES["default"]["NAME"] = name
settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
django.setup()
from datetime import UTC, datetime
from katip.audit.log import sequence
sequence.BATCH = int(batch)
print("ready", flush=True)
while True:
    if given := sequence.sequence(datetime.now(UTC)):
        print(given, flush=True)
"""


def sequencer(batch: int) -> "subprocess.Popen[str]":
    name = connections["default"].settings_dict["NAME"]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", SEQUENCER, name, str(batch)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "katip.config.settings"},
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.django_db(transaction=True)
def test_a_sequencer_that_falls_silent_loses_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    happen()
    monkeypatch.setattr("katip.audit.log.sequence._SILENT", "50ms")
    with pytest.raises(DatabaseError, match="idle-in-transaction"):
        sequence_silently()
    connection.close()
    assert sequence(AT) == 1


def sequence_silently() -> None:
    """A batch that is not committed until its lock is gone."""
    held = "1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = %s)"
    with transaction.atomic(), owner_connect() as owner:
        sequence_within()
        deadline = time.monotonic() + 30
        while owner.execute(f"SELECT {held}", [owner.info.dbname]).fetchone():
            assert time.monotonic() < deadline
        Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_sequencers_of_which_one_is_killed_neither_skip_nor_double() -> None:
    happen(700)
    first, second = sequencer(7), sequencer(11)
    try:
        for process in (first, second):
            assert process.stdout is not None
        assert first.stdout is not None
        first.stdout.readline()  # it is in the middle of its work
        happen(150)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        happen(150)
        deadline = time.monotonic() + 60
        while waits():
            assert time.monotonic() < deadline
    finally:
        for process in (first, second):
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
    places = list(LogEntry.objects.order_by("position").values_list("position", "event_id"))
    assert [position for position, _ in places] == list(range(1000))
    assert sorted(event_id for _, event_id in places) == sorted(Event.objects.values_list("pk", flat=True))
    findings: list[object] = []
    log_audit(log_keys().verifiers, [], datetime.now(UTC), findings.append)
    assert findings == []


@pytest.mark.django_db(transaction=True)
def test_what_the_queue_names_twice_or_without_an_event_does_not_stop_it() -> None:
    happen(2)
    sequence(AT)
    with owner_connect() as owner:
        owner.execute("INSERT INTO audit_logqueue (event_id) SELECT id FROM audit_event")
        owner.execute("INSERT INTO audit_logqueue (event_id) VALUES (-1)")
    happen()
    with patch("katip.audit.log.sequence.BATCH", 3):
        assert sequence(AT) == 1
    assert len(logged()) == 3
