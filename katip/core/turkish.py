"""Turkish text: upper and lower case, a key to search by and a key to sort by.

Turkish has a dotted and a dotless i (i/İ, ı/I) and sorts ç ğ ı ö ş ü behind c g h o s u. Neither Python nor PostgreSQL
without ICU knows that. The two keys have twins in SQL, `katip_search_key` and `katip_sort_key` (`sql/turkish.sql`), for
stored generated columns; a test proves them equal. **Stored keys do not follow a change made here**: a change needs a
new migration that replaces the function and rewrites the columns.

Only Latin letters are folded; other scripts stay as they are written.
"""

import re
import unicodedata

_TO_UPPER = str.maketrans("iı", "İI")
_TO_LOWER = str.maketrans("İI", "iı")

# Latin letters that Unicode does not decompose into a letter and a mark
_WHOLE_LETTERS = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"} | dict(
    zip("øØđĐðÐłŁ", "ooddddll", strict=True)
)
_LATIN = str.maketrans(
    _WHOLE_LETTERS | dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", strict=True))
)
_ANY_I = str.maketrans("Iİı", "iii")
_MARKS = re.compile(r"[\u0300-\u036F]")
# Blanks and punctuation, of ASCII and of typography; spelled out since character classes differ between the languages.
_GAPS = re.compile(r"[\u0001-\u002F:-@\u005B-\u0060\u007B-\u007F\u00AB\u00BB\u2010-\u2015\u2018-\u201F]+")

# Letters of their own right, set aside in private code points while all other marks are dropped
_OWN = str.maketrans("çÇğĞıIİöÖşŞüÜ", "\ue001\ue001\ue002\ue002\ue003\ue003i\ue004\ue004\ue005\ue005\ue006\ue006")
# The alphabet (q w x where Turkish dictionaries put them) onto 32 neighbouring ASCII code points, behind the digits.
# What stood there in ASCII besides letters is punctuation: it moves in front of the digits.
_ALPHABET = "abc\ue001defg\ue002h\ue003ijklmno\ue004pqrs\ue005tu\ue006vwxyz"
_ORDER = str.maketrans(_ALPHABET + ":;<=>?@[\\]^_`{|}~", "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`" + "/" * 17)


def upper(text: str) -> str:
    """Return `text` in capitals the Turkish way: i becomes İ, ı becomes I."""
    return unicodedata.normalize("NFC", text).translate(_TO_UPPER).upper()


def lower(text: str) -> str:
    """Return `text` in small letters the Turkish way: İ becomes i, I becomes ı."""
    return unicodedata.normalize("NFC", text).translate(_TO_LOWER).lower()


def fold(text: str) -> str:
    """Return the search key of `text`: small letters without marks, every gap one blank.

    All four i's are one, ç is c, and so on, so that "sisli", "SISLI" and "şişli" find "Şişli", typed on any keyboard.
    """
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_ANY_I)))
    return _GAPS.sub(" ", bare.translate(_LATIN)).strip(" ")


def sort_key(text: str) -> str:
    """Return a key whose order by code point (`COLLATE "C"` in SQL) is the order of a Turkish dictionary.

    Case and marks foreign to Turkish (â, é) make no difference: sort by something unique after it.
    """
    own = unicodedata.normalize("NFC", text).translate(_OWN)
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", own))
    return bare.translate(_LATIN).translate(_ORDER)
