"""What is typed about personal data: a request, and its answer."""

from django import forms
from django.utils.translation import gettext_lazy

from katip.keeping.models import RequestState
from katip.keeping.requests import LONGEST_ANSWER, LONGEST_TEXT
from katip.web.keeping.words import RIGHTS


class DataRequestForm(forms.Form):
    """Which right, and what about it."""

    right = forms.ChoiceField(
        label=gettext_lazy("Ne istiyorsunuz?"),
        choices=list(RIGHTS.items()),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Ne istediğinizi seçin."),
            "invalid_choice": gettext_lazy("Ne istediğinizi listeden seçin."),
        },
    )
    text = forms.CharField(
        label=gettext_lazy("Başvurunuz"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": gettext_lazy("Başvurunuzu birkaç cümleyle yazın."),
            "max_length": gettext_lazy("En çok 2.000 karakter yazabilirsiniz."),
        },
    )


class AnswerForm(forms.Form):
    """What becomes of a request, and the answer in words."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Karar"),
        choices=[
            (RequestState.MET, gettext_lazy("Kabul et")),
            (RequestState.PARTLY, gettext_lazy("Kısmen kabul et")),
            (RequestState.REFUSED, gettext_lazy("Reddet")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Kararı seçin."),
            "invalid_choice": gettext_lazy("Kararı listeden seçin."),
        },
    )
    answer = forms.CharField(
        label=gettext_lazy("Yanıt"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={
            "required": gettext_lazy("Yanıtı yazın."),
            "max_length": gettext_lazy("En çok 4.000 karakter yazabilirsiniz."),
        },
    )
