"""Texts as OpenAI takes them: https://developers.openai.com/api/reference/resources/embeddings/methods/create.

A token stands for at least one byte, so where the bytes of a text or a request stay below a limit its tokens do too,
and nobody counts them: the vocabulary, which takes 40 MB, is loaded by long texts only.
"""

from collections.abc import Iterator, Sequence
from typing import Final

MAX_INPUTS: Final = 2_048
MAX_INPUT_TOKENS: Final = 8_192
MAX_REQUEST_TOKENS: Final = 300_000
_ENCODING: Final = "cl100k_base"
"""Of all models since 2022."""


def requests_of(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in their order, as few requests as they fit into, each cut to what an input may have."""
    inputs = [input_of(text) for text in texts]
    costs = _costs(inputs)
    begin = tokens = 0
    for place, cost in enumerate(costs):
        if place - begin == MAX_INPUTS or tokens + cost > MAX_REQUEST_TOKENS:
            yield inputs[begin:place]
            begin, tokens = place, 0
        tokens += cost
    if begin < len(inputs):
        yield inputs[begin:]


def input_of(text: str) -> str:
    """The text, cut at a character where it has too many tokens.

    The vendor refuses an empty text. A space stands for it, so that whoever asks for its vector gets one, and always
    the same.
    """
    encoded = text.encode(errors="replace")  # a half of a surrogate pair is no character, and cannot be sent
    valid = encoded.decode() or " "
    if len(encoded) <= MAX_INPUT_TOKENS:
        return valid
    import toktok  # noqa: PLC0415 - only long texts need the vocabulary

    kept, _ = toktok.truncate(valid, MAX_INPUT_TOKENS, _ENCODING)
    return str(kept)


def _costs(inputs: Sequence[str]) -> Sequence[int]:
    """Of each input at least as many as it has tokens; where that decides how many requests there are, as many."""
    sizes = [len(text.encode()) for text in inputs]
    if sum(sizes) <= MAX_REQUEST_TOKENS:
        return sizes
    import toktok  # noqa: PLC0415 - as above

    return [int(count) for count in toktok.batch_count(inputs, _ENCODING, threads=1)]
