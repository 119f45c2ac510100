"""How e-mails leave: by SMTP, in the demo into a folder, or not at all; and what stands in them.

Nothing personal: neither a name nor a number nor a code, and no link but the installation's own address.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils import translation
from django.utils.translation import gettext as _

from katip.core.clock import ISTANBUL
from katip.core.environment import Environment, is_loopback
from katip.identity.models import NoticeKind
from katip.identity.words import notice_text, notice_title

SECONDS = 10
"""how long a mail server may take to answer"""
_PORTS = {"smtp": 587, "smtps": 465}

Send = Callable[[EmailMessage], None]
Transport = AbstractContextManager[Send]
"""opens the way out; what it gives sends one e-mail, or raises `OSError` (smtplib's errors are such)"""


def transport() -> Transport | None:
    """The way out that the operator has set; None where nothing leaves."""
    site: Environment = settings.KATIP
    if site.smtp_url:
        return _smtp(site.smtp_url)
    return _folder(site.data / "mail") if site.demo else None


def smtp_arguments(url: str) -> dict[str, Any]:
    """What Django's SMTP backend is told by `smtps://user:password@host:465` or `smtp://host:587`.

    Off loopback `smtp` demands STARTTLS; certificates are always checked. Raises `ValueError` for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("smtps://user:password@host:465 or smtp://…:587")
    return {
        "host": parts.hostname,
        "port": parts.port or _PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and not is_loopback(parts.hostname),
        "timeout": SECONDS,
    }


@contextmanager
def _smtp(url: str) -> Iterator[Send]:
    backend = EmailBackend(**smtp_arguments(url))
    backend.open()

    def send(message: EmailMessage) -> None:
        backend.send_messages([message])

    try:
        yield send
    finally:
        backend.close()


@contextmanager
def _folder(folder: Path) -> Iterator[Send]:
    """One file for each e-mail, for the eyes of whoever tries the demo."""
    folder.mkdir(parents=True, exist_ok=True)

    def send(message: EmailMessage) -> None:
        number = message.extra_headers["X-Katip-Message"]
        (folder / f"{int(number):06}.eml").write_bytes(message.message().as_bytes())

    yield send


def message_write(*, number: int, kind: str, detail: Mapping[str, Any], at: datetime, to: str) -> EmailMessage:
    """The e-mail that says what happened at `at`: Turkish, English below."""
    with translation.override("tr"):
        subject, turkish = f"Katip: {notice_title(kind)}", _body(kind, detail, at)
    with translation.override("en"):
        english = f"{notice_title(kind)}\n\n{_body(kind, detail, at)}"
    return EmailMessage(
        subject=subject,
        body=f"{turkish}\n\n-- \n{_ENGLISH}\n\n{english}\n",
        from_email=settings.KATIP.mail_from or f"Katip <katip@{urlsplit(settings.KATIP.origin).hostname}>",
        to=[to],
        headers={"X-Katip-Message": str(number), "Auto-Submitted": "auto-generated"},
    )


_ENGLISH = "English"


def _body(kind: str, detail: Mapping[str, Any], at: datetime) -> str:
    site: Environment = settings.KATIP
    lines = [
        notice_text(kind, detail),
        _("Ne zaman: %(moment)s (Türkiye saati)") % {"moment": f"{at.astimezone(ISTANBUL):%d.%m.%Y %H:%M}"},
        _("Bunu siz yapmadıysanız hemen yardım numarasını arayın: %(help)s")
        % {"help": " ".join(part for part in (site.help_name, site.help_phone and f"0{site.help_phone}") if part)}
        if kind != NoticeKind.MONTH_DIGEST and (site.help_phone or site.help_name)
        else "",
        _where(kind) % {"origin": site.origin},
        _("Bu ileti kendiliğinden gönderilir ve sizden bilgi istemez. İçinde kod ya da kişisel bağlantı olmaz."),
        _("İşleten: %(operator)s") % {"operator": site.operator_name} if site.operator_name else "",
    ]
    return "\n\n".join(line for line in lines if line)


def _where(kind: str) -> str:
    """Where more can be read."""
    if kind.startswith("application_"):  # whoever applies may have no account yet
        return _("Kurulumun adresi: %(origin)s")
    if kind == NoticeKind.MONTH_DIGEST:
        return _("Hangi sözleşmenin neden değiştiği girişten sonra Ayın özeti sayfasında yazar: %(origin)s")
    return _("Ayrıntılar girişten sonra Hesabım sayfasındadır: %(origin)s")
