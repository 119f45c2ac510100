"""The words for occasions and reasons, as the person looked at reads them."""

from django.utils.translation import gettext_lazy

from katip.audit.looks import Occasion, Reason

OCCASIONS = {
    Occasion.LIST: gettext_lazy("Sözleşme ya da süreç listesi"),
    Occasion.CONTRACT: gettext_lazy("Sözleşmenin sayfası"),
    Occasion.PROCESS: gettext_lazy("Onay sürecinin sayfası"),
    Occasion.CARD: gettext_lazy("İşyeri kartı ve işyerinin kişileri"),
    Occasion.STAFF: gettext_lazy("Kurumun personeli ve süreleri"),
    Occasion.OFFER: gettext_lazy("Teklif hazırlama"),
    Occasion.MONTH: gettext_lazy("Ayın değişiklikleri"),
    Occasion.SEARCH: gettext_lazy("Görevlinin araması"),
    Occasion.PERSON: gettext_lazy("Görevlinin açtığı kişi sayfası"),
    Occasion.WORKPLACE: gettext_lazy("Görevlinin açtığı işyeri sayfası"),
    Occasion.PROVIDER: gettext_lazy("Görevlinin açtığı kurum sayfası"),
    Occasion.COUNTER: gettext_lazy("Şubedeki başvuru"),
    Occasion.REQUEST: gettext_lazy("Kişisel veri başvurunuz"),
    Occasion.OFFICE: gettext_lazy("Görevlilerin listesi"),
    Occasion.EXPORT: gettext_lazy("Dosya olarak indirme"),
    Occasion.DOCUMENT: gettext_lazy("Sözleşme belgesi"),
    Occasion.OTHER: gettext_lazy("Başka bir sayfa"),
}
REASONS = {
    Reason.INSPECTION: gettext_lazy("Programlı denetim"),
    Reason.COMPLAINT: gettext_lazy("Şikâyet ya da ihbar"),
    Reason.AUTHORISATION: gettext_lazy("Belge ya da yetki işlemi"),
    Reason.REQUEST: gettext_lazy("Kişinin ya da bir tarafın isteği"),
    Reason.ORDER: gettext_lazy("Mahkeme, savcılık ya da başka bir kurumun yazısı"),
    Reason.OTHER: gettext_lazy("Başka bir görev gereği"),
}
"""in the order in which they are offered"""
