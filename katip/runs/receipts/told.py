"""How rows are called on a receipt. The words are those of the pages, which stand above and register them here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import translation

from katip.documents.making.words import Pair, pair
from katip.runs.models import Run, RunRow


@dataclass(frozen=True, slots=True)
class Told:
    """One row: what it is about, of which company, and why it was refused ('' where it was not)."""

    label: str
    company: str
    detail: str = ""
    refusal: str = ""


Teller = Callable[[Run, Sequence[RunRow]], Mapping[int, Told]]

_TELLERS: list[Teller] = []

KINDS: Mapping[str, Pair] = {
    "decide": pair("Toplu onay", "Approval of many"),
    "reoffer": pair("Toplu yeniden teklif", "Offers made anew"),
    "end": pair("Toplu sonlandırma", "End of many contracts"),
    "contact": pair("Toplu iletişim ve izin beyanı", "Contact and consent for many workplaces"),
}
DONE: Mapping[str, Pair] = {
    "decide": pair("Onaylandı", "Approved"),
    "reoffer": pair("Yeniden teklif edildi", "Offered anew"),
    "end": pair("Sonlandırıldı", "Ended"),
    "contact": pair("Beyan edildi", "Declared"),
}
TAGS: Mapping[str, Sequence[str]] = {
    "decide": ("process:step:approved",),
    "reoffer": ("contract:offer:renewed",),
    "end": ("contract:end:made", "contract:end:announced"),
    "contact": ("registry:card:declared",),
}
"""the events that rows of a kind leave behind, whose subject is the row's"""


def teller_register(teller: Teller) -> None:
    """Let `teller` call rows by their words, in the language that is active; at start-up."""
    _TELLERS[:] = [teller]


def rows_told(run: Run, rows: Sequence[RunRow]) -> Mapping[int, Told]:
    """Each row in Turkish, which prevails, by its number."""
    with translation.override("tr"):
        return {no: told for teller in _TELLERS for no, told in teller(run, rows).items()}
