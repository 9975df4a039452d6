#!/usr/bin/env python
"""Django's command line. Without DATABASE_URL it speaks to the stack that `make run` has started in this checkout."""

import os
import sys

from caferoam.local.discovery import adopt_running_stack


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caferoam.settings")
    adopt_running_stack(sys.argv)
    if sys.argv[1:2] == ["smoke"]:  # it looks from outside, and runs where no setting is made
        os.environ["DJANGO_SETTINGS_MODULE"] = "caferoam.smoke.settings"
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - settings must come after the stack
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - as above

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as exc:
        sys.exit(f"CafeRoam: {exc}")


if __name__ == "__main__":
    main()
