"""USE CASE PARTS: work on many things side by side, answers in the order asked for."""

import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor


def side_by_side[Item, Answer](
    work: Callable[[Item], Answer],
    items: Iterable[Item],
    concurrency: int,
    most: Callable[[], int] = lambda: sys.maxsize,
) -> Generator[tuple[Item, Answer]]:
    """Each item with its answer; at most twice `concurrency` are begun or held ready.

    And no more than `most` says by then, at least one. What `work` raises comes out at
    its item; what has not begun then never begins.
    """
    running: deque[tuple[Item, Future[Answer]]] = deque()
    with ThreadPoolExecutor(concurrency) as pool:
        try:
            for item in items:
                running.append((item, pool.submit(work, item)))
                while len(running) >= min(2 * concurrency, most()):
                    yield _next(running)
            while running:
                yield _next(running)
        finally:
            for _, future in running:
                future.cancel()


def _next[Item, Answer](
    running: deque[tuple[Item, Future[Answer]]],
) -> tuple[Item, Answer]:
    item, future = running.popleft()
    return item, future.result()
