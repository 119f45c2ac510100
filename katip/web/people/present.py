"""The words of the processes about people: 9003 undertaking, 9004 staff contract, 9005 appointment."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from katip.processes.models import Process
from katip.registry.models import ProviderKind
from katip.rules import HazardClass, Profession, UndertakerQuality, parse_sgk_number
from katip.web import format as fmt
from katip.web.people.words import QUALITIES
from katip.web.processes.kinds import Presenter, Row, row
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, PROFESSIONS, certificate_words


class PersonPresenter(Presenter):
    """What one person accepts in their own name; whoever proposed it has a list of their own."""

    route = ""
    """the proposer's list"""

    def terms_title(self, process: Process) -> str:
        """The heading above the terms."""
        del process
        return _("Neyi kabul ediyorsunuz")

    def list_of(self, process: Process, *, in_person: bool) -> tuple[str, str]:
        """The person's own records, or the proposer's list."""
        del process
        if in_person:
            return _("Kendi Kayıtlarım"), reverse("own_records")
        return self.list_label(), reverse(self.route)

    def list_label(self) -> str:
        """The name of the proposer's list."""
        raise NotImplementedError


class UndertakingPresenter(PersonPresenter):
    """9003: the person takes the services of a workplace on."""

    route = "undertaking"

    def list_label(self) -> str:
        """The workplace's page."""
        return _("Şahsen Üstlenme")

    def heading(self, process: Process, role: str) -> str:
        """What the page asks."""
        what = {"code": process.code, "workplace": process.terms["workplace"]["title"]}
        return (
            _("%(code)s · %(workplace)s: hizmeti şahsen üstlenin")
            if role
            else _("%(code)s · %(workplace)s: şahsen üstlenme")
        ) % what

    def terms(self, process: Process, *, in_full: bool, auto_update: bool | None = None) -> list[Row]:
        """Workplace, quality, training, minutes, and how the least minutes were come by."""
        del auto_update
        terms, language = process.terms, current_language()
        requirement = terms["requirement"]
        rows = [
            _workplace(terms),
            row(_("Üstlenen"), self.person(process), str(QUALITIES[UndertakerQuality(terms["quality"])])),
            row(_("Aylık süre"), fmt.minutes_text(terms["minutes"], language), strong=True),
        ]
        if not in_full:
            return rows
        least = _("%(n)s çalışan × %(per)s dakika") % {
            "n": requirement["employees"],
            "per": requirement["per_employee"],
        }
        month = fmt.month_text(date.fromisoformat(requirement["period"]), language)
        minimum = fmt.minutes_text(requirement["minimum"], language)
        rows += [
            row(_("Eğitim belgesi"), terms["training"]["no"], _day(terms["training"]["on"])),
            row(_("Tehlike sınıfı"), str(HAZARDS[HazardClass(requirement["hazard"])]), f"NACE {requirement['nace']}"),
            row(
                _("Çalışan sayısı"),
                fmt.number_text(requirement["employees"], language),
                _("SGK, %(month)s") % {"month": month},
            ),
            row(_("En az süre"), minimum, least, requirement["citation"]["short"]),
        ]
        if terms["others"]:
            listed = [f"{one['title']} ({fmt.number_text(one['employees'], language)})" for one in terms["others"]]
            rows.append(row(_("Üstlendiği öteki işyerleri"), listed[0], *listed[1:]))
        rows.append(row(_("Başlangıç"), _("Kabul ettiğiniz an")))
        return rows

    def notices(self, process: Process, role: str) -> list[str]:
        """What stays outside."""
        del process, role
        return [_("Sağlık muayeneleri ve tetkikler üstlenmenin dışındadır: bunlar için hekim gerekir.")]

    def consequence(self, process: Process, role: str) -> str:
        """What accepting does."""
        del process, role
        return _(
            "Kabul ederseniz uzman ve hekim hizmetini bu kayıtta hemen siz üstlenirsiniz. Reddederseniz kayıt kapanır."
        )

    def opened(self, process: Process) -> str:
        """The first event."""
        del process
        return _("Üstlenme kaydedildi")

    def follows(self, process: Process) -> str:
        """What acceptance brings."""
        del process
        return _("Üstlenme yürürlüğe girer")

    def detail(self, process: Process) -> str:
        """One line of an inbox."""
        return (
            f"{process.terms['workplace']['title']}, {fmt.minutes_text(process.terms['minutes'], current_language())}"
        )


