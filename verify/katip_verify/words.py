"""Every sentence of the program: its code, in English, in Turkish. A test holds that each is used and none missing."""

WORDS: dict[str, tuple[str, str]] = {
    # verdicts
    "v-valid": ("VALID", "GEÇERLİ"),
    "v-not-valid": ("NOT VALID", "GEÇERSİZ"),
    "v-cannot-check": ("CANNOT CHECK", "DENETLENEMEDİ"),
    # things that sentences speak of
    "n-index": ("the index", "sıra numarası"),
    "n-size": ("the tree's size", "ağacın büyüklüğü"),
    "n-size1": ("the older size", "eski büyüklük"),
    "n-size2": ("the newer size", "yeni büyüklük"),
    "n-root": ("the root", "kök"),
    "n-root1": ("the older root", "eski kök"),
    "n-root2": ("the newer root", "yeni kök"),
    "n-leaf": ("the leaf's hash", "yaprağın özeti"),
    "n-sibling": ("hash {no} of the proof", "kanıtın {no} numaralı özeti"),
    "n-key": ("the key", "anahtar"),
    "n-note": ("the note", "imzalı not"),
    "n-signature": ("signature {no} of the note", "notun {no}. imzası"),
    "n-proof": ("the proof", "kanıt"),
    "n-extra": ("the extra data", "ek veri"),
    "n-entry": ("the entry", "kayıt girdisi"),
    "n-file": ("the file", "dosya"),
    "n-event": ("the event", "olay"),
    "n-detail": ("the detail", "ayrıntı"),
    "n-detail-hash": ("the detail's hash", "ayrıntının özeti"),
    "n-salt": ("the salt", "tuz"),
    "n-header": ("the statement's header", "beyanın başlığı"),
    "n-payload": ("the statement's content", "beyanın içeriği"),
    "n-seal": ("the statement's signature", "beyanın imzası"),
    "n-certificate": ("certificate {no} of the statement", "beyanın {no} numaralı sertifikası"),
    "n-jwk": ("the key", "anahtar"),
    # what holds
    "note-signed": ("signed by the trusted key {key}", "güvenilen {key} anahtarıyla imzalanmış"),
    "signed": (
        "the checkpoint of {origin} is signed by the trusted key {key}",
        "{origin} kaydının denetim noktası güvenilen {key} anahtarıyla imzalanmış",
    ),
    "included": (
        "the log of {size} entries has the entry at index {index}",
        "{size} girdilik kayıtta bu girdi {index} sırasında duruyor",
    ),
    "extends": (
        "the log of {size2} entries begins with all {size1} entries of the older one",
        "{size2} girdilik kayıt, eskisinin {size1} girdisinin hepsiyle başlıyor",
    ),
    "walked": (
        "the root was computed anew from all {size} entries, and every tile agrees",
        "kök, {size} girdinin hepsinden yeniden hesaplandı; bütün karolar uyuyor",
    ),
    "walked-hashes": (
        "the root was computed anew from the hashes of all {size} entries, and every tile agrees",
        "kök, {size} girdinin özetlerinden yeniden hesaplandı; bütün karolar uyuyor",
    ),
    "event-fits": (
        "the entry is the hash of this event: {tag}, {at}",
        "girdi bu olayın özetidir: {tag}, {at}",
    ),
    "detail-fits": ("the detail is the one that the event commits to", "ayrıntı, olayın bağlandığı ayrıntıdır"),
    "statement-signed": ("the statement is signed by {signer}", "beyanı imzalayan: {signer}"),
    "terms-fit": ("the terms are those of the hash in the statement", "şartlar, beyandaki özetin şartlarıdır"),
    "approvals-fit": (
        "approvals: {many}; the events of {opened} are opened, and commit to the terms that were approved",
        "onay sayısı: {many}; açılan {opened} olay, onaylanan şartlara bağlanıyor",
    ),
    "month-fits": (
        "the month's change is among those that the event commits to",
        "aylık değişiklik, olayın bağlandıkları arasında",
    ),
    "pdf-fits": (
        "the PDF is the file that the proof names; its own seal is a check apart",
        "PDF, kanıtın adını verdiği dosyadır; kendi mührü ayrıca denetlenir",
    ),
    # what is not checked
    "signatures-ignored": (
        "signatures of keys that are not trusted here were ignored: {keys}",
        "burada güvenilmeyen anahtarların imzaları dikkate alınmadı: {keys}",
    ),
    "event-absent": (
        "the file does not open the entry: what the event says is not checked",
        "dosya girdiyi açmıyor: olayın ne dediği denetlenmedi",
    ),
    "detail-absent": ("the file has no detail of the event", "dosyada olayın ayrıntısı yok"),
    "statement-absent": ("the file has no statement", "dosyada beyan yok"),
    "statement-no-key": (
        "the statement is not checked: give its certificate with --seal",
        "beyan denetlenmedi: sertifikasını --seal ile verin",
    ),
    "log-no-key": (
        "the log's proof in the statement is not checked: give the log's key with --key",
        "beyandaki kayıt kanıtı denetlenmedi: kaydın anahtarını --key ile verin",
    ),
    "certificate-time": (
        "the certificate of {signer} was not valid at the moment of the event",
        "{signer} sertifikası olay anında geçerli değildi",
    ),
    # forms
    "number-form": (
        "{what} is not a decimal number without leading zeros: {text}",
        "{what} başında sıfır olmayan ondalık bir sayı değil: {text}",
    ),
    "number-range": (
        "{what} is out of range, 0 to 2^64 - 1: {text}",
        "{what} 0 ile 2^64 - 1 arasında değil: {text}",
    ),
    "base64-form": ("{what} is not base64", "{what} base64 değil"),
    "base64-canonical": (
        "{what} is not in the canonical form of base64: bits that must be zero are not",
        "{what} base64'ün tek doğru biçiminde değil: sıfır olması gereken bitler sıfır değil",
    ),
    "base64url-form": ("{what} is not base64url without padding", "{what} dolgusuz base64url değil"),
    "hex-form": ("{what} is not lower-case hexadecimal", "{what} küçük harfli onaltılık değil"),
    "hex-odd": (
        "{what} has an odd number of hexadecimal digits",
        "{what} tek sayıda onaltılık basamaktan oluşuyor",
    ),
    "hash-length": (
        "{what} is {bytes} bytes long; a SHA-256 hash has 32",
        "{what} {bytes} bayt; SHA-256 özeti 32 bayttır",
    ),
    "hash-text": ("{what} is not a text", "{what} bir metin değil"),
    "not-utf8": ("{what} is not valid UTF-8", "{what} geçerli UTF-8 değil"),
    "json-form": ("{what} is not JSON: {why}", "{what} JSON değil: {why}"),
    "json-twice": ("{what} names a field twice in one object", "{what} aynı nesnede bir alanı iki kez adlandırıyor"),
    "json-object": ("the file is not a JSON object", "dosya bir JSON nesnesi değil"),
    "field-twice": (
        "the file gives {name} twice, differently",
        "dosya {name} alanını iki kez ve farklı veriyor",
    ),
    # trees
    "tree-empty": ("an empty tree has no leaves", "boş ağacın yaprağı olmaz"),
    "index-range": (
        "index {index} is not in a tree of {size} leaves",
        "{index} sırası {size} yapraklı bir ağaçta olamaz",
    ),
    "proof-short": (
        "the proof is too short: it has {got} hashes, {needed} are needed",
        "kanıt çok kısa: {got} özeti var, {needed} gerekiyor",
    ),
    "proof-long": (
        "the proof is too long: it has {got} hashes, {needed} are right",
        "kanıt çok uzun: {got} özeti var, {needed} olmalı",
    ),
    "proof-list": ("the proof is not a list of hashes", "kanıt bir özet listesi değil"),
    "root-differs": (
        "the root is another: computed {found}, given {root}",
        "kök başka: hesaplanan {found}, verilen {root}",
    ),
    "old-root-differs": (
        "the older root is another: computed {found}, given {root}. The log does not begin with the older one",
        "eski kök başka: hesaplanan {found}, verilen {root}. Kayıt eskisiyle başlamıyor",
    ),
    "new-root-differs": (
        "the newer root is another: computed {found}, given {root}",
        "yeni kök başka: hesaplanan {found}, verilen {root}",
    ),
    "sizes-backwards": (
        "the newer tree is smaller than the older one: {size2} after {size1}",
        "yeni ağaç eskisinden küçük: {size1} sonrasında {size2}",
    ),
    "same-size": (
        "two trees of the same size, {size}, have different roots",
        "aynı büyüklükteki ({size}) iki ağacın kökleri farklı",
    ),
    "proof-not-empty": (
        "the sizes are equal, so that the proof must be empty; it has {got} hashes",
        "büyüklükler eşit, kanıt boş olmalı; {got} özeti var",
    ),
    "proof-from-empty": (
        "nothing can be proved from an empty tree, so that the proof must be empty; it has {got} hashes",
        "boş ağaçtan hiçbir şey kanıtlanamaz, kanıt boş olmalı; {got} özeti var",
    ),
    "empty-root": (
        "the root of an empty tree is SHA-256 of nothing, not {root}",
        "boş ağacın kökü hiçliğin SHA-256 özetidir, {root} değil",
    ),
    # notes and checkpoints
    "note-long": ("the note is longer than {limit} bytes", "not {limit} bayttan uzun"),
    "note-control": (
        "the note has a control character other than newline",
        "notta satır sonundan başka bir denetim karakteri var",
    ),
    "note-blank": (
        "no blank line parts the note's text from its signatures",
        "notun metnini imzalarından ayıran boş satır yok",
    ),
    "note-unsigned": ("the note has no signature lines", "notta imza satırı yok"),
    "note-end": ("the note does not end with a newline", "not satır sonuyla bitmiyor"),
    "note-signatures": ("the note has more than {limit} signatures", "notta {limit} imzadan fazlası var"),
    "signature-line": (
        "signature line {no} is not “— name base64”",
        "{no}. imza satırı “— ad base64” biçiminde değil",
    ),
    "signature-name": (
        "the name in signature line {no} is empty, or has a space or a plus",
        "{no}. imza satırındaki ad boş ya da boşluk veya artı içeriyor",
    ),
    "signature-short": (
        "signature line {no} has no signature after the key's hash",
        "{no}. imza satırında anahtar özetinden sonra imza yok",
    ),
    "signature-wrong": (
        "the signature of the trusted key {key} does not hold: the text was changed, or it is no signature of it",
        "güvenilen {key} anahtarının imzası tutmuyor: metin değiştirilmiş ya da imza ona ait değil",
    ),
    "note-unverified": (
        "no trusted key signed the note; it has signatures of {keys}",
        "notu güvenilen hiçbir anahtar imzalamamış; imzalayanlar: {keys}",
    ),
    "checkpoint-lines": (
        "a checkpoint has at least three lines, each ended: origin, size, root; this has {got}",
        "denetim noktasında en az üç satır olur: kaynak, büyüklük, kök; burada {got} var",
    ),
    "checkpoint-empty-line": ("a line of the checkpoint is empty", "denetim noktasının bir satırı boş"),
    "origin-differs": (
        "the checkpoint is of another log, {origin}, not {wanted}",
        "denetim noktası başka bir kaydın, {origin}; beklenen {wanted}",
    ),
    "origin-unsigned": (
        "no trusted key of the log's own name signed the checkpoint of {origin}; --origin would name such a log",
        "{origin} denetim noktasını o adı taşıyan güvenilen bir anahtar imzalamamış; adı başkaysa --origin verin",
    ),
    # tlog-proof
    "proof-file-long": ("the proof is longer than {limit} bytes", "kanıt {limit} bayttan uzun"),
    "proof-header": ("the first line is not {header}", "ilk satır {header} değil"),
    "proof-index": ("the proof has no line with the index", "kanıtta sıra numarası satırı yok"),
    "proof-blank": (
        "no blank line parts the proof's hashes from the checkpoint",
        "kanıtın özetlerini denetim noktasından ayıran boş satır yok",
    ),
    # tiles
    "tile-length": (
        "{name} is {bytes} bytes long, {needed} are right",
        "{name} {bytes} bayt, {needed} olmalı",
    ),
    "entries-count": ("{name} has {got} entries, {needed} are right", "{name} içinde {got} girdi var, {needed} olmalı"),
    "entries-cut": ("{name} ends within {what}", "{name} bir öğenin ortasında bitiyor: {what}"),
    "tile-differs": (
        "{name} does not follow from what lies below it, at hash {at} of its level",
        "{name} altındakilerden çıkmıyor; düzeyinin {at} numaralı özeti farklı",
    ),
    # Katip's own files
    "document-format": ("the file is not of the format {format}", "dosya {format} biçiminde değil"),
    "document-field": (
        "the file's field {name} is missing or of the wrong kind",
        "dosyanın {name} alanı yok ya da yanlış türde",
    ),
    "document-differs": (
        "the file's own {name} is not that of what it holds",
        "dosyadaki {name}, içindekilerinkiyle aynı değil",
    ),
    "event-header": ("the event's first line is not {header}", "olayın ilk satırı {header} değil"),
    "event-fields": ("the event has other fields than a Katip event", "olayın alanları Katip olayınınkilerden farklı"),
    "event-canonical": (
        "the event is not written in the canonical form",
        "olay tek doğru biçimde yazılmamış",
    ),
    "event-differs": (
        "the entry in the log is not the hash of this event: the event was changed, or is another",
        "kayıttaki girdi bu olayın özeti değil: olay değiştirilmiş ya da başka bir olay",
    ),
    "salt-short": ("the salt has {bytes} bytes, {needed} are needed", "tuz {bytes} bayt, {needed} gerekli"),
    "detail-differs": (
        "the detail is not the one that the event commits to: it or its salt was changed",
        "ayrıntı olayın bağlandığı ayrıntı değil: kendisi ya da tuzu değiştirilmiş",
    ),
    "detail-alone": (
        "the file has a detail without the event that commits to it",
        "dosyada ayrıntı var, ona bağlanan olay yok",
    ),
    "pdf-differs": ("the PDF is not the file that the proof names", "PDF, kanıtın adını verdiği dosya değil"),
    # statements
    "statement-long": ("the statement is longer than {limit} bytes", "beyan {limit} bayttan uzun"),
    "statement-form": (
        "this is not a JSON Web Signature in compact form",
        "bu, kısa biçimli bir JSON Web İmzası değil",
    ),
    "statement-critical": (
        "the statement asks for extensions that are unknown here",
        "beyan burada bilinmeyen uzantılar istiyor",
    ),
    "statement-certificates": (
        "the statement's certificates cannot be read",
        "beyanın sertifikaları okunamıyor",
    ),
    "statement-kid": (
        "the statement names another certificate than it has",
        "beyan, içindekinden başka bir sertifika adı veriyor",
    ),
    "statement-untrusted": (
        "nothing that is trusted vouches for the statement's certificate, {subject}",
        "beyanın sertifikasına ({subject}) güvenilen hiçbir şey kefil değil",
    ),
    "statement-key": (
        "the certificate's key is of a kind that is not accepted",
        "sertifikanın anahtarı kabul edilmeyen türde",
    ),
    "statement-algorithm": (
        "no trusted key signs with the algorithm that the statement names, {algorithm}",
        "beyanın adını verdiği {algorithm} algoritmasıyla imzalayan güvenilen anahtar yok",
    ),
    "statement-signature": (
        "the statement's signature does not hold: it was changed, or another signed it",
        "beyanın imzası tutmuyor: beyan değiştirilmiş ya da başkası imzalamış",
    ),
    "statement-type": ("the statement is not of the type {kind}", "beyan {kind} türünde değil"),
    "terms-differ": (
        "the terms are not those that were approved: their hash is another",
        "şartlar onaylananlar değil: özetleri başka",
    ),
    "month-differs": (
        "the month's change is not among those that its event commits to",
        "aylık değişiklik, olayının bağlandıkları arasında değil",
    ),
    "statement-log-differs": (
        "the statement speaks of another {name} than the proof",
        "beyanın söylediği {name} kanıttakinden farklı",
    ),
    # what cannot be checked
    "no-key": (
        "no key was given: name one that you trust with --key. The note has signatures of {keys}",
        "anahtar verilmedi: güvendiğiniz birini --key ile verin. Nottaki imzalar: {keys}",
    ),
    "no-seal": (
        "nothing was given to check the signature with: --seal FILE or --seal-sha256",
        "imzanın neyle denetleneceği verilmedi: --seal DOSYA ya da --seal-sha256",
    ),
    "key-form": ("not a verifier key, name+hash+key: {key}", "ad+özet+anahtar biçiminde bir anahtar değil: {key}"),
    "key-form-why": ("not a verifier key: {key}: {why}", "doğrulama anahtarı değil: {key}: {why}"),
    "key-hash": (
        "the hash in the verifier key {key} is not its key's, which is {found}",
        "{key} anahtarındaki özet kendi anahtarının değil; onunki {found}",
    ),
    "key-kind": ("the verifier key {key} is of a kind unknown here, {kind}", "{key} burada bilinmeyen türde: {kind}"),
    "keys-ambiguous": (
        "two different keys share a name and a hash",
        "iki farklı anahtarın adı ve özeti aynı",
    ),
    "seal-file": (
        "{name} holds no certificate or key that can be used: {why}",
        "{name} içinde kullanılabilir sertifika ya da anahtar yok: {why}",
    ),
    "seal-private": (
        "this file holds a private key; checking needs the certificate alone",
        "bu dosyada gizli anahtar var; denetlemek için yalnız sertifika gerekir",
    ),
    "fingerprint": (
        "not the SHA-256 fingerprint of a certificate: {text}",
        "bir sertifikanın SHA-256 parmak izi değil: {text}",
    ),
    "file-unreadable": ("{name} cannot be read: {why}", "{name} okunamıyor: {why}"),
    "file-irregular": ("{name} is not a regular file", "{name} olağan bir dosya değil"),
    "file-long": ("{name} is longer than {limit} bytes", "{name} {limit} bayttan uzun"),
    "file-missing": ("the log has no {name}", "kayıtta {name} yok"),
    "no-log": ("{place} is neither a folder nor an http(s) address", "{place} ne bir klasör ne de http(s) adresi"),
    "url": ("not an address of a log: {url}", "bir kaydın adresi değil: {url}"),
    "redirect": (
        "the server leads on to an address of another scheme: {url}",
        "sunucu başka şemalı bir adrese yönlendiriyor: {url}",
    ),
    "download": ("{url} cannot be had: {why}", "{url} alınamıyor: {why}"),
    "download-busy": (
        "{url} cannot be had: the server asks again and again to come later",
        "{url} alınamıyor: sunucu hep daha sonra gelinmesini istiyor",
    ),
    "download-slow": ("{url} takes too long", "{url} çok uzun sürüyor"),
    "download-cut": ("{url} came incomplete", "{url} eksik geldi"),
    "field-missing": ("{name} is missing", "{name} eksik"),
    "field-differs": ("{name} is given twice, differently", "{name} iki kez ve farklı verildi"),
    "leaf-ways": (
        "give one of --leaf-hash, --entry and --event",
        "--leaf-hash, --entry ve --event içinden birini verin",
    ),
    "log-and-proof": (
        "with --log, size, root and proof come from the log: do not give them",
        "--log ile büyüklük, kök ve kanıt kayıttan gelir: ayrıca vermeyin",
    ),
    "checkpoints-or-fields": (
        "give sizes and roots, or --from CHECKPOINT with --to CHECKPOINT or --log",
        "büyüklük ve kökleri verin, ya da --from ile birlikte --to veya --log verin",
    ),
    "pdf-unnamed": ("the proof names no PDF", "kanıt bir PDF adı vermiyor"),
    "subtree": (
        "proofs within a part of a tree (start, end) are not known here",
        "ağacın bir bölümüne ait kanıtlar (start, end) burada bilinmiyor",
    ),
    "fault": ("a fault of this program: {why}", "bu programın bir hatası: {why}"),
}
