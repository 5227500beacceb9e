"""CLIENT: `python -m client COMMAND`; does none of it itself."""

import sys

from client.commands.frame import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
