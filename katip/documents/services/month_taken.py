"""`month_taken`: record that an official takes a month's list that names workplaces; the file follows in pieces."""

from collections.abc import Mapping
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.updates.official import run_find


@use_case
def month_taken(*, actor: Actor, at: datetime, run_id: int, part: str, asked: Mapping[str, object]) -> None:
    """Record which `part` (`changes`, `missing`) of a run is taken, and what was asked for (plain values, no names).

    Recorded before the first line is written: who broke off took something, too. Raises `PermissionRefusedError` for
    who may not read the run.
    """
    if run_find(actor, run_id) is None:
        raise PermissionRefusedError("no_office")
    detail = {"part": part} | ({"asked": dict(asked)} if asked else {})
    record(actor, at, Happening("documents:month:taken", run_id, detail))
