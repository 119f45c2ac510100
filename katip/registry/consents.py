"""The texts that stand beside a choice, each with a version. A changed text is a new version; old ones stay here."""

AUTO_UPDATE = {
    "otomatik-guncelleme/1": {
        "tr": (
            "Evet derseniz çalışan sayınız ya da tehlike sınıfınız değiştiğinde sözleşme süreleri yeni yasal alt "
            "sınıra kendiliğinden uyar; yeni onayınız istenmez. Talimatı istediğiniz an geri alırsınız."
        ),
        "en": (
            "If you say Yes, the minutes of your contracts follow the new legal minimum by themselves when your "
            "headcount or hazard class changes; you are not asked to approve again. You can withdraw this instruction "
            "at any time."
        ),
    }
}
AUTO_UPDATE_VERSION = "otomatik-guncelleme/1"
