"""`python -m socialcare` is the same as `socialcare`."""

import sys

from socialcare.cli.main import main

sys.exit(main())
