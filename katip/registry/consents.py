"""The texts that stand beside a choice, each with a version. A changed text is a new version; old ones stay here."""

AUTO_UPDATE = {
    "otomatik-guncelleme/1": (
        "Evet derseniz çalışan sayınız ya da tehlike sınıfınız değiştiğinde sözleşme süreleri yeni yasal alt "
        "sınıra kendiliğinden uyar; yeni onayınız istenmez. Talimatı istediğiniz an geri alırsınız. Bu sürüm "
        "süreleri henüz kendiliğinden güncellemez; talimatınız tarihiyle saklanır ve güncelleme başladığında "
        "geçerli olur."
    ),
    "otomatik-guncelleme/1-en": (
        "If you say Yes, the minutes of your contracts follow the new legal minimum by themselves when your "
        "headcount or hazard class changes; you are not asked to approve again. You can withdraw this instruction "
        "at any time. This version does not update minutes by itself yet; your instruction is kept with its date "
        "and applies once updating begins."
    ),
}
AUTO_UPDATE_NOW = {"tr": "otomatik-guncelleme/1", "en": "otomatik-guncelleme/1-en"}
"""The version shown today, by the page's language: what is stored says which words stood there."""
