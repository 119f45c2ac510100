"""What is posted when a step is decided."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from katip.contracts.models import Contract
from katip.processes.models import Outcome
from katip.processes.services.complete import REASON_LENGTH, StepDecision


class _Seen(forms.Form):
    """What the person saw: the process's version and the hash of its terms."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    terms_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)

    outcome: Outcome

    @classmethod
    def shown(cls, contract: Contract) -> Any:
        """An empty form that carries what is being shown."""
        process = contract.process
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


class _PlainLines(forms.CharField):
    """A text whose line ends count once, as the counter in the browser counts them."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class RejectForm(_Seen):
    """*Reddet*, with the reason that the other side reads."""

    outcome = Outcome.REJECTED
    reason = _PlainLines(
        label=_("Reddetme nedeni"),
        min_length=REASON_LENGTH.start,
        max_length=REASON_LENGTH.stop - 1,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Neden reddettiğinizi yazın; karşı taraf bunu okuyacak."),
            "min_length": _("En az %(limit_value)d karakter yazın; şu an %(show_value)d."),
            "max_length": _("En çok %(limit_value)d karakter yazın; şu an %(show_value)d."),
        },
    )
