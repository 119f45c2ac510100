"""Kinds of notices: what each is called, to which group of preferences it belongs, and its words.

The words of a kind are the same in the register and in an e-mail. Titles of organisations and the code of a process
stand in them; no person's name, no number of a person and no reason that somebody wrote does: an e-mail is read by more
people than one. The reason is added where the register itself shows the notice (`notice_reason`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.core.actor import Capacity
from katip.notices.models import Channel
from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds that are chosen together. What is not `optional` is always told; `channels` are those of the default."""

    code: str
    title: Any
    text: Any
    optional: bool = True
    channels: frozenset[Channel] = frozenset({Channel.EMAIL})


ASKED, OUTCOME, CHANGE = "asked", "outcome", "change"
NAMED, ROLE, MONTH, OFFICE, SECURITY = "named", "role", "month", "office", "security"

GROUPS: dict[str, Group] = {
    one.code: one
    for one in (
        Group(
            ASKED,
            lazy("Onayınızı bekleyenler"),
            lazy("Bir süreç sizden yanıt bekleyince ve son günü yaklaşınca."),
            channels=frozenset({Channel.EMAIL, Channel.SMS, Channel.KEP}),
        ),
        Group(
            NAMED,
            lazy("İşyerinizi seçen OSGB"),
            lazy("Hizmet almadığınız bir kurum işyeriniz için sözleşme teklif edince."),
        ),
        Group(
            OUTCOME,
            lazy("Sonuçlar"),
            lazy("Parçası olduğunuz bir süreç onaylanınca, reddedilince, düşünce ya da geri çekilince."),
        ),
        Group(
            CHANGE,
            lazy("Süren sözleşmelerdeki değişiklikler"),
            lazy("Dakikalar değişince; bir sözleşme sona erince ya da sona ereceği bildirilince."),
        ),
        Group(
            MONTH,
            lazy("Ayın özeti"),
            lazy("SGK’nın aylık bildirimiyle sözleşmelerinizde bir şey değişince, ayda bir."),
        ),
        Group(
            OFFICE,
            lazy("Tanınmayan OSGB bildirimleri"),
            lazy("Görev alanınızdaki bir işyeri, teklif yapan kurumu tanımadığını bildirince."),
        ),
        Group(
            ROLE,
            lazy("Yetkiniz ve göreviniz"),
            lazy("Bir yetkiniz, göreviniz ya da personel sözleşmeniz başlayınca ya da bitince."),
            optional=False,
        ),
        Group(
            SECURITY,
            lazy("Girişinizin güvenliği"),
            lazy("Yeni bir tarayıcıdan girilince; şifreniz, ikinci adımınız ya da adresiniz değişince."),
            optional=False,
        ),
    )
}
"""in the order of the page of preferences"""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice. `outside` is False where it stands in the register alone."""

    code: str
    group: str
    outside: bool = True

    @property
    def optional(self) -> bool:
        """Whether its reader may do without."""
        return GROUPS[self.group].optional


WAITS, REMIND, NAMED_YOU = "waits", "remind", "named"
ACCEPTED, IN_FORCE, REJECTED, LAPSED, WITHDRAWN = "accepted", "in_force", "rejected", "lapsed", "withdrawn"
MINUTES, ENDED, END_ANNOUNCED, END_REVOKED = "minutes", "ended", "end_announced", "end_revoked"
UNDERTAKING_ENDED, STAFF_ENDED, MANDATE_ENDED = "undertaking_ended", "staff_ended", "mandate_ended"
OFFICE_GIVEN, OFFICE_ENDED, DISOWNED, HOOK_PAUSED = "office_given", "office_ended", "disowned", "hook_paused"
RUN_DONE, LINK_ENDED = "run_done", "link_ended"

KINDS: dict[str, Kind] = {
    one.code: one
    for one in (
        Kind(WAITS, ASKED),
        Kind(REMIND, ASKED),
        Kind(NAMED_YOU, NAMED),
        Kind(ACCEPTED, OUTCOME, outside=False),
        Kind(IN_FORCE, OUTCOME),
        Kind(REJECTED, OUTCOME),
        Kind(LAPSED, OUTCOME),
        Kind(WITHDRAWN, OUTCOME),
        Kind(MINUTES, CHANGE),
        Kind(ENDED, CHANGE),
        Kind(END_ANNOUNCED, CHANGE),
        Kind(END_REVOKED, CHANGE),
        Kind(UNDERTAKING_ENDED, CHANGE),
        Kind(STAFF_ENDED, ROLE),
        Kind(MANDATE_ENDED, ROLE),
        Kind(OFFICE_GIVEN, ROLE),
        Kind(OFFICE_ENDED, ROLE),
        Kind(DISOWNED, OFFICE),
        Kind(HOOK_PAUSED, ROLE),
        Kind(RUN_DONE, OUTCOME),
        Kind(LINK_ENDED, SECURITY),
    )
}
ABOUT_A_STEP = (WAITS, REMIND)
"""worth nothing once the step is decided"""


_TITLES = {
    WAITS: lazy("Onayınız bekleniyor: %(what)s"),
    REMIND: lazy("Hâlâ onayınızı bekliyor: %(what)s"),
    NAMED_YOU: lazy("Bir OSGB işyeriniz için sözleşme teklif etti: %(what)s"),
    ACCEPTED: lazy("Kabul edildi, sıra sonraki tarafta: %(what)s"),
    IN_FORCE: lazy("Onaylandı: %(what)s"),
    REJECTED: lazy("Reddedildi: %(what)s"),
    LAPSED: lazy("Onaylanmadığı için düştü: %(what)s"),
    WITHDRAWN: lazy("Geri çekildi: %(what)s"),
    MINUTES: lazy("Sözleşmenin süresi değişti: %(what)s"),
    ENDED: lazy("Sözleşme sona erdi: %(what)s"),
    END_ANNOUNCED: lazy("Sözleşmenin sona ereceği bildirildi: %(what)s"),
    END_REVOKED: lazy("Sözleşmenin sona ereceği bildirimi geri alındı: %(what)s"),
    UNDERTAKING_ENDED: lazy("Şahsen üstlenme sona erdi"),
    STAFF_ENDED: lazy("Personel sözleşmesinin son günü bildirildi"),
    MANDATE_ENDED: lazy("Sorumlu müdürlük yetkiniz sona erdi"),
    OFFICE_GIVEN: lazy("Gişede görevlendirildiniz"),
    OFFICE_ENDED: lazy("Gişe göreviniz sona erdi"),
    DISOWNED: lazy("Bir işyeri, teklif yapan kurumu tanımadığını bildirdi"),
    HOOK_PAUSED: lazy("Bir webhook durduruldu"),
    RUN_DONE: lazy("Toplu işleminiz bitti"),
    LINK_ENDED: lazy("Hesabınızın kimlik sağlayıcıyla bağı kaldırıldı"),
}
_TEXTS = {
    NAMED_YOU: lazy(
        "Önce profesyonel yanıtlar, sonra sizden onay istenir. Bu kurumu tanımıyorsanız bildirin: teklif reddedilir ve "
        "yetkililere haber verilir."
    ),
    IN_FORCE: lazy("Son onay verildi; bu kayıtta geçerli oldu."),
    LAPSED: lazy("Son gününe kadar onaylanmadı; yeniden açılması gerekir."),
    WITHDRAWN: lazy("Açan taraf geri çekti; sizden artık yanıt beklenmiyor."),
    UNDERTAKING_ENDED: lazy("İş sağlığı ve güvenliği hizmetini bundan sonra başka biri vermeli."),
    MANDATE_ENDED: lazy("Bu kurum adına artık işlem yapamazsınız. Yanlışlık varsa kurumun kendi işyerine başvurun."),
    OFFICE_GIVEN: lazy("Görevli olarak girince Gişe sayfası açılır."),
    OFFICE_ENDED: lazy("Gişe sayfalarına artık giremezsiniz. Yanlışlık varsa işletmeciye başvurun."),
    DISOWNED: lazy("Bildirim, görevli olarak girince Tanınmayan OSGB’ler sayfasındadır."),
    LINK_ENDED: lazy(
        "İşletmeci kaldırdı; o sağlayıcıyla bir sonraki giriş yeniden bağlar. İstemediyseniz işletmeciyi arayın."
    ),
    HOOK_PAUSED: lazy("Adres uzun süre yanıt vermedi. Düzeltip Programlar sayfasından yeniden başlatın."),
}


def notice_title(kind: str, detail: Mapping[str, Any]) -> str:
    """What happened, in a line, in the active language."""
    return str(_TITLES[kind]) % {"what": what(detail)}


def what(detail: Mapping[str, Any]) -> str:
    """`103 · İş güvenliği uzmanı`, of the process or contract that it is about; empty where there is none."""
    if "code" not in detail:
        return ""
    return f"{detail['code']} · {_(kind_get(int(detail['code'])).short_title)}"


def notice_text(kind: str, detail: Mapping[str, Any]) -> str:
    """What it means, in a sentence or three, in the active language."""
    lines = [_parties(detail), _terms(kind, detail)]
    if kind in _TEXTS:
        lines.append(str(_TEXTS[kind]))
    return " ".join(line for line in lines if line)


def notice_reason(detail: Mapping[str, Any]) -> str:
    """What somebody wrote as their reason, for the register's own pages only; empty where there is none."""
    return str(detail.get("reason") or "")


