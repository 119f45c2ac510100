"""How the installation is: what waits where and since when, read for metrics, the doctor and the operator's page.

Nothing here writes, and nothing tells of a person. Every read is bounded: what waits is counted up to `MOST`.
"""
