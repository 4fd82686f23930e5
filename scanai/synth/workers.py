"""Many tasks over several processes, answers in order: for data sets, contact sheets, benches.

Which process does a task must never matter for its answer; that is the task's own business.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Tasks in flight for each worker: enough that none waits for the slowest, few enough that a data
# set of millions is never in memory as a list of tasks.
_AHEAD = 4
_THREADS_OF = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def ordered(
    task: Callable[[Item], Answer], items: Iterable[Item], workers: int
) -> Iterator[Answer]:
    """task(item) for every item, in the order of the items; one worker is this process itself."""
    if workers <= 1:
        yield from map(task, items)
        return
    with pool(workers) as processes:
        yield from through(processes, task, items, workers)


def through(
    processes: ProcessPoolExecutor,
    task: Callable[[Item], Answer],
    items: Iterable[Item],
    workers: int,
) -> Iterator[Answer]:
    """As `ordered`, on a pool of that many workers which is there already."""
    running: deque[Future[Answer]] = deque()
    for item in items:
        running.append(processes.submit(task, item))
        if len(running) >= _AHEAD * workers:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


@contextmanager
def pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes of one thread each; whatever ends the block ends them as well."""
    # Fresh processes: a fork would inherit the threads of whatever library runs some already.
    executor = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_end_with_parent
    )
    try:
        with _one_thread_each():
            yield executor
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that start meanwhile do linear algebra in one thread: they fill the machine.

    numpy's library reads the environment when it is loaded, so that this process is left alone.
    """
    missing = [name for name in _THREADS_OF if name not in os.environ]
    os.environ.update(dict.fromkeys(missing, "1"))
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for ever for its next task."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
