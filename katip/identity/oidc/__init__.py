"""Signing in at another house: Katip as relying party of OpenID Connect providers.

`providers` reads the operator's file, `metadata`, `keys`, `tokens` and `attempts` are the protocol and know neither
network nor Django, `fetch` asks a provider within bounds, `client` puts them together. Whatever a provider says is
believed only after every check; the first one that fails raises `ProviderRefusedError` with its reason.

Sources: OpenID Connect Core 1.0 and Discovery 1.0 (errata 2), RFC 6749, 7515, 7517, 7636, 9207, 9700.
"""
