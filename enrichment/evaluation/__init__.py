"""How well a describer tags from reviews alone, measured against what visitors voted.

``labels`` says how votes become right answers, ``places`` where reviews and votes come from, ``answers`` asks the
describer, ``spoken`` and ``measuring`` tell how good its answers are and how good they could be, ``report`` shows it.
docs/quality.md holds what came out, and why.
"""
