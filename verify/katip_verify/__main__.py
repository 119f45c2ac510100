"""`python -m katip_verify`."""

import sys

from katip_verify.main import main

sys.exit(main())
