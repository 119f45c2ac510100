"""What is posted about tokens."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from katip.core.errors import KatipError
from katip.programs.scopes import Scope
from katip.programs.services.tokens import LONGEST_NAME
from katip.web.programs.words import ERRORS, SCOPES

_DAYS: list[tuple[str, str | Promise]] = [
    ("30", lazy("30 gün")),
    ("90", lazy("90 gün")),
    ("180", lazy("180 gün")),
    ("365", lazy("1 yıl")),
]
_OVERLAPS: list[tuple[str, str | Promise]] = [
    ("0", lazy("Hemen biter")),
    ("1", lazy("1 gün daha")),
    ("7", lazy("7 gün daha")),
    ("30", lazy("30 gün daha")),
]
_FIRST = ("", lazy("Seçin"))


def _days_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=lazy("Ne kadar geçerli olsun?"),
        choices=[_FIRST, *_DAYS],
        coerce=int,
        error_messages={"required": ERRORS["days"], "invalid_choice": ERRORS["days"]},
    )


class _Refused(forms.Form):
    def refuse(self, error: KatipError) -> None:
        """Say on top what the service refused."""
        self.add_error(None, str(ERRORS[getattr(error, "code", "")]))


class TokenForm(_Refused):
    """A new token: what it is called, what it is for, how long."""

    name = forms.CharField(
        label=lazy("Programın adı"),
        help_text=lazy("Listede tanıyacağınız bir ad: Bordro yazılımı, Gece işi gibi."),
        max_length=LONGEST_NAME,
        error_messages={"required": ERRORS["name_empty"], "max_length": ERRORS["name_long"]},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.TypedMultipleChoiceField(
        label=lazy("Neye açık olsun?"),
        choices=[(str(scope), SCOPES[scope][0]) for scope in Scope],
        coerce=Scope,
        error_messages={"required": ERRORS["no_scope"], "invalid_choice": ERRORS["no_scope"]},
        widget=forms.CheckboxSelectMultiple(attrs={"class": "tick"}),
    )
    days = _days_field()


class RotateForm(_Refused):
    """Another token in the place of one."""

    days = _days_field()
    overlap_days = forms.TypedChoiceField(
        label=lazy("Eski anahtar ne zaman bitsin?"),
        help_text=lazy("Bu sürede ikisi de geçerlidir: programınızı durdurmadan değiştirebilirsiniz."),
        choices=_OVERLAPS,
        coerce=int,
        initial="7",
        error_messages={"required": ERRORS["days"], "invalid_choice": ERRORS["days"]},
    )
