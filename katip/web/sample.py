"""Made-up values for the page that shows every component (development only).

Nothing here is a fact of the register, and nothing is stored: forms are filled in memory, names are obvious examples.
"""

from datetime import date, datetime
from typing import Any, Final

from django import forms

from katip.core.clock import ISTANBUL
from katip.web.templatetags.states import TAGS
from katip.web.tiles import PLACES

SAMPLE_PHONE: Final = "0555 000 00 00"
FIRST_MONTH: Final = (2024, 11)
HEADCOUNTS: Final = (8, 8, 9, 9, 9, 8, 8, 9, 9, 10, 10, 9, 9, 9, 9, 9, 12, 12, 12, 13, 12, 12, 12, 12)


class SampleForm(forms.Form):
    """One field of each kind."""

    identity = forms.CharField(label="T.C. kimlik no", help_text="11 haneli numara", max_length=11)
    email = forms.EmailField(label="E-posta", required=False)
    phone = forms.CharField(label="Beyan telefonu", help_text="Başında 0 olmadan 10 hane")
    district = forms.ChoiceField(
        label="İlçe", help_text="Liste, seçilen ile göre gelir", choices=[("1", "Nilüfer"), ("2", "Osmangazi")]
    )
    reason = forms.CharField(
        label="Reddetme nedeni",
        help_text="Karşı taraf görür. En çok 200 karakter.",
        max_length=200,
        widget=forms.Textarea,
    )
    capacity = forms.ChoiceField(
        label="Kimin adına", choices=[("bireysel", "Bireysel"), ("kurumsal", "Kurumsal")], widget=forms.RadioSelect
    )
    answer = forms.ChoiceField(
        label="Otomatik Güncelleme",
        choices=[("evet", "Evet"), ("hayir", "Hayır")],
        widget=forms.RadioSelect,
        required=False,
    )
    sgk_number = forms.CharField(label="SGK numarası")
    sheet = forms.FileField(label="Sözleşme dosyası", help_text="46 sütunlu dosyayı seçin.")
    read = forms.BooleanField(label="Okudum, onaylıyorum", help_text="103 sözleşmesinin koşullarını okudum.")

    def clean_phone(self) -> str:
        """Refuse whatever was typed, so that an error can be seen."""
        raise forms.ValidationError("Başındaki 0’ı silin: 10 hane kalmalı. Yazdığınız 11 hane.")


class SampleFilters(forms.Form):
    """What narrows a list."""

    ara = forms.CharField(label="Firma ya da SGK no", required=False)
    il = forms.ChoiceField(label="İl", choices=[("", "Bütün iller"), ("16", "Bursa"), ("77", "Yalova")], required=False)
    sirala = forms.ChoiceField(
        label="Sıra", choices=[("son-gun", "Son güne göre"), ("firma", "Firmaya göre")], required=False
    )


def _tiles() -> list[dict[str, Any]]:
    """Invented shares for all provinces, from a row of figures that means nothing."""
    rows = []
    for plate in sorted(PLACES):
        value = None if plate == MISSING else 18 + plate * 37 % 29
        text, mark = f"%{value}", value is not None and value < FEW
        rows.append({"plate": plate, "name": f"{plate:02} plakalı il", "value": value, "text": text, "mark": mark})
    return rows


MISSING, FEW = 81, 20


