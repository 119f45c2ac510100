"""How one kind of run is told on its pages. A kind is one small class; what it does not say is said here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.runs.facts import facts_read
from katip.runs.kinds import RowAsked
from katip.runs.models import Run, RunOutcome, RunRow
from katip.web.refusals import REFUSALS, refusal_parts


@dataclass(frozen=True, slots=True)
class Tick:
    """One distinct text: its version, the words beside the box, the rest beneath, and the codes that it covers."""

    version: str
    label: str
    hint: str
    codes: str = ""


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row on the page of what came of it."""

    label: str
    company: str
    detail: str = ""
    url: str = ""


REASONS: Mapping[str, tuple[Any, Any]] = {
    "already_decided": (
        lazy("Siz okurken ya da daha önce karar verilmiş."),
        lazy("Yapmanız gereken bir şey yok; kaydına bakabilirsiniz."),
    ),
    "lapsed": (lazy("Son günü geçti; artık onaylanamaz."), lazy("Teklif eden taraf yeniden teklif edebilir.")),
    "changed": (lazy("Koşulları, siz gördükten sonra değişti."), lazy("Yeniden ele alıp yeni koşulları okuyun.")),
    "mandate_ended": (
        lazy("Bu firmadaki yetkiniz sona ermiş."),
        lazy("Yetkiniz kayda yeniden geçince yeniden ele alın."),
    ),
    "not_your_turn": (lazy("Sıra sizde değil."), lazy("Sürecin sayfasında sıranın kimde olduğu yazılıdır.")),
    "fault": (
        lazy("Kayıt bu satırı bir arıza yüzünden işleyemedi; satır olduğu gibi duruyor."),
        lazy("Yeniden ele alın; yinelenirse yardım isteyin."),
    ),
}


class RunPresenter:
    """The words of one kind of run."""

    review_template: ClassVar[str] = ""
    """what is shown to be read, with the context of `review`; included in `run_review.html`"""
    again: ClassVar[bool] = True
    """whether refused rows can be taken up again"""

    def title(self, run: Run) -> str:
        """What it is, in a word or two."""
        del run
        return _("Toplu işlem")

    def heading(self, run: Run) -> str:
        """The heading of the page where it is read: what is asked of the person."""
        return self.title(run)

    def lead(self, run: Run) -> str:
        """The sentence beneath."""
        del run
        return _("Hepsini okuyun, sonra bir kez onaylayın. Her birinin kararı ve kaydı ayrı kalır.")

    def consequence(self, run: Run) -> str:
        """What *Tamamla* does, above the ticks."""
        del run
        return _("Kabul edilmeyen bir satır ötekileri durdurmaz; nedeni yanında yazılır ve yeniden ele alınabilir.")

    def ticks(self, run: Run) -> Sequence[Tick]:
        """One for each distinct text of the run, in the order of `run.text_versions`."""
        raise NotImplementedError

    def review(self, request: Any, run: Run, rows: Sequence[RunRow]) -> dict[str, Any]:
        """What the page shows of these rows, for `review_template`."""
        raise NotImplementedError

    def rows_shown(self, run: Run, rows: Sequence[RunRow]) -> Mapping[int, RowShown]:
        """How each row is called once it was carried out or refused, by its number."""
        raise NotImplementedError

    def refusal(self, outcome: RunOutcome) -> tuple[str, str]:
        """Why a row was refused, and what would cure it: the words of the statute as on a single step's page."""
        if outcome.code in REASONS and outcome.code not in REFUSALS:
            wrong, cure = REASONS[outcome.code]
            return str(wrong), str(cure)
        return refusal_parts(facts_read(outcome.code, outcome.facts))

    def texts_again(self, run: Run, rows: Sequence[RowAsked]) -> Sequence[str]:
        """The texts to be ticked where these rows of the run are taken up again."""
        del rows
        return list(run.text_versions)

    def done_words(self, run: Run) -> str:
        """What was done, in a sentence, once the run is over."""
        raise NotImplementedError

    def done_label(self, run: Run) -> str:
        """The figure of what was carried out."""
        del run
        return _("Yapılan")

    def list_of(self, run: Run) -> tuple[str, str]:
        """The list that the rows came from: its name and its address."""
        del run
        return _("Bekleyen işler"), reverse("inbox")


_PRESENTERS: dict[str, RunPresenter] = {}


def presenter_register(code: str, presenter: RunPresenter) -> None:
    """Let `presenter` speak for this kind of run."""
    _PRESENTERS[code] = presenter


def presenter_of(run: Run) -> RunPresenter:
    """The words for this run."""
    return _PRESENTERS[run.kind]
