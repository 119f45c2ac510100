"""Keeping what is shown to a person, so that they confirm exactly that: a run begins as a draft."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.rules import RuleViolation
from katip.runs.hashes import rows_hash
from katip.runs.kinds import RowAsked, kind_get
from katip.runs.models import Run, RunRow, RunState

MOST = 10_000
"""rows of one run"""
DRAFTS = 50
"""unconfirmed runs of one person in a day: each holds its rows"""
_DAY = timedelta(days=1)

_INSERT = """
INSERT INTO runs_runrow (run_id, no, subject_id, capacity, organisation_id, version, digest, params)
SELECT %s, no, subject_id, capacity, organisation_id, version, digest, params
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::int[], %s::text[], %s::jsonb[])
    WITH ORDINALITY AS asked (subject_id, capacity, organisation_id, version, digest, params, no)
ORDER BY no
"""


@use_case
def run_prepare(
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    rows: Sequence[RowAsked],
    texts: Sequence[str] = (),
    params: Mapping[str, Any] | None = None,
    again_of: int | None = None,
) -> Run:
    """Keep the rows, in their order, as a draft of the actor's; nothing of it happens until `run_open`.

    `texts` are the versions of the texts to be ticked, `params` plain JSON values for all rows. The same rows shown
    once more are the same draft. Raises `PermissionRefusedError` `bulk_off` where the operator switched bulk approval
    off and the kind approves, `no_second_step` without one, `not_yours` for another's run in `again_of`;
    `RuleViolation` `run_empty`, `run_too_long`, and `run_too_many` where the person left too many drafts in a day;
    `ValueError` for a row named twice.
    """
    require_switched_on(kind)
    if actor.proof is None:
        raise PermissionRefusedError("no_second_step")
    _require_rows(rows)
    if again_of is not None and not Run.objects.filter(pk=again_of, person_id=actor.person).exists():
        raise PermissionRefusedError("not_yours")
    shown = rows_hash(rows, params)
    drafts = Run.objects.filter(person_id=actor.person, state=RunState.DRAFT, made_at__gt=at - _DAY)
    for draft in drafts.order_by("-pk")[:DRAFTS]:
        same = (draft.kind, draft.shown_hash, draft.text_versions) == (kind, shown, list(texts))
        if same and _sides(draft) == {(str(row.capacity), row.organisation_id) for row in rows}:
            return draft
    if len(drafts.values_list("pk")[:DRAFTS]) == DRAFTS:
        raise RuleViolation("run_too_many", facts={"most": DRAFTS})
    run = Run.objects.create(
        kind=kind,
        person_id=actor.person,
        shown_hash=shown,
        text_versions=list(texts),
        params=dict(params or {}),
        total=len(rows),
        again_of_id=again_of,
        made_at=at,
    )
    _rows_insert(run, rows)
    told = {"kind": kind, "rows": run.total, "hash": shown, "texts": run.text_versions}
    record(actor, at, Happening("runs:run:shown", run.pk, told))
    return run


def require_switched_on(kind: str) -> None:
    """Raise `PermissionRefusedError` `bulk_off` where the operator does without bulk approval and the kind is one."""
    if kind_get(kind).approves and not settings.KATIP.bulk_approval:
        raise PermissionRefusedError("bulk_off")


def _require_rows(rows: Sequence[RowAsked]) -> None:
    if not rows:
        raise RuleViolation("run_empty")
    if len(rows) > MOST:
        raise RuleViolation("run_too_long", facts={"most": MOST})
    if len({(row.subject_id, row.capacity, row.organisation_id) for row in rows}) < len(rows):
        raise ValueError("a row is named twice")


def _sides(run: Run) -> set[tuple[str, int | None]]:
    """In whose names a draft's rows are: the hash does not cover it, one person may be several sides of a contract."""
    return set(RunRow.objects.filter(run=run).values_list("capacity", "organisation_id").distinct())


def _rows_insert(run: Run, rows: Sequence[RowAsked]) -> None:
    columns = (
        (
            row.subject_id,
            str(row.capacity),
            row.organisation_id,
            row.version,
            row.digest,
            json.dumps(dict(row.params), ensure_ascii=False),
        )
        for row in rows
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [run.pk, *(list(column) for column in zip(*columns, strict=True))])
