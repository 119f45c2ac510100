"""Making documents: `facts` reads what is to be said, `paper` says it in two languages, `render` lays it out as a PDF.

`statement` says the same for machines. Nothing here writes rows; `documents.services.make` does.
"""
