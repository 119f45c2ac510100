"""Where allauth asks this product: words, secrets and what stays closed."""

from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from katip.core.crypto import seal, unseal
from katip.identity.devices import guesses_counted_as
from katip.identity.handlers import attempt_refused


def url_is_ours(request: HttpRequest, url: str) -> bool:
    """Whether `url` leads nowhere but to the host that was asked."""
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Sign-in only: accounts are opened by proofing, not by signing up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("T.C. kimlik no ya da şifre yanlış. İkisini de denetleyip yeniden yazın."),
        "too_many_login_attempts": _("Çok sayıda deneme yapıldı. Birkaç dakika sonra yeniden deneyin."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people come from the imported lists."""
        del request
        return False

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """The pages say what happened; no flash beside them."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """A step-up asks the second step, never the password alone."""
        del user
        return [{"id": "mfa_reauthenticate", "description": "", "url": reverse("mfa_reauthenticate")}]

    def is_safe_url(self, url: str) -> bool:
        """The same rule as everywhere: one other host of the installation's is already elsewhere."""
        return bool(url) and url_is_ours(context.request, url)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address as it is counted. An IPv4 one stays what it is where the server listens for both kinds.

        Written as `::ffff:192.0.2.7` it would count as one network with every other.
        """
        address = str(super().get_client_ip(request))
        return str(getattr(ip_address(address), "ipv4_mapped", None) or address)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, by account and network or known browser (`katip.identity.devices`); record a refusal."""
        key, known = guesses_counted_as(request, str(credentials.get("username", "")))
        limits = settings.KATIP_GUESSES["known_device" if known else "elsewhere"]
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", config={"login_failed": limits}, key=key
        )
        if not self._login_failed_rl_usage:
            attempt_refused(credentials)
            raise self.validation_error("too_many_login_attempts")


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc] # as above
    """Second-step secrets are sealed with the installation's key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Kod geçerli değil. Uygulamanızdaki yeni kodu bekleyip yazın."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return seal(text).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return unseal(encrypted_text.encode("ascii"))
