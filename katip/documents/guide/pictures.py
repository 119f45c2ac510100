"""The screens of the guide's way, drawn in the words that stand on them: each drawing takes its words from there.

A picture shows what is pressed, in order, and leaves the rest of its page out. With a customer's guide it shows that
customer's own company and codes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from katip.contracts.texts import SERVICE_APPROVAL, TEXTS
from katip.documents.guide.drawing import (
    EDGE_ROOM,
    HEAD,
    LINE,
    MIST,
    NAVY_HI,
    OK_BACK,
    ON_NAVY,
    PAPER,
    PICK,
    SOFT,
    WIDTH,
    Screen,
)
from katip.documents.guide.words import language_now

INNER = WIDTH - 2 * EDGE_ROOM


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pictures show: the company's title, and the contracts that wait, by code and profession in words."""

    title: str
    rows: Sequence[tuple[int, str]]


def tick_words() -> str:
    """What is ticked on the page of a contract, in the language now."""
    return TEXTS[SERVICE_APPROVAL][language_now()].partition(".")[0]


def start(shown: Shown) -> Screen:
    """The start page: *Giriş*."""
    del shown
    screen = Screen(150)
    screen.words(EDGE_ROOM, 66, "Katip", size=20, weight=700, fill=HEAD)
    screen.words(EDGE_ROOM, 86, _("İSG sözleşmelerinizi onaylayın"), fill=SOFT)
    screen.button(EDGE_ROOM, 104, _("Giriş"), mark=1)
    return screen


def sign_in(shown: Shown) -> Screen:
    """T.C. kimlik no and password, then the second step."""
    del shown
    screen = Screen(312)
    screen.words(EDGE_ROOM, 58, _("Giriş"), size=16, weight=700, fill=HEAD)
    screen.field(68, _("T.C. kimlik no"))
    screen.field(116, _("Şifre"), "••••••••••")
    screen.button(EDGE_ROOM, 172, _("Devam et"), mark=1)
    screen.rule(214)
    screen.words(EDGE_ROOM, 238, _("İkinci adım"), size=16, weight=700, fill=HEAD)
    screen.field(244, _("6 haneli kod"), width=96)
    screen.button(150, 260, _("Kodla gir"), mark=2, room=180)
    return screen


def capacity(shown: Shown) -> Screen:
    """*Bireysel* or *Kurumsal*."""
    del shown
    screen = Screen(210)
    screen.words(EDGE_ROOM, 62, _("Kimin adına işlem yapacaksınız?"), size=15, weight=700, fill=HEAD)
    screen.box(EDGE_ROOM, 76, INNER, 32)
    screen.radio(EDGE_ROOM + 10, 92, _("Bireysel"))
    screen.box(EDGE_ROOM, 118, INNER, 32, fill=PICK)
    screen.radio(EDGE_ROOM + 10, 134, _("Kurumsal"), on=True)
    screen.mark(EDGE_ROOM, 118, INNER, 32, 1)
    screen.button(EDGE_ROOM, 166, _("Devam et"), mark=2)
    return screen


def companies(shown: Shown) -> Screen:
    """The box of companies."""
    screen = Screen(226)
    screen.words(EDGE_ROOM, 62, _("Firma seçin"), size=16, weight=700, fill=HEAD)
    screen.button(EDGE_ROOM, 76, _("E-Bildirge kullanıcısı olduğum firmaları getir"), main=False, mark=1, room=INNER)
    screen.box(EDGE_ROOM, 120, INNER, 48, fill=PICK)
    screen.radio(EDGE_ROOM + 10, 136, shown.title, on=True)
    screen.words(EDGE_ROOM + 34, 158, f"{len(shown.rows)} {_('onay bekliyor')}", size=12, fill=SOFT)
    screen.mark(EDGE_ROOM, 120, INNER, 48, 2)
    screen.button(EDGE_ROOM, 184, _("Bu firmayla devam et"), mark=3)
    return screen


def column(shown: Shown) -> Screen:
    """The navy column, on the contracts."""
    del shown
    screen = Screen(160)
    screen.column(125)
    screen.words(EDGE_ROOM, 58, _("Ana ekran"), fill=PAPER)
    screen.words(EDGE_ROOM, 86, _("Süreç Yönetimi"), size=12, weight=600, fill=ON_NAVY)
    screen.box(12, 98, WIDTH - 36, 30, fill=NAVY_HI, stroke="")
    screen.words(EDGE_ROOM + 8, 117.5, _("İSG Hizmet Sözleşmeleri"), weight=600, fill=PAPER)
    screen.mark(12, 98, WIDTH - 36, 30, 1)
    return screen


def contracts(shown: Shown) -> Screen:
    """The list, the first row ticked."""
    rows = shown.rows[:3]
    screen = Screen(146 + 44 * len(rows))
    screen.words(EDGE_ROOM, 60, _("İSG Hizmet Sözleşmeleri"), size=16, weight=700, fill=HEAD)
    screen.words(EDGE_ROOM, 82, _("Onay Bekleyen"), size=12, weight=600)
    screen.button(EDGE_ROOM, 98, _("Sürece Git"), mark=2)
    y = 140
    for place, (code, profession) in enumerate(rows):
        screen.box(EDGE_ROOM, y, INNER, 38, fill=PICK if not place else PAPER, stroke=LINE, r=3)
        screen.tick(EDGE_ROOM + 10, y + 10, on=not place)
        if not place:
            screen.mark(EDGE_ROOM + 10, y + 10, 18, 18, 1)
        screen.words(EDGE_ROOM + 50, y + 23.5, f"{code} · {profession}", weight=600, fill=HEAD)
        y += 44
    return screen


