"""What is told about somebody's sign-in, a month's digest and requests about data: `identity`'s kinds, in e-mails.

Nothing personal: neither a name nor a number nor a code, and no link but the installation's own address; a digest's
leads to the page of digests.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from katip.core.clock import ISTANBUL
from katip.core.environment import Environment
from katip.core.usecase import whole_register
from katip.identity.models import NoticeKind
from katip.identity.telling import Told
from katip.identity.words import notice_text, notice_title
from katip.notices.channels.ways import channels_open
from katip.notices.deliver import Outgoing, deliver
from katip.notices.kinds import MONTH
from katip.notices.leaving import leave_headers, leave_line
from katip.notices.letters import Item, Letter
from katip.notices.links import path_to
from katip.notices.models import Channel, Rank
from katip.notices.preferences import Owner, people_wanting
from katip.notices.proving import proof_ask


class OutsideTeller:
    """Takes what `identity` tells to the room's own rows."""

    def leaves(self) -> bool:
        """Whether e-mails leave."""
        return Channel.EMAIL in channels_open()

    def take(self, told: Sequence[Told], at: datetime) -> None:
        """Write them down: before everything else, a month's digests behind, and these to whoever wants them."""
        readers = {one.person_id for one in told if one.kind == NoticeKind.MONTH_DIGEST and one.person_id is not None}
        wanting = people_wanting(readers, MONTH) if readers else set()
        rows = [
            Outgoing(
                Channel.EMAIL,
                one.email,
                one.kind,
                one.detail,
                person_id=one.person_id,
                rank=Rank.LATER if one.kind == NoticeKind.MONTH_DIGEST else Rank.SECURITY,
            )
            for one in told
            if one.kind != NoticeKind.MONTH_DIGEST or one.person_id in wanting
        ]
        with whole_register("what is told of a sign-in is written at the door, before anybody acts"):
            deliver(rows, at)

    def prove(self, person_id: int, email: str, at: datetime) -> None:
        """Send the link by which the address is confirmed."""
        proof_ask(person_id, email, at)


class SignInWriter:
    """The words of `identity.words`, with when it was and whom to call."""

    def write(self, items: Sequence[Item], channel: Channel) -> Letter | None:
        """The letter about each of `items`."""
        del channel
        first = items[0]
        texts = [_body(item.kind, item.detail, item.at) for item in items]
        headers: Mapping[str, str] = {}
        if first.kind == NoticeKind.MONTH_DIGEST:
            owner = Owner(first.person_id)
            headers = leave_headers(owner, [MONTH])
            texts.append(leave_line(owner, [MONTH]))
        return Letter(f"Katip: {notice_title(first.kind)}", "\n\n".join(texts), headers)


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
        _("Bu ileti kendiliğinden gönderilir ve sizden bilgi istemez.")
        if kind == NoticeKind.MONTH_DIGEST  # below it stands the link by which it can be left
        else _("Bu ileti kendiliğinden gönderilir ve sizden bilgi istemez. İçinde kod ya da kişisel bağlantı olmaz."),
    ]
    return "\n\n".join(line for line in lines if line)


def _where(kind: str) -> str:
    """Where more can be read."""
    if kind.startswith("application_"):  # whoever applies may have no account yet
        return _("Kurulumun adresi: %(origin)s")
    if kind == NoticeKind.MONTH_DIGEST:
        digests = {"url": f"{settings.KATIP.origin}{path_to('month_digests')}"}
        return _("Hangi sözleşmenin neden değiştiği girişten sonra Ayın özeti sayfasında yazar: %(url)s") % digests
    return _("Ayrıntılar girişten sonra Hesabım sayfasındadır: %(origin)s")
