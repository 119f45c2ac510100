"""Leaving with one press what is optional: the sealed words in an e-mail's link and headers (RFC 8058).

Whoever has the link may leave, without signing in; nothing else can be done with it, and nothing read from it.
"""

from collections.abc import Mapping, Sequence

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _

from katip.core.crypto import seal, unseal
from katip.notices.kinds import GROUPS
from katip.notices.links import path_to
from katip.notices.models import Channel
from katip.notices.preferences import Owner

_PURPOSE = "leave"


def leave_token(owner: Owner, groups: Sequence[str]) -> str:
    """Sealed: whose e-mails, of which groups."""
    words = "|".join((_PURPOSE, str(owner.person_id or ""), owner.address_key, ",".join(sorted(groups))))
    return seal(words).decode().rstrip("=")


def leave_read(token: str) -> tuple[Owner, list[str]] | None:
    """What a token says; None for anything that is none of ours."""
    try:
        words = unseal((token + "=" * (-len(token) % 4)).encode("ascii"))
        purpose, person, address_key, groups = words.split("|")
    except (InvalidToken, ValueError):
        return None
    found = [code for code in groups.split(",") if code in GROUPS and GROUPS[code].optional]
    if purpose != _PURPOSE or not found:
        return None
    return Owner(int(person) if person else None, address_key), found


def leave_url(owner: Owner, groups: Sequence[str]) -> str:
    """The address of the page that leaves these groups' e-mails."""
    return f"{settings.KATIP.origin}{path_to('notices_leave')}?k={leave_token(owner, groups)}"


def leave_headers(owner: Owner, groups: Sequence[str]) -> Mapping[str, str]:
    """An e-mail's headers by which a mail program offers to leave: RFC 2369 and RFC 8058."""
    url = leave_url(owner, groups)
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def leave_line(owner: Owner, groups: Sequence[str]) -> str:
    """The line below an e-mail's text that says which groups can be left, and where."""
    names = ", ".join(f"“{GROUPS[code].title}”" for code in groups)
    return _("Bu konuda (%(groups)s) e-posta almak istemiyorsanız: %(url)s") % {
        "groups": names,
        "url": leave_url(owner, groups),
    }


LEFT_BY = Channel.EMAIL
"""what the link leaves: the channel that it came by"""
