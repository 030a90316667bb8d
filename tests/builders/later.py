"""Cases that take long to make: each is made by the first test that wants it.

Every process that only lists the tests reads their modules, and a run has six of those.
"""

from collections.abc import Callable, Iterator, Mapping


class Later(Mapping[str, bytes]):
    """Contents by name; making one is put off until somebody asks for it."""

    def __init__(self, makers: Mapping[str, Callable[[], bytes]]) -> None:
        self._makers = makers
        self._made: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> bytes:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
