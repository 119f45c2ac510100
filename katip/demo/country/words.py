"""Names and titles out of parts. Every firm's title has a word that says that the firm is invented."""

import polars as pl

from katip.demo.country.draws import below, key_of

GIVEN = (
    *("Ahmet", "Mehmet", "Mustafa", "Ali", "Hüseyin", "Hasan", "İbrahim", "İsmail", "Osman", "Yusuf", "Murat", "Ömer"),
    *("Ramazan", "Halil", "Süleyman", "Abdullah", "Mahmut", "Recep", "Salih", "Fatih", "Emre", "Kadir", "Hakan"),
    *("Serkan", "Umut", "Burak", "Can", "Deniz", "Eren", "Furkan", "Gökhan", "Kaan", "Levent", "Onur", "Selim"),
    *("Fatma", "Ayşe", "Emine", "Hatice", "Zeynep", "Elif", "Meryem", "Şerife", "Sultan", "Hanife", "Merve", "Özlem"),
    *("Büşra", "Esra", "Kübra", "Yasemin", "Hülya", "Sevgi", "Gülsüm", "Songül", "Tuğba", "Derya", "Ebru", "Filiz"),
    *("Gamze", "İrem", "Melek", "Nurcan", "Pınar", "Selin", "Sibel", "Şule", "Ülkü", "Yıldız", "Çiğdem", "Aslı"),
)
FAMILY = (
    *("Yılmaz", "Kaya", "Demir", "Çelik", "Şahin", "Yıldız", "Yıldırım", "Öztürk", "Aydın", "Özdemir", "Arslan"),
    *("Doğan", "Kılıç", "Aslan", "Çetin", "Kara", "Koç", "Kurt", "Özkan", "Şimşek", "Polat", "Korkmaz", "Çakır"),
    *("Erdoğan", "Güneş", "Yalçın", "Bulut", "Keskin", "Ünal", "Turan", "Güler", "Yavuz", "Aktaş", "Işık", "Taş"),
    *("Avcı", "Tekin", "Aksoy", "Köse", "Bozkurt", "Karataş", "Uçar", "Kaplan", "Acar", "Sarı", "Gül", "Ateş"),
    *("Coşkun", "Kartal", "Toprak", "Duman", "Erdem", "Tunç", "Ay", "Bayram", "Şen", "Ekinci", "Ergin", "İnce"),
)
_FIRST = (
    *("Çınar", "Pınar", "Yayla", "Bahar", "Ufuk", "Doruk", "Güney", "Kuzey", "Mavi", "Yeşil", "Deniz", "Toros", "Ege"),
    *("Anadolu", "Karadeniz", "Marmara", "Fırat", "Dicle", "Sakarya", "Kervan", "Köprü", "Pusula", "Fener", "Liman"),
    *("Zirve", "Vadi", "Ova", "Irmak", "Şafak", "Meltem", "Poyraz", "Ihlamur", "Zeytin", "Başak", "Gökçe", "Özgün"),
)
_INVENTED = ("Örnek", "Deneme", "Misal", "Numune", "Temsil", "Emsal", "Taslak", "Kurgu", "Prova", "Model")
_FORMS = (
    *("Ltd. Şti.", "Ltd. Şti.", "Ltd. Şti.", "San. ve Tic. Ltd. Şti.", "Tic. Ltd. Şti."),
    *("A.Ş.", "San. ve Tic. A.Ş.", ""),
)
_STREETS = ("Deneme Sokak", "Örnek Caddesi", "Misal Sokak", "Numune Bulvarı", "Temsil Sokak")


def of(words: tuple[str, ...], number: pl.Expr, seed: int, stream: str) -> pl.Expr:
    """One of `words` for each whole number."""
    places = below(number, key_of(seed, stream), len(words))
    return places.replace_strict(list(range(len(words))), list(words), return_dtype=pl.String)


def given_name(number: pl.Expr, seed: int, whose: str) -> pl.Expr:
    """A given name for each number of the people `whose`."""
    return of(GIVEN, number, seed, f"{whose} given")


def family_name(number: pl.Expr, seed: int, whose: str) -> pl.Expr:
    """A family name for each number of the people `whose`."""
    return of(FAMILY, number, seed, f"{whose} family")


def firm(number: pl.Expr, seed: int, whose: str) -> pl.Expr:
    """A firm's name without what it does."""
    parts = [of(words, number, seed, f"{whose} {at}") for at, words in (("first", _FIRST), ("second", _FIRST))]
    return pl.concat_str([*parts, of(_INVENTED, number, seed, f"{whose} invented")], separator=" ")


def form(number: pl.Expr, seed: int, whose: str) -> pl.Expr:
    """Which kind of company a firm is; some are none."""
    return of(_FORMS, number, seed, f"{whose} form")


def title(number: pl.Expr, trade: pl.Expr, seed: int, whose: str) -> pl.Expr:
    """A firm's title; `trade` is the word for what it does."""
    name = [of(_FIRST, number, seed, f"{whose} first"), of(_INVENTED, number, seed, f"{whose} invented")]
    return pl.concat_str([*name, trade, form(number, seed, whose)], separator=" ").str.strip_chars_end()


def address(number: pl.Expr, seed: int) -> pl.Expr:
    """A street and a house."""
    house = (below(number, key_of(seed, "house"), 180) + 1).cast(pl.String)
    street = of(_STREETS, number, seed, "street")
    return pl.concat_str([pl.lit("Örnek Mahallesi, "), street, pl.lit(" No: "), house])