class StaffPresenter(PersonPresenter):
    """9004: a professional's own minutes with a provider."""

    route = "staff"

    def list_label(self) -> str:
        """The provider's page."""
        return _("Personel")

    def heading(self, process: Process, role: str) -> str:
        """What the page asks."""
        what = {"code": process.code, "provider": process.terms["provider"]["title"]}
        return (
            _("%(code)s · %(provider)s ile personel sözleşmenizi kabul edin")
            if role
            else _("%(code)s · %(provider)s: personel sözleşmesi")
        ) % what

    def terms(self, process: Process, *, in_full: bool, auto_update: bool | None = None) -> list[Row]:
        """Provider, minutes and days, certificates, and what the professional has elsewhere."""
        del auto_update
        terms, language = process.terms, current_language()
        rows = [
            _provider(terms),
            row(_("Profesyonel"), self.person(process)),
            row(
                _("Aylık süre"),
                fmt.minutes_text(terms["minutes"], language),
                _("Tam süreli ay %(minutes)s.") % {"minutes": fmt.minutes_text(terms["full_time_minutes"], language)},
                strong=True,
            ),
        ]
        if not in_full:
            return rows
        rows += [
            row(_("İlk gün"), _day(terms["first_day"]), _("Daha sonra kabul ederseniz kabul ettiğiniz gün")),
            row(_("Son gün"), _day(terms["last_day"]) if terms["last_day"] else _("Belirsiz süreli")),
        ]
        if terms["replaces"]:
            now = fmt.minutes_text(terms["replaces"]["minutes"], language)
            rows.append(
                row(_("Şimdiki süreniz"), now, _("Bu sözleşme onun yerine geçer; eskisi ilk günden önce kapanır."))
            )
        certificates = [_certificate(one) for one in terms["certificates"]]
        if certificates:
            rows.append(row(_("Belgeler"), certificates[0], *certificates[1:]))
        elsewhere = [f"{one['provider']}: {fmt.minutes_text(one['minutes'], language)}" for one in terms["elsewhere"]]
        if elsewhere:
            rows.append(row(_("Başka kurumlardaki süreniz"), elsewhere[0], *elsewhere[1:]))
        return rows

    def consequence(self, process: Process, role: str) -> str:
        """What accepting does."""
        del process, role
        return _(
            "Kabul ederseniz kurum bu süreyi işyerlerine teklif edebilir; her görevlendirme ayrıca onayınıza gelir. "
            "Reddederseniz süreniz değişmez."
        )

    def opened(self, process: Process) -> str:
        """The first event."""
        del process
        return _("Personel sözleşmesi önerildi")

    def follows(self, process: Process) -> str:
        """What acceptance brings."""
        del process
        return _("Süre kullanılabilir olur")


class AppointmentPresenter(PersonPresenter):
    """9005: to be responsible manager of a provider."""

    route = "managers"

    def list_label(self) -> str:
        """The page of the provider's own workplace."""
        return _("Sorumlu Müdürler")

    def heading(self, process: Process, role: str) -> str:
        """What the page asks."""
        what = {"code": process.code, "provider": process.terms["provider"]["title"]}
        return (
            _("%(code)s · %(provider)s: sorumlu müdürlüğü kabul edin")
            if role
            else _("%(code)s · %(provider)s: sorumlu müdür görevlendirme")
        ) % what

    def terms(self, process: Process, *, in_full: bool, auto_update: bool | None = None) -> list[Row]:
        """Which provider, who, and what one may do then."""
        del auto_update
        terms = process.terms
        rows = [_provider(terms), row(_("Sorumlu müdür"), self.person(process), strong=True)]
        if not in_full:
            return rows
        return [
            *rows,
            _workplace(terms, _("Kurumun kendi işyeri")),
            row(_("Yetki"), _("Kurum adına sözleşme teklif etme, süre güncelleme, sonlandırma, personel önerme")),
            row(_("Başlangıç"), _("Kabul ettiğiniz an")),
            row(_("Bitiş"), _("Belirsiz; kurumun işvereni ya da siz sonlandırana kadar")),
        ]

    def consequence(self, process: Process, role: str) -> str:
        """What accepting does."""
        del process, role
        return _("Kabul ederseniz kurum adına hemen işlem yapabilirsiniz. Reddederseniz görevlendirme kapanır.")

    def opened(self, process: Process) -> str:
        """The first event."""
        del process
        return _("Sorumlu müdür görevlendirildi")

    def follows(self, process: Process) -> str:
        """What acceptance brings."""
        del process
        return _("Yetki başlar")

    def detail(self, process: Process) -> str:
        """One line of an inbox."""
        return f"{self.person(process)}, {process.terms['provider']['title']}"


def _day(iso: str) -> str:
    return fmt.date_text(date.fromisoformat(iso), current_language())


def _workplace(terms: Row, label: str = "") -> Row:
    number = parse_sgk_number(terms["workplace"]["sgk_number"])
    return row(label or _("İşyeri"), terms["workplace"]["title"], _("SGK no %(n)s") % {"n": number.grouped()})


def _provider(terms: Row) -> Row:
    provider = terms["provider"]
    note = _("%(kind)s, yetki belgesi no %(number)s, %(place)s") % {
        "kind": ProviderKind(provider["kind"]).label,
        "number": provider["authorisation_no"],
        "place": provider["province"],
    }
    return row(_("Hizmet veren"), provider["title"], note)


def _certificate(one: Row) -> str:
    label, letter = str(PROFESSIONS[Profession(one["profession"])]), certificate_words(one["class"])
    parts = [label, letter, _("Belge no %(number)s") % {"number": one["number"]}]
    return ", ".join(part for part in parts if part)
