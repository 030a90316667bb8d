"""How much one file, one person and one grant may ask for."""

from dataclasses import dataclass

MEBIBYTE = 1_048_576
MAX_BYTES = 10 * MEBIBYTE
MAX_GRANT_MINUTES = 15
MOST_VERSIONS = 1_000_000


@dataclass(frozen=True)
class InspectionLimits:
    """What opening one file may cost. Beyond it the file is refused as too complex."""

    memory: int = 512 * MEBIBYTE
    cpu_seconds: int = 10
    wall_seconds: float = 20.0
    pages: int = 2_000
    objects: int = 100_000
    values: int = 3_000_000
    stream_bytes: int = 64 * MEBIBYTE
    all_streams_bytes: int = 256 * MEBIBYTE
    # Samples of pictures are inflated only to be counted.
    all_samples_bytes: int = 3_072 * MEBIBYTE
    # What a page costs a viewer that follows every use of a form.
    drawn_bytes: int = 64 * MEBIBYTE
    form_nesting: int = 28
    saved_states: int = 500
    tree_depth: int = 500
    ways_to_a_node: int = 10_000
    revisions: int = 50
    nesting: int = 100
    filters: int = 2
    pixels: int = 200_000_000
    parts: int = 500
    workbook_bytes: int = 64 * MEBIBYTE
    output_bytes: int = MAX_BYTES
