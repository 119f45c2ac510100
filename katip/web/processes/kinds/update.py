"""9001: new monthly minutes for a running contract; one side proposes, or a month's figures do, the other decides."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.processes.models import PartyKind, Process, ProcessState
from katip.rules import Profession
from katip.web import format as fmt
from katip.web.months.sentence import change_parts, facts_of_terms
from katip.web.processes.kinds.base import Presenter, Row, row
from katip.web.processes.kinds.contract import figure_rows, professional_row, reckoning, workplace_row
from katip.web.processes.kinds.shortage import month_words
from katip.web.templatetags.katip import current_language
from katip.web.words import PROFESSIONS

UPDATE = 9001


class UpdatePresenter(Presenter):
    """What changes stands first: minutes now, minutes proposed."""

    is_contract = True

    def label(self, process: Process) -> str:
        del process
        return _("Süre güncelleme")

    def heading(self, process: Process, role: str) -> str:
        what = {"code": process.code, "profession": self._profession(process)}
        if role:
            return _("%(code)s · %(profession)s süresinin güncellenmesini onaylayın") % what
        return _("%(code)s · %(profession)s süresinin güncellenmesi") % what

    def _profession(self, process: Process) -> str:
        return str(PROFESSIONS[Profession(process.terms["profession"])])

    def terms_title(self, process: Process) -> str:
        del process
        return _("Ne değişiyor")

    def terms(self, process: Process, *, in_full: bool, auto_update: bool | None = None) -> list[Row]:
        del auto_update
        terms, language = process.terms, current_language()
        change = _("Şimdiki süre %(minutes)s. Onaylanınca yeni sürüm yürürlüğe girer, eskisi kapanır.")
        rows = [
            row(
                _("Yeni aylık süre"),
                fmt.minutes_text(terms["minutes"], language),
                change % {"minutes": fmt.minutes_text(terms["minutes_before"], language)},
                strong=True,
            ),
            *self._why(process),
            workplace_row(terms),
            row(_("Hizmet veren"), (terms.get("provider") or {}).get("title") or _("İşyerinin kendi personeli")),
            professional_row(process, self._profession(process)),
        ]
        if in_full and terms.get("requirement"):
            rows += figure_rows(terms["requirement"])
        return rows

    def _why(self, process: Process) -> list[Row]:
        """What a month's figures brought, where they proposed it."""
        month = process.terms.get("month")
        if not month:
            return []
        minutes = int(process.terms["minutes_before"]), int(process.terms["minutes"])
        profession = Profession(process.terms["profession"])
        facts = facts_of_terms(month, profession, minutes, date.fromisoformat(month["period"]))
        parts = change_parts(facts)
        told = ", ".join(part for part in (parts.required, parts.citation) if part)
        reason = _("Kendiliğinden güncellenmedi: %(reason)s.") % {"reason": parts.reason} if parts.reason else ""
        return [row(_("Neden geldi"), parts.figures, told, month_words(month), reason)]

    def notices(self, process: Process, role: str) -> list[str]:
        month = process.terms.get("month")
        if not month or not month["reason"] or process.state != ProcessState.OPEN or role != PartyKind.PROVIDER:
            return []
        return [
            _(
                "Profesyonelin boş süresi bu ayın bütün artışlarına yetmiyor. Kurumunuzdaki süresini artırabilir, "
                "başka bir sözleşmesini azaltabilir ya da reddedip işyerine başka bir profesyonel teklif edebilirsiniz."
            )
        ]

    def reckoning(self, process: Process) -> Row | None:
        requirement: Any = process.terms.get("requirement")
        return reckoning(requirement) if requirement else None

    def consequence(self, process: Process, role: str) -> str:
        if role == PartyKind.PROVIDER and process.terms.get("month"):
            return _(
                "İşveren, sürenin yasal alt sınıra uymasına önceden izin verdi: onaylarsanız yeni süre bu kayıtta "
                "hemen yürürlüğe girer. Reddederseniz sözleşme şimdiki süresiyle devam eder ve yasal alt sınırın "
                "altında kalabilir."
            )
        return _(
            "Onaylarsanız yeni süre bu kayıtta hemen yürürlüğe girer. Reddederseniz sözleşme şimdiki süresiyle devam "
            "eder."
        )

    def done(self, process: Process, role: str, at: datetime) -> str:
        del role
        if process.state == ProcessState.OPEN:
            return super().done(process, "", at)
        what = {
            "before": fmt.number_text(process.terms["minutes_before"], current_language()),
            "minutes": fmt.number_text(process.terms["minutes"], current_language()),
            "at": fmt.moment_text(at, current_language()),
        }
        return _("Aylık süre %(before)s dakikadan %(minutes)s dakikaya güncellendi: %(at)s.") % what

    def opened(self, process: Process) -> str:
        return _("Aylık bildirimle açıldı") if process.terms.get("month") else _("Süre güncellemesi önerildi")

    def opened_by(self, process: Process) -> str:
        month = process.terms.get("month")
        return month_words(month) if month else super().opened_by(process)

    def follows(self, process: Process) -> str:
        del process
        return _("Yeni süre yürürlüğe girer")

    def again(self, process: Process) -> str:
        del process
        return _("Sözleşme şimdiki süresiyle devam eder. İki taraf da yeni bir süre önerebilir.")

    def detail(self, process: Process) -> str:
        what = {
            "person": self.person(process),
            "before": fmt.number_text(process.terms["minutes_before"], current_language()),
            "minutes": fmt.number_text(process.terms["minutes"], current_language()),
        }
        return _("%(person)s, %(before)s → %(minutes)s dakika") % what

    def party(self, process: Process, party: str) -> str:
        if party == PartyKind.PROVIDER and process.provider is not None:
            return process.provider.short_title
        return super().party(process, party)

    def related_url(self, process: Process) -> str:
        update: Any = getattr(process, "duration_update", None)
        return reverse("contract", args=[update.contract_id]) if update is not None else ""
