"""The words that a party ticks, by version. A changed text is a new version; old ones stay, decisions point to them.

The terms themselves are the process's own snapshot (`Process.terms`), named in each decision by their hash.
"""

SERVICE_APPROVAL = "hizmet-onayi/1"
OFFER_INFORMATION = "teklif-bilgisi/1"
"""what the offering manager confirms to have read, before the first answer; its words stand on that page"""
UPDATE_APPROVAL = "sure-guncelleme-onayi/1"
UNDERTAKING_ACCEPTANCE = "ustlenme-kabulu/1"
STAFF_ACCEPTANCE = "personel-sozlesmesi-kabulu/1"
APPOINTMENT_ACCEPTANCE = "sorumlu-mudurluk-kabulu/1"
SHORTAGE_ANSWER = "gorevlendirme-yaniti/1"

TEXTS = {
    SERVICE_APPROVAL: {
        "tr": "Okudum, onaylıyorum. Sözleşmenin koşullarını okudum.",
        "en": "I have read and approve. I have read the terms of the contract.",
    },
    UPDATE_APPROVAL: {
        "tr": "Okudum, onaylıyorum. Sözleşmenin yeni süresini okudum.",
        "en": "I have read and approve. I have read the new duration of the contract.",
    },
    UNDERTAKING_ACCEPTANCE: {
        "tr": (
            "Okudum, üstleniyorum. SGK kaydında bu sıfatla yer aldığımı, eğitimi tamamlayıp sınavda başarılı olduğumu "
            "ve sağlık muayenelerinin üstlenmenin dışında kaldığını bildiğimi beyan ederim."
        ),
        "en": (
            "I have read and undertake it. I declare that SGK registers me in this quality, that I completed the "
            "training and passed the exam, and that I know that health examinations stay outside the undertaking."
        ),
    },
    STAFF_ACCEPTANCE: {
        "tr": "Okudum, kabul ediyorum. Personel sözleşmesinin süresini ve günlerini okudum.",
        "en": "I have read and accept. I have read the minutes and the days of the staff contract.",
    },
    APPOINTMENT_ACCEPTANCE: {
        "tr": "Okudum, kabul ediyorum. Kurum adına sözleşme teklif etme ve sonlandırma yetkisini üstleniyorum.",
        "en": "I have read and accept. I take on the power to offer and to end contracts for the organisation.",
    },
    SHORTAGE_ANSWER: {
        "tr": "Okudum. Gereken görevlendirme yapıldı; kayıt bunu doğrular.",
        "en": "I have read it. The assignment that is needed was made; the register verifies it.",
    },
}
