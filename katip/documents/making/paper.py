"""What a document says, in both languages: the facts as headings, rows and sentences for the template to lay out.

Plain words throughout. The document is evidence that a sealed register gives. It never calls its seal more than that,
and where the installation is not the ministry's register it says so before anything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from katip.core.clock import day_of
from katip.core.codes import code_shown
from katip.documents.making import sections
from katip.documents.making.facts import Facts
from katip.documents.making.render import qr_svg
from katip.documents.making.words import Pair, day, minutes, moment, pair
from katip.documents.models import Document, Occasion
from katip.rules import ContractForm

Paper = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Register:
    """Who speaks: the installation's address (no slash at its end), its operator, whether it is the ministry's.

    `is_demo` where nothing in it is true.
    """

    origin: str
    operator: str
    is_ministry: bool
    is_demo: bool = False

    def check_url(self, document: Document) -> str:
        """Where anybody may check the document."""
        return f"{self.origin}/dogrula/{code_shown(document.code)}/"


def paper_of(facts: Facts, register: Register) -> Paper:
    """The document of these facts, for `making.render`."""
    document = facts.document
    code, url = code_shown(document.code), register.check_url(document)
    heading = _heading(facts)
    return {
        "title": f"{heading['tr']} {facts.contract.code}/{facts.contract.pk} · {code}",
        "author": register.operator,
        "keywords": [f"Katip {code}"],
        "register": register.operator,
        "footer": f"{register.operator} · {code}",
        "code_lines": [code[:14], code[15:]],
        "qr": qr_svg(url),
        "qr_alt": f"Karekod: bu belgenin doğrulama adresi, {url}",
        "heading": heading,
        "lead": _lead(facts),
        "notices": _notices(facts, register),
        "sections": [
            sections.parties(facts),
            *([sections.end(facts)] if document.occasion == Occasion.ENDED else []),
            sections.terms(facts),
            sections.approvals(facts),
            sections.law(facts),
            sections.place(facts, url),
            sections.evidence(register.operator),
        ],
        "cited": {"title": pair("Anılan mevzuat", "Legislation cited"), "articles": sections.cited(facts)},
    }


def _heading(facts: Facts) -> Pair:
    own = facts.contract.form == ContractForm.OWN_STAFF
    if facts.document.occasion == Occasion.ENDED:
        if own:
            return pair("Görevlendirmenin sona erme belgesi", "Record of the end of an own-staff assignment")
        return pair("Hizmet sözleşmesinin sona erme belgesi", "Record of the end of a service contract")
    if own:
        return pair("Kendi personelini görevlendirme belgesi", "Record of an own-staff assignment")
    return pair("Hizmet sözleşmesi belgesi", "Record of a service contract")


def _lead(facts: Facts) -> Pair:
    version, document = facts.version, facts.document
    if document.occasion == Occasion.ENDED:
        contract = facts.contract
        last = contract.ends_on or day_of(document.at)
        return pair("Bu kayıtta sona erdi. Son gün: {day}.", "Ended in this register. Last day: {day}.", day=day(last))
    if document.occasion == Occasion.VERSION and facts.before is not None:
        return pair(
            "Bu kayıtta {no}. sürüm {at} itibarıyla yürürlüğe girdi: aylık süre {before} yerine {after}.",
            "Version {no} came into force in this register at {at}: {after} a month instead of {before}.",
            no=version.no,
            at=moment(version.valid_from),
            before=minutes(facts.before.minutes),
            after=minutes(version.minutes),
        )
    return pair(
        "Bu kayıtta {at} itibarıyla yürürlüğe girdi.",
        "In force in this register since {at}.",
        at=moment(version.valid_from),
    )


def _notices(facts: Facts, register: Register) -> Sequence[Pair]:
    notices = notices_of(register)
    if facts.contract.carried_over:
        notices.append(
            pair(
                "Başka bir kayıttan aktarıldı, onayı burada kanıtlanmadı.",
                "Carried over from another register; its approval is not proved here.",
            )
        )
    return notices


def notices_of(register: Register) -> list[Pair]:
    """What stands above all else: whose register it is not, and that nothing of it is true."""
    notices = []
    if not register.is_ministry:
        notices.append(
            pair(
                "Bu kurulum Bakanlığın İSG-KATİP kaydı değildir; buradaki onay oradaki onayın yerine geçmez. Bu "
                "belgenin orada hukuki bir sonucu yoktur.",
                "This installation is not the Ministry's İSG-KATİP register; an approval here does not replace one "
                "there. This document has no legal effect there.",
            )
        )
    if register.is_demo:
        notices.append(
            pair(
                "Gösterim kurulumu: örnek verilerden yapıldı, hiçbir gerçek sözleşmeyi anlatmaz.",
                "Demonstration: made of sample data, it tells of no real contract.",
            )
        )
    return notices
