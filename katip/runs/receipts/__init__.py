"""The sealed receipt of a run: what one person confirmed, and what came of each row, as PDFs that anybody can check.

A run of up to `asking.PART` rows has one; a longer one has parts, so that neither the memory of who makes it nor the
file that somebody checks grows with the run. A declaration has one for each workplace besides.
"""
