"""What schemathesis should look at besides: loaded by it, in its own process."""

import json
from typing import Any, Final

import schemathesis
from schemathesis import Case, CheckContext, Response

# What no description can say, by how the refusal begins.
BEYOND_SCHEMAS: Final = (
    "This cursor is malformed or belongs to another query.",
    "This is not the text that members agree to now",
    "There is no such tag",
    "This needs `near`.",
    "Ordering by distance needs `near`.",
    "This is longer than",
    "This holds nothing that can be read.",
    "west must not be beyond east, nor south beyond north.",
    "This photo is named twice.",
)


@schemathesis.check
def understood(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Raises AssertionError if a request that is as described was refused as if it were not."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    problem = json.loads(response.content)
    if problem["code"] != "invalid_request":
        return
    unexplained = {
        name: messages
        for name, messages in problem["errors"].items()
        if not all(message.startswith(BEYOND_SCHEMAS) for message in messages)
    }
    assert not unexplained, f"as described, and yet refused: {unexplained}"
