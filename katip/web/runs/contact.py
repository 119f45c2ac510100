"""Contact and consent for many workplaces: to be read, and what came of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from katip.registry.consents import AUTO_UPDATE
from katip.registry.models import Workplace
from katip.runs.contact import places_of
from katip.runs.kinds import RowAsked
from katip.runs.models import Run, RunOutcome, RunRow, RunState
from katip.web import format as fmt
from katip.web.processes.kinds import row as line
from katip.web.runs.contracts import texts_ticks
from katip.web.runs.kinds import RowShown, RunPresenter, Tick
from katip.web.templatetags.katip import current_language


class ContactPresenter(RunPresenter):
    """*Kurumsal İletişim ve İzin İşlemleri* for many."""

    review_template = "components/run_contact.html"

    def title(self, run: Run) -> str:
        del run
        return _("Toplu iletişim ve izin beyanı")

    def heading(self, run: Run) -> str:
        words = ngettext("%(n)s işyeri için beyan edin", "%(n)s işyeri için beyan edin", run.total)
        return words % {"n": fmt.number_text(run.total, current_language())}

    def lead(self, run: Run) -> str:
        del run
        return _(
            "Her işyeri kendi beyanını ve makbuzunu alır. Yanlış bir il ya da ilçe görürseniz geri dönüp düzeltin."
        )

    def consequence(self, run: Run) -> str:
        del run
        return _("Siz okurken başkasının beyan ettiği işyeri atlanır, nedeni yanında yazılır; ötekiler kaydedilir.")

    def ticks(self, run: Run) -> Sequence[Tick]:
        return texts_ticks(run)

    def texts_again(self, run: Run, rows: Sequence[RowAsked]) -> Sequence[str]:
        del rows
        return list(run.text_versions)

    def review(self, request: Any, run: Run, rows: Sequence[RunRow]) -> dict[str, Any]:
        """What is declared for all, the text of the consent, then each workplace with its place."""
        del request
        params, places, workplaces = run.params, places_of(rows), _workplaces(rows)
        told = [
            line(_("Beyan telefonu"), params["phone"], strong=True),
            line(_("E-posta"), params["email"], strong=True),
            *([line(_("Tebligat adresi"), params["postal_address"])] if params["postal_address"] else []),
            *([line(_("KEP adresi"), params["kep"])] if params["kep"] else []),
            line(_("Otomatik Güncelleme"), answer_words(params["auto_update"]), strong=True),
        ]
        return {
            "common": told,
            "consent": AUTO_UPDATE[params["consent_text"]].split("\n\n"),
            "rows": [
                {
                    "company": workplaces[row.subject_id].title,
                    "sgk_number": workplaces[row.subject_id].sgk_number,
                    "place": places.get(int(row.params["district"]), ""),
                    "moved": workplaces[row.subject_id].district_id != int(row.params["district"]),
                    "again": row.version > 0,
                }
                for row in rows
                if row.subject_id in workplaces
            ],
        }

    def rows_shown(self, run: Run, rows: Sequence[RunRow]) -> Mapping[int, RowShown]:
        places, workplaces = places_of(rows), _workplaces(rows)
        answer = f"{_('Otomatik Güncelleme')}: {answer_words(run.params['auto_update'])}"
        return {
            row.no: RowShown(
                label=_("İletişim ve izin beyanı"),
                company=workplaces[row.subject_id].title,
                detail=f"{places.get(int(row.params['district']), '')} · {answer}",
            )
            for row in rows
            if row.subject_id in workplaces
        }

    def refusal(self, outcome: RunOutcome) -> tuple[str, str]:
        if outcome.code == "changed":
            return (
                _("Bu işyeri için siz okurken başka bir beyan kaydedildi."),
                _("Kartına bakın; yine de beyan edecekseniz yeniden ele alın."),
            )
        return super().refusal(outcome)

    def done_words(self, run: Run) -> str:
        words = ngettext("%(n)s işyeri için beyan kaydedildi.", "%(n)s işyeri için beyan kaydedildi.", run.done)
        return words % {"n": fmt.number_text(run.done, current_language())}

    def done_label(self, run: Run) -> str:
        del run
        return _("Beyan edilen")

    def list_of(self, run: Run) -> tuple[str, str]:
        back = f"?taslak={run.pk}" if run.state == RunState.DRAFT else ""
        return _("Birçok işyeri için beyan"), reverse("run_contact") + back


def answer_words(answer: bool | None) -> str:  # noqa: FBT001 -- the answer itself: yes, no, or left open
    """The answer to the question of automatic updates."""
    return {True: _("Evet"), False: _("Hayır"), None: _("Boş bırakıldı")}[answer]


def _workplaces(rows: Sequence[RunRow]) -> dict[int, Workplace]:
    return Workplace.objects.in_bulk([row.subject_id for row in rows])
