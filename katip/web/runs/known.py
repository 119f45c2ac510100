"""Which presenter speaks for which kind of run; read once, when the pages are loaded."""

from collections.abc import Mapping, Sequence

from katip.runs.contact import CONTACT
from katip.runs.decide import DECIDE
from katip.runs.end import END
from katip.runs.models import Run, RunRow
from katip.runs.receipts.told import Told, teller_register
from katip.runs.reoffer import REOFFER
from katip.web.runs.contact import ContactPresenter
from katip.web.runs.contracts import EndPresenter, ReofferPresenter
from katip.web.runs.decide import DecidePresenter
from katip.web.runs.kinds import presenter_of, presenter_register


def register_all() -> None:
    """Make the presenters known, and let receipts call rows as the pages do."""
    presenter_register(DECIDE, DecidePresenter())
    presenter_register(REOFFER, ReofferPresenter())
    presenter_register(END, EndPresenter())
    presenter_register(CONTACT, ContactPresenter())
    teller_register(rows_tell)


def rows_tell(run: Run, rows: Sequence[RunRow]) -> Mapping[int, Told]:
    """The rows of a run that is over, in the words of its page."""
    presenter = presenter_of(run)
    shown = presenter.rows_shown(run, rows)
    refused = {row.no: presenter.refusal(row.outcome)[0] for row in rows if row.outcome.code}
    return {no: Told(one.label, one.company, one.detail, refused.get(no, "")) for no, one in shown.items()}
