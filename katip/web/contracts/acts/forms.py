"""What is posted when something is done to a contract."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from katip.web.people.forms import DayField
from katip.web.processes.forms import reason_field

MOST_MINUTES = 60_000
"""More minutes than a month has are a slip of the hand."""


class EndForm(forms.Form):
    """*Sonlandır*: the last day served, and why."""

    last_day = DayField(label=_("Son gün"), missing=_("Sözleşmenin son gününü yazın: gg.aa.yyyy."))
    note = reason_field(_("Neden"), _("Neden sonlandırdığınızı yazın; öteki taraflar bunu okuyacak."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = today


class UpdateForm(forms.Form):
    """*Süreyi güncelle*: the new monthly minutes."""

    minutes = forms.IntegerField(
        label=_("Yeni aylık süre (dakika)"),
        min_value=1,
        max_value=MOST_MINUTES,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("Yeni süreyi dakika olarak yazın."),
            "invalid": _("Süreyi yalnız rakamla, dakika olarak yazın: 240."),
            "min_value": _("En az 1 dakika yazın."),
            "max_value": _("Bir ayda bu kadar dakika yok; süreyi denetleyin."),
        },
    )
