"""What makes a password good enough: its length, and that nobody guesses it first. Never its composition.

Refused offline are common passwords, those of one's own name or T.C. kimlik no, and little more than a row or a
repetition. See docs/decisions for the figures.
"""

import re
import string
from collections import Counter
from itertools import pairwise
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from katip.core.turkish import lower

SHORTEST, LONGEST = 12, 200
"""characters; NIST SP 800-63B asks for 8 beside a second factor, and for 64 to be taken"""
_LEFT = 6
"""characters that must remain when one's own names are taken out"""
_DISTINCT = 5
_ROW = 0.7
"""share of the steps from one sign to the next that makes a row: of twelve drawn figures one in 200 has so many"""
_AROUND = string.digits + string.punctuation + string.whitespace


class LengthValidator:
    """Long enough to withstand guessing, short enough to be hashed."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` when it is too short or too long."""
        del user
        if len(password) < SHORTEST:
            raise ValidationError(
                _("Şifre en az %(n)s karakter olsun. Birkaç kelime yan yana iyi bir şifredir.") % {"n": SHORTEST}
            )
        if len(password) > LONGEST:
            raise ValidationError(_("Şifre en çok %(n)s karakter olabilir.") % {"n": LONGEST})

    def get_help_text(self) -> str:
        """The same beforehand."""
        return _("En az %(n)s karakter. Birkaç kelime yan yana iyi bir şifredir; boşluk da olur.") % {"n": SHORTEST}


class CommonValidator(CommonPasswordValidator):
    """Not one of Django's 20 000 common passwords, nor one of them with figures around it or said twice; no row."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` when guessers begin with it."""
        del user
        whole = password.strip().lower()
        core = whole.strip(_AROUND)
        forms = {whole, core, lower(password).strip(_AROUND), *(_once(form) for form in (whole, core))}
        if not self.passwords.isdisjoint(forms) or len(set(whole)) < _DISTINCT or _is_row(whole):
            raise ValidationError(
                _("Bu şifre çok kullanılanlardan biri; ilk denenecekler arasındadır. Başka bir şifre seçin.")
            )

    def get_help_text(self) -> str:
        """The same beforehand."""
        return _("Çok kullanılan bir şifre ya da 123456 gibi bir sıra olmasın.")


class OwnValidator:
    """Not one's own T.C. kimlik no, nor one's own name with a little around it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` when whoever knows the person would try it."""
        if user is None or not getattr(user, "national_id_sealed", b""):
            return
        names = [name for name in lower(f"{user.given_name} {user.family_name}").split() if len(name) > 1]
        rest = lower(password)
        for name in names:
            rest = rest.replace(name, "")
        if user.national_id in re.sub(r"\D", "", password) or (rest != lower(password) and len(rest) < _LEFT):
            raise ValidationError(_("Şifre T.C. kimlik numaranızdan ya da adınızdan oluşmasın."))

    def get_help_text(self) -> str:
        """The same beforehand."""
        return _("T.C. kimlik numaranız ya da adınız olmasın.")


def _once(text: str) -> str:
    """`text` said once, where it is one word repeated."""
    found = re.fullmatch(r"(.+?)\1+", text)
    return found[1] if found else text


def _is_row(text: str) -> bool:
    """Whether `text` is little more than a row: neighbours, up or down or repeated, or one and the same step."""
    signs = [sign for sign in text if sign.isalnum()]
    steps = [_step(*pair) for pair in pairwise(signs)]
    beside = sum(abs(step) <= 1 for step in steps)
    same = max(Counter(steps).values(), default=0)
    return max(beside, same) > _ROW * len(steps) if steps else False


def _step(one: str, other: str) -> int:
    """From one letter or figure to the next; after 9 comes 0."""
    step = ord(other) - ord(one)
    return (step + 5) % 10 - 5 if one.isdecimal() and other.isdecimal() else step
