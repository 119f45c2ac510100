"""The link of a customer's guide: who makes it, how long it works, what it tells; and the text and the paper."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from katip.audit.models import Event
from katip.core.actor import Capacity
from katip.core.codes import code_shown
from katip.core.errors import PermissionRefusedError
from katip.documents.guide.message import MOST, message_text
from katip.documents.guide.models import GuideLink
from katip.documents.guide.paper import paper_general, paper_of, pdf_make
from katip.documents.guide.selectors import Guide, guide_of, link_find, links_working, token_of
from katip.documents.guide.services.link import LINK_LASTS, guide_link_close, guide_link_make
from tests.cast import AT, World

pytestmark = pytest.mark.django_db

SITE: dict[str, Any] = {"origin": "https://katip.example", "operator": "Örnek İşletmeci", "is_ministry": False}


def step_url(no: int) -> str:
    return f"https://katip.example/surecler/{no}/"


def made(world: World, *codes: int, alone: bool = False) -> tuple[GuideLink, Guide]:
    contracts = [world.accepted(code) for code in codes]
    actor = world.actor("manager")
    link = guide_link_make(actor=actor, at=AT, process_id=contracts[0].process_id, alone=alone)
    return link, guide_of(link, AT)


def test_the_manager_makes_a_link_that_finds_what_waits(world: World) -> None:
    link, guide = made(world, 103, 140)
    token = token_of(link)
    assert len(token) == 20
    assert link_find(code_shown(token).lower(), AT) == link
    assert [(one.code, one.minutes, one.waits_for_employer) for one in guide.offers] == [
        (103, 240, True),
        (140, 120, True),
    ]
    assert guide.offers[0].person == world.specialist.name
    assert Event.objects.filter(tag="guide:link:made", subject_id=link.pk, actor_id=world.manager.pk).count() == 1
    assert token not in str(GuideLink.objects.values().get())  # found by a keyed hash, kept sealed


def test_alone_it_is_about_one_offer(world: World) -> None:
    _, guide = made(world, 140, 103, alone=True)
    assert [one.code for one in guide.offers] == [140]


def test_asked_again_the_same_link_lasts_longer_and_another_scope_is_another_link(world: World) -> None:
    link, _ = made(world, 103)
    later, number = AT + timedelta(days=20), GuideLink.objects.count()
    process_id = world.provider.contracts.get().process_id
    again = guide_link_make(actor=world.actor("manager", at=later), at=later, process_id=process_id)
    assert (again.pk, again.expires_at) == (link.pk, later + LINK_LASTS)
    guide_link_make(actor=world.actor("manager", at=later), at=later, process_id=process_id, alone=True)
    assert GuideLink.objects.count() == number + 1
    assert len(links_working(world.provider.pk, world.workplace.pk, later)) == 2


def test_it_stops_working_in_time_and_when_it_is_closed(world: World) -> None:
    link, _ = made(world, 103)
    token = token_of(link)
    assert link_find(token, AT + LINK_LASTS - timedelta(seconds=1)) is not None
    assert link_find(token, AT + LINK_LASTS) is None
    guide_link_close(actor=world.actor("manager"), at=AT, link_id=link.pk)
    assert link_find(token, AT) is None
    assert Event.objects.filter(tag="guide:link:closed", subject_id=link.pk).exists()
    with pytest.raises(PermissionRefusedError):
        guide_link_close(actor=world.actor("manager"), at=AT, link_id=link.pk)


@pytest.mark.parametrize("typed", ["", "ABCD", "x" * 80, "I0L1-OOOO-IIII-LLLL-0000", "\x00" * 20])
def test_what_nobody_was_given_finds_nothing(world: World, typed: str) -> None:
    made(world, 103)
    assert link_find(typed, AT) is None


@pytest.mark.parametrize("role", ["owner", "colleague", "stranger", "specialist", "accountant"])
def test_only_the_offering_provider_makes_and_closes(world: World, role: str) -> None:
    link, _ = made(world, 103)
    process_id = world.provider.contracts.get().process_id
    with pytest.raises(PermissionRefusedError):
        guide_link_make(actor=world.actor(role), at=AT, process_id=process_id)
    with pytest.raises(PermissionRefusedError):
        guide_link_close(actor=world.actor(role), at=AT, link_id=link.pk)
    claimed = replace(world.actor(role), capacity=Capacity.PROVIDER, organisation_id=world.provider.pk)
    with pytest.raises(PermissionRefusedError):  # who says so is not yet one
        guide_link_make(actor=claimed, at=AT, process_id=process_id)


def test_nothing_is_made_for_what_does_not_wait(world: World) -> None:
    contract = world.active(103)
    with pytest.raises(PermissionRefusedError):
        guide_link_make(actor=world.actor("manager"), at=AT, process_id=contract.process_id)


def test_what_was_decided_since_is_not_told_any_more(world: World) -> None:
    link, guide = made(world, 103, 140)
    assert len(guide.offers) == 2
    world.decide("owner", world.provider.contracts.get(code=103))
    assert [one.code for one in guide_of(link, AT).offers] == [140]


def text(guide: Guide, language: str) -> str:
    with translation.override(language):
        return message_text(guide, link_url="https://katip.example/kilavuz/X/", step_url=step_url, is_ministry=False)


def test_the_text_for_messaging_says_all_that_is_needed_and_no_number_of_anybody(world: World) -> None:
    _, guide = made(world, 103, 140)
    said = text(guide, "tr")
    wanted = [
        world.workplace.title,
        "Örnek OSGB",
        f"103 İş güvenliği uzmanı, {world.specialist.name}, ayda 240 dakika (4 saat)",
        f"140 İşyeri hekimi, {world.physician.name}, ayda 120 dakika",
        *(step_url(one.process_id) for one in guide.offers),
        "https://katip.example/kilavuz/X/",
        "Kerem Numune, 0224 000 00 00",
        "İSG-KATİP kaydı değildir",
        "Şifrenizi ve kodunuzu kimseye söylemeyin",
    ]
    assert [words for words in wanted if words not in said] == []
    assert len(said) <= MOST
    for someone in (world.specialist, world.physician, world.manager, world.owner):
        assert someone.national_id not in said
    assert world.workplace.sgk_number not in said
    assert "103 Safety specialist" in text(guide, "en")


def test_the_paper_is_tagged_for_everybody_and_leads_to_the_very_step(world: World) -> None:
    _, guide = made(world, 103, 140)
    paper = paper_of(guide, step_url=step_url, **SITE)
    assert [one["url"] for one in paper["offers"]] == [step_url(one.process_id) for one in guide.offers]
    assert paper["parts"][0]["steps"][6]["title"] == "Okuyup onaylayın"  # the seventh, to which the short way leads
    assert "7. adımdan" in paper["short"]
    made_pdf = pdf_make(paper, at=AT)
    assert made_pdf.startswith(b"%PDF-1.7")
    packed = b"".join(_unpacked(made_pdf))
    for mark in (b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A<", b"<pdfuaid:part>1<"):
        assert mark in made_pdf or mark in packed
    assert len(made_pdf) < 400_000


def _unpacked(content: bytes) -> list[bytes]:
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    return [zlib.decompressobj().decompress(one) for one in found if one[:1] == b"x"]


def test_the_general_paper_is_made_in_both_languages() -> None:
    pages = []
    for language in ("tr", "en"):
        with translation.override(language):
            pages.append(pdf_make(paper_general(**SITE), at=datetime.now(UTC)))
    assert b"/Lang" in pages[0]
    assert pages[0] != pages[1]
