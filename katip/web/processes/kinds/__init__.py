"""The register of presenters: process code to the words of its pages. Filled when the pages are loaded."""

from katip.processes.models import Process
from katip.web.processes.kinds.base import Presenter, Row, row

__all__ = ["RELATED", "Presenter", "Row", "presenter_of", "presenter_register", "row"]

RELATED = (
    "contract__professional__person",
    "contract__certificate",
    "duration_update__contract__professional__person",
)
"""What the page of one process reads along, so that presenters ask nothing more."""

_PRESENTERS: dict[int, Presenter] = {}
_PLAIN = Presenter()


def presenter_register(presenter: Presenter, *codes: int) -> None:
    """Let `presenter` speak for these codes."""
    _PRESENTERS.update(dict.fromkeys(codes, presenter))


def presenter_of(process: Process) -> Presenter:
    """The words for this process; plain ones where its kind has none of its own."""
    return _PRESENTERS.get(process.code, _PLAIN)
