"""Asking a provider: one request within bounds of size and time."""

from pathlib import Path

from katip.core.outbound import Answer, Bounds, OutboundError, ask
from katip.identity.oidc.reasons import ProviderRefusedError, Reason

__all__ = ["MOST_BYTES", "SECONDS", "Answer", "fetch"]

SECONDS = 5.0
"""What one request may take in all, a dripping answer included."""
MOST_BYTES = 128 * 1024


def fetch(
    url: str,
    *,
    form: str | None = None,
    headers: dict[str, str] | None = None,
    ca_file: Path | None = None,
) -> Answer:
    """Ask `url` (checked by `strict.url_is_fit` before): a GET, or a POST of `form`. `ca_file` replaces all other CAs.

    Raises `ProviderRefusedError`: `unreachable` (TLS faults too), `slow`, `too_large`, `redirected`.
    """
    sent = {"Accept": "application/json", **(headers or {})}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        return ask(url, bounds=Bounds(SECONDS, MOST_BYTES), body=form, headers=sent, ca_file=ca_file)
    except OutboundError as error:
        raise ProviderRefusedError(Reason(error.fault.value)) from error
