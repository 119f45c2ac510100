"""What the record of a destruction says of the audit record's details: for `katip audit verify`.

The same kinds as in `katip.keeping.statements`; a test holds the two together.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from katip.audit.log.erased import Reach
from katip.audit.looks import TAG

DESTROYED = "keeping:data:destroyed"
_SIGN_IN = ("identity:", "counter:")
FITS: Mapping[str, Callable[[str], bool]] = {
    "look": lambda tag: tag == TAG,
    "sign_in_detail": lambda tag: tag.startswith(_SIGN_IN),
    "event_detail": lambda tag: tag != TAG and not tag.startswith((*_SIGN_IN, "keeping:")),
}


def reach_read(body: Mapping[str, Any]) -> Reach | None:
    """How far the destruction reached that this detail tells of; None where it took no details, or is malformed."""
    rule, until = body.get("rule"), body.get("until")
    if not isinstance(rule, str) or rule not in FITS or not isinstance(until, str):
        return None
    try:
        moment = datetime.fromisoformat(until)
    except ValueError:
        return None
    return Reach(rule, FITS[rule], moment) if moment.tzinfo else None
