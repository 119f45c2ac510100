"""Made-up values for the page that shows every component (development only).

Nothing here is a fact of the register, and nothing is stored: forms are filled in memory, names are obvious examples.
"""

from datetime import date, datetime
from typing import Any, Final

from django import forms

from katip.core.clock import ISTANBUL
from katip.web.templatetags.katip import TAGS

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
    read = forms.BooleanField(label="Okudum, onaylıyorum", help_text="103 sözleşmesinin koşullarını okudum.")

    def clean_phone(self) -> str:
        """Refuse whatever was typed, so that an error can be seen."""
        raise forms.ValidationError("Başındaki 0’ı silin: 10 hane kalmalı. Yazdığınız 11 hane.")


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
        "sgk_names": (
            "mahiyet",
            "işkolu",
            "yeni ünite",
            "eski ünite",
            "sıra",
            "il",
            "ilçe",
            "kontrol",
            "aracı",
        ),
    }
