"""The reference cluster: every part of a country's installation as a process of its own, on one machine.

Standard library only: it runs before anything is installed. The machines are network namespaces on a bridge that
leads nowhere else; everything that runs in them comes from Debian's packages, set up from `deploy/templates`.
"""
