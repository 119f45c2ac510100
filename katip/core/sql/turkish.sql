-- The twins of fold() and sort_key() in katip/core/turkish.py, which explains them. Keep both alike: a test compares them.
-- Immutable, thus fit for stored generated columns: no setting, no locale and no table has a say. The regular
-- expressions name code points, and COLLATE "C" keeps the database's locale out of them.

CREATE FUNCTION katip_latin(bare text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(
    replace(replace(replace(replace(replace(replace(replace(replace(
        bare, 'ß', 'ss'), 'ẞ', 'ss'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe'), 'þ', 'th'), 'Þ', 'th'),
    'øØđĐðÐłŁABCDEFGHIJKLMNOPQRSTUVWXYZ',
    'ooddddllabcdefghijklmnopqrstuvwxyz'
);

CREATE FUNCTION katip_search_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(
    regexp_replace(
        katip_latin(
            regexp_replace(normalize(translate(value, 'Iİı', 'iii'), NFKD) COLLATE "C", '[\u0300-\u036F]', '', 'g')
        ) COLLATE "C",
        '[\u0001-\u002F:-@\u005B-\u0060\u007B-\u007F\u00AB\u00BB\u2010-\u2015\u2018-\u201F]+', ' ', 'g'
    ),
    ' '
);

CREATE FUNCTION katip_sort_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(
    katip_latin(
        regexp_replace(
            normalize(
                translate(
                    normalize(value, NFC),
                    'çÇğĞıIİöÖşŞüÜ',
                    U&'\E001\E001\E002\E002\E003\E003i\E004\E004\E005\E005\E006\E006'
                ),
                NFKD
            ) COLLATE "C",
            '[\u0300-\u036F]', '', 'g'
        )
    ),
    U&'abc\E001defg\E002h\E003ijklmno\E004pqrs\E005tu\E006vwxyz:;<=>?@[\\]^_`{|}~',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`/////////////////'
);