def sample_context() -> dict[str, Any]:
    """Give the context of ``components_page.html``."""
    typed = {
        "identity": "10000000146",
        "email": "deniz@ornek.example",
        "phone": SAMPLE_PHONE,
        "district": "1",
        "reason": "Süre üzerinde anlaştığımızdan 60 dakika fazla yazılmış.",
        "capacity": "kurumsal",
        "read": "on",
        "sgk_number": "2 2222 01 01 1000001 016 08 80",
    }
    year, month = FIRST_MONTH
    points = [
        (date(year + (month - 1 + index) // 12, (month - 1 + index) % 12 + 1, 1), figure)
        for index, figure in enumerate(HEADCOUNTS)
    ]
    return {
        "form": SampleForm(typed),
        "tag_names": list(TAGS),
        "deadline_day": date(2026, 11, 27),
        "crumb_url": "#",
        "tab_items": [
            {"label": "Onay Bekleyen", "url": "#", "current": True, "count": 2},
            {"label": "Devam Eden", "url": "#", "current": False, "count": 1},
            {"label": "Tüm Sözleşmeler", "url": "#", "current": False, "count": 5},
        ],
        "table_rows": [
            {"no": 1, "code": "103", "profession": "İş güvenliği uzmanı", "state": "awaiting_employer", "minutes": 240},
            {"no": 2, "code": "140", "profession": "İşyeri hekimi", "state": "awaiting_professional", "minutes": 120},
        ],
        "events": [
            {"title": "Uzman kabul etti", "at": datetime(2026, 11, 20, 14, 12, tzinfo=ISTANBUL), "mark": "done"},
            {"title": "Sıra işverende", "lines": ["Son gün 27 Kasım Cuma"], "mark": "current"},
            {"title": "Kapasite yetmedi", "lines": ["Süreç hizmet verende"], "mark": "warn"},
            {"title": "Yürürlüğe girer", "mark": "todo"},
        ],
        "points": points,
        "marks": [
            {
                "at": date(2026, 3, 1),
                "title": "Mart 2026: 9 → 12 çalışan",
                "text": "Gereken uzman süresi 180 → 240 dakika",
            }
        ],
        "sgk_number": "22222010110000010160880000",
        "filter_form": SampleFilters({"il": "16", "sirala": "son-gun"}),
        "figures": [
            {"label": "Personel süresi", "value": 104130, "note": "dakika, 10 kişi"},
            {"label": "Etkin sözleşmeler", "value": 73870, "note": "dakika"},
            {"label": "Bloke", "value": 2450, "note": "dakika, 1 Aralık’ta açılır"},
            {"label": "Onay bekleyen", "value": 4660, "note": "dakika, 21 teklif"},
        ],
        "acts": [
            {
                "title": "Süre güncellemesi sizi bekliyor: 240 → 260 dakika",
                "text": "Çalışan sayısı 13 oldu; profesyonelin boş süresi 20 dakika eksik.",
                "mark": "warn",
                "tag": "update_waits",
                "button": {"url": "#", "label": "9001 sürecini aç"},
            },
            {
                "title": "Süre 200 → 240 dakika oldu",
                "text": "Otomatik güncelleme: çalışan sayısı 10’dan 12’ye çıktı.",
                "at": datetime(2026, 3, 5, 3, 10, tzinfo=ISTANBUL),
                "version": 3,
                "links": [{"url": "#", "label": "belge"}],
            },
            {
                "title": "İşveren onayladı, sözleşme yürürlüğe girdi",
                "who": "Canan Temsil",
                "role": "e-Bildirge kullanıcısı",
                "at": datetime(2025, 2, 5, 9, 5, tzinfo=ISTANBUL),
                "version": 1,
                "mark": "done",
            },
        ],
        "versions": [
            {"since": date(2025, 2, 5), "until": date(2025, 10, 5), "minutes": 180, "note": "9 çalışan"},
            {"since": date(2025, 10, 6), "until": date(2026, 3, 4), "minutes": 200, "note": "10 çalışan"},
            {"since": date(2026, 3, 5), "minutes": 240, "note": "12 çalışan"},
            {"since": date(2026, 11, 20), "minutes": 260, "note": "13 çalışan", "waits": True},
        ],
        "today": date(2026, 11, 24),
        "tiles": _tiles(),
        "steps": [
            {"label": "Teklif gönderildi", "passed": 128, "waiting": 0, "lost": ""},
            {"label": "Profesyonel kabul etti", "passed": 115, "waiting": 8, "lost": "5 reddetti"},
            {"label": "İşveren onayladı", "passed": 79, "waiting": 29, "lost": "4 reddetti, 3 düştü"},
        ],
        "spark": [21, 21, 22, 22, 24, 23, 25, 26, 26, 28, 28, 30],
    }
