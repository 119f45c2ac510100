"""What the verdict on a card means in plain words: what is wrong, and what helps. For the page and the reader alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.identity.chip.evidence import Level, Reason

_AGAIN = lazy("Kartı okuyucudan ayırmadan yeniden deneyin; yine olursa gişeye başvurun.")
_COUNTER = lazy("Bu yolla doğrulanamaz; kartınızla gişeye başvurun.")
_LISTS = lazy("Bunu siz düzeltemezsiniz: işletmeci listeyi yenileyince yeniden deneyin ya da gişeye başvurun.")
_OWN_CARD = lazy("Kendi T.C. kimlik kartınızla yeniden deneyin.")
_UPDATE = lazy("Okuyucu programını güncelleyip yeniden deneyin.")


@dataclass(frozen=True, slots=True)
class Words:
    """What is wrong, and what helps; `counter`: trying again does not."""

    wrong: Promise
    cure: Promise
    counter: bool = False


REASONS: Mapping[str, Words] = {
    Reason.TOO_LARGE: Words(lazy("Okuyucunun gönderdiği veri bir karttan çıkabilecekten büyük."), _UPDATE),
    Reason.MALFORMED: Words(lazy("Karttan gelen veri okunamadı."), _AGAIN),
    Reason.SIGNER_UNKNOWN: Words(lazy("Kartı imzalayanın sertifikası çipte bulunamadı."), _COUNTER, counter=True),
    Reason.SIGNATURE_WRONG: Words(lazy("Çipteki bilgilerin altındaki imza tutmuyor."), _COUNTER, counter=True),
    Reason.ALGORITHM_REFUSED: Words(
        lazy("Çipteki imza, burada güvenli sayılmayan bir yöntemle atılmış."), _COUNTER, counter=True
    ),
    Reason.NO_TRUSTED_COUNTRY: Words(
        lazy("Kartı imzalayan devletin sertifikası bu kurulumda yok; kartınız sağlam olabilir."),
        _COUNTER,
        counter=True,
    ),
    Reason.COUNTRY_EXPIRED: Words(lazy("Kartı imzalayan devlet sertifikasının süresi dolmuş."), _COUNTER, counter=True),
    Reason.COUNTRY_MISMATCH: Words(lazy("Kartı veren devlet ile imzalayan devlet aynı değil."), _COUNTER, counter=True),
    Reason.SIGNER_EXPIRED: Words(lazy("Kartı imzalayan sertifikanın süresi dolmuş."), _COUNTER, counter=True),
    Reason.SIGNER_NOT_ALLOWED: Words(
        lazy("Kartı imzalayan sertifika kimlik kartı imzalamak için verilmemiş."), _COUNTER, counter=True
    ),
    Reason.SIGNER_REVOKED: Words(lazy("Kartı imzalayan sertifika iptal edilmiş."), _COUNTER, counter=True),
    Reason.REVOCATION_LIST_MISSING: Words(
        lazy("İptal edilmiş sertifikaların listesi bu kurulumda yok; kart bu yüzden denetlenemedi."),
        _LISTS,
        counter=True,
    ),
    Reason.REVOCATION_LIST_STALE: Words(
        lazy("İptal edilmiş sertifikaların listesi eskimiş; kart bu yüzden denetlenemedi."), _LISTS, counter=True
    ),
    Reason.GROUP_MISSING: Words(lazy("Okuyucu, kartın gereken bir bölümünü göndermedi."), _AGAIN),
    Reason.GROUP_NOT_LISTED: Words(lazy("Okuyucu, kartın imzalamadığı bir bölüm gönderdi."), _UPDATE),
    Reason.HASH_MISMATCH: Words(
        lazy("Çipteki bilgiler, kart verilirken imzalananlarla aynı değil."), _COUNTER, counter=True
    ),
    Reason.WRONG_STATE: Words(lazy("Bu kart burada geçen bir devletin kimlik kartı değil."), _OWN_CARD),
    Reason.DOCUMENT_EXPIRED: Words(
        lazy("Kartınızın geçerlilik süresi dolmuş."), lazy("Kartınızı yenileyip yeni kartla deneyin.")
    ),
    Reason.NATIONAL_ID_MISSING: Words(lazy("Kartta geçerli bir T.C. kimlik no bulunamadı."), _OWN_CARD),
    Reason.WRONG_PERSON: Words(lazy("Okunan kart bu hesabın sahibinin kartı değil."), _OWN_CARD),
    Reason.CLONE_CHECK_MISSING: Words(lazy("Çip, kopya olmadığını gösteren yanıtı vermedi."), _AGAIN),
    Reason.CLONE_CHECK_FAILED: Words(
        lazy("Çipin yanıtı tutmuyor; okunan kart bir kopya olabilir."), _COUNTER, counter=True
    ),
    Reason.NO_CLONE_CHECK: Words(
        lazy("Kartınızdaki bilgiler gerçek; ama bu kartın çipi kopya olmadığını gösteremiyor."),
        lazy("Kartınızla gişeye başvurun; görevli karta ve size bakarak doğrular."),
        counter=True,
    ),
    Reason.ONLY_CHIP_AUTHENTICATION: Words(
        lazy("Kartınızdaki bilgiler gerçek; ama çip, kopya olmadığını burada denetlenemeyen bir yolla gösteriyor."),
        lazy("Kartınızla gişeye başvurun; görevli karta ve size bakarak doğrular."),
        counter=True,
    ),
}


def leads_to_counter(reasons: Iterable[str]) -> bool:
    """Whether trying again with the same card cannot help."""
    return any(REASONS[reason].counter for reason in reasons if reason in REASONS)


def verdict_words(level: str, reasons: Iterable[str]) -> str:
    """The verdict in a few sentences: everything that is wrong, then what helps first."""
    if level == Level.CHIP_WITH_CLONE_CHECK:
        return _("Kart doğrulandı. Tarayıcıdaki sayfaya dönün.")
    words = [REASONS[reason] for reason in reasons if reason in REASONS]
    return " ".join([*(str(each.wrong) for each in words), *(str(each.cure) for each in words[:1])])
