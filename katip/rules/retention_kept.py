"""The kinds of data that are kept as long as the register: its substance, its proof, and what names nobody."""

from katip.rules.retention import Fate, Rule, Words
from katip.rules.retention_table import CONFIRMED_FIRST, DELETED, LOG, REGISTER, SECURITY

_NOBODY = "kişisel veri değildir (6698 m.3/1-d)"

KEPT = (
    Rule(
        "sign_in",
        Words("Kimlik doğrulamaları ve bağlı kimlik sağlayıcılar", "Proofings, links to identity providers"),
        ("identity_proofing", "identity_providerlink"),
        Fate.KEEP,
        f"{SECURITY}; kişi kayıtta kaldıkça",
    ),
    Rule(
        "professional",
        Words(
            "Profesyoneller, sertifikaları, çalışma süreleri, yetki durumları",
            "Professionals, their certificates, staff minutes and standing",
        ),
        ("registry_professional", "registry_certificate", "registry_staffcontract", "registry_standing"),
        Fate.KEEP,
        REGISTER,
    ),
    Rule(
        "office",
        Words("Görevliler ve görev yerleri", "Officials and their postings"),
        ("registry_official", "counter_posting"),
        Fate.KEEP,
        SECURITY,
    ),
    Rule(
        "workplace",
        Words(
            "İşyerleri, çalışan sayıları, hizmet veren kurumlar",
            "Workplaces, headcounts, providers (sole traders are people)",
        ),
        ("registry_workplace", "registry_headcount", "registry_provider"),
        Fate.KEEP,
        REGISTER,
    ),
    Rule(
        "month_change",
        Words(
            "Ayların sözleşmelere ne yaptığı (kişi adı yok, sıra numarası var)",
            "What months did to contracts (numbers of people, no names)",
        ),
        ("contracts_monthchange", "updates_missing"),
        Fate.KEEP,
        f"{REGISTER}; komşu satırların kanıtı buna bağlıdır",
    ),
    Rule(
        "event",
        Words(
            "Olay kaydı: ne, ne zaman, numarayla kim; kişisel ayrıntısı yok",
            "Events: what, when, by which number; no personal detail",
        ),
        ("audit_event",),
        Fate.KEEP,
        LOG,
    ),
    Rule(
        "log",
        Words("Olay kaydının kanıtı: özet değerleri ve imzalı kök", "The proof of the events: hashes, signed roots"),
        ("audit_logentry", "audit_logqueue", "audit_logreader", "audit_logtile", "audit_checkpoint"),
        Fate.KEEP,
        LOG,
    ),
    Rule(
        "destruction",
        Words("İmha kaydı", "The record of destruction"),
        ("keeping_destruction", "keeping_mark", "keeping_retentionrun"),
        Fate.KEEP,
        "Yönetmelik m.7/3 (en az 3 yıl)",
    ),
    Rule(
        "notice_shown",
        Words("Aydınlatma metninin kime, ne zaman gösterildiği", "To whom the privacy notice was shown, and when"),
        ("keeping_noticeshown",),
        Fate.KEEP,
        "6698 m.10; kişi kayıtta kaldıkça",
    ),
    Rule(
        "figures",
        Words("Sayımlar", "Counts"),
        (
            "contracts_coverage",
            "contracts_offerfunnel",
            "contracts_providercoverage",
            "documents_checktally",
            "updates_monthfigure",
            "updates_monthprovider",
        ),
        Fate.KEEP,
        _NOBODY,
    ),
    Rule(
        "works",
        Words("İçe aktarma ve aylık çalışma kayıtları, anahtarlar", "Runs of imports and months, keys of senders"),
        (
            "registry_importrun",
            "updates_feed",
            "updates_feedkey",
            "programs_apitoken",
            "programs_tokencalls",
            "updates_monthrun",
            "updates_monthchunk",
            "documents_monthdocuments",
            "seal_sealkey",
        ),
        Fate.KEEP,
        f"{_NOBODY}; çalışmayı başlatan görevlinin numarası: {SECURITY}",
    ),
    Rule(
        "reference",
        Words("İller, ilçeler, faaliyetler, tatil günleri, şubeler", "Places, activities, holidays, branches"),
        (
            "registry_province",
            "registry_district",
            "registry_activity",
            "registry_activityhazard",
            "registry_administrativeleave",
            "counter_branch",
            "counter_branchclosure",
            "counter_openinghours",
        ),
        Fate.KEEP,
        _NOBODY,
    ),
    Rule(
        "technical",
        Words("Yazılımın kendi tabloları", "The program's own tables"),
        (
            "auth_group",
            "auth_group_permissions",
            "auth_permission",
            "core_fact",
            "django_content_type",
            "django_migrations",
            "notices_channelrest",
            "notices_round",
            "procrastinate_workers",
        ),
        Fate.KEEP,
        _NOBODY,
    ),
)

RULES: tuple[Rule, ...] = (*DELETED, *CONFIRMED_FIRST, *KEPT)
"""every kind of data, those that are destroyed first"""
