"""The database's owner writes into the tables, and is found, whatever they do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.db import transaction

from katip.audit.log.audit import log_audit
from katip.audit.log.entries import event_entry
from katip.audit.log.findings import Counts, Finding
from katip.audit.log.keys import log_keys
from katip.audit.log.notes import Head, Signer, checkpoint_open
from katip.audit.log.sequence import Edge, sequence
from katip.audit.log.tree import Peaks, leaf_hash
from katip.audit.looks import Occasion, looks_record
from katip.audit.models import Checkpoint, Event, LogQueue
from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor
from tests.cast import AT
from tests.conftest import APPEND_ONLY, owner_connect

pytestmark = pytest.mark.django_db(transaction=True)

Owner = psycopg.Connection[Any]
TABLES = (*APPEND_ONLY, "audit_logqueue")
SIZES = (40, 300, 600)


def happen(count: int, at: Any = AT) -> None:
    with transaction.atomic():
        record(OPERATOR, at, *(Happening("audit:test:made", no, {"no": no, "ad": "Çağrı"}) for no in range(count)))


@pytest.fixture
def kept() -> list[Head]:
    """A log of 600 events, signed at three sizes, and those three heads as somebody kept them."""
    for size, before in zip(SIZES, (0, *SIZES), strict=False):
        happen(size - before)
        sequence(AT)
    return [checkpoint_open(one.note, log_keys().verifiers) for one in Checkpoint.objects.order_by("size")[1:]]


def audit(kept: list[Head] | None = None, at: Any = AT) -> tuple[Counts, list[Finding]]:
    findings: list[Finding] = []
    counts = log_audit(log_keys().verifiers, kept or [], at, findings.append)
    return counts, findings


def codes(findings: list[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def test_a_log_that_nobody_touched_is_as_it_was_left(kept: list[Head]) -> None:
    happen(2)
    with owner_connect() as owner:  # as the law asks: an event's detail goes, the event stays
        owner.execute("DELETE FROM audit_eventdetail WHERE event_id = (SELECT min(event_id) FROM audit_eventdetail)")
    destroyed("event_detail", until=AT + timedelta(seconds=1), at=AT + timedelta(days=1))
    counts, findings = audit(kept)
    assert findings == []
    assert counts == Counts(events=600, details=599, erased=1, tiles=2, checkpoints=4, waiting=3)


def destroyed(rule: str, until: Any, at: Any) -> None:
    with transaction.atomic():
        record(OPERATOR, at, Happening("keeping:data:destroyed", None, {"rule": rule, "until": str(until), "rows": 1}))


def test_a_detail_that_no_destruction_reaches_was_taken(kept: list[Head]) -> None:
    assert kept
    with owner_connect() as owner:
        owner.execute("DELETE FROM audit_eventdetail WHERE event_id = (SELECT min(event_id) FROM audit_eventdetail)")
    assert codes(audit()[1]) == {"detail_missing"}
    for rule, until, at in (
        ("sign_in_detail", AT + timedelta(seconds=1), AT + timedelta(days=1)),  # of another kind
        ("event_detail", AT, AT + timedelta(days=1)),  # of earlier ones
        ("event_detail", AT + timedelta(days=2), AT + timedelta(days=1)),  # of what had not happened yet
        ("event_detail", "once", AT + timedelta(days=1)),
    ):
        destroyed(rule, until=until, at=at)
        assert codes(audit()[1]) == {"detail_missing"}


# What the owner does, who owns every table but not the key.

_INSERT = """
INSERT INTO audit_event (id, tag, actor_id, capacity, detail_hash, at) OVERRIDING SYSTEM VALUE
VALUES (%s, 'audit:test:made', 1, 'operator', sha256(''), %s)
"""


def edit_event(owner: Owner) -> None:
    owner.execute("UPDATE audit_event SET actor_id = 7 WHERE subject_id = 5")


def edit_date(owner: Owner) -> None:
    owner.execute("UPDATE audit_event SET at = at - interval '1 microsecond' WHERE subject_id = 5")


def edit_detail(owner: Owner) -> None:
    owner.execute("""UPDATE audit_eventdetail SET body = '{"no": 4, "ad": "Başka"}' WHERE event_id = 9""")


def take_detail(owner: Owner) -> None:
    owner.execute("DELETE FROM audit_eventdetail WHERE event_id = 9")


def edit_both_hashes(owner: Owner) -> None:
    """The event is changed, and its entry made to fit."""
    owner.execute("UPDATE audit_event SET subject_id = 99 WHERE id = 20")
    owner.execute("UPDATE audit_logentry SET entry = %s WHERE event_id = 20", [event_entry(Event.objects.get(pk=20))])


def delete_event(owner: Owner) -> None:
    owner.execute("DELETE FROM audit_eventdetail WHERE event_id = 11")
    owner.execute("DELETE FROM audit_event WHERE id = 11")


def delete_entry_too(owner: Owner) -> None:
    delete_event(owner)
    owner.execute("DELETE FROM audit_logentry WHERE event_id = 11")


def close_the_gap(owner: Owner) -> None:
    delete_entry_too(owner)
    owner.execute("UPDATE audit_logentry SET position = -position WHERE position > 10")
    owner.execute("UPDATE audit_logentry SET position = -position - 1 WHERE position < 0")


def swap_events(owner: Owner) -> None:
    owner.execute("UPDATE audit_logentry SET event_id = -event_id WHERE event_id IN (31, 32)")
    owner.execute("UPDATE audit_logentry SET event_id = 63 + event_id WHERE event_id < 0")


def swap_positions(owner: Owner) -> None:
    owner.execute("UPDATE audit_logentry SET position = -position WHERE position IN (31, 32)")
    owner.execute("UPDATE audit_logentry SET position = 63 + position WHERE position < 0")


def slip_in(owner: Owner) -> None:
    """An event that never waits."""
    owner.execute(_INSERT, [700, AT])


def slip_in_with_entry(owner: Owner) -> None:
    """An event put in the place of another, with everything behind it moved."""
    slip_in(owner)
    owner.execute("UPDATE audit_logentry SET position = -position WHERE position >= 100")
    owner.execute("UPDATE audit_logentry SET position = 1 - position WHERE position < 0")
    entry = event_entry(Event.objects.get(pk=700))
    owner.execute("INSERT INTO audit_logentry (position, event_id, entry) VALUES (100, 700, %s)", [entry])


def back_date(owner: Owner) -> None:
    """An event that comes in by the front door and says that it is old."""
    owner.execute(_INSERT, [700, AT - timedelta(days=30)])
    owner.execute("INSERT INTO audit_logqueue (event_id) VALUES (700)")
    sequence(AT)


def back_date_by_number(owner: Owner) -> None:
    """The same with a number that was free."""
    owner.execute(_INSERT, [-5, AT - timedelta(hours=2)])
    owner.execute("INSERT INTO audit_logqueue (event_id) VALUES (-5)")
    sequence(AT)


def forge_checkpoint(owner: Owner) -> None:
    note = Signer(log_keys().origin, bytes(32)).sign(Head(log_keys().origin, 300, bytes(32)).text)
    owner.execute("UPDATE audit_checkpoint SET note = %s, root = %s WHERE size = 300", [note, bytes(32)])


def replace_checkpoint(owner: Owner) -> None:
    older = Checkpoint.objects.get(size=40).note
    owner.execute("UPDATE audit_checkpoint SET note = %s WHERE size = 300", [older])


def delete_checkpoints(owner: Owner) -> None:
    owner.execute("DELETE FROM audit_checkpoint WHERE size > 40")


def roll_tile(owner: Owner) -> None:
    owner.execute("UPDATE audit_logtile SET hashes = substr(hashes, 33) || substr(hashes, 1, 32) WHERE no = 1")


def lose_tile(owner: Owner) -> None:
    owner.execute("DELETE FROM audit_logtile WHERE no = 0")


def add_tile(owner: Owner) -> None:
    owner.execute("INSERT INTO audit_logtile SELECT 1, 0, hashes, root FROM audit_logtile WHERE no = 0")


def empty_queue(owner: Owner) -> None:
    owner.execute(_INSERT, [700, AT])
    owner.execute("DELETE FROM audit_logqueue")


def queue_again(owner: Owner) -> None:
    owner.execute("INSERT INTO audit_logqueue (event_id) VALUES (50), (10000)")


def cut_off(owner: Owner) -> None:
    """The end is taken away from every table: what is left fits together."""
    owner.execute("DELETE FROM audit_eventdetail WHERE event_id > 300")
    owner.execute("DELETE FROM audit_event WHERE id > 300")
    owner.execute("DELETE FROM audit_logentry WHERE position >= 300")
    owner.execute("DELETE FROM audit_logtile WHERE no > 0")
    owner.execute("DELETE FROM audit_checkpoint WHERE size > 300")


def rewrite(owner: Owner) -> None:
    """The owner has the key as well: edits an event, and makes and signs everything else anew, tiles included."""
    owner.execute("UPDATE audit_event SET actor_id = 7 WHERE id = 20")
    owner.execute("DELETE FROM audit_logtile")
    peaks, edge, keys = Peaks(), Edge(0), log_keys()
    for position, event in enumerate(Event.objects.order_by("pk")):
        entry = event_entry(event)
        owner.execute("UPDATE audit_logentry SET entry = %s WHERE position = %s", [entry, position])
        peaks.grow(leaf_hash(entry))
        for tile in edge.grow([leaf_hash(entry)]):
            owner.execute("INSERT INTO audit_logtile (level, no, hashes, root) VALUES (%s, %s, %s, %s)", tile)
        if peaks.size in SIZES:
            note = keys.signer.sign(Head(keys.origin, peaks.size, peaks.root).text)
            owner.execute(
                "UPDATE audit_checkpoint SET root = %s, note = %s WHERE size = %s", [peaks.root, note, peaks.size]
            )


FOUND: dict[Callable[[Owner], None], set[str]] = {
    edit_event: {"event_changed"},
    edit_date: {"event_changed"},
    edit_detail: {"detail_changed"},
    take_detail: {"detail_missing"},
    edit_both_hashes: {"tile_changed", "checkpoint_root"},
    delete_event: {"event_missing"},
    delete_entry_too: {"position_missing"},
    close_the_gap: {"position_missing", "tile_changed", "checkpoint_root", "checkpoint_foreign"},
    swap_events: {"event_changed"},
    swap_positions: {"tile_changed", "checkpoint_root"},
    slip_in: {"event_unplaced"},
    slip_in_with_entry: {"detail_missing", "position_foreign", "tile_changed", "checkpoint_root"},
    back_date: {"back_dated", "detail_missing"},
    back_date_by_number: {"back_dated", "detail_missing"},
    forge_checkpoint: {"checkpoint_forged"},
    replace_checkpoint: {"checkpoint_changed", "checkpoint_root"},
    delete_checkpoints: {"position_foreign", "tile_foreign"},
    roll_tile: {"tile_changed"},
    lose_tile: {"tile_missing"},
    add_tile: {"tile_foreign"},
    empty_queue: {"event_unplaced"},
    queue_again: {"queue_foreign"},
    cut_off: set(),
    rewrite: set(),
}
# What nothing in the tables tells, checkpoints that were kept elsewhere do.
FOUND_BY_KEPT = {
    cut_off: {"kept_longer"},
    rewrite: {"kept_root"},
    delete_checkpoints: {"position_foreign", "tile_foreign", "kept_longer"},
}


def test_whatever_the_owner_does_is_found(kept: list[Head]) -> None:
    found, by_kept = {}, {}
    with owner_connect() as owner:
        for table in TABLES:
            owner.execute(f"CREATE TABLE before_{table} AS TABLE {table}")
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            for tamper in FOUND:
                tamper(owner)
                found[tamper.__name__] = codes(audit()[1])
                if tamper in FOUND_BY_KEPT:
                    by_kept[tamper] = codes(audit(kept)[1])
                owner.execute("TRUNCATE " + ", ".join(TABLES))
                for table in TABLES:
                    owner.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE before_{table}")
        finally:
            for table in TABLES:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
                owner.execute(f"DROP TABLE before_{table}")
    assert found == {tamper.__name__: wanted for tamper, wanted in FOUND.items()}
    assert by_kept == FOUND_BY_KEPT


def test_what_waits_too_long_is_told_of(kept: list[Head]) -> None:
    assert kept
    happen(1)
    now = LogQueue.objects.get().since
    assert codes(audit(at=now + timedelta(minutes=4))[1]) == set()
    assert codes(audit(at=now + timedelta(minutes=6))[1]) == {"event_stalled"}


def test_a_kept_checkpoint_that_is_not_in_the_table_is_missed(kept: list[Head]) -> None:
    with owner_connect() as owner:
        owner.execute("ALTER TABLE audit_checkpoint DISABLE TRIGGER USER")
        owner.execute("DELETE FROM audit_checkpoint WHERE size = 300")
        owner.execute("ALTER TABLE audit_checkpoint ENABLE TRIGGER USER")
    assert codes(audit(kept)[1]) == {"kept_missing"}
    assert codes(audit()[1]) == set()


def test_back_dated_is_neither_what_stood_still_nor_what_was_decided_earlier(kept: list[Head]) -> None:
    assert kept
    for hours in range(5):
        happen(1, AT + timedelta(hours=hours))
    for _ in range(2):  # the first batch after a standstill is signed long after what comes in the second happened
        with patch("katip.audit.log.sequence.BATCH", 3):
            sequence(AT + timedelta(hours=9))
    assert Checkpoint.objects.order_by("-size")[0].size == 605
    assert codes(audit()[1]) == set()
    happen(1, AT - timedelta(hours=3))
    sequence(AT)
    assert codes(audit()[1]) == {"back_dated"}
    with patch("katip.audit.log.audit._carried", {"audit:test:made"}):
        assert codes(audit()[1]) == set()


def test_a_look_that_was_hidden_from_the_person_or_made_up_is_found() -> None:
    with transaction.atomic():
        for minutes in (0, 10):  # the second names both, and adds a row for one of them
            persons = [7] if not minutes else [7, 8]
            looks_record(Actor(5), AT + timedelta(minutes=minutes), persons, Occasion.CONTRACT)
    sequence(AT)
    assert audit()[1] == []
    with owner_connect() as owner:
        owner.execute("DELETE FROM audit_look WHERE person_id = 8")
        owner.execute("ALTER TABLE audit_look DISABLE TRIGGER USER")
        owner.execute("UPDATE audit_look SET person_id = 9 WHERE person_id = 7")
        owner.execute("ALTER TABLE audit_look ENABLE TRIGGER USER")
    found = audit()[1]
    assert codes(found) == {"look_gone", "look_foreign"}
    assert ["person 7" in one.words or "person 8" in one.words for one in found if one.code == "look_gone"] == [
        True
    ] * 3
    destroyed("look", until=AT + timedelta(days=1), at=AT + timedelta(days=1100))
    assert not {"look_gone", "look_foreign"} & codes(audit()[1])