def party_words(party: str) -> str:
    """A party, as sentences name it."""
    return {
        PartyKind.EMPLOYER.value: _("işveren"),
        PartyKind.PROVIDER.value: _("hizmet veren kurum"),
        PartyKind.PROFESSIONAL.value: _("profesyonel"),
        PartyKind.PERSON.value: _("ilgili kişi"),
    }.get(party, "")


def capacity_words(capacity: str) -> str:
    """In which capacity something concerns its reader, as sentences name it."""
    return {
        Capacity.WORKPLACE.value: _("e-Bildirge kullanıcısı olarak"),
        Capacity.PROVIDER.value: _("sorumlu müdür olarak"),
        Capacity.INDIVIDUAL.value: _("kendi adınıza"),
        Capacity.OFFICIAL.value: _("görevli olarak"),
    }.get(capacity, "")


def _parties(detail: Mapping[str, Any]) -> str:
    workplace, provider = str(detail.get("workplace") or ""), str(detail.get("provider") or "")
    if workplace and provider:
        return _("İşyeri: %(workplace)s. Hizmet veren: %(provider)s.") % {
            "workplace": _bare(workplace),
            "provider": _bare(provider),
        }
    if workplace:
        return _("İşyeri: %(workplace)s.") % {"workplace": _bare(workplace)}
    return _("Hizmet veren: %(provider)s.") % {"provider": _bare(provider)} if provider else ""


