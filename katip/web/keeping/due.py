"""Whether the privacy notice is to be shown to somebody: known from signing in, so that no page has to ask."""

DUE = "notice_due"
"""in the session, from signing in until the person opens the present version"""
