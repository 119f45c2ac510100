"""A file that somebody sends: asked for in one field, bounded by what is read of it."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

_CHOOSE = gettext_lazy("Bir dosya seçin.")


class FileForm(forms.Form):
    """One file, of at most `most_bytes`; `too_large` says what to do with a larger one."""

    most_bytes: ClassVar[int]
    too_large: ClassVar[Any]

    file = forms.FileField(
        error_messages={
            "required": _CHOOSE,
            "invalid": _CHOOSE,
            "missing": _CHOOSE,
            "empty": gettext_lazy("Seçtiğiniz dosya boş."),
        },
    )

    def clean_file(self) -> Any:
        """Not larger than is read."""
        upload = self.cleaned_data["file"]
        if upload.size > self.most_bytes:
            raise forms.ValidationError(self.too_large)
        return upload
