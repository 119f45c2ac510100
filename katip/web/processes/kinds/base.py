"""How one kind of process is told on the step pages. A new kind is one small class; what it does not say is said here.

Presenters only put values into words: they read the process, its terms and what was read along with it, ask no database
and decide nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind, Process, ProcessState
from katip.web import format as fmt
from katip.web.context import contact
from katip.web.looks.named import person_named
from katip.web.templatetags.katip import current_language
from katip.web.words import kind_words

Row = dict[str, Any]


def row(label: str, value: str, *details: str, strong: bool = False) -> Row:
    """One line of terms: its label, its value, and small print beneath."""
    return {"label": label, "value": value, "details": [line for line in details if line], "strong": strong}


class Presenter:
    """The words of one kind. `process` was read with workplace, provider, proposer, and with `RELATED` on its page."""

    is_contract: ClassVar[bool] = False
    """whether the process is about a service contract: its page then speaks of what is in force at the workplace"""
    is_offer: ClassVar[bool] = False
    """whether the process is the contract itself: links and headings then say *sözleşme*, as the guide does"""
    keeps_reason: ClassVar[bool] = False
    """whether taking it back keeps a reason where the other side reads it"""

    def label(self, process: Process) -> str:
        """What it is, in a word or two, beside the code: `103 · İş güvenliği uzmanı`."""
        return kind_words(kind_get(process.code).short_title)

    def heading(self, process: Process, role: str) -> str:
        """The page's heading; `role` is the party whose decision it takes, or empty for who only looks."""
        what = {"code": process.code, "label": self.label(process)}
        return (_("%(code)s · %(label)s sürecini onaylayın") if role else _("%(code)s · %(label)s")) % what

    def open_label(self, process: Process) -> str:
        """The words of a link to it; those of the guide that employers are given, where it is a contract."""
        words = _("%(code)s sözleşmesini aç") if self.is_offer else _("%(code)s sürecini aç")
        return words % {"code": process.code}

    def state(self, process: Process) -> str:
        """The name of the state's tag."""
        if process.state != ProcessState.OPEN:
            return process.state
        return f"awaiting_{process.waits_for}"

    def party(self, process: Process, party: str) -> str:
        """A party's name in the time line."""
        return {
            PartyKind.EMPLOYER: _("İşveren"),
            PartyKind.PROVIDER: _("Hizmet veren kurum"),
            PartyKind.PROFESSIONAL: _("İSG profesyoneli"),
            PartyKind.PERSON: self.person(process) or _("İlgili kişi"),
        }[PartyKind(party)]

    def person(self, process: Process) -> str:
        """The name of the person whom the process is about, from its terms; empty where there is none."""
        return person_named(process)

    def waits(self, process: Process) -> str:
        """Who is next, for someone who is not."""
        if not process.waits_for:
            return ""
        return {
            PartyKind.EMPLOYER: _("Sıra işverende: %(name)s") % {"name": self._title(process.workplace)},
            PartyKind.PROVIDER: _("Sıra hizmet veren kurumda: %(name)s") % {"name": self._title(process.provider)},
            PartyKind.PROFESSIONAL: _("Sıra profesyonelde: %(name)s") % {"name": self.person(process)},
            PartyKind.PERSON: _("Sıra ilgili kişide: %(name)s") % {"name": self.person(process)},
        }[PartyKind(process.waits_for)]

    def terms_title(self, process: Process) -> str:
        """The heading above the terms."""
        del process
        return _("Koşullar")

    def terms(self, process: Process, *, in_full: bool, auto_update: bool | None = None) -> list[Row]:
        """What is being decided; not `in_full`, the few rows that tell which one it is.

        `auto_update` is the workplace's standing consent today, None where none was declared.
        """
        del in_full, auto_update
        rows = []
        if process.workplace is not None:
            rows.append(row(_("İşyeri"), process.workplace.title))
        if process.provider is not None:
            rows.append(row(_("Hizmet veren"), process.provider.title))
        if self.person(process):
            rows.append(row(_("İlgili kişi"), self.person(process)))
        return rows

    def reckoning(self, process: Process) -> Row | None:
        """How the legal figure was come by, where there is one."""
        del process
        return None

    def notices(self, process: Process, role: str) -> list[str]:
        """What one must know before deciding, each a sentence."""
        del process, role
        return []

    def consequence(self, process: Process, role: str) -> str:
        """What approving and rejecting do, above the tick."""
        del process, role
        return _("Onaylarsanız bu kayıtta hemen geçerli olur. Reddederseniz iptal olur ve yeniden açılması gerekir.")

    def done(self, process: Process, role: str, at: datetime) -> str:
        """What an approval did, in a sentence, on the page of its result."""
        what = {"code": process.code, "label": self.label(process), "at": fmt.moment_text(at, current_language())}
        del role
        if process.state == ProcessState.OPEN:
            return _("%(code)s · %(label)s sürecini onayladınız: %(at)s. Sıra öteki tarafta.") % what
        return _("%(code)s · %(label)s bu kayıtta geçerli oldu: %(at)s.") % what

    def opened(self, process: Process) -> str:
        """The first event of the time line."""
        del process
        return _("Süreç açıldı")

    def opened_by(self, process: Process) -> str:
        """Who proposed, and for whom they acted."""
        person = process.created_by.name if process.created_by else _("Kayıt işleticisi")
        side = {
            PartyKind.PROVIDER: process.provider.short_title if process.provider else "",
            PartyKind.EMPLOYER: process.workplace.title if process.workplace else "",
        }.get(PartyKind(process.proposed_by), "")
        return f"{person}, {side}" if side else person

    def follows(self, process: Process) -> str:
        """What the last approval brings about, in the time line; empty where nothing is to be said."""
        del process
        return _("Bu kayıtta geçerli olur")

    def again(self, process: Process) -> str:
        """Who can do it anew once it was rejected, taken back or fell."""
        return {
            PartyKind.PROVIDER: _("Hizmet veren kurum yeniden teklif edebilir."),
            PartyKind.EMPLOYER: _("İşveren süreci yeniden açabilir."),
        }.get(PartyKind(process.proposed_by), _("Süreci açan kişi yeniden açabilir."))

    def detail(self, process: Process) -> str:
        """One line that tells this one from others in an inbox."""
        minutes = process.terms.get("minutes")
        parts = [self.person(process), fmt.minutes_text(minutes, current_language()) if minutes else ""]
        return ", ".join(part for part in parts if part)

    def related_url(self, process: Process) -> str:
        """The page of what the process is about, if there is one that every party may see."""
        del process
        return ""

    def related_label(self, process: Process) -> str:
        """The words of that link."""
        del process
        return _("Sözleşmenin sayfasını aç")

    def list_of(self, process: Process, *, in_person: bool) -> tuple[str, str]:
        """The list that the process belongs to: its name and its address."""
        del process
        if in_person:
            return _("Görevlendirmelerim"), reverse("assignments")
        return _("İSG Hizmet Sözleşmeleri"), reverse("contracts")

    def help(self, process: Process) -> Mapping[str, str] | None:
        """Whom to call: the provider's contact, else None, and the installation's own is shown."""
        provider = process.provider
        if provider is None:
            return None
        name = f"{provider.short_title}, {provider.contact_name}"
        return contact(name, provider.contact_phone, provider.contact_hours)

    def _title(self, organisation: Any) -> str:
        return organisation.title if organisation is not None else ""
