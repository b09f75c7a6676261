"""``python -m dev_tools COMMAND``, as ``./dev`` runs it once the machine has what is needed."""

import sys

from dev_tools.commands import main

sys.exit(main(sys.argv[1:]))
