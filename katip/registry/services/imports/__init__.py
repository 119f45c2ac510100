"""The operator's lists: one module a list, each an `ImportSpec`; `list_import` brings one in."""
