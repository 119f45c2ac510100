"""Which presenter speaks for which kind of run; read once, when the pages are loaded."""

from katip.runs.decide import DECIDE
from katip.web.runs.decide import DecidePresenter
from katip.web.runs.kinds import presenter_register


def register_all() -> None:
    """Make the presenters known."""
    presenter_register(DECIDE, DecidePresenter())
