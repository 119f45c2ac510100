"""Why the law or the register refuses, by code: what is wrong, and what would cure it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.rules import HazardClass, Profession, RuleViolation
from katip.web import format as fmt
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, PROFESSIONS, in_sentence

REFUSALS: Mapping[str, tuple[Any, Any]] = {
    # the parties' standing
    "provider_suspended": (
        lazy("Hizmet veren kurumun yetkisi %(since)s gününden beri askıda."),
        lazy("Yetki geri verilince yeniden deneyin; süren sözleşmeler sürer."),
    ),
    "professional_suspended": (
        lazy("Profesyonelin belgesi %(since)s gününden beri askıda."),
        lazy("Askı kalkınca yeniden deneyin ya da başka bir profesyonel seçin."),
    ),
    "workplace_closed": (
        lazy("İşyeri SGK kaydında %(closed_on)s gününden beri kapalı görünüyor."),
        lazy("SGK numarası değiştiyse yeni numaradaki işyerini seçin."),
    ),
    "workplace_unknown_figures": (
        lazy("İşyerinin çalışan sayısı ya da tehlike sınıfı bu kayıtta yok."),
        lazy("SGK bildirimi gelince yeniden deneyin; bildirim en geç üç günde gelir."),
    ),
    "workplace_empty": (
        lazy("İşyerinin SGK kaydında çalışan görünmüyor; çalışanı olmayan işyerinde sözleşme yürürlükte kalmaz."),
        lazy("SGK çalışan bildirince yeniden deneyin; bildirim en geç üç günde gelir."),
    ),
    "workplace_unknown": (lazy("Bu SGK numarası bu kayıtta yok."), lazy("Numarayı denetleyin.")),
    "own_workplace_unknown": (lazy("Bu SGK numarası bu kayıtta yok."), lazy("Numarayı denetleyin.")),
    "own_workplace_taken": (lazy("Bu işyeri başka bir kurumun kendi işyeri."), lazy("SGK numarasını denetleyin.")),
    "person_unknown": (
        lazy("Bu T.C. kimlik no ile kayıtlı bir kişi yok."),
        lazy("Numarayı denetleyin; kişi bu kayda alınınca yeniden deneyin."),
    ),
    "standing_changed": (
        lazy("Bu arada başka bir görevli işlem yaptı."),
        lazy("Sayfayı yeniden açıp yetki geçmişine bakın."),
    ),
    "authorisation_known": (
        lazy("Bu yetki belgesi numarası zaten kayıtlı."),
        lazy("Numarayı denetleyin; kurum kayıtlıysa onun sayfasını açın."),
    ),
    # what is offered by a contract
    "already_live": (
        lazy("Aynı profesyonelin bu işyerinde aynı görevle devam eden bir sözleşmesi var."),
        lazy("Süreyi değiştirmek için o sözleşmenin süresini güncelleyin."),
    ),
    "already_offered": (
        lazy("Aynı teklif zaten onay bekliyor."),
        lazy("Koşulları değiştirmek için bekleyen teklifi geri çekip yenisini gönderin."),
    ),
    "full_time_elsewhere": (
        lazy("Profesyonel başka bir işyerinde tam süreli çalışıyor."),
        lazy("Öteki sözleşme sonlanınca yeniden deneyin ya da kısmi süreli görevlendirin."),
    ),
    "full_time_too_short": (
        lazy("Tam süreli görevlendirme için %(minutes)s dakika az."),
        lazy("Ayda en az %(least)s dakika yazın ya da kısmi süreli görevlendirin."),
    ),
    "no_certificate": (
        lazy("Profesyonelin %(profession)s belgesi bu kayıtta yok."),
        lazy("Belgesi kayda alınınca yeniden deneyin ya da başka bir profesyonel seçin."),
    ),
    "not_certified": (
        lazy("Kişinin bugün geçerli bir İSG belgesi yok."),
        lazy("Belgesi kayda alınınca yeniden deneyin."),
    ),
    "certificate_expired": (
        lazy("Profesyonelin belgesi bugün geçerli değil."),
        lazy("Belge yenilenip kayda alınınca yeniden deneyin."),
    ),
    "certificate_unfit": (
        lazy("Profesyonelin %(class)s sınıfı belgesi bu işyerinin tehlike sınıfına (%(hazard)s) yetmiyor."),
        lazy("Belge sınıfı yeten bir profesyonel seçin."),
    ),
    "certificate_class_unfit": (
        lazy("Bu belge sınıfı bu göreve uymuyor."),
        lazy("Sınıf yalnız iş güvenliği uzmanlarında vardır: A, B ya da C."),
    ),
    "certificate_dates": (lazy("Belgenin son günü ilk gününden önce."), lazy("Günleri denetleyin.")),
    "certificate_known": (lazy("Bu belge numarası zaten kayıtlı."), lazy("Numarayı denetleyin.")),
    "minutes_below_minimum": (
        lazy("%(minutes)s dakika, bugünkü yasal alt sınırın altında: en az %(minimum)s dakika gerekir."),
        lazy("Süreyi en az %(minimum)s dakika yapıp yeniden gönderin."),
    ),
    "minutes_range": (lazy("Aylık süre 1 ile %(most)s dakika arasında olmalı."), lazy("Süreyi düzeltin.")),
    "capacity_short": (
        lazy("Profesyonelin boş süresi yetmiyor: %(short_by)s dakika eksik (boş %(assignable)s dakika)."),
        lazy("Süreyi azaltın, başka bir profesyonel seçin ya da profesyonelin kurumdaki süresini artırın."),
    ),
    "not_staff": (
        lazy("Profesyonelin kurumunuzda süren bir personel sözleşmesi yok."),
        lazy("Önce personel sözleşmesi yapın (9004)."),
    ),
    "updates_wait": (
        lazy("%(workplaces)s işyerinizde süre yasal alt sınırın altında ve güncelleme önerilmemiş."),
        lazy("Önce bu sözleşmelerin süresini güncelleyin; sonra yeni teklif gönderebilirsiniz."),
    ),
    "offer_over": (
        lazy("Bu teklif artık beklemiyor."),
        lazy("Sürecin sayfasını yeniden açıp son durumuna bakın."),
    ),
    "objection_closed": (lazy("Bu bildirim bu arada kapatılmış."), lazy("Listeyi yeniden açın.")),
    "too_many_reminders": (
        lazy("Bir seferde en çok %(most)s hatırlatma gönderilir."),
        lazy("Listeyi süzüp bölüm bölüm hatırlatın."),
    ),
    "run_empty": (lazy("Hiçbir satır seçilmemiş."), lazy("Önce listeden bir kutuyu işaretleyin.")),
    "run_too_long": (
        lazy("Bir seferde en çok %(most)s satır onaylanır."),
        lazy("Listeyi süzüp bölüm bölüm onaylayın."),
    ),
    "run_too_many": (
        lazy("Son bir günde onaylamadan bıraktığınız toplu işlem çok: %(most)s."),
        lazy("Açtıklarınızdan birini onaylayın ya da yarın yeniden deneyin."),
    ),
    "sheet_empty": (lazy("Dosyada okunacak satır yok."), lazy("Örnek dosyayı doldurup yeniden yükleyin.")),
    "sheet_too_long": (
        lazy("Dosya çok uzun: en çok %(most)s satır okunur."),
        lazy("Dosyayı bölüp yeniden yükleyin."),
    ),
    "draft_incomplete": (lazy("Taslak eksik."), lazy("Eksik adımı tamamlayıp yeniden gönderin.")),
    "unknown_kind": (lazy("Bu kodla sözleşme yapılamaz."), lazy("Süreç türünü listeden seçin.")),
    "unknown_activity": (lazy("Bu NACE kodu tehlike sınıfları listesinde yok."), lazy("Kodu denetleyin.")),
    "no_rule_for_date": (lazy("Bu gün için kayıtlı bir kural yok."), lazy("Tarihi denetleyin.")),
    # what is done to a contract that exists
    "action_not_allowed": (
        lazy("Sözleşmenin şimdiki durumunda bu yapılamaz; durumu siz bakarken değişmiş olabilir."),
        lazy("Sözleşmenin sayfasında şimdi yapılabilecekler yazılıdır."),
    ),
    "contract_not_running": (
        lazy("Sözleşme yürürlükte değil; süresi güncellenemez."),
        lazy("Yürürlüğe girdikten sonra ya da yeni bir teklifle süreyi belirleyin."),
    ),
    "own_staff_fixed": (
        lazy("İşyerinin kendi personelinin süresi güncellenmez."),
        lazy("Görevlendirmeyi sonlandırıp yeni süreyle yeniden görevlendirin."),
    ),
    "full_time_fixed": (
        lazy("Tam süreli görevlendirmenin süresi güncellenmez."),
        lazy("Kısmi süreye geçmek için sözleşmeyi sonlandırıp yeniden teklif edin."),
    ),
    "minutes_same": (lazy("Sözleşmenin süresi zaten %(minutes)s dakika."), lazy("Başka bir süre yazın.")),
    "figures_changed": (
        lazy("İşyerinin çalışan sayısı ya da tehlike sınıfı, bu güncelleme açıldıktan sonra değişti."),
        lazy("Yeni ayın güncellemesini bekleyin ya da süreyi sözleşmenin sayfasından önerin."),
    ),
    "consent_withdrawn": (
        lazy("İşveren otomatik güncelleme talimatını geri aldı: süre, onun onayı olmadan değişmez."),
        lazy("Bu süreci reddedip süreyi sözleşmenin sayfasından önerin; işveren onaylayınca yürürlüğe girer."),
    ),
    "shortage_remains": (
        lazy("Görevlendirme ihtiyacı sürüyor: süren sözleşmeler henüz yasanın istediğini karşılamıyor."),
        lazy(
            "Uygun profesyonelin sözleşmesi yürürlüğe girince yeniden deneyin; o zaman süreç kendiliğinden de kapanır."
        ),
    ),
    "update_open": (
        lazy("Bu sözleşme için bir süre güncellemesi zaten karar bekliyor."),
        lazy("Önce onun karara bağlanmasını bekleyin ya da öneren taraf geri çeksin."),
    ),
    "end_in_past": (
        lazy("Son gün %(last_day)s geçmişte kalıyor."),
        lazy("Bugünü ya da daha ileri bir günü yazın; geçmişe dönük sonlandırma yapılamaz."),
    ),
    "end_too_far": (
        lazy("Son gün en çok bir yıl ileride olabilir."),
        lazy("%(latest)s ya da daha önceki bir gün yazın."),
    ),
    "end_announced": (
        lazy("Sözleşmenin %(ends_on)s günü sona ereceği zaten bildirildi."),
        lazy("Yalnız daha erken bir gün yazabilirsiniz."),
    ),
    "no_end_announced": (
        lazy("Geri alınacak bir sonlandırma yok: bildirilmemiş ya da günü gelmiş."),
        lazy("Sona eren sözleşme için yeniden teklif edin."),
    ),
    "not_renumbered": (
        lazy("Sözleşme, SGK numarası değişikliğiyle sona ermemiş."),
        lazy("Onu kendi sayfasından yeniden teklif edin."),
    ),
    # the provider's staff
    "staff_minutes": (lazy("Aylık süre 1 ile %(most)s dakika arasında olmalı."), lazy("Süreyi düzeltin.")),
    "staff_overlaps": (
        lazy("Profesyonelin kurumla bu günlerde süren bir personel sözleşmesi var (%(minutes)s dakika)."),
        lazy("Önce onu sonlandırın ya da ilk günü ondan sonraya alın."),
    ),
    "staff_period_over": (lazy("Sözleşmenin son günü %(last_day)s geçti."), lazy("Yeni günlerle yeniden önerin.")),
    "staff_proposed": (
        lazy("Bu profesyonele gönderilmiş bir personel sözleşmesi zaten karar bekliyor."),
        lazy("Önce onun karara bağlanmasını bekleyin ya da geri çekin."),
    ),
    "staff_not_begun": (
        lazy("Personel sözleşmesi %(first_day)s günü başlıyor; daha önce sonlandırılamaz."),
        lazy("O gün ya da sonrası için bir son gün yazın."),
    ),
    "staff_minutes_needed": (
        lazy("Profesyonelin süren sözleşmeleri %(active)s dakika; sonlanırsa %(short_by)s dakika karşılıksız kalır."),
        lazy("Önce hizmet sözleşmelerini azaltın, devredin ya da sonlandırın."),
    ),
    "first_day_in_past": (lazy("İlk gün geçmişte kalıyor."), lazy("Bugünü ya da daha ileri bir günü yazın.")),
    # the responsible manager
    "already_manager": (lazy("Kişi zaten bu kurumun sorumlu müdürü."), lazy("Yapmanız gereken bir şey yok.")),
    "appointment_proposed": (
        lazy("Bu kişi için bir sorumlu müdür ataması zaten yanıt bekliyor."),
        lazy("Önce onun yanıtlanmasını bekleyin ya da geri çekin."),
    ),
    "mandate_over": (lazy("Bu yetki zaten sona ermiş."), lazy("Yapmanız gereken bir şey yok.")),
    # the employer's own undertaking
    "undertaking_hazard_class": (
        lazy("Hizmeti kendiniz üstlenmek yalnız az tehlikeli işyerlerinde olur; bu işyeri %(hazard)s sınıfta."),
        lazy("Bir OSGB ile sözleşme yapın ya da belgeli bir çalışanınızı görevlendirin."),
    ),
    "undertaking_too_large": (
        lazy("Hizmeti kendiniz üstlenmek %(limit)s çalışandan az işyerlerinde olur; çalışan sayısı %(together)s."),
        lazy("Bir OSGB ile sözleşme yapın ya da belgeli bir çalışanınızı görevlendirin."),
    ),
    "undertaking_deputy_one": (
        lazy("İşveren vekili yalnız bir işyerini üstlenebilir."),
        lazy("Bu işyerini işverenin kendisi ya da başka bir vekil üstlenebilir."),
    ),
    "undertaking_other_province": (
        lazy("Birden çok işyerini üstlenen kişinin işyerleri aynı ilde olmalı."),
        lazy("Öteki ildeki işyeri için ayrı bir kişi ya da OSGB gerekir."),
    ),
    "undertaking_other_employer": (
        lazy("Kişi başka bir işverenin işyerini üstlenmiş."),
        lazy("Önce oradaki üstlenme sonlanmalı ya da başka bir kişi üstlenmeli."),
    ),
    "undertaking_minutes": (
        lazy("%(minutes)s dakika az: çalışan başına %(per_employee)s dakikadan ayda en az %(minimum)s dakika gerekir."),
        lazy("Süreyi en az %(minimum)s dakika yapın."),
    ),
    "undertaking_exists": (
        lazy("Bu işyeri için süren ya da yanıt bekleyen bir üstlenme var."),
        lazy("Önce onu sonlandırın ya da geri çekin."),
    ),
    "undertaking_not_active": (lazy("Üstlenme yürürlükte değil."), lazy("Yapmanız gereken bir şey yok.")),
    "training_in_future": (lazy("Eğitim tarihi ileride olamaz."), lazy("Tarihi denetleyin.")),
    # the counter
    "application_over": (
        lazy("Başvurunun son günü geçti."),
        lazy("Kişi yeniden başvurabilir; yeni başvuruyu hemen açabilirsiniz."),
    ),
    "counter_checks_missing": (
        lazy("Bakılması gerekenlerin hepsi işaretlenmedi."),
        lazy("Hepsi uyuyorsa kutuları işaretleyin; uymayan varsa reddedin ya da ikinci görevliye sorun."),
    ),
    "counter_chip_against": (
        lazy("Kartın çipi başvuruyla uyuşmuyor; bu kartla tek başınıza onaylayamazsınız."),
        lazy("Reddedin ya da nedenini yazıp ikinci görevliye sorun."),
    ),
    "counter_names_differ": (
        lazy("Başvurudaki ad, kayıttaki addan başka; tek başınıza onaylayamazsınız."),
        lazy("Numarayı yeniden karşılaştırın; reddedin ya da nedenini yazıp ikinci görevliye sorun."),
    ),
    "branch_known": (lazy("Bu adla bir şube zaten var."), lazy("Başka bir ad yazın ya da var olan şubeyi açın.")),
    "hours_backwards": (lazy("Kapanış saati açılıştan sonra olmalı."), lazy("Saatleri denetleyin.")),
    "hours_overlap": (
        lazy("Bu saatler o günün başka saatleriyle çakışıyor."),
        lazy("Önce eski saatleri kaldırın ya da başka saatler yazın."),
    ),
    "day_past": (lazy("Geçmiş bir gün yazılamaz."), lazy("Bugünü ya da ileri bir günü yazın.")),
    "closure_known": (lazy("Şube o gün için zaten kapalı yazılmış."), lazy("Başka bir gün yazın.")),
    "officer_self": (
        lazy("Kendinizi gişede görevlendiremezsiniz."),
        lazy("Sizi başka bir işletmeci görevlendirmelidir."),
    ),
    "officer_known": (
        lazy("Bu kişinin bu görevi zaten sürüyor."),
        lazy("Şubesini değiştirmek için şimdiki şubesinin sayfasını açın."),
    ),
    "posting_office": (
        lazy("Şubeye yalnız görevi süren gişe görevlisi ya da gişe denetmeni yerleştirilir."),
        lazy("Başka bir görevli seçin."),
    ),
    "posting_province": (
        lazy("Görevli başka bir ilin görevlisi."),
        lazy("O ilden bir görevli ya da görevlinin ilinden bir şube seçin."),
    ),
    # a month
    "month_moved": (
        lazy("Bu plan artık uygulanamaz: uygulandı, bugünün planı değil ya da ardından yeni bir bildirim geldi."),
        lazy("Ayın sayfasını yeniden açın; gerekirse ayı yeniden planlayın."),
    ),
    "month_under_way": (
        lazy("Şu anda bir ay uygulanıyor."),
        lazy("O bitince yeniden deneyin."),
    ),
    "month_not_told": (
        lazy("Bu ayın SGK bildirimi henüz alınmadı."),
        lazy("Bildirim alınınca yeniden deneyin."),
    ),
    "month_past": (
        lazy("Daha yeni bir ayın bildirimi alındı; sözleşmeler geriye doğru değişmez."),
        lazy("En yeni ayı planlayın."),
    ),
}


def refusal_parts(violation: RuleViolation) -> tuple[str, str]:
    """What is wrong, with the article where there is one; and what would cure it."""
    facts = {name: _fact(name, value) for name, value in violation.facts.items()}
    if violation.code not in REFUSALS:
        return _("Kayıt bu işlemi kabul etmedi."), ""
    wrong, cure = (_filled(str(words), facts) for words in REFUSALS[violation.code])
    if violation.code == "capacity_short" and violation.facts.get("blocked_until"):
        freed = _("Bloke %(blocked)s dakika %(blocked_until)s gününün sonunda boşalır.")
        wrong = f"{wrong} {_filled(freed, facts)}"
    if violation.code == "minutes_below_minimum" and violation.facts.get("missing_persons"):
        persons = _("Ayrıca %(missing_persons)s tam süreli kişi eksik; kısmi süre onun yerine geçmez.")
        cure = f"{cure} {_filled(persons, facts)}"
    if violation.citation is not None:
        wrong = f"{wrong} ({violation.citation.short})"
    return wrong, cure


def refusal_words(violation: RuleViolation) -> str:
    """Both in one line."""
    return " ".join(part for part in refusal_parts(violation) if part)


def _filled(words: str, facts: Mapping[str, str]) -> str:
    """The words with their figures; a fact that was not told shows as a dash, never as a fault."""
    return words % _Told(facts)


class _Told(dict[str, str]):
    def __missing__(self, name: str) -> str:
        del name
        return "–"


def _fact(name: str, value: object) -> str:
    if isinstance(value, HazardClass):
        return in_sentence(str(HAZARDS[value]))
    if isinstance(value, Profession):
        return in_sentence(str(PROFESSIONS[value]))
    if isinstance(value, date):
        return fmt.date_text(value, current_language())
    if isinstance(value, int) and not isinstance(value, bool) and name != "code":
        return fmt.number_text(value, current_language())
    return "–" if value is None else str(value)
