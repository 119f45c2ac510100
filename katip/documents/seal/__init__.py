"""The operator's seal: who made a document, and that nobody changed it since.

A seal says that this installation made a file. It is neither a person's signature nor a qualified one in the sense of
Law 5070. `pdf` seals a PDF (PAdES), `statement` signs a JSON statement (JWS), `check` tells what a sealed PDF is worth.
"""
