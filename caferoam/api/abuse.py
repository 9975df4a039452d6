"""What is counted about requests that were refused: who tries too much, and what is not theirs."""

from typing import Final

from caferoam.metrics import Counter

throttled: Final = Counter("throttled_total", "Requests refused because a limit was used up.", ["scope"])
uncounted: Final = Counter("throttle_uncounted_total", "Requests that Redis could not count.", ["scope"])
tokens_refused: Final = Counter("tokens_refused_total", "Access tokens refused, by the check that failed.", ["cause"])
forbidden: Final = Counter("forbidden_total", "Answers 403 by code.", ["code"])
not_found: Final = Counter("not_found_total", "Answers 404 of routes: an id that is absent, or another's.", ["route"])
