"""`python -m sleeplint`."""

from sleeplint.cli import main

raise SystemExit(main())
