"""The words that a party ticks, by version. A changed text is a new version; old ones stay, decisions point to them.

The terms themselves are the process's own snapshot (`Process.terms`), named in each decision by their hash.
"""

SERVICE_APPROVAL = "hizmet-onayi/1"
OFFER_INFORMATION = "teklif-bilgisi/1"
"""what the offering manager confirms to have read, before the first answer; its words stand on that page"""
UPDATE_APPROVAL = "sure-guncelleme-onayi/1"

TEXTS = {
    SERVICE_APPROVAL: {
        "tr": "Okudum, onaylıyorum. Sözleşmenin koşullarını okudum.",
        "en": "I have read and approve. I have read the terms of the contract.",
    },
    UPDATE_APPROVAL: {
        "tr": "Okudum, onaylıyorum. Sözleşmenin yeni süresini okudum.",
        "en": "I have read and approve. I have read the new duration of the contract.",
    },
}
