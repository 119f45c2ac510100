"""What the country looks like: how many people live where, work where, and at what. Approximate, and nobody's figures.

Only weights stand here; whether a code exists and how hazardous it is, is asked of `katip.rules`.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from katip.rules import HazardClass
from katip.rules.activities import activity_rows

MEAN_EMPLOYEES = Fraction(68, 10)
LARGEST = 6_000

POPULATION = (
    # thousands of inhabitants, by plate code from 1 to 81
    *(2270, 605, 751, 511, 339, 5803, 2696, 172, 1161, 1273, 228, 285, 359, 324, 277, 3214, 570, 205, 528, 1059),
    *(1818, 419, 604, 243, 749, 915, 2164, 461, 148, 287, 1544, 449, 1938, 15655, 4479, 278, 388, 1445, 377, 247),
    *(2102, 2320, 575, 742, 1475, 1116, 888, 1066, 392, 315, 377, 775, 350, 1098, 1377, 347, 229, 650, 1167, 606),
    *(824, 89, 2213, 377, 1127, 420, 591, 438, 86, 262, 283, 647, 570, 207, 92, 209, 304, 255, 155, 557, 409),
)

SIZES = (
    # from, to, share of workplaces in ten thousands; what it comes to in the mean is settled by `size_weights`
    *((1, 1, 3600), (2, 3, 2500), (4, 6, 1500), (7, 9, 750), (10, 19, 780), (20, 29, 260), (30, 49, 180)),
    *((50, 99, 120), (100, 249, 61), (250, 499, 14), (500, 999, 4), (1000, LARGEST, 2)),
)

_SECTORS = {
    # division of the activity code: share of workplaces in thousands, words for titles
    "47": (178, ("Market", "Mağazacılık", "Gıda", "Giyim")),
    "56": (96, ("Lokantacılık", "Gıda", "Kafe")),
    "41": (62, ("Yapı", "İnşaat")),
    "43": (58, ("Tesisat", "Yapı", "Elektrik")),
    "42": (12, ("Altyapı", "İnşaat")),
    "46": (92, ("Dış Ticaret", "Toptan Gıda", "Pazarlama")),
    "49": (58, ("Nakliyat", "Taşımacılık", "Lojistik")),
    "14": (32, ("Giyim", "Konfeksiyon")),
    "13": (22, ("Tekstil", "Dokuma")),
    "15": (6, ("Deri", "Ayakkabı")),
    "25": (36, ("Metal", "Makine", "Çelik")),
    "24": (7, ("Döküm", "Metal")),
    "28": (14, ("Makine",)),
    "10": (30, ("Gıda", "Fırın", "Unlu Mamuller")),
    "22": (13, ("Plastik", "Ambalaj")),
    "23": (9, ("Beton", "Seramik", "Cam")),
    "31": (15, ("Mobilya",)),
    "16": (8, ("Ahşap", "Orman Ürünleri")),
    "95": (34, ("Oto Servis", "Bakım Onarım")),
    "68": (30, ("Gayrimenkul", "Site Yönetimi")),
    "69": (30, ("Mali Müşavirlik", "Hukuk")),
    "85": (24, ("Eğitim", "Kurs")),
    "86": (30, ("Sağlık", "Diş", "Tıp")),
    "96": (22, ("Kuaför", "Güzellik")),
    "81": (22, ("Temizlik", "Tesis Yönetimi")),
    "71": (16, ("Mühendislik", "Mimarlık")),
    "62": (14, ("Yazılım", "Bilişim")),
    "55": (14, ("Otel", "Turizm")),
    "52": (12, ("Lojistik", "Depoculuk")),
    "01": (14, ("Tarım", "Seracılık")),
    "66": (10, ("Sigorta",)),
    "73": (8, ("Reklam",)),
    "80": (6, ("Güvenlik",)),
    "93": (8, ("Spor",)),
    "18": (6, ("Matbaa",)),
    "33": (6, ("Montaj", "Bakım")),
    "08": (5, ("Madencilik", "Taş Ocağı")),
    "20": (5, ("Kimya", "Boya")),
    "27": (6, ("Elektrik",)),
    "29": (4, ("Otomotiv",)),
    "38": (5, ("Geri Dönüşüm",)),
    "79": (5, ("Seyahat",)),
    "53": (4, ("Kurye",)),
    "35": (3, ("Enerji",)),
    "77": (5, ("Kiralama",)),
    "82": (6, ("Destek Hizmetleri",)),
    "87": (3, ("Bakımevi",)),
    "05": (1, ("Kömür",)),
    "07": (1, ("Madencilik",)),
    "30": (2, ("Gemi",)),
    "32": (4, ("Medikal",)),
    "26": (3, ("Elektronik",)),
    "17": (2, ("Kâğıt",)),
    "11": (1, ("İçecek",)),
    "94": (5, ("Dernek",)),
    "90": (2, ("Organizasyon",)),
}

_LARGER = {
    # how much larger (or smaller) than others workplaces of a division tend to be, from -0.9 to 0.9
    **dict.fromkeys(("13", "14", "15", "22", "23", "24", "25", "27", "28", "29", "30", "26", "17", "20"), 0.35),
    **dict.fromkeys(("05", "07", "08", "41", "42", "52", "53", "55", "85", "86", "87"), 0.25),
    **dict.fromkeys(("80", "81", "82"), 0.5),
    **dict.fromkeys(("66", "68", "69", "73", "79", "94", "95", "96"), -0.4),
    **dict.fromkeys(("47", "56"), -0.1),
}

_LIST_FROM = date(2025, 3, 13)


@dataclass(frozen=True, slots=True)
class Trade:
    """An activity code with its class and words for titles; `weight` is its share, in no unit.

    `larger` says how much larger than others its workplaces tend to be, from -0.9 to 0.9.
    """

    code: str
    hazard: HazardClass
    words: tuple[str, ...]
    weight: int
    larger: float


def trades() -> list[Trade]:
    """The activities that occur: codes with one class since the list began, a few of a division more than others."""
    known: dict[str, list[tuple[str, HazardClass]]] = {division: [] for division in _SECTORS}
    seen: dict[str, int] = {}
    rows = list(activity_rows())
    for row in rows:
        seen[row.code] = seen.get(row.code, 0) + 1
    for row in rows:
        if row.code[:2] in known and seen[row.code] == 1 and row.valid_from <= _LIST_FROM and row.valid_to is None:
            known[row.code[:2]].append((row.code, row.hazard))
    return [trade for division in sorted(known) for trade in _division(division, known[division])]


def _division(division: str, codes: list[tuple[str, HazardClass]]) -> Iterator[Trade]:
    share, words = _SECTORS[division]
    ranked = sorted(codes, key=lambda one: zlib.crc32(one[0].encode()))
    parts = [1_000_000 // (place + 2) for place in range(len(ranked))]
    for (code, hazard), part in sorted(zip(ranked, parts, strict=True)):
        yield Trade(code, hazard, words, share * 1_000_000 * part // sum(parts), _LARGER.get(division, 0.0))


def size_weights() -> list[int]:
    """The share of workplaces with 1, 2, … `LARGEST` employees: a heavy tail whose mean is `MEAN_EMPLOYEES`."""
    weights = [0] * LARGEST
    for first, last, share in SIZES:
        parts = [round(10**9 * n**-1.8) for n in range(first, last + 1)]
        whole = sum(parts)
        for n, part in zip(range(first, last + 1), parts, strict=True):
            weights[n - 1] = share * 10**9 * part // whole
    total = sum(weights)
    mean = Fraction(sum(n * weight for n, weight in enumerate(weights, 1)), total)
    kept = (MEAN_EMPLOYEES - 1) / (mean - 1)
    """what is left of everything above one employee, so that the mean comes out"""
    scaled = [int(weight * kept) for weight in weights]
    scaled[0] = total - sum(scaled[1:])
    return scaled
