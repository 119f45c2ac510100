"""What is asked of the reckoning: all of it stands in the address, so that a result can be sent on."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.rules import FormatError, HazardClass, Profession, RuleViolation, hazard_class_of, parse_nace
from katip.web import format as fmt
from katip.web.calculator.reckoning import Question, Running
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS

MOST_EMPLOYEES: Final = 999_999
MOST_MINUTES: Final = 9_999_999
MOST_PERSONS: Final = 9_999
_LONGEST: Final = 10
"""signs in a field: 9.999.999 fits, a T.C. kimlik no, which must not get into an address, does not"""
CLASSES: Final = {
    "az": HazardClass.LOW,
    "tehlikeli": HazardClass.HAZARDOUS,
    "cok": HazardClass.VERY_HAZARDOUS,
}
"""the words of the address"""
RUNNING: Final = {
    Profession.SAFETY_SPECIALIST: ("igu", "igu_tam"),
    Profession.WORKPLACE_PHYSICIAN: ("ih", "ih_tam"),
    Profession.OTHER_HEALTH_PERSONNEL: ("dsp", ""),
}
"""the fields of what runs: minutes, and full-time persons where the law knows them"""
_NACE_ERRORS: Final = {
    "not_digits": gettext_lazy("NACE kodu yalnız rakam ve noktadır: 22.12.01 gibi."),
    "wrong_length": gettext_lazy("NACE kodu 6 hanelidir: 22.12.01 gibi."),
}


class WholeNumberField(forms.CharField):
    """A whole number from 0 up as people write it: thousands may be grouped. Empty is None."""

    def __init__(self, *, greatest: int, **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST, **kwargs)
        self.greatest = greatest

    def clean(self, value: Any) -> int | None:
        """Read the digits; refuse anything else, and what no workplace has."""
        text = "".join(str(super().clean(value)).replace(".", "").split())
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            told = _("%(field)s: yalnız rakam yazın, 12 gibi.") % {"field": self.label}
            raise forms.ValidationError(told, "not_digits")
        if int(text) > self.greatest:
            most = fmt.number_text(self.greatest, current_language())
            told = _("%(field)s: en çok %(most)s yazabilirsiniz.") % {"field": self.label, "most": most}
            raise forms.ValidationError(told, "too_great")
        return int(text)


class CalculatorForm(forms.Form):
    """A headcount, and the hazard class or the activity code that it follows from; what runs already is optional."""

    calisan = WholeNumberField(
        label=gettext_lazy("Çalışan sayısı"),
        greatest=MOST_EMPLOYEES,
        error_messages={"required": gettext_lazy("Çalışan sayısını yazın.")},
    )
    sinif = forms.ChoiceField(
        label=gettext_lazy("Tehlike sınıfı"),
        choices=[("", gettext_lazy("Seçin")), *((word, HAZARDS[hazard]) for word, hazard in CLASSES.items())],
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Tehlike sınıfını listeden seçin.")},
    )
    nace = forms.CharField(label=gettext_lazy("ya da NACE kodu"), max_length=_LONGEST, required=False)
    igu = WholeNumberField(label=gettext_lazy("İş güvenliği uzmanı, dakika"), greatest=MOST_MINUTES, required=False)
    igu_tam = WholeNumberField(label=gettext_lazy("Tam süreli uzman, kişi"), greatest=MOST_PERSONS, required=False)
    ih = WholeNumberField(label=gettext_lazy("İşyeri hekimi, dakika"), greatest=MOST_MINUTES, required=False)
    ih_tam = WholeNumberField(label=gettext_lazy("Tam süreli hekim, kişi"), greatest=MOST_PERSONS, required=False)
    dsp = WholeNumberField(label=gettext_lazy("Diğer sağlık personeli, dakika"), greatest=MOST_MINUTES, required=False)

    def __init__(self, *args: Any, as_of: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_of = as_of

    def clean_nace(self) -> str:
        """Write the code as `NN.NN.NN`; refuse one that the list does not have today, and say what took its place."""
        typed = self.cleaned_data["nace"]
        if not typed.strip():
            return ""
        try:
            code = parse_nace(typed)
            hazard_class_of(code, self.as_of)
        except FormatError as error:
            raise forms.ValidationError(str(_NACE_ERRORS.get(error.code, _NACE_ERRORS["not_digits"]))) from None
        except RuleViolation as violation:
            raise forms.ValidationError(_unknown_code(violation)) from None
        return code

    def clean(self) -> dict[str, Any]:
        """Ask for the class where the code does not give it."""
        given = self.cleaned_data
        if not {"nace", "sinif"} & set(self.errors) and not (given["nace"] or given["sinif"]):
            self.add_error("sinif", _("Tehlike sınıfını seçin ya da NACE kodunu yazın."))
        return given

    def hazard(self) -> HazardClass:
        """The class asked for; the activity code decides where both were given."""
        code = self.cleaned_data["nace"]
        return hazard_class_of(code, self.as_of) if code else CLASSES[self.cleaned_data["sinif"]]

    def overruled(self) -> bool:
        """Whether the class that was picked is not the one that the code gives."""
        picked = self.cleaned_data["sinif"]
        return bool(self.cleaned_data["nace"] and picked and CLASSES[picked] is not self.hazard())

    def question(self) -> Question:
        """What was asked, in plain values."""
        running = {}
        for profession, (minutes, persons) in RUNNING.items():
            given = self.cleaned_data[minutes], self.cleaned_data[persons] if persons else None
            if given != (None, None):
                running[profession] = Running(given[0] or 0, given[1] or 0)
        return Question(self.cleaned_data["calisan"], self.hazard(), self.as_of, running)

    def typed(self) -> dict[str, str]:
        """What was filled in, by the names of the address, in the order of the form."""
        return {name: self.data[name].strip() for name in self.fields if self.data.get(name, "").strip()}

    def runs_opened(self) -> bool:
        """Whether the fields of what runs stand open: something is in them."""
        return self.is_bound and any(self.data.get(name) for names in RUNNING.values() for name in names if name)


def _unknown_code(violation: RuleViolation) -> str:
    code, successor = violation.facts["code"], violation.facts.get("successor")
    if successor:
        return _("%(code)s kodu listeden çıktı; yerine %(successor)s geçti.") % {"code": code, "successor": successor}
    return _("%(code)s kodu bugünkü listede yok. Kodu denetleyin ya da tehlike sınıfını seçin.") % {"code": code}
