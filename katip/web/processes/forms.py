"""What is posted when a step is decided."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from katip.processes.models import Outcome, Process
from katip.processes.services.complete import REASON_LENGTH, StepDecision


class _Seen(forms.Form):
    """What the person saw: the process's version and the hash of its terms."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    terms_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)

    outcome: Outcome

    @classmethod
    def shown(cls, process: Process) -> Any:
        """An empty form that carries what is being shown."""
        return cls(initial={"version": process.version, "terms_hash": process.terms_hash})

    def decision(self, process_id: int) -> StepDecision:
        """The decision, once the form is valid."""
        return StepDecision(
            process_id=process_id,
            version=self.cleaned_data["version"],
            terms_hash=self.cleaned_data["terms_hash"],
            outcome=self.outcome,
            reason=self.cleaned_data.get("reason", ""),
        )


class ApproveForm(_Seen):
    """*Okudum, onaylıyorum*."""

    outcome = Outcome.APPROVED
    read = forms.BooleanField(
        label=_("Okudum, onaylıyorum"),
        error_messages={"required": _("Koşulları okuduysanız kutuyu işaretleyin: Okudum, onaylıyorum.")},
    )


class PlainLines(forms.CharField):
    """A text whose line ends count once, as the counter in the browser counts them."""

    def to_python(self, value: Any) -> str:
        """The text with plain line ends."""
        return str(super().to_python(value)).replace("\r\n", "\n")


def reason_field(label: Any, required: Any) -> PlainLines:
    """Why something is done: 10 to 200 characters that the other side reads."""
    return PlainLines(
        label=label,
        min_length=REASON_LENGTH.start,
        max_length=REASON_LENGTH.stop - 1,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": required,
            "min_length": _("En az %(limit_value)d karakter yazın; şu an %(show_value)d."),
            "max_length": _("En çok %(limit_value)d karakter yazın; şu an %(show_value)d."),
        },
    )


class RejectForm(_Seen):
    """*Reddet*, with the reason that the other side reads."""

    outcome = Outcome.REJECTED
    reason = reason_field(_("Reddetme nedeni"), _("Neden reddettiğinizi yazın; karşı taraf bunu okuyacak."))


class WithdrawForm(_Seen):
    """*Geri çek*, with the reason that the other side reads."""

    reason = reason_field(_("Geri çekme nedeni"), _("Neden geri çektiğinizi yazın; karşı taraf bunu okuyacak."))