def _bare(title: str) -> str:
    """A title before a full stop: `Örnek A.Ş.` ends in one already."""
    return title.removesuffix(".")


def _terms(kind: str, detail: Mapping[str, Any]) -> str:
    """Minutes and days, where the kind is about them."""
    if kind in ABOUT_A_STEP:
        return _deadline(detail)
    if kind in {ACCEPTED, REJECTED} and party_words(str(detail.get("party", ""))):
        by = {"party": party_words(str(detail["party"]))}
        return _("Kabul eden: %(party)s.") % by if kind == ACCEPTED else _("Reddeden: %(party)s.") % by
    if kind == MINUTES and "minutes" in detail:
        figures = {"before": detail.get("minutes_before", "?"), "minutes": detail["minutes"]}
        return _("Ayda %(before)s dakika yerine %(minutes)s dakika.") % figures
    if kind == RUN_DONE:
        figures = {"total": detail.get("total", 0), "refused": detail.get("refused", 0)}
        return _("%(total)s satırın %(refused)s tanesi yapılamadı; nedeni sonuç sayfasında yazar.") % figures
    if kind in {ENDED, END_ANNOUNCED, STAFF_ENDED} and detail.get("last_day"):
        return _("Son gün: %(day)s.") % {"day": day_words(str(detail["last_day"]))}
    return ""


def _deadline(detail: Mapping[str, Any]) -> str:
    if detail.get("due_on"):
        return _("Son gün: %(day)s; o güne kadar onaylanmazsa düşer.") % {"day": day_words(str(detail["due_on"]))}
    if detail.get("since"):
        return _("%(day)s gününden beri bekliyor.") % {"day": day_words(str(detail["since"]))}
    return ""


def day_words(iso: str) -> str:
    """`2026-12-05` as people write it, 05.12.2026: alike in both languages."""
    return f"{date.fromisoformat(iso):%d.%m.%Y}"
