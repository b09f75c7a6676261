"""``python -m stack.with_stack COMMAND …``: run a command with broker and database at hand."""

import sys

from stack.commands import run_with_stack
from stack.local import LocalStack

if __name__ == "__main__":
    sys.exit(run_with_stack(LocalStack(), sys.argv[1:]))
