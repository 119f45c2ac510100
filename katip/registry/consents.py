"""The texts that stand beside a choice, each with a version. A changed text is a new version; old ones stay here.

Paragraphs are divided by an empty line. Whoever said yes under an older version consented to the same rules from the
day on which updating began, as that version says.
"""

AUTO_UPDATE = {
    "otomatik-guncelleme/2": (
        "Evet derseniz SGK’nın bildirdiği çalışan sayınız ya da tehlike sınıfınız değiştiğinde sözleşmelerinizin aylık "
        "süresi, o ayın bildirimi işlenirken kendiliğinden güncellenir; yeni onayınız istenmez. Tam yasal alt sınırda "
        "olan süre sınırla birlikte artar ve azalır. Sınırın üzerinde anlaştığınız süre yalnız sınırın altında "
        "kalırsa yükseltilir, azaltılmaz.\n\n"
        "Profesyonelin boş süresi yetmiyorsa, sertifikası yeni sınıfa uymuyorsa ya da başka sayıda tam süreli kişi "
        "gerekiyorsa hiçbir şey kendiliğinden değişmez: hizmet verene, gerekirse size sorulur. Her güncelleme "
        "tarihiyle ve nedeniyle kaydedilir, size ayın özetinde bildirilir.\n\n"
        "Talimatı istediğiniz an geri alırsınız. Geri alma ondan sonraki değişiklikler için geçerlidir; yapılmış "
        "güncellemeler kalır."
    ),
    "otomatik-guncelleme/2-en": (
        "If you say Yes, the monthly minutes of your contracts are updated by themselves when the headcount or hazard "
        "class that SGK reports for you changes: while that month’s report is worked through, and without asking for "
        "your approval again. Minutes that stand exactly at the legal minimum follow it up and down. Minutes agreed "
        "above it are raised only where they fall below it, and never lowered.\n\n"
        "Where the professional has too few free minutes, the certificate does not serve the new class, or another "
        "number of full-time persons is required, nothing changes by itself: the provider is asked, and you where "
        "need be. Every update is recorded with its date and reason, and told to you in the month’s digest.\n\n"
        "You can withdraw this instruction at any time. Withdrawing works for later changes only; updates already "
        "made stay."
    ),
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
AUTO_UPDATE_NOW = {"tr": "otomatik-guncelleme/2", "en": "otomatik-guncelleme/2-en"}
"""The version shown today, by the page's language: what is stored says which words stood there."""
