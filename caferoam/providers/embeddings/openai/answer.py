"""What OpenAI's answer says, taken apart with nothing taken for granted: a gateway may have answered in its place."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np

from caferoam.providers.embeddings.openai.requests import MAX_INPUT_TOKENS
from caferoam.providers.embeddings.protocol import DIMENSIONS, Vector, Vectors
from caferoam.providers.errors import ProviderUnavailable


class NoVectorsError(Exception):
    """The answer is of no use; says why."""


@dataclass(frozen=True)
class Answer:
    """An answer that says what it costs. Whether it is of use, its vectors show."""

    tokens: int
    _said: Mapping[str, object]

    def vectors(self, count: int, model: str) -> Vectors:
        """A row of unit length for each of ``count`` inputs, in their order; the answer may have another.

        Raises:
            NoVectorsError: it has not just these, or they are another model's.
        """
        answered = self._said.get("model")
        # A gateway may pass requests on to what it likes, and vectors of two models must never meet.
        if not isinstance(answered, str) or not (answered == model or answered.startswith(f"{model}-")):
            raise NoVectorsError("another model answered")
        data = self._said.get("data")
        if not isinstance(data, list):
            raise NoVectorsError("it has no list of vectors")
        found: dict[int, Vector] = {}
        for item in cast("list[object]", data):
            if not isinstance(item, dict):
                raise NoVectorsError("it has something that is no vector")
            place = item.get("index")
            if type(place) is not int or not 0 <= place < count:
                raise NoVectorsError(f"it has a vector for no input, of {count}")
            if place in found:
                raise NoVectorsError(f"it has two vectors for input {place}, of {count}")
            found[place] = _unit(_numbers(item.get("embedding")))
        if len(found) < count:
            raise NoVectorsError(f"it has {len(found)} vectors for {count} inputs")
        return np.stack([found[place] for place in range(count)])


def read_answer(body: bytes, *, inputs: int) -> Answer:
    """The answer to so many inputs that the body holds.

    Raises:
        ProviderUnavailable: it is none, or tells of more tokens than the inputs can have: that would use a budget up.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ProviderUnavailable(f"OpenAI answered with no JSON: {type(exc).__name__}.") from exc
    usage = said.get("usage") if isinstance(said, dict) else None
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    if type(tokens) is not int or tokens < 0:
        raise ProviderUnavailable("OpenAI answered with something that tells no usage.")
    if tokens > inputs * MAX_INPUT_TOKENS:
        raise ProviderUnavailable("OpenAI answered with more tokens than it was sent.")
    return Answer(tokens, said)


def _numbers(said: object) -> Vector:
    """Of base64, which we ask for, as little-endian float32; of a list, which some gateways send all the same."""
    if isinstance(said, str):
        try:
            raw = base64.b64decode(said, validate=True)
        except ValueError as exc:
            raise NoVectorsError("a vector is no base64") from exc
        if len(raw) != DIMENSIONS * 4:
            raise NoVectorsError(f"a vector has {len(raw) / 4:g} dimensions, not {DIMENSIONS}")
        return np.frombuffer(raw, dtype="<f4")
    if not isinstance(said, list) or not all(type(number) in {int, float} for number in said):
        raise NoVectorsError("a vector is neither base64 nor a list of numbers")
    if len(said) != DIMENSIONS:
        raise NoVectorsError(f"a vector has {len(said)} dimensions, not {DIMENSIONS}")
    try:
        return np.array(said, dtype=np.float64)
    except OverflowError as exc:
        raise NoVectorsError("a vector has a number that is none") from exc


def _unit(vector: Vector) -> Vector:
    exact = vector.astype(np.float64)
    if not np.isfinite(exact).all():
        raise NoVectorsError("a vector has a number that is none")
    exact /= np.abs(exact).max() or 1.0  # so that no square overflows
    length = np.linalg.norm(exact)
    if not length:
        raise NoVectorsError("a vector is of no length")
    return (exact / length).astype(np.float32)
