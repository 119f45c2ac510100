"""Whether the privacy notice is to be shown to somebody: known from signing in, so that no page has to ask."""

DUE = "notice_due"
"""in the session, from signing in until the person opens the present version"""
PAGES = frozenset(
    ("/secim/", "/iki-asamali-giris/", "/firmalar/", "/ana-ekran/", "/gorevlendirmelerim/", "/gorevli/", "/hesabim/")
)
"""where the way to it is shown: where people arrive, and on no page on which something is decided or approved"""
