"""Message Batches: https://platform.claude.com/docs/en/build-with-claude/batch-processing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import takewhile

from anthropic.types import Message
from anthropic.types.messages import MessageBatchIndividualResponse
from anthropic.types.messages.batch_create_params import Request

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.llm.anthropic import SETTING, AnthropicDescriber
from caferoam.providers.llm.anthropic.answer import usage_of
from caferoam.providers.llm.anthropic.client import call
from caferoam.providers.llm.batches import BatchAnswer
from caferoam.providers.llm.protocol import DescribeRequest, Description
from caferoam.providers.usage import Usage


class AnthropicBatchDescriber(AnthropicDescriber):
    """The same describer, asked in bulk."""

    def submit(self, requests: Mapping[str, DescribeRequest]) -> str:
        """See ``BatchDescriber.submit``."""
        asked: list[Request] = [
            {"custom_id": name, "params": self.params(request)} for name, request in requests.items()
        ]
        return call(lambda client: client.messages.batches.create(requests=asked)).id

    def is_answered(self, batch: str) -> bool:
        """See ``BatchDescriber.is_answered``."""
        return call(lambda client: client.messages.batches.retrieve(batch)).processing_status == "ended"

    def answers(self, batch: str) -> Iterator[BatchAnswer]:
        """See ``BatchDescriber.answers``."""
        # All of them at once, so that whatever breaks does so here.
        responses = call(lambda client: list(client.messages.batches.results(batch)))
        return map(self._answer, responses)

    def submitted_since(self, moment: datetime) -> list[str]:
        """See ``BatchDescriber.submitted_since``."""
        listed = call(
            lambda client: list(
                takewhile(lambda batch: batch.created_at >= moment, client.messages.batches.list(limit=100))
            )
        )
        return [batch.id for batch in listed]

    def _answer(self, response: MessageBatchIndividualResponse) -> BatchAnswer:
        result = response.result
        if result.type == "succeeded":
            try:
                usage = usage_of(result.message, self.vendor_model, setting=SETTING, batch=True)
            except ProviderUnavailable as exc:
                return BatchAnswer(response.custom_id, Usage(), _read_nothing, failure=str(exc))
            return BatchAnswer(response.custom_id, usage, partial(self._read, result.message))
        failure = (
            f"{result.error.error.type}: {result.error.error.message}" if result.type == "errored" else result.type
        )
        return BatchAnswer(
            response.custom_id, Usage(), _read_nothing, failure=failure[:300], expired=result.type == "expired"
        )

    def _read(self, message: Message, request: DescribeRequest) -> Description:
        return self.read(message, request, batch=True)


def _read_nothing(_request: DescribeRequest) -> Description:
    raise ProviderRefused("The request was not answered.")
