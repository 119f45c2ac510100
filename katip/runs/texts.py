"""The words that a person ticks before a run that approves nothing: by version, as in `katip.contracts.texts`.

A changed text is a new version; old ones stay, runs and their receipts name them.
"""

from collections.abc import Mapping

REOFFER_TEXT = "toplu-teklif/1"
END_TEXT = "toplu-sonlandirma/1"
CONTACT_TEXT = "toplu-beyan/1"

TEXTS: Mapping[str, Mapping[str, str]] = {
    REOFFER_TEXT: {
        "tr": "Okudum, onaylıyorum. Yukarıdaki teklifler, yazılı dakikalarla yeniden gönderilsin.",
        "en": "I have read and approve. The offers above are to be sent anew with the minutes written there.",
    },
    END_TEXT: {
        "tr": (
            "Okudum, onaylıyorum. Yukarıdaki sözleşmelerin her birini, yazılı son gün ve nedenle sonlandırıyorum; "
            "öteki taraflar bunu görecek."
        ),
        "en": (
            "I have read and approve. I end each of the contracts above on the last day and for the reason written "
            "there; the other parties will see it."
        ),
    },
    CONTACT_TEXT: {
        "tr": (
            "Okudum, onaylıyorum. Bu iletişim bilgileri ve otomatik güncelleme yanıtı, yukarıdaki işyerlerinin her "
            "biri için ayrı bir beyandır."
        ),
        "en": (
            "I have read and approve. These contact details and the answer about automatic updates are a declaration "
            "of its own for each of the workplaces above."
        ),
    },
}
