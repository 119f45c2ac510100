"""9006: a person must be found, because minutes alone cannot answer what a month's figures brought."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from katip.contracts.kinds.shortage import SHORTAGE
from katip.processes.models import PartyKind, Process, ProcessState
from katip.rules import HazardClass, MonthOutcome, MonthReason, Profession
from katip.web import format as fmt
from katip.web.looks.named import named_among
from katip.web.months.sentence import ChangeFacts, change_parts
from katip.web.processes.kinds.base import Presenter, Row, row
from katip.web.processes.kinds.contract import figure_rows, reckoning, workplace_row
from katip.web.templatetags.katip import current_language
from katip.web.words import ASSIGNMENT_TYPES, HAZARDS, PROFESSIONS, in_sentence

__all__ = ["SHORTAGE", "ShortagePresenter"]


class ShortagePresenter(Presenter):
    """The provider, or a workplace that serves itself, finds a person; the register verifies it."""

    is_contract = True

    def label(self, process: Process) -> str:
        """`Görevlendirme ihtiyacı`."""
        del process
        return _("Görevlendirme ihtiyacı")

    def heading(self, process: Process, role: str) -> str:
        """What is missing, and where."""
        what = {"code": process.code, "profession": in_sentence(self._profession(process))}
        if role:
            return _("%(code)s · Uygun bir %(profession)s görevlendirin") % what
        return _("%(code)s · Uygun bir %(profession)s bulunması gerekiyor") % what

    def terms_title(self, process: Process) -> str:
        """The heading above the terms."""
        del process
        return _("Ne değişti, ne eksik")

    def terms(self, process: Process, *, in_full: bool, auto_update: bool | None = None) -> list[Row]:
        """The workplace, what the month brought, what the law asks, and the contracts that run there."""
        del auto_update
        terms = process.terms
        rows = [
            row(_("Neden"), self._reason(process), self._figures(process), strong=True),
            workplace_row(terms),
            row(_("Hizmet veren"), (terms.get("provider") or {}).get("title") or _("İşyerinin kendi personeli")),
            row(_("Süren sözleşmeler"), *self._contracts(terms)),
        ]
        return rows + figure_rows(terms["requirement"]) if in_full else rows

    def reckoning(self, process: Process) -> Row | None:
        """How the legal minimum was come by."""
        return reckoning(process.terms["requirement"])

    def notices(self, process: Process, role: str) -> list[str]:
        """What helps, by reason; nothing once it is settled."""
        del role
        return [self._cure(process)] if process.state == ProcessState.OPEN else []

    def consequence(self, process: Process, role: str) -> str:
        """What the two answers do."""
        del process, role
        return _(
            "Yeni görevlendirme yürürlüğe girdikten sonra onaylayın; kayıt, ihtiyacın karşılandığını denetler. Siz "
            "onaylamasanız da karşılandığı an bu süreç kendiliğinden kapanır. Reddederseniz kişi bulamadığınız "
            "yazılır; süren sözleşmeler değişmez, eksik görünmeye devam eder."
        )

    def done(self, process: Process, role: str, at: datetime) -> str:
        """What the answer did."""
        del role
        what = {"workplace": process.terms["workplace"]["title"], "at": fmt.moment_text(at, current_language())}
        return _("%(workplace)s için gereken görevlendirmenin yapıldığı kaydedildi: %(at)s.") % what

    def opened(self, process: Process) -> str:
        """The first event of the time line."""
        del process
        return _("Aylık bildirimle açıldı")

    def opened_by(self, process: Process) -> str:
        """Nobody in person: the register."""
        return month_words(process.terms["month"])

    def follows(self, process: Process) -> str:
        """What ends it."""
        del process
        return _("Görevlendirme tamamlanır")

    def again(self, process: Process) -> str:
        """That it may come again."""
        del process
        return _("Eksik sürerse yeni bir bildirim süreci yeniden açabilir.")

    def detail(self, process: Process) -> str:
        """The profession and why, in one line."""
        return f"{self._profession(process)}, {in_sentence(self._reason(process))}"

    def party(self, process: Process, party: str) -> str:
        """The provider by its name."""
        if party == PartyKind.PROVIDER and process.provider is not None:
            return process.provider.short_title
        return super().party(process, party)

    def related_url(self, process: Process) -> str:
        """The contracts of that workplace."""
        title = process.terms["workplace"]["title"]
        return f"{reverse('contracts')}?{urlencode({'liste': 'devam', 'ara': title})}" if process.provider_id else ""

    def related_label(self, process: Process) -> str:
        """The words of that link."""
        del process
        return _("İşyerinin sözleşmelerini aç")

    def _profession(self, process: Process) -> str:
        return str(PROFESSIONS[Profession(process.terms["profession"])])

    def _reason(self, process: Process) -> str:
        """What is wrong, as a sentence without its full stop."""
        month = process.terms["month"]
        what = {
            "hazard": in_sentence(str(HAZARDS[HazardClass(month["hazard_after"])])),
            "profession": in_sentence(self._profession(process)),
        }
        words = {
            MonthReason.CERTIFICATE_UNFIT: _("Belge sınıfı, işyerinin yeni tehlike sınıfına (%(hazard)s) yetmiyor"),
            MonthReason.CERTIFICATE_EXPIRED: _("Görev yapan profesyonelin belgesi artık geçerli değil"),
            MonthReason.FULL_TIME_THRESHOLD: _("Gereken tam süreli %(profession)s sayısı değişti"),
            MonthReason.NO_PART_TIME: _("Artan süreyi alacak kısmi süreli sözleşme yok"),
        }
        return words[MonthReason(month["reason"])] % what

    def _cure(self, process: Process) -> str:
        """What to do."""
        own = process.provider_id is None
        cures = {
            MonthReason.CERTIFICATE_UNFIT: _(
                "Belge sınıfı yeten bir profesyonelle yeni sözleşme yapın, sonra yetmeyeni sonlandırın. Profesyonelin "
                "sınıfı yükseldiyse belgesi kayda alınınca süreç kapanır."
            ),
            MonthReason.CERTIFICATE_EXPIRED: _(
                "Belge yenilenip kayda alınınca süreç kapanır. Yenilenmeyecekse geçerli belgesi olan bir profesyonelle "
                "yeni sözleşme yapın."
            ),
            MonthReason.FULL_TIME_THRESHOLD: _(
                "Yasanın istediği sayıda tam süreli kişi görevlendirin; kısmi süreli dakikalar onun yerine geçmez."
            ),
            MonthReason.NO_PART_TIME: _(
                "Tam süreli kişinin yanında kalan dakikalar için kısmi süreli bir sözleşme yapın."
            ),
        }
        who = _("İşyeri hizmetini kendi personeliyle yürütüyor: belgeli bir çalışan daha görevlendirin.") if own else ""
        return f"{cures[MonthReason(process.terms['month']['reason'])]} {who}".strip()

    def _figures(self, process: Process) -> str:
        """What the feed told: headcount, class and what the law asks."""
        month = process.terms["month"]
        required = int(month["required_before"]), int(month["required_after"])
        facts = ChangeFacts(
            outcome=MonthOutcome.PERSON,
            profession=Profession(process.terms["profession"]),
            employees=(int(month["employees_before"]), int(month["employees_after"])),
            hazard=(HazardClass(month["hazard_before"]), HazardClass(month["hazard_after"])),
            minutes=required,
            required=required,
            on=date.fromisoformat(month["period"]),
        )
        parts = change_parts(facts)
        needed = _("kısmi sürelilerden gereken %(minutes)s") % {"minutes": parts.minutes}
        return ", ".join(part for part in (parts.figures, needed, parts.citation) if part)

    def _contracts(self, terms: Row) -> list[str]:
        """A line for each contract that runs there."""
        lines = []
        for one in terms["contracts"]:
            what: dict[str, Any] = {
                "code": one["code"],
                "person": named_among(one["professional"]),
                "type": in_sentence(str(ASSIGNMENT_TYPES[one["assignment_type"]])),
                "minutes": fmt.number_text(one["minutes"], current_language()),
            }
            full_time = one["assignment_type"] == "full_time"
            words = _("%(code)s, %(person)s, %(type)s") if full_time else _("%(code)s, %(person)s, %(minutes)s dakika")
            lines.append(words % what)
        return lines


def month_words(month: Row) -> str:
    """Which notification opened it."""
    return _("SGK’nin %(month)s bildirimi") % {
        "month": fmt.month_text(date.fromisoformat(month["period"]), current_language())
    }
