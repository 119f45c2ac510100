"""What the check is asked: a code, or a file."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from katip.core.codes import code_read
from katip.documents.models import CODE_LENGTH
from katip.web.uploads import FileForm
from katip.web.verify.upload import MOST_BYTES

_LONGEST = 80
"""of what is typed: a code with all its dashes and blanks, and a few too many"""


class CodeForm(forms.Form):
    """The number of a document, in any case, with or without dashes and blanks."""

    no = forms.CharField(
        label=gettext_lazy("Belge numarası"),
        help_text=gettext_lazy(
            "Belgede karekodun altında yazar: 20 harf ve rakam. Küçük harf, boşluk ve tire fark etmez."
        ),
        max_length=_LONGEST,
        error_messages={
            "required": gettext_lazy("Belge no yazın."),
            "max_length": gettext_lazy("Belge no 20 harf ve rakamdır; yalnız onu yazın."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_no(self) -> str:
        """As it was drawn. Refuses what no document's number looks like, and says which signs there are."""
        code = code_read(self.cleaned_data["no"], CODE_LENGTH)
        if code is None:
            raise forms.ValidationError(
                gettext_lazy("Belge no 20 harf ve rakamdır; 0, 1, I, L ve O içinde geçmez. Belgeden yeniden bakın."),
                "malformed",
            )
        return code


class DocumentForm(FileForm):
    """The PDF itself."""

    most_bytes: ClassVar[int] = MOST_BYTES
    too_large = gettext_lazy(
        "Dosya 5 MB’tan büyük. Bu kayıttan çıkan belgeler daha küçüktür; indirdiğiniz PDF’i seçin."
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # handed on as they came
        self.fields["file"].label = gettext_lazy("PDF dosyası")
