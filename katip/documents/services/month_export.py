"""`month_export`: write what a month did to a provider's contracts into a file, and record that it was taken."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO

from katip.audit.looks import Occasion, looks_record
from katip.audit.services.record import Happening, record
from katip.contracts.models import MonthChange
from katip.core.actor import Actor
from katip.core.shown import showing
from katip.core.usecase import use_case
from katip.documents.sheet.write import guarded
from katip.registry.permissions import require_provider_mandate
from katip.updates.provider_month import changes_all, provider_id_of


@use_case
def month_export(
    *,
    actor: Actor,
    at: datetime,
    run: int,
    file: IO[bytes],
    header: Sequence[str],
    line: Callable[[MonthChange], Sequence[str]],
) -> int:
    """Write the changes of the actor's provider in `run` as CSV: UTF-8 with its mark, `;` between cells.

    `header` and `line` say what stands in the cells, in the reader's words. Whoever stands in it can see who took it.
    `file` is open for writing bytes and stays open. Returns how many changes were written; raises
    `PermissionRefusedError` unless the actor speaks for a provider.
    """
    require_provider_mandate(actor, provider_id_of(actor), at)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    count = 0
    with showing() as seen:
        for change in changes_all(actor, run).iterator(chunk_size=2_000):
            writer.writerow([guarded(cell) for cell in line(change)])
            count += 1
    text.detach()
    record(actor, at, Happening("documents:month:exported", None, {"run": run, "rows": count}))
    looks_record(actor, at, seen.resolved(), Occasion.EXPORT)
    return count
