"""The names that stand in a process's terms. Terms are a snapshot: whose name it is, is told beside it."""

from collections.abc import Mapping
from typing import Any

from katip.core.shown import shown
from katip.processes.models import Process
from katip.registry.models import Professional
from katip.registry.shown import professional_shown


def professional_named(process: Process) -> str:
    """The professional whom the process is about, from its terms."""
    return named_among(process.terms["professional"], _read_along(process))


def person_named(process: Process) -> str:
    """The person whom the process is about, professional or not; empty where there is none."""
    terms = process.terms
    if terms.get("professional"):
        return professional_named(process)
    person = terms.get("person")
    if not person:
        return ""
    shown(int(person["id"]))
    return str(person["name"])


def named_among(part: Mapping[str, Any], known: Professional | None = None) -> str:
    """The name in `part` (`id` of a professional, `name`); without the row at hand, who it is, is asked afterwards."""
    if known is not None and known.pk == part["id"]:
        shown(known.person_id)
    else:
        professional_shown(int(part["id"]))
    return str(part["name"])


def _read_along(process: Process) -> Professional | None:
    """The professional's row, where it was read with the process; never asks for it."""
    contract = _at_hand(process, "contract") or _at_hand(_at_hand(process, "duration_update"), "contract")
    professional: Professional | None = _at_hand(contract, "professional")
    return professional


def _at_hand(row: Any, name: str) -> Any:
    """What `row` refers to by this name, if it was read along."""
    if row is None:
        return None
    return type(row)._meta.get_field(name).get_cached_value(row, default=None)  # noqa: SLF001 -- Django's way to ask
