"""What came of the approvals that a client tried; run where Katip's settings are, by `deploy/cluster run`.

`python -m deploy.faults.check SECONDS` reads the client's ledger as JSON from standard input, with all that waited at
its beginning, waits at most so long until workers have made what is to be made, and prints as one line of JSON what it
found. It reads tables, asks no service of the product, and believes the ledger.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

_PAUSE = 1.0
_SHOWN = 20

_STANDS = """
SELECT tried.process, process.state, contract.id, contract.state,
    (SELECT count(*) FROM processes_decision AS decision JOIN processes_step AS step ON step.id = decision.step_id
     WHERE step.process_id = tried.process AND step.party = 'employer'),
    (SELECT count(*) FROM contracts_contractversion AS version WHERE version.contract_id = contract.id),
    (SELECT count(*) FROM contracts_contractact AS act
     WHERE act.contract_id = contract.id AND act.state_to = 'active'),
    (SELECT count(*) FROM audit_event AS event JOIN audit_eventdetail AS detail ON detail.event_id = event.id
     WHERE event.tag = 'process:step:approved' AND event.subject_id = tried.process
        AND (detail.body ->> 'step')::int = 2),
    (SELECT count(*) FROM documents_document AS document WHERE document.contract_id = contract.id),
    (SELECT count(*) FROM documents_document AS document JOIN documents_documentfile AS file
        ON file.document_id = document.id WHERE document.contract_id = contract.id AND document.state = 'made')
FROM unnest(%s::bigint[]) AS tried(process)
JOIN processes_process AS process ON process.id = tried.process
JOIN contracts_contract AS contract ON contract.process_id = tried.process
"""

_TWICE = """
SELECT 'decisions of step ' || step_id FROM processes_decision GROUP BY step_id HAVING count(*) > 1
UNION ALL SELECT 'version ' || no || ' of contract ' || contract_id FROM contracts_contractversion
    GROUP BY contract_id, no HAVING count(*) > 1
UNION ALL SELECT 'active contracts of ' || workplace_id || ' and ' || professional_id FROM contracts_contract
    WHERE state = 'active' GROUP BY workplace_id, professional_id, profession HAVING count(*) > 1
UNION ALL SELECT 'documents of contract ' || contract_id FROM documents_document
    GROUP BY contract_id, occasion, version_no HAVING count(*) > 1
UNION ALL SELECT 'files of document ' || document_id FROM documents_documentfile
    WHERE no = 1 GROUP BY document_id HAVING count(*) > 1
LIMIT 20
"""

_GAPS = """
SELECT (SELECT count(*) FROM audit_event), (SELECT count(*) FROM audit_logentry),
    (SELECT coalesce(max(position) + 1, 0) FROM audit_logentry), (SELECT count(*) FROM audit_logqueue),
    (SELECT count(*) FROM audit_event AS event WHERE NOT EXISTS
        (SELECT FROM audit_logentry AS entry WHERE entry.event_id = event.id)),
    (SELECT count(*) FROM audit_logentry AS entry WHERE NOT EXISTS
        (SELECT FROM audit_event AS event WHERE event.id = entry.event_id)),
    (SELECT count(*) FROM audit_event AS event WHERE NOT EXISTS
        (SELECT FROM audit_eventdetail AS detail WHERE detail.event_id = event.id))
"""

_UNFINISHED = """
SELECT (SELECT count(*) FROM documents_document WHERE state <> 'made'), (SELECT count(*) FROM audit_logqueue),
    (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('doing', 'todo') AND attempts > 0),
    (SELECT count(*) FROM updates_monthrun WHERE state IN ('applying', 'closing'))
"""


@dataclass(slots=True)
class Found:
    """What the tables hold of the ledger's processes, and whatever does not fit."""

    acknowledged: int = 0
    found: int = 0
    """of the acknowledged ones: those that stand, whole and once"""
    unknown: int = 0
    unknown_there: int = 0
    refused: int = 0
    documents: int = 0
    """made, with their files, of what stands"""
    month_changes: int = 0
    """contracts that a month changed meanwhile, each once"""
    events: int = 0
    waited_seconds: float = 0.0
    lost: list[int] = field(default_factory=list)
    """acknowledged, and not there"""
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """anything else that must not be"""


