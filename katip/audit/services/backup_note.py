"""That a copy of the register was put away, or the register made of one: known to the register itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case

MADE, RESTORED = "keeping:backup:made", "keeping:backup:restored"


@use_case
def backup_note(*, actor: Actor, at: datetime, tag: str, detail: Mapping[str, Any]) -> None:
    """Record `MADE` or `RESTORED` with what names the archive (`manifest_sha256`) and how large it is."""
    record(actor, at, Happening(tag, None, detail))
