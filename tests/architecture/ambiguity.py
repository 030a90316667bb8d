"""Whether a regular expression can be made to try one text in ever more ways.

The expression becomes an automaton of positions over a sample of characters. It is ambiguous when
some text leads from a position back to itself in two ways (the time doubles with each repetition),
or round one loop, from it to another and round that one (the time grows with the square, or more).

A repeat of more than `COPIES` times counts as one without end, unless it is of one length. A look
ahead is followed as a way of its own; back references match nothing here; where a match or search may stop, it does not go on
trying. So `(a|a)*` is ambiguous for `fullmatch` and is not for `match`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

COPIES = 4
_SAMPLE = frozenset([*map(chr, range(128)), *"\x85\xa0é\u0301０\u2028ſKＡ－\ufeff😀"])


@dataclass
class Automaton:
    """States with ways between them; a way takes one of some characters, or none."""

    flags: int
    sample: frozenset[str]
    characters: dict[int, frozenset[str]] = field(default_factory=dict)
    free: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    gates: set[int] = field(default_factory=set)  # behind a look around, which may fail
    states: int = 0
    begin: int = -1
    ended: int = -1
    accepting: int = -1

    def state(self) -> int:
        self.states += 1
        return self.states - 1

    def taking(self, characters: frozenset[str]) -> tuple[int, int]:
        """Add a position: entering it takes one of the characters."""
        position, behind = self.state(), self.state()
        self.characters[position] = characters
        self.free[position].append(behind)
        return position, behind

    def add(self, nodes: Any, at: int) -> int:
        """Add a sequence behind a state; return the state behind it."""
        for operation, argument in nodes:
            at = self._add_one(str(operation), argument, (operation, argument), at, nodes.state)
        return at

    def _add_one(self, name: str, argument: Any, node: Any, at: int, state: Any) -> int:
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            return self._repeat(*argument, at)
        if name in ("BRANCH", "SUBPATTERN", "ATOMIC_GROUP", "GROUPREF_EXISTS"):
            return self._alternatives(name, argument, at)
        if name in ("ASSERT", "ASSERT_NOT"):
            return self._look_around(name, *argument, at)
        if name == "AT":
            return self._anchored(str(argument), at)
        if name == "GROUPREF":
            return at
        position, behind = self.taking(self._characters(node, state))
        self.free[at].append(position)
        return behind

    def _characters(self, node: Any, state: Any) -> frozenset[str]:
        only = re._parser.SubPattern(state, [node])  # type: ignore[attr-defined]
        compiled = re._compiler.compile(only, self.flags)  # type: ignore[attr-defined]
        return frozenset(filter(compiled.fullmatch, self.sample))

    def _alternatives(self, name: str, argument: Any, at: int) -> int:
        inner = {"BRANCH": lambda: argument[1], "GROUPREF_EXISTS": lambda: argument[1:]}
        bodies = inner.get(name, lambda: [argument if name == "ATOMIC_GROUP" else argument[3]])()
        behind = self.state()
        for body in bodies:
            self.free[self.add(body, at) if body else at].append(behind)
        return behind

    def _look_around(self, name: str, direction: int, body: Any, at: int) -> int:
        if direction < 0:  # what stands before is read as if it began here
            return self.add(body, at) if name == "ASSERT" else at
        self.free[self.add(body, at)].append(self.accepting)
        gate = self.state()
        self.gates.add(gate)
        self.free[at].append(gate)
        return gate

    def _repeat(self, least: int, most: Any, body: Any, at: int) -> int:
        if least == most and body.getwidth()[0] == body.getwidth()[1]:
            least = most = min(least, COPIES)
        endless = int(most) > COPIES
        for _ in range(min(least, 2) if endless else least):
            at = self.add(body, at)
        if not endless:
            behind = self.state()
            for _ in range(int(most) - least):
                self.free[at].append(behind)
                at = self.add(body, at)
            self.free[at].append(behind)
            return behind
        # What begins the body again is not what began it: a body that may be empty has both ways.
        begin, again, behind = (self.state() for _ in range(3))
        self.free[at] += [begin, behind]
        self.free[again] += [begin, behind]
        self.free[self.add(body, begin)].append(again)
        return behind

    def _anchored(self, where: str, at: int) -> int:
        behind = self.state()
        if "BEGINNING" in where:
            if at in self._reached_free(self.begin):
                self.free[self.begin].append(behind)
            return behind
        if "END" in where:
            self.free[at].append(self.ended)
            return behind
        return at

    def _reached_free(self, start: int) -> set[int]:
        reached, left = set(), [start]
        while left:
            state = left.pop()
            if state not in reached:
                reached.add(state)
                left += self.free[state]
        return reached

    def ways_free(self, start: int) -> Counter[int]:
        """Count the ways, without a circle, from behind a state to positions and the ends."""
        ends: Counter[int] = Counter()

        def follow(state: int, path: frozenset[int]) -> None:
            for target in self.free[state]:
                if target in self.characters or target == self.ended:
                    ends[target] += 1
                elif target == self.accepting:
                    ends[target] += not path & self.gates
                elif target not in path:
                    follow(target, path | {target})

        follow(start, frozenset({start}))
        return ends


class Moves:
    """The positions of an expression, and from each to which others it can go on."""

    def __init__(self, pattern: str | bytes, flags: int = 0, *, way: str = "fullmatch") -> None:
        source = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
        parsed = re._parser.parse(source, flags)  # type: ignore[attr-defined]
        self.automaton = Automaton(parsed.state.flags | flags, _SAMPLE | set(source))
        self.begin = self._built(parsed, way)
        self.next = {
            position: self.automaton.ways_free(position)
            for position in (self.begin, *self.automaton.characters)
        }
        self._forget_where_it_stops(way)

    def _built(self, parsed: Any, way: str) -> int:
        automaton = self.automaton
        automaton.begin, automaton.ended, automaton.accepting = (
            automaton.state() for _ in range(3)
        )
        start = automaton.state()
        automaton.free[automaton.begin].append(start)
        at = start
        if way not in ("fullmatch", "match"):
            before, behind = automaton.taking(automaton.sample)
            automaton.free[start].append(before)
            automaton.free[behind].append(before)
            at = automaton.state()
            automaton.free[start].append(at)
            automaton.free[behind].append(at)
        end = automaton.add(parsed, at)
        automaton.free[end].append(automaton.ended if way == "fullmatch" else automaton.accepting)
        return automaton.begin

    def _forget_where_it_stops(self, way: str) -> None:
        accepting, ended = self.automaton.accepting, self.automaton.ended
        stops = {p for p, ways in self.next.items() if way != "fullmatch" and ways[accepting]}
        for position, ways in self.next.items():
            for gone in (*stops, accepting, ended):
                ways.pop(gone, None)
            if position in stops:
                ways.clear()

    @cached_property
    def loops(self) -> dict[int, int]:
        """Number the loop that each position is in."""
        reached = {position: self.reached(position) for position in self.next}
        return {
            position: min(other for other in reached[position] if position in reached[other])
            for position in self.next
            if position in reached[position]
        }

    def reached(self, start: int) -> set[int]:
        reached: set[int] = set()
        left = [start]
        while left:
            for target in self.next[left.pop()]:
                if target not in reached:
                    reached.add(target)
                    left.append(target)
        return reached

    def together(self, *positions: int) -> Iterator[tuple[int, ...]]:
        """Go on from several positions by the same character."""
        ways: list[tuple[tuple[int, ...], frozenset[str]]] = [((), self.automaton.sample)]
        for position in positions:
            ways = [
                ((*so_far, target), shared)
                for so_far, characters in ways
                for target in self.next[position]
                if (shared := characters & self.automaton.characters[target])
            ]
        return (targets for targets, _ in ways)


def ambiguous(pattern: str | bytes, flags: int = 0, *, way: str = "fullmatch") -> str:
    """Return "doubles" or "square", by how the time may grow, or "" where it does not."""
    moves = Moves(pattern, flags, way=way)
    if _doubles(moves):
        return "doubles"
    return "square" if _grows_with_the_square(moves) else ""


def _doubles(moves: Moves) -> bool:
    """Look for two ways from a position that both lead back to it with the same text."""
    loops = moves.loops
    for position, loop in loops.items():
        ways = moves.next[position]
        if any(count > 1 and loops.get(to) == loop for to, count in ways.items()):
            return True

        def stays(pair: tuple[int, ...], loop: int = loop) -> bool:
            return all(loops.get(member) == loop for member in pair)

        for pair in filter(stays, moves.together(position, position)):
            if pair[0] != pair[1] and (position, position) in _explored(moves, pair, stays):
                return True
    return False


def _grows_with_the_square(moves: Moves) -> bool:
    """Look for a text that leads round one loop, round another, and from the one to the other."""
    loops = moves.loops
    for first in loops:
        for second in moves.reached(first):
            ends = (loops[first], loops.get(second, loops[first]))
            if ends[0] == ends[1]:
                continue

            def stays(triple: tuple[int, ...], ends: tuple[int, int] = ends) -> bool:
                return (loops.get(triple[0]), loops.get(triple[2])) == ends

            if (first, second, second) in _explored(moves, (first, first, second), stays):
                return True
    return False


def _explored(moves: Moves, start: tuple[int, ...], stays: Any) -> set[tuple[int, ...]]:
    reached: set[tuple[int, ...]] = set()
    left = [start]
    while left:
        for target in moves.together(*left.pop()):
            if target not in reached and stays(target):
                reached.add(target)
                left.append(target)
    return reached
