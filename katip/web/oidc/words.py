"""Why somebody who came from a provider was not let in, in plain words, and what they can do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from katip.identity.oidc.reasons import Reason


@dataclass(frozen=True, slots=True)
class Words:
    """A heading, what happened, and what to do."""

    title: str
    happened: str
    todo: str


@dataclass(frozen=True, slots=True)
class _Said:
    status: int
    title: str | Promise
    happened: str | Promise
    todo: str | Promise


_NOT_BEGUN = _Said(
    400,
    _("Bu giriş sürdürülemedi"),
    _("Giriş bu tarayıcıda başlamadı, daha önce kullanıldı ya da on dakikadan uzun sürdü."),
    _("Baştan başlayın. Bu sayfaya bir bağlantıya tıklayarak geldiyseniz sayfayı kapatın: girişi siz başlatmadınız."),
)
_CANCELLED = _Said(
    403,
    _("Giriş tamamlanmadı"),
    _("%(provider)s girişinden vazgeçtiniz ya da orada girişinize izin verilmedi."),
    _("Yeniden deneyebilir ya da Katip şifrenizle girebilirsiniz."),
)
_DOWN = _Said(
    502,
    _("%(provider)s şu anda yanıt vermiyor"),
    _("Sizde bir yanlışlık yok; giriş %(provider)s tarafında tamamlanamadı."),
    _("Birkaç dakika sonra yeniden deneyin. Katip şifreniz varsa onunla girebilirsiniz."),
)
_UNTRUSTED = _Said(
    502,
    _("%(provider)s yanıtına güvenilemedi"),
    _("Gelen yanıt güvenlik denetiminden geçmedi. İçeri alınmadınız; sizin adınıza hiçbir işlem yapılmadı."),
    _("Yeniden deneyin. Yine olursa yardım numarasını arayıp aşağıdaki kodu söyleyin."),
)
_WEAK = _Said(
    403,
    _("%(provider)s girişiniz yeterince güçlü değil"),
    _("Buraya iki adımlı bir girişle gelinir; %(provider)s sizi daha zayıf bir yöntemle tanıdı."),
    _(
        "%(provider)s hesabınızda iki adımlı girişi açın. Orada çıkış yapın, iki adımla yeniden girin ve buraya dönün. "
        "Katip şifreniz varsa onunla da girebilirsiniz."
    ),
)
_OLD = _Said(
    403,
    _("%(provider)s girişiniz eski"),
    _("Orada kimliğinizi en son göstermenizin üzerinden burada kabul edilenden uzun süre geçmiş."),
    _("%(provider)s hesabınızdan çıkış yapın, orada yeniden girin ve buraya dönün."),
)
_NO_MOMENT = _Said(
    403,
    _("%(provider)s ne zaman girdiğinizi bildirmedi"),
    _("Orada kimliğinizi ne zaman gösterdiğiniz bilinmeden içeri alınmazsınız."),
    _("Bunu siz düzeltemezsiniz: yardım numarasını arayıp aşağıdaki kodu söyleyin."),
)
_NO_NUMBER = _Said(
    403,
    _("%(provider)s T.C. kimlik numaranızı bildirmedi"),
    _("Burada kişiler T.C. kimlik numarasıyla tanınır; gelen yanıtta geçerli bir numara yok."),
    _("%(provider)s hesabınıza T.C. kimlik numaranızın eklenmesini isteyin ya da Katip şifrenizle girin."),
)
_UNKNOWN = _Said(
    403,
    _("Burada kullanabileceğiniz bir hesap yok"),
    _("%(provider)s sizi tanıdı; ama bu kayıtta sizin adınıza açık bir hesap bulunamadı."),
    _("Hesaplar listelerle ya da başvuruyla açılır. Hesabınız olması gerekiyorsa yardım numarasını arayın."),
)
_OTHER_LINK = _Said(
    403,
    _("Bu %(provider)s hesabı buradakiyle eşleşmiyor"),
    _("Herkes bir sağlayıcıdan tek bir hesapla girer. Şimdi geldiğiniz hesap, ilk girişte eşleştirilen hesap değil."),
    _("İlk girişte kullandığınız hesapla girin. O hesap artık yoksa yardım numarasını arayın; eşleşme kaldırılabilir."),
)
_OTHER_PERSON = _Said(
    403,
    _("%(provider)s başka birini tanıdı"),
    _("Burada oturumu açık olan kişi ile orada kimliğini gösteren kişi aynı değil."),
    _("%(provider)s hesabından çıkış yapın, kendi hesabınızla girip yineleyin."),
)

_SAID = {
    Reason.STATE_UNKNOWN: _NOT_BEGUN,
    Reason.STATE_EXPIRED: _NOT_BEGUN,
    Reason.CANCELLED: _CANCELLED,
    Reason.PROVIDER_ERROR: _DOWN,
    Reason.UNREACHABLE: _DOWN,
    Reason.SLOW: _DOWN,
    Reason.STATUS: _DOWN,
    Reason.CODE_REFUSED: _DOWN,
    Reason.ACR_WEAK: _WEAK,
    Reason.AMR_WEAK: _WEAK,
    Reason.AUTH_TIME_OLD: _OLD,
    Reason.AUTH_TIME_MISSING: _NO_MOMENT,
    Reason.AUTH_TIME_WRONG: _NO_MOMENT,
    Reason.NATIONAL_ID_MISSING: _NO_NUMBER,
    Reason.NATIONAL_ID_MALFORMED: _NO_NUMBER,
    Reason.PERSON_UNKNOWN: _UNKNOWN,
    Reason.SUBJECT_OF_ANOTHER: _OTHER_LINK,
    Reason.OTHER_SUBJECT: _OTHER_LINK,
    Reason.OTHER_PERSON: _OTHER_PERSON,
}
"""Every other reason is an answer that nobody should believe."""


def words_of(reason: Reason, provider: str) -> Words:
    """What the page says; `provider` is the provider's name."""
    said, named = _SAID.get(reason, _UNTRUSTED), {"provider": provider}
    return Words(str(said.title) % named, str(said.happened) % named, str(said.todo) % named)


def status_of(reason: Reason) -> int:
    """The page's HTTP status."""
    return _SAID.get(reason, _UNTRUSTED).status