def step(shown: Shown) -> Screen:
    """The page of one contract: the tick, *Tamamla*."""
    code, profession = shown.rows[0]
    screen = Screen(226)
    screen.words(EDGE_ROOM, 60, f"{code} · {profession}", size=16, weight=700, fill=HEAD)
    screen.box(EDGE_ROOM, 72, INNER, 24, fill=MIST, stroke="", r=3)
    screen.words(EDGE_ROOM + 8, 88.5, _("Sözleşmenin koşulları"), size=12, fill=SOFT)
    screen.words(EDGE_ROOM, 118, _("Kararınız"), size=14, weight=700, fill=HEAD)
    screen.box(EDGE_ROOM, 130, INNER, 38, fill=PICK)
    screen.tick(EDGE_ROOM + 10, 140)
    screen.words(EDGE_ROOM + 40, 153.5, tick_words(), weight=600)
    screen.mark(EDGE_ROOM, 130, INNER, 38, 1)
    screen.button(EDGE_ROOM, 184, _("Tamamla"), mark=2)
    screen.button(EDGE_ROOM + 150, 184, _("Reddet"), main=False, room=150)
    return screen


def result(shown: Shown) -> Screen:
    """What an approval did, and the next one, where there is one."""
    more = shown.rows[1:2]
    screen = Screen(178 if more else 96)
    screen.circle_done(EDGE_ROOM + 12, 65)
    screen.words(EDGE_ROOM + 34, 71, _("Süreç başarıyla tamamlandı"), size=16, weight=700, fill=HEAD)
    for code, profession in more:
        screen.box(EDGE_ROOM, 92, INNER, 70, fill=OK_BACK, stroke=LINE)
        screen.words(EDGE_ROOM + 14, 114, _("Sırada: %(code)s") % {"code": code}, weight=700, fill=HEAD)
        screen.words(EDGE_ROOM + 14, 146, profession, size=12)
        screen.button(EDGE_ROOM + 132, 122, _("%(code)s sözleşmesini aç") % {"code": code}, mark=1, room=168)
    return screen


def card(shown: Shown) -> Screen:
    """The way to the workplace card and its row 6–7."""
    del shown
    screen = Screen(262)
    screen.column(108)
    screen.words(EDGE_ROOM, 58, _("Kişi-Kurum-Ekipman Kartı"), size=12, weight=600, fill=ON_NAVY)
    screen.words(EDGE_ROOM + 8, 84, _("İşyeri Bilgileri"), size=12, weight=600, fill=ON_NAVY)
    screen.box(12, 98, WIDTH - 36, 30, fill=NAVY_HI, stroke="")
    screen.words(EDGE_ROOM + 16, 117.5, _("İşyeri Kartı Bilgileri"), weight=600, fill=PAPER)
    screen.mark(12, 98, WIDTH - 36, 30, 1)
    for y, number, words in (
        (164, "5", _("Banka İşlem Geçmişi")),
        (210, "6–7", _("Kurumsal İletişim ve İzin İşlemleri")),
    ):
        screen.box(EDGE_ROOM, y, INNER, 36, fill=PICK if y > 200 else PAPER, stroke=LINE)  # noqa: PLR2004 -- the second
        screen.words(EDGE_ROOM + 10, y + 22.5, number, weight=700, fill=HEAD)
        screen.words(EDGE_ROOM + 44, y + 22.5, words, weight=600, fill=HEAD)
    screen.mark(EDGE_ROOM, 210, INNER, 36, 2)
    return screen


def contact(shown: Shown) -> Screen:
    """The form of row 6–7."""
    del shown
    half = (INNER - 16) / 2
    screen = Screen(284)
    screen.field(44, _("Beyan telefonu"), "5•• ••• •• ••")
    screen.field(94, _("E-posta"), "ad@firma.com.tr")
    screen.field(144, _("İl"), width=half)
    screen.field(144, _("İlçe"), x=EDGE_ROOM + half + 16, width=half)
    screen.words(EDGE_ROOM, 208, _("Otomatik Güncelleme"), size=12, weight=600)
    screen.radio(EDGE_ROOM, 224, _("Evet"))
    screen.radio(EDGE_ROOM + 120, 224, _("Hayır"))
    screen.button(EDGE_ROOM, 242, _("Tamamla"), mark=1)
    return screen


PICTURES: dict[str, Callable[[Shown], Screen]] = {
    "start": start,
    "sign_in": sign_in,
    "capacity": capacity,
    "companies": companies,
    "column": column,
    "contracts": contracts,
    "step": step,
    "result": result,
    "card": card,
    "contact": contact,
}
"""By the name of the step that it belongs to."""
