"""What the program says, in Turkish and in English."""

from typing import Literal

Language = Literal["tr", "en"]

_WORDS: dict[str, tuple[str, str]] = {
    # asking
    "ask_code": ("Sayfadaki kod", "Code on the page"),
    "ask_data": (
        "Kartın üstündeki bilgiler çipi açmak için gerekir. Yalnızca bu bilgisayarda kullanılır, saklanmaz.",
        "What is printed on the card opens its chip. It is used on this computer only, and not kept.",
    ),
    "ask_number": ("Seri no (ör. A12B34567)", "Document number (as in A12B34567)"),
    "ask_birth": ("Doğum tarihi (gg.aa.yyyy)", "Date of birth (dd.mm.yyyy)"),
    "ask_expiry": ("Son geçerlilik tarihi (gg.aa.yyyy)", "Valid until (dd.mm.yyyy)"),
    "ask_can": ("Kart erişim numarası (6 hane)", "Card access number (6 digits)"),
    "ask_reader": ("Hangi okuyucu? (numarası)", "Which reader? (its number)"),
    "wrong_number": (
        "Seri no yalnızca harf ve rakamlardan oluşur; karttaki gibi yazın.",
        "The document number has letters and digits only; write it as on the card.",
    ),
    "wrong_day": (
        "Bu bir tarih değil. Örneğin 7 Mart 1990 için 07.03.1990 yazın.",
        "This is not a date. For 7 March 1990 write 07.03.1990.",
    ),
    "wrong_birth": ("Doğum tarihi gelecekte olamaz.", "A date of birth is not in the future."),
    "wrong_can": ("Kart erişim numarası 6 rakamdır.", "A card access number is 6 digits."),
    "wrong_code": (
        "Kod 8 harf ve rakamdır; sayfada göründüğü gibi yazın.",
        "The code is 8 letters and digits; write it as the page shows it.",
    ),
    "wrong_choice": ("Listedeki numaralardan birini yazın.", "Write one of the numbers in the list."),
    "again": (
        "Bu bilgiler çipi açmadı. Karta bakıp yeniden yazın (kalan deneme: {left}).",
        "These did not open the chip. Look at the card and write them again (tries left: {left}).",
    ),
    # what happens
    "reader": ("Okuyucu: {name}", "Reader: {name}"),
    "readers": ("Okuyucular:", "Readers:"),
    "claimed": ("Sayfaya bağlanıldı.", "Connected to the page."),
    "put_card": ("Kartı okuyucuya koyun ve bitene kadar çekmeyin.", "Put the card on the reader and leave it there."),
    "opened": ("Çip açıldı ({way}).", "The chip is open ({way})."),
    "reading": ("Okunuyor …", "Reading …"),
    "signing": ("Çip özgün olduğunu kanıtlıyor …", "The chip proves that it is genuine …"),
    "handing_in": ("Sunucu denetliyor …", "The server checks …"),
    "take_card": ("Kartı alabilirsiniz.", "You can take the card."),
    # verdicts
    "chip_with_clone_check": ("Kabul edildi.", "Accepted."),
    "chip_only": (
        "Bu kart yeterli değil: çipi kopya olmadığını kanıtlayamıyor. Başvuru noktasına gidin.",
        "This card is not enough: its chip cannot prove that it is no copy. Please go to a counter.",
    ),
    "refused": ("Kabul edilmedi.", "Refused."),
    "reasons": ("Nedenler: {codes}", "Reasons: {codes}"),
    "page": ("Tarayıcıdaki sayfadan devam edin.", "Go on at the page in your browser."),
    # errors: the machine
    "no_pyscard": (
        (
            "Kart okuyucusu desteği kurulu değil. Debian’da:\n"
            "  sudo apt-get install --no-install-recommends pcscd libpcsclite-dev gcc libc6-dev python3-dev\n"
            "  pip install 'katip[reader]'   (kaynak klasöründe: script/katip-reader)"
        ),
        (
            "Support for card readers is not installed. On Debian:\n"
            "  sudo apt-get install --no-install-recommends pcscd libpcsclite-dev gcc libc6-dev python3-dev\n"
            "  pip install 'katip[reader]'   (in a checkout: script/katip-reader)"
        ),
    ),
    "no_pcscd": (
        "Kart servisi (pcscd) çalışmıyor. Debian’da: sudo apt-get install pcscd && sudo systemctl start pcscd",
        "The card service (pcscd) is not running. On Debian: sudo apt-get install pcscd && sudo systemctl start pcscd",
    ),
    "no_access": (
        "Kart servisi (pcscd) bu hesaba izin vermiyor. Bilgisayarın başında oturum açın ya da yöneticinize sorun.",
        "The card service (pcscd) does not let this account in. Sign in at the computer itself, or ask its operator.",
    ),
    "no_reader": (
        "Takılı kart okuyucusu yok. Okuyucuyu takıp yeniden deneyin.",
        "No card reader is plugged in. Plug it in and try again.",
    ),
    "reader_unknown": ("Böyle bir okuyucu yok: {name}", "There is no such reader: {name}"),
    "reader_choose": (
        "Birden çok okuyucu var. Birini --reader NUMARA ile seçin.",
        "There are several readers. Choose one with --reader NUMBER.",
    ),
    # errors: the card
    "no_card": ("{seconds} saniye içinde okuyucuya kart konmadı.", "No card was put on the reader within {seconds} s."),
    "card_removed": (
        "Kart bitmeden çekildi ya da bağlantı koptu. Sayfadan yeni bir kod alıp yeniden deneyin.",
        "The card was taken away too early, or the contact was lost. Get a new code from the page and try again.",
    ),
    "not_identity": (
        "Bu kartta kimlik uygulaması yok. Çipli kimlik kartınızı koyun.",
        "This card has no identity application. Use an identity card with a chip.",
    ),
    "wrong_data": (
        "Yazılan bilgiler bu kartın değil. Seri no, doğum ve son geçerlilik tarihini karttan okuyun.",
        "What was written is not of this card. Read number, birth and expiry off the card.",
    ),
    "wrong_card_number": (
        "Yazılan kart erişim numarası bu kartın değil.",
        "The card access number is not of this card.",
    ),
    "no_can": (
        "Bu kart, kart erişim numarasıyla açılmıyor. --can olmadan deneyin.",
        "This card does not open with an access number. Try without --can.",
    ),
    "cannot_read": (
        "Kart okunamadı ({detail}). Kartı okuyucunun ortasına koyup yeniden deneyin.",
        "The card could not be read ({detail}). Put it in the middle of the reader and try again.",
    ),
    "mrz_file": (
        "Dosyadaki satırlar kartın arkasındakilere uymuyor ({detail}).",
        "The lines in the file are not those on the card's back ({detail}).",
    ),
    "file": ("Dosya okunamadı: {name}", "The file cannot be read: {name}"),
    # errors: the server
    "address": (
        "Sunucu adresi https:// ile başlamalı (yalnızca bu bilgisayar için http:// olabilir).",
        "The server's address must begin with https:// (http:// is for this computer only).",
    ),
    "unreachable": ("Sunucuya ulaşılamadı: {name}", "The server cannot be reached: {name}"),
    "certificate": (
        "Sunucunun sertifikası doğrulanamadı: {name}. Bağlanılmadı.",
        "The server's certificate cannot be verified: {name}. Nothing was sent.",
    ),
    "server_strange": (
        "Sunucu beklenmeyen bir yanıt verdi ({detail}). Adresi denetleyin.",
        "The server gave an answer that was not expected ({detail}). Check its address.",
    ),
    "unknown_code": (
        "Böyle bir kod yok. Sayfadaki kodu denetleyin.",
        "There is no such code. Check the code on the page.",
    ),
    "expired": (
        "Kodun süresi doldu. Sayfadan yeni bir kod alın.",
        "The code has expired. Get a new one from the page.",
    ),
    "used": ("Bu kod kullanıldı. Sayfadan yeni bir kod alın.", "This code was used. Get a new one from the page."),
    "malformed": (
        "Sunucu gönderilenleri anlamadı. Program güncel olmayabilir.",
        "The server did not understand what was sent. The program may be out of date.",
    ),
    "too_large": ("Karttaki veri sunucunun sınırını aşıyor.", "The card's data are larger than the server takes."),
    "slow_down": (
        "Çok sayıda deneme yapıldı. Birkaç dakika sonra yeniden deneyin.",
        "Too many tries. Try again in a few minutes.",
    ),
    "server_refused": ("Sunucu geri çevirdi: {detail}", "The server refused: {detail}"),
    "stopped": ("Durduruldu.", "Stopped."),
}


def words(key: str, language: Language, **parts: object) -> str:
    """The sentence of this key, its blanks filled in."""
    turkish, english = _WORDS[key]
    return (english if language == "en" else turkish).format(**parts)


def known(key: str) -> bool:
    """Whether there is a sentence of this key."""
    return key in _WORDS
