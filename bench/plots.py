"""Small line charts, as SVG and as PNG from the same shapes.

A plotting library would be the largest package of all for two pictures; Pillow is there anyway.
"""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 80, 250, 50, 60
COLOURS = (
    "#1b5e9b",
    "#b3400f",
    "#1f7a3d",
    "#7b3fa0",
    "#8a6d00",
    "#00757a",
    "#a01c4b",
    "#444444",
    "#5a7d00",
)
_SIZE = 13
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A line through points, in pixels."""

    points: Sequence[Point]
    colour: str
    width: int = 1


@dataclass(frozen=True)
class Words:
    """A text at a place; `anchor` is start, middle or end."""

    at: Point
    text: str
    anchor: str = "start"
    colour: str = "#222222"


@dataclass(frozen=True)
class Plot:
    """What is drawn: series of points, on scales that grow tenfold."""

    title: str
    x: str
    y: str
    series: Mapping[str, Sequence[Point]]

    @property
    def points(self) -> list[Point]:
        return [point for points in self.series.values() for point in points]


def shapes(plot: Plot) -> Iterator[Line | Words]:
    """Lay a plot out. Raises `ValueError` where there is no point, or one that is not above 0."""
    xs, ys = (_Scale.over([point[axis] for point in plot.points]) for axis in (0, 1))
    yield Words((LEFT, 25), plot.title)
    yield from _axes(plot, xs, ys)
    for number, (name, points) in enumerate(plot.series.items()):
        colour = COLOURS[number % len(COLOURS)]
        yield Line([(xs.across(x), ys.up(y)) for x, y in points], colour, 2)
        place = TOP + 20 * number
        yield Line([(WIDTH - RIGHT + 20, place), (WIDTH - RIGHT + 45, place)], colour, 3)
        yield Words((WIDTH - RIGHT + 52, place + 4), name)


@dataclass(frozen=True)
class _Scale:
    """Powers of ten between which all values lie."""

    least: int
    most: int

    @classmethod
    def over(cls, values: Sequence[float]) -> "_Scale":
        if not values or min(values) <= 0:
            raise ValueError("nothing to draw")
        least = math.floor(math.log10(min(values)))
        return cls(least, max(math.ceil(math.log10(max(values))), least + 1))

    @property
    def marks(self) -> list[float]:
        return [10.0**power for power in range(self.least, self.most + 1)]

    def across(self, value: float) -> float:
        return LEFT + self._share(value) * (WIDTH - LEFT - RIGHT)

    def up(self, value: float) -> float:
        return HEIGHT - BOTTOM - self._share(value) * (HEIGHT - TOP - BOTTOM)

    def _share(self, value: float) -> float:
        return (math.log10(value) - self.least) / (self.most - self.least)


def _axes(plot: Plot, xs: _Scale, ys: _Scale) -> Iterator[Line | Words]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for mark in xs.marks:
        x = xs.across(mark)
        yield Line([(x, TOP), (x, bottom)], "#dddddd")
        yield Words((x, bottom + 20), f"{mark:,g}", "middle")
    for mark in ys.marks:
        y = ys.up(mark)
        yield Line([(LEFT, y), (right, y)], "#dddddd")
        yield Words((LEFT - 8, y + 4), f"{mark:,g}", "end")
    yield Words(((LEFT + right) / 2, HEIGHT - 15), plot.x, "middle")
    yield Words((10, TOP - 10), plot.y)


def svg(plot: Plot) -> str:
    """Write a plot as SVG."""
    parts = [_element(shape) for shape in shapes(plot)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="{_SIZE}">\n'
        f"<title>{escape(plot.title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
    )
    return head + "\n".join(parts) + "\n</svg>\n"


def _element(shape: Line | Words) -> str:
    if isinstance(shape, Words):
        (x, y), anchor = shape.at, shape.anchor
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{shape.colour}"'
        return f"<text {place}>{escape(shape.text)}</text>"
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
    look = f'fill="none" stroke="{shape.colour}" stroke-width="{shape.width}"'
    return f'<polyline points="{points}" {look}/>'


def png(plot: Plot) -> bytes:
    """Write a plot as PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "#ffffff")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(_SIZE)
    for shape in shapes(plot):
        if isinstance(shape, Line):
            draw.line(list(shape.points), fill=shape.colour, width=shape.width)
        else:
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
            draw.text(shape.at, shape.text, fill=shape.colour, font=font, anchor=anchor)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
