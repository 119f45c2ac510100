"""What is typed by applicants, officers and supervisors."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from katip.counter.codes import application_key_read
from katip.counter.models import Application, Purpose, ReviewOutcome
from katip.counter.services.applications import Applicant
from katip.counter.services.decisions import CHECKS, REASON_LENGTH, Seen
from katip.counter.services.reviews import NOTE_LENGTH
from katip.web.people.forms import NationalIdField, PlainLines

_LENGTHS = {
    "min_length": _("En az %(limit_value)d karakter yazın; şu an %(show_value)d."),
    "max_length": _("En çok %(limit_value)d karakter yazın; şu an %(show_value)d."),
}


class EmailForm(forms.Form):
    """Where reminders go, if anywhere."""

    email = forms.EmailField(
        label=_("E-posta"),
        help_text=_("Yalnız bu başvuruyu hatırlatmak için. Boş bırakabilirsiniz."),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("E-posta adresini denetleyin; örnek: ad@ornek.com.tr")},
    )


def _name(label: Any, missing: Any, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": missing},
    )


class ApplicationForm(EmailForm):
    """What is asked for, and who asks."""

    purpose = forms.TypedChoiceField(
        label=_("Ne istiyorsunuz?"),
        coerce=Purpose,
        choices=[
            (Purpose.ACCOUNT, _("Hesap açmak ya da unuttuğum şifreyi yenilemek")),
            (Purpose.SECOND_STEP, _("İki aşamalı girişi açmak")),
            (Purpose.LOST_FACTOR, _("Kaybettiğim ikinci adımın yerine yenisini kurmak")),
            (Purpose.BOTH_LOST, _("Hem şifremi hem ikinci adımımı yenilemek")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Ne istediğinizi seçin."), "invalid_choice": _("Ne istediğinizi seçin.")},
    )
    national_id = NationalIdField(help_text=_("Kimlik kartınızdaki 11 haneli numara"))
    given_name = _name(_("Ad"), _("Adınızı kimlik kartınızdaki gibi yazın."), "given-name")
    family_name = _name(_("Soyad"), _("Soyadınızı kimlik kartınızdaki gibi yazın."), "family-name")
    field_order = ["purpose", "national_id", "given_name", "family_name", "email"]

    def applicant(self) -> Applicant:
        """Who asks, once the form is valid."""
        typed = self.cleaned_data
        return Applicant(typed["national_id"], typed["given_name"], typed["family_name"])


class CodeForm(forms.Form):
    """The code of an application, typed or scanned."""

    code = forms.CharField(
        label=_("Başvuru kodu"),
        help_text=_("Belgedeki 12 haneli kod; tireler ve büyük küçük harf önemli değil."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Belgedeki kodu yazın.")},
    )

    def clean_code(self) -> str:
        """The code's keyed hash; the code itself goes no further."""
        key = application_key_read(self.cleaned_data["code"])
        if key is None:
            raise forms.ValidationError(_("Bu bir başvuru kodu değil; 12 haneyi belgedeki gibi yazın."))
        return key


class ScanForm(CodeForm):
    """The same at the desk: the field waits for the scanner."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class SeenForm(forms.Form):
    """Which version of the application was shown."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    @classmethod
    def shown(cls, application: Application) -> Any:
        """An empty form that carries what is shown."""
        return cls(initial={"version": application.version})

    def seen(self, number: int) -> Seen:
        """What is decided, once the form is valid."""
        return Seen(number, self.cleaned_data["version"])


def _check(label: Any, hint: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=hint, required=False)


class CheckForm(SeenForm):
    """What the officer looks at."""

    photo = _check(_("Fotoğraf bu kişinin"), _("Karttaki fotoğraf, önünüzdeki kişi."))
    number = _check(_("Numara aynı"), _("Karttaki T.C. kimlik no, bu sayfadaki numara."))
    names = _check(_("Ad ve soyad aynı"), _("Karttaki ad ve soyad, başvurudaki ve kayıttaki ad."))
    valid = _check(_("Kart geçerli"), _("Son geçerlilik günü geçmemiş; kart bütün ve kişinin kendi kartı."))

    def checks(self) -> frozenset[str]:
        """What was ticked."""
        return frozenset(name for name in CHECKS if self.cleaned_data.get(name))


class ConfirmForm(CheckForm):
    """The same before confirming: everything fits."""

    def clean(self) -> dict[str, Any]:
        """Every box is ticked."""
        typed = super().clean() or {}
        for name in CHECKS - self.checks():
            self.add_error(name, gettext("Uyuyorsa işaretleyin: %(what)s.") % {"what": self.fields[name].label})
        return typed


class SecondForm(SeenForm):
    """The second officer's own look."""

    looked = forms.BooleanField(
        label=_("Kişiyi ve kartını ben de gördüm"),
        help_text=_("İlk görevlinin yazdığını okudum; kimliğin bu kişinin olduğundan eminim."),
        error_messages={"required": _("Kişiyi ve kartını gördüyseniz kutuyu işaretleyin.")},
    )


def _reason(label: Any, hint: Any, missing: Any, length: range = REASON_LENGTH) -> PlainLines:
    return PlainLines(
        label=label,
        help_text=hint,
        min_length=length.start,
        max_length=length.stop - 1,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing, **_LENGTHS},
    )


class RefuseForm(SeenForm):
    """Why the application is refused."""

    reason = _reason(
        _("Ret nedeni"),
        _("Başvurana da söylersiniz; kayıtta kalır. En az 10, en çok 200 karakter."),
        _("Neden reddettiğinizi yazın."),
    )


class OverrideForm(CheckForm):
    """What fits, and why it should be confirmed although not everything does."""

    why = _reason(
        _("Neden yine de onaylanmalı?"),
        _("İkinci görevli bunu okur; kayıtta kalır. En az 10, en çok 200 karakter."),
        _("Neden yine de onaylanması gerektiğini yazın."),
    )


class ReviewForm(forms.Form):
    """What the second look found."""

    outcome = forms.TypedChoiceField(
        label=_("Karar yerinde mi?"),
        coerce=ReviewOutcome,
        choices=[(ReviewOutcome.AGREED, _("Yerinde")), (ReviewOutcome.OBJECTED, _("İtiraz ediyorum"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Birini seçin."), "invalid_choice": _("Birini seçin.")},
    )
    note = PlainLines(
        label=_("Not"),
        help_text=_("İtirazda gereklidir; görevli okur. En az 10, en çok 300 karakter."),
        required=False,
        max_length=NOTE_LENGTH.stop - 1,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=_LENGTHS,
    )

    def clean(self) -> dict[str, Any]:
        """An objection says why."""
        typed = super().clean() or {}
        if typed.get("outcome") == ReviewOutcome.OBJECTED and len(typed.get("note", "")) < NOTE_LENGTH.start:
            self.add_error("note", _("Neden itiraz ettiğinizi en az 10 karakterle yazın."))
        return typed