def check(ledger: Sequence[Mapping[str, Any]], seconds: float) -> Found:
    """Lay the ledger beside the tables, once nothing is left to be done or `seconds` have passed."""
    from django.db import connection

    from deploy.faults import month

    found = Found()
    with connection.cursor() as cursor:
        found.waited_seconds = round(_await(cursor, seconds, found), 1)
        tried = [one["process"] for one in ledger]
        cursor.execute(_STANDS, [tried])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
        for one in ledger:
            _judge(one, rows.get(one["process"]), found)
        cursor.execute(_TWICE)
        found.doubled += [f"twice: {words}" for (words,) in cursor.fetchall()]
        _sequence(cursor, found)
        found.month_changes, wrong = month.check(cursor)
        found.wrong += wrong
    return found


def _judge(one: Mapping[str, Any], row: Sequence[Any] | None, found: Found) -> None:
    """One process: what the client knows of it against its rows."""
    answers = {again["answer"] for again in one["tries"]}
    no = one["process"]
    if row is None:
        found.wrong.append(f"process {no}: there is none")
        return
    state, _, contract_state, *counts = row
    stands = (state, contract_state) == ("completed", "active")
    is_whole = stands and counts == [1, 1, 1, 1, 1, 1]
    is_absent = (state, contract_state) == ("open", "awaiting_employer") and not any(counts)
    found.documents += counts[-1]
    if any(count > 1 for count in counts):
        found.doubled.append(f"process {no}: {_words(counts)}")
    if "acknowledged" in answers:
        found.acknowledged += 1
        found.found += is_whole
        if not stands:
            found.lost.append(no)
    elif "unknown" in answers:
        found.unknown += 1
        found.unknown_there += stands
    else:
        found.refused += bool(answers)
        if stands:
            words = "answered as not recorded, and it stands" if answers else "approved, and nobody asked for it"
            found.wrong.append(f"process {no}: {words}")
    if not is_whole and not is_absent:
        found.wrong.append(f"process {no}: {state}, contract {contract_state}, {_words(counts)}")


def _words(counts: Sequence[int]) -> str:
    names = ("decisions", "versions", "acts", "events", "documents", "files")
    return ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))


def _await(cursor: Any, seconds: float, found: Found) -> float:
    """Wait for the workers; returns how long it took. What is left at the end is wrong."""
    begun = time.monotonic()
    while True:
        cursor.execute(_UNFINISHED)
        left = cursor.fetchone()
        if not any(left):
            return time.monotonic() - begun
        if time.monotonic() - begun > seconds:
            names = ("documents", "events without their place", "jobs tried before", "months")
            words = ", ".join(f"{count} {name}" for name, count in zip(names, left, strict=True))
            found.wrong.append(f"after {seconds:.0f} s still to be done: {words}")
            return time.monotonic() - begun
        time.sleep(_PAUSE)


def _sequence(cursor: Any, found: Found) -> None:
    """Positions of the log: one for each event, none left out."""
    cursor.execute(_GAPS)
    events, entries, top, queued, unplaced, empty, bare = cursor.fetchone()
    found.events = events
    if not events == entries == top or queued or unplaced or empty or bare:
        found.wrong.append(
            f"log: {events} events, {entries} entries, next position {top}, {queued} queued, "
            f"{unplaced} without a place, {empty} places without an event, {bare} events without their detail"
        )


def main(arguments: Sequence[str]) -> None:
    """Print what was found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katip.config.settings")
    import django

    django.setup()
    found = asdict(check(json.load(sys.stdin), float(arguments[0])))
    for name in ("lost", "doubled", "wrong"):
        found[f"{name}_count"] = len(found[name])
        found[name] = found[name][:_SHOWN]
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
