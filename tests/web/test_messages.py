"""The English catalogue is complete, and what it says about itself can be trusted."""

from babel.messages.catalog import Catalog

from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.kinds.appointment import AppointmentKind
from katip.contracts.kinds.own_staff import OWN_STAFF
from katip.contracts.kinds.staff import StaffContractKind
from katip.contracts.kinds.undertaking import UndertakingKind
from katip.contracts.kinds.update import DurationUpdateKind
from katip.web import messages
from katip.web.refusals import REFUSALS


def test_english_is_complete() -> None:
    assert messages.problems(messages.ids_used(), messages.catalogue_read()) == []


def test_ids_are_found_in_templates_and_code() -> None:
    used = messages.ids_used()
    assert "Sürece Git" in used
    assert "İşveren onayı bekliyor" in used
    assert {str(words) for pair in REFUSALS.values() for words in pair} <= set(used)
    assert ("%(n)s firma getirildi", "%(n)s firma getirildi") in used


def test_names_of_kinds_are_found() -> None:
    used = messages.ids_used()
    assert all(kind.title in used for kind in SERVICE_KINDS)
    others = (DurationUpdateKind, UndertakingKind, StaffContractKind, AppointmentKind)
    assert all(kind.short_title in used for kind in (*SERVICE_KINDS, OWN_STAFF, *others))


def test_problems_are_told_apart() -> None:
    catalogue = Catalog(locale="en")
    catalogue.add("Eski", "Old")
    catalogue.add("Boş", "")
    catalogue.add("Gün %(day)s", "Day %(date)s")
    used: dict[messages.Id, str] = {"Boş": "a.html", "Gün %(day)s": "a.html", "Yeni": "b.html"}
    assert messages.problems(used, catalogue) == [
        "missing: Yeni (b.html)",
        "unused: Eski",
        "not translated: Boş",
        "placeholders differ: Gün %(day)s",
    ]
