"""How the time that a platform gives a process to stop is divided."""

from datetime import timedelta
from typing import Final

LAST_STEPS: Final = timedelta(seconds=10)
"""What a worker keeps of it for itself: so much earlier running jobs are ended, and their rows go back."""
