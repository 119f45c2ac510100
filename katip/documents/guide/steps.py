"""What to do, step by step, in the words of the screens. What stands between stars is a word to look for on the screen.

The way is the one that employers are told everywhere; a customer's guide names that customer's company and codes in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from katip.documents.guide.pictures import PICTURES, Shown, tick_words


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the name of its picture, its title, sentences with `*words*` of the screen, the picture in words."""

    name: str
    title: str
    lines: list[str]
    alt: str

    def picture(self, shown: Shown, *, font: str = "") -> str:
        """Its picture as SVG."""
        return PICTURES[self.name](shown).svg(self.alt, font=font)


def pieces(line: str) -> Iterator[tuple[str, bool]]:
    """A line's pieces in order: the words, and whether they are words of the screen."""
    for place, words in enumerate(line.split("*")):
        if words:
            yield words, place % 2 == 1


def steps_approve(shown: Shown, address: str) -> list[Step]:
    """From the start page to the approval of everything that waits. `address` is where the application opens."""
    first = shown.rows[0][0]
    return [
        Step(
            "start",
            _("Giriş sayfasını açın"),
            [_("Tarayıcıya %(address)s yazın, *Giriş*’e basın.") % {"address": address}],
            _("Başlangıç sayfası; Giriş düğmesi işaretli."),
        ),
        Step(
            "sign_in",
            _("İki adımda girin"),
            [
                _("T.C. kimlik numaranızı ve Katip şifrenizi yazın, *Devam et*’e basın."),
                _("e-Devlet şifrenizi buraya yazmayın."),
                _("Sonra telefonunuzla ikinci adımı yapın: geçiş anahtarı ya da *6 haneli kod* ile *Kodla gir*."),
            ],
            _("Giriş sayfası ve ikinci adım; Devam et ve Kodla gir düğmeleri işaretli."),
        ),
        Step(
            "capacity",
            _("Kurumsal’ı seçin"),
            [_("*Kurumsal*’ı işaretleyin, *Devam et*’e basın.")],
            _("Bireysel ile Kurumsal arasında seçim; Kurumsal seçili."),
        ),
        Step(
            "companies",
            _("Firmanızı seçin"),
            [
                _("*E-Bildirge kullanıcısı olduğum firmaları getir*’e basın."),
                _("Kutudan *%(title)s* satırını seçin, *Bu firmayla devam et*’e basın.") % {"title": shown.title},
            ],
            _("Firma kutusu; firma seçili, Bu firmayla devam et düğmesi işaretli."),
        ),
        Step(
            "column",
            _("Sözleşmelerinizi açın"),
            [
                _(
                    "Soldaki lacivert sütunda (telefonda *Menü*) *Süreç Yönetimi* altındaki *İSG Hizmet Sözleşmeleri* "
                    "satırına girin."
                )
            ],
            _("Lacivert sütun; İSG Hizmet Sözleşmeleri satırı işaretli."),
        ),
        Step(
            "contracts",
            _("%(code)s satırını işaretleyin") % {"code": first},
            [_("Satırın başındaki kutuyu işaretleyin, listenin hemen üstündeki *Sürece Git*’e basın.")],
            _("Bekleyen sözleşmeler; ilk satırın kutusu ve Sürece Git düğmesi işaretli."),
        ),
        Step(
            "step",
            _("Okuyup onaylayın"),
            [
                _("Koşulları okuyun, *%(tick)s* kutusunu işaretleyin, *Tamamla*’ya basın.") % {"tick": tick_words()},
                _("Katılmıyorsanız *Reddet*’e basıp nedenini yazın."),
            ],
            _("Sözleşmenin sayfası; onay kutusu ve Tamamla düğmesi işaretli."),
        ),
        _result(shown),
    ]


def _result(shown: Shown) -> Step:
    lines = [_("*Süreç başarıyla tamamlandı* yazısını görürsünüz.")]
    for code, _profession in shown.rows[1:2]:
        words = _("%(code)s sözleşmesini aç") % {"code": code}
        lines.append(_("*%(open)s* düğmesine basın, onu da aynı yoldan onaylayın.") % {"open": words})
    return Step("result", _("Sonucu görün"), lines, _("Sonuç sayfası: süreç başarıyla tamamlandı."))


def steps_card() -> list[Step]:
    """The workplace card's rows 6 and 7."""
    return [
        Step(
            "card",
            _("İşyeri kartını açın"),
            [
                _(
                    "Lacivert sütunda *Kişi-Kurum-Ekipman Kartı*, *İşyeri Bilgileri*, *İşyeri Kartı Bilgileri* "
                    "satırlarını izleyin."
                ),
                _(
                    "5. satır olan *Banka İşlem Geçmişi*’nin altındaki 6–7. satıra, *Kurumsal İletişim ve İzin "
                    "İşlemleri*’ne girin."
                ),
            ],
            _("Lacivert sütun ve işyeri kartı; 6–7. satır işaretli."),
        ),
        Step(
            "contact",
            _("İletişim bilgilerini yazın"),
            [
                _(
                    "*Beyan telefonu*’nu başında 0 olmadan, altına *E-posta* adresinizi yazın; *İl* ve *İlçe* "
                    "firmanızın kayıtlı olduğu yerdir."
                ),
                _(
                    "*Otomatik Güncelleme* için *Evet* ya da *Hayır* seçebilirsiniz; seçmek zorunlu değildir. "
                    "*Tamamla*’ya basın."
                ),
            ],
            _("İletişim ve izin formu; Tamamla düğmesi işaretli."),
        ),
    ]
