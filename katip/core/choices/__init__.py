"""What an operator can set, by subject: each field is the variable `KATIP_<FIELD>`, its description the documentation.

`katip.core.environment` puts them together and reads them; `docs/settings.md` is made from them.
"""
