"""`own_data_export`: hand a person everything that the register holds about them, and record that they took it."""

from datetime import datetime
from typing import IO

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import snapshot_use_case, whole_from_here
from katip.identity.step_up import require_fresh
from katip.keeping.own.write import own_data_write


@snapshot_use_case
def own_data_export(*, actor: Actor, at: datetime, file: IO[bytes]) -> int:
    """Write the actor's own data into `file` (open for bytes, stays open) as they are at one moment; returns rows.

    Raises `PermissionRefusedError` where the second step is missing or too old: all of it at once is worth stealing.
    """
    require_fresh(actor, at)
    whole_from_here("what is one's own is handed out whole, also of organisations that one acts for no more")
    counts = own_data_write(file, actor.person, at)
    rows = sum(counts.values())
    record(actor, at, Happening("keeping:own_data:taken", actor.person, {"rows": rows}))
    return rows
