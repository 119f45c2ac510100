"""Whether people can be reached at the addresses that pages show: those that take nothing are said to be such."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from katip.core.clock import day_of
from katip.notices.deliver import Fault, faults_of
from katip.notices.models import Channel
from katip.registry.models import ContactDeclaration, Mandate, MandateCapacity

_MOST = 200
"""e-Bildirge users of one workplace that are looked through"""


class FaultShown(TypedDict):
    """As `components/address_fault.html` shows it."""

    since: date
    text: str


def faults_shown(addresses: Sequence[str]) -> dict[str, FaultShown]:
    """Those of `addresses` that take nothing; one statement."""
    return {address: _shown(fault) for address, fault in faults_of(addresses).items()}


def _shown(fault: Fault) -> FaultShown:
    text = (
        _("Bu telefona SMS gitmiyor; numarayı denetleyin.")
        if fault.channel is Channel.SMS
        else _("Bu adres iletileri geri çeviriyor; denetleyip düzeltin.")
    )
    return {"since": day_of(fault.since), "text": text}


def card_reached(
    workplace_id: int, declared: ContactDeclaration | None, at: datetime
) -> tuple[dict[str, FaultShown | None], dict[str, str]]:
    """Which of a card's addresses take nothing, by `phone_fault` …, and how its e-Bildirge users can be reached.

    The latter in words, with nobody's name or address. Two statements.
    """
    today = day_of(at)
    mandates = Mandate.objects.filter(
        workplace=workplace_id, capacity=MandateCapacity.E_BILDIRGE, valid_from__lte=today, person__is_active=True
    ).exclude(valid_to__lt=today)
    emails = list(mandates.order_by("pk").values_list("person__email", flat=True)[:_MOST])
    known = [email for email in emails if email]
    own = {name: getattr(declared, name) if declared else "" for name in ("phone", "email", "kep")}
    faults = faults_shown([*own.values(), *known])
    on_card = {f"{name}_fault": faults.get(address) for name, address in own.items()}
    return on_card, _users(len(emails), len(known), len([email for email in known if email in faults]))


def _users(count: int, known: int, faulty: int) -> dict[str, str]:
    return {
        "sentence": _("%(n)s kullanıcıdan %(known)s kişinin e-posta adresi var.") % {"n": count, "known": known},
        "faulty": ngettext(
            "%(n)s kullanıcının adresi iletileri geri çeviriyor; kendi Hesabım sayfasında düzeltebilir.",
            "%(n)s kullanıcının adresi iletileri geri çeviriyor; kendi Hesabım sayfasında düzeltebilir.",
            faulty,
        )
        % {"n": faulty}
        if faulty
        else "",
        "without": _("Adresi olmayanlar bekleyen işleri yalnız bu kayıtta görür.") if count > known else "",
    }
