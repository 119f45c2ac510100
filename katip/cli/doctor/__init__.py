"""`katip doctor`: what is wrong with an installation, why it matters, and how to mend it.

`examine` goes through the parts in their order; each yields findings and changes nothing.
"""

from katip.cli.doctor.examine import command as command
