"""Words are read by one thread at a time, and nobody waits who has some already."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest

from shops.search.vocabulary import Vocabulary, VocabularyCache

PATIENCE_S = 60


class Words(VocabularyCache):
    """Counts its readings, which need no database."""

    def __init__(self) -> None:
        self.now = 0.0
        self.readings = 0
        self.another_reads = False
        super().__init__(clock=self.clock)

    def clock(self) -> float:
        if self.another_reads:  # between this thread's look at the words and its turn to read
            self.another_reads = False
            self.load()
        return self.now

    def read(self, before: Vocabulary | None) -> Vocabulary:
        self.readings += 1
        return Vocabulary.of((), ())


class Gate:
    """Holds up whoever is about to read."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.reached.set()
        assert self.opened.wait(PATIENCE_S)
        yield


def refused() -> AbstractContextManager[None]:
    raise ConnectionError


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as executor:
        yield executor


def test_while_one_reads_again_the_others_keep_the_old_words(threads: ThreadPoolExecutor) -> None:
    words, gate = Words(), Gate()
    old = words.current()
    words.now = 10.0
    reader = threads.submit(words.current, gate)
    assert gate.reached.wait(PATIENCE_S)
    assert words.current(refused) is old
    gate.opened.set()
    new = reader.result(PATIENCE_S)
    assert new is not old
    assert words.current(refused) is new
    assert words.readings == 2


def test_the_first_reading_is_waited_for_and_shared(threads: ThreadPoolExecutor) -> None:
    words, gate = Words(), Gate()
    reader = threads.submit(words.current, gate)
    assert gate.reached.wait(PATIENCE_S)
    waiting = [threads.submit(words.current, gate) for _ in range(2)]
    gate.opened.set()
    assert {id(future.result(PATIENCE_S)) for future in (reader, *waiting)} == {id(words.fresh())}
    assert words.readings == 1


def test_what_is_too_old_to_be_used_is_waited_for(threads: ThreadPoolExecutor) -> None:
    words, gate = Words(), Gate()
    old = words.current()
    words.now = 60.0
    reader = threads.submit(words.current, gate)
    assert gate.reached.wait(PATIENCE_S)
    waiting = threads.submit(words.current, gate)
    with pytest.raises(TimeoutError):
        waiting.result(timeout=0.05)
    gate.opened.set()
    assert old is not reader.result(PATIENCE_S) is waiting.result(PATIENCE_S)


def test_what_another_has_just_read_is_not_read_again() -> None:
    words = Words()
    words.current()
    words.now = 10.0
    words.another_reads = True
    assert words.current(refused) is words.fresh()
    assert words.readings == 2


@pytest.mark.parametrize("known", [False, True])
def test_who_may_not_read_leaves_the_reading_to_the_next(known: bool) -> None:
    words = Words()
    if known:
        words.current()
        words.now = 10.0
    for _ in range(2):
        with pytest.raises(ConnectionError):
            words.current(refused)
    assert words.current() is words.fresh()
