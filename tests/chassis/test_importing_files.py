"""Tables that people upload: read whatever program wrote them, hostile ones refused."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.kernel.errors import FieldError
from chassis.run import import_files, import_reading
from chassis.run.import_cells import DAY, FLAG, NIP, TEXT, WHOLE_NUMBER, WORDS, CellWrong, choice
from chassis.run.import_columns import Column, map_headings, read_row
from chassis.run.import_files import FileEmpty, FileRefused, FileTooLarge, Sheet, read_file
from chassis.run.import_papers import corrections_xlsx, sample_csv, sample_xlsx

NUMBER = "199001012015011901"
HELP = {"id": "Bantuan", "en": "Help"}
COLUMNS = (
    Column("nip", "NIP", NIP, NUMBER, HELP, required=True),
    Column("name", "Nama", TEXT, "-Contoh", HELP, also=("Nama lengkap",)),
    Column("born", "Tanggal lahir", DAY, "01/01/1990", HELP),
)


def sheet(content: bytes) -> Sheet:
    return read_file(io.BytesIO(content))[1]


def workbook(*rows: tuple, **formats: str) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(place, column, value, day)
                else:
                    page.write(place, column, value)
    return file.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The same workbook with some of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                short = name.rpartition("/")[2].removesuffix(".xml")
                new.writestr(name, parts.get(short, old.read(name)))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"NIP,Nama\r\n1,Andi\r\n\r\n2,\xc3\x89mile\r\n",
        b"NIP;Nama\n1;Andi\n\n2;\xc3\x89mile\n",
        b"\xef\xbb\xbfNIP;Nama\n1;Andi\n;\n2;\xc3\x89mile\n",
        b"NIP;Nama\n1;Andi\n\n2;\xc9mile\n",
        b"NIP\tNama\n1\tAndi\n\n2\t\xc9mile\n",
        b'"NIP","Nama"\n"1","Andi"\n,\n="2","\xc9mile"\n',
        b"\xef\xbb\xbfNIP,Nama\n1,Andi\n\n2,\xc3\x89mile",
        workbook(("NIP", "Nama"), (1, "Andi"), (), ("2", "Émile")),
    ],
)
def test_every_way_a_table_is_saved_gives_the_same_rows(content):
    read = sheet(content)

    assert read.headings == ["NIP", "Nama"]
    assert read.rows == [(2, ["1", "Andi"]), (4, ["2", "Émile"])]


def test_a_separator_that_the_file_states_is_used_and_counts_as_a_row():
    assert sheet(b"sep=;\nNIP;Nama, gelar\n1;Andi\n").rows == [(3, ["1", "Andi"])]


@pytest.mark.parametrize("start", [b"\nNIP;Nama\n", b'\n"NIP\nbaru";Nama\n'])
def test_the_separator_is_found_below_lines_that_have_none(start):
    assert sheet(start + b"1;Andi\n").rows[0][1] == ["1", "Andi"]


def test_a_cell_with_line_breaks_is_one_cell():
    assert sheet(b'NIP,Nama\n1,"An\ndi"\n2,B\n').rows == [(2, ["1", "An\ndi"]), (3, ["2", "B"])]


def test_line_ends_that_a_workbook_writes_out_are_line_ends():
    _, sheet = read_file(io.BytesIO(workbook(["Nama"], ["Budi_x000D_\nSantoso"], ["Siti_x000d_"])))

    assert [cells for _, cells in sheet.rows] == [["Budi\r\nSantoso"], ["Siti"]]


def test_kinds_of_cells_become_what_people_would_have_written():
    row = (199001012015011901, 5, 5.0, 2.5, date(2026, 12, 31), True, "007", None, "=1+1")

    ((_, cells),) = sheet(workbook(("a",) * 9, row)).rows

    assert cells == [
        "1.99001012015012E+17",
        *("5", "5", "2.5", "31/12/2026", "ya", "007", None, "=1+1"),
    ]


def test_a_formula_is_not_evaluated_and_no_cached_result_is_taken():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["NIP", "Nama", "Larik"])
        page.write_formula(1, 0, '=HYPERLINK("http://contoh.example")', value=NUMBER)
        page.write_formula(1, 1, "=1+1", value="2")
        page.write_array_formula("C2:C2", "{=A1:A1}", value="3")

    ((_, cells),) = sheet(file.getvalue()).rows

    assert all(cell and cell.startswith("=") for cell in cells)
    with pytest.raises(CellWrong, match="cell_formula"):
        NIP(cells[0])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_file_empty"),
        (b"NIP;Nama\n", "import_file_empty"),
        (b"\n\n;;\n", "import_file_empty"),
        (workbook(), "import_file_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "import_file_kind"),
        (b"\xff\xfeN\x00I\x00P\x00", "import_file_kind"),
        (b"%PDF-1.7\n\x00\x01", "import_file_kind"),
        (b"NIP\n\x81\x8d\n", "import_file_unreadable"),
        (b"PK\x03\x04 broken", "import_file_unreadable"),
        (b"NIP\n" + b'"' + b"x" * 200_000, "import_file_unreadable"),
        (b'NIP;Nama\n1;"Andi\n2;Budi\n', "import_file_unreadable"),
        (b"NIP,Nama\n1,Andi, S.Kom\n", "import_row_too_wide"),
        (b'NIP;Nama\n1;"Andi\n2;Budi "B"\n3;Citra\n', "import_file_unreadable"),
        (workbook(("NIP",), (1,))[:-100], "import_file_unreadable"),
        (b"x" * (import_files.MOST_BYTES + 1), "import_file_too_large"),
        (b"NIP\n" + b"1\n" * 20_001, "import_file_too_large"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content, code):
    with pytest.raises(FileRefused) as refused:
        sheet(content)

    assert refused.value.code == code
    assert refused.value.detail("id") != refused.value.detail("en")


def test_a_file_of_as_many_rows_as_allowed_is_read():
    assert len(sheet(b"NIP\n" + b"1\n" * 20_000).rows) == 20_000


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = repacked(workbook(("NIP",), (1,)), sheet1=b" " * (import_files.MOST_UNPACKED + 1))
    assert len(bomb) < 200_000
    tracemalloc.start()

    with pytest.raises(FileTooLarge):
        sheet(bomb)

    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_an_archive_that_lies_about_its_size_is_not_read_beyond_it():
    bomb = repacked(workbook(("NIP",), (1,)), sheet1=b" " * (import_files.MOST_UNPACKED + 1))
    size = (import_files.MOST_UNPACKED + 1).to_bytes(4, "little")
    lying = bomb.replace(size, (1000).to_bytes(4, "little"))
    assert lying != bomb

    with pytest.raises(FileRefused):
        sheet(lying)


def test_a_workbook_is_read_by_a_process_of_its_own():
    content = workbook(("NIP", "Nama"), ("1", "Émile"), (None, date(2026, 12, 31)))

    assert import_reading.read_apart(io.BytesIO(content)) == read_file(io.BytesIO(content))
    with pytest.raises(FileEmpty):
        import_reading.read_apart(io.BytesIO(workbook()))


@pytest.mark.slow
def test_a_workbook_that_takes_too_much_memory_ends_only_its_reader(monkeypatch):
    monkeypatch.setattr(import_reading, "MEMORY", 160 * 1_048_576)
    start = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    cells = b"<row>" + b"<c/>" * 600_000 + b"</row></sheetData></worksheet>"
    bomb = repacked(workbook(("NIP",), (1,)), sheet1=start + cells)
    assert len(bomb) < 100_000

    with pytest.raises(FileTooLarge):
        import_reading.read_apart(io.BytesIO(bomb))


def test_an_archive_of_very_many_parts_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(import_files.MOST_PARTS + 1):
            archive.writestr(f"xl/{number}.xml", b"")

    with pytest.raises(FileTooLarge):
        sheet(file.getvalue())


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>NIP</t></si>
<si><t>%s</t></si></sst>"""


@pytest.mark.parametrize("entity", [b"&b;", b"&x;", b"root"])
def test_entities_are_never_resolved(entity):
    file = repacked(workbook(("NIP",), ("1",)), sharedStrings=ENTITIES % entity)

    with pytest.raises(FileRefused):
        sheet(file)


def test_a_row_far_below_the_others_does_not_hold_the_reader():
    rows = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData></worksheet>'
    )

    with pytest.raises(FileRefused):
        sheet(repacked(workbook(("NIP",), (1,)), sheet1=rows))


def test_one_long_text_in_every_cell_is_refused_by_what_it_amounts_to():
    text = "x" * 30_000
    file = workbook(("NIP", "a", "b"), *[(text, text, text)] * 200)
    assert len(file) < 100_000

    with pytest.raises(FileTooLarge):
        sheet(file)


def test_a_workbook_without_a_sheet_of_cells_is_refused():
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        data = book.add_worksheet()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$2"})
        book.add_chartsheet().set_chart(chart)
        data.hide()

    with pytest.raises(FileRefused):
        sheet(file.getvalue())


@pytest.mark.parametrize(
    ("reading", "cell", "value"),
    [
        (NIP, NUMBER, NUMBER),
        (NIP, "19900101 201501 1 901", NUMBER),
        (DAY, "31/12/2026", date(2026, 12, 31)),
        (DAY, "31-12-2026", date(2026, 12, 31)),
        (DAY, "2026-12-31", date(2026, 12, 31)),
        (DAY, "1/2/2026", date(2026, 2, 1)),
        (FLAG, "Ya", True),
        (FLAG, "TIDAK", False),
        (WHOLE_NUMBER, "240", 240),
        (TEXT, "007", "007"),
        (choice({"ahli_muda": "ahli muda"}), "Ahli  Muda", "ahli_muda"),
        (choice({"ahli_muda": "ahli muda"}), "AHLI_MUDA", "ahli_muda"),
    ],
)
def test_a_cell_is_read_as_people_write_it(reading, cell, value):
    assert reading(cell) == value


@pytest.mark.parametrize(
    ("reading", "cell", "code"),
    [
        (NIP, "1.9800101E+17", "nip_not_text"),
        (NIP, "1,98001E+17", "nip_not_text"),
        (NIP, "1.99001012015012E+17", "nip_not_text"),
        (NIP, "123", "invalid_nip"),
        (NIP, "199001012015131901", "invalid_nip"),
        (DAY, "12/31/2026", "cell_not_a_date"),
        (DAY, "31/12/26", "cell_not_a_date"),
        (DAY, "29/02/2026", "cell_not_a_date"),
        (DAY, "46387", "cell_not_a_date"),
        (DAY, "0000-01-01", "cell_not_a_date"),
        (DAY, "٣١/١٢/٢٠٢٦x", "cell_not_a_date"),
        (FLAG, "mungkin", "cell_not_yes_or_no"),
        (WHOLE_NUMBER, "2.5", "cell_not_a_number"),
        (WHOLE_NUMBER, "9" * 5_000, "cell_not_a_number"),
        (choice({"a": "A"}), "b", "cell_not_an_option"),
        (TEXT, "=1+1", "cell_formula"),
    ],
)
def test_a_cell_that_cannot_be_read_says_why_in_both_languages(reading, cell, code):
    with pytest.raises(CellWrong) as wrong:
        reading(cell)

    assert wrong.value.code == code
    assert wrong.value.words["id"] != wrong.value.words["en"]


def test_headings_are_found_by_any_of_their_names_in_any_notation():
    assert map_headings(COLUMNS, ["N.I.P.", "NAMA_LENGKAP ", "Warna"], {}) == ["nip", "name", None]


def test_a_row_gives_its_values_and_every_error():
    columns = {column.name: column for column in COLUMNS}

    values, errors = read_row(columns, ["name", "born", "nip"], ["Andi", "kemarin", None])

    assert values == {"name": "Andi"}
    assert [(error.pointer, error.code) for error in errors] == [
        ("/born", "cell_not_a_date"),
        ("/nip", "required"),
    ]
    assert all(isinstance(error, FieldError) for error in errors)


def test_the_samples_examples_can_be_read():
    for content in (sample_csv(COLUMNS), sample_xlsx(COLUMNS, "Pegawai")):
        read = sheet(content)
        assert read.headings == ["NIP", "Nama", "Tanggal lahir"]
        assert read.rows[0][1][0] == NUMBER


def test_no_cell_of_a_file_given_out_is_a_formula():
    dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://contoh.example"]

    content = corrections_xlsx("Baris", ["a"] * 6, [dangerous])

    book = openpyxl.load_workbook(io.BytesIO(content))
    row = list(book.active.iter_rows())[1]
    assert [cell.data_type for cell in row] == ["s"] * 6
    assert [cell.value for cell in row] == dangerous
    assert not any(cell.hyperlink for cell in row)
    assert b"'-Contoh" in sample_csv(COLUMNS)


def test_an_nip_that_is_typed_into_an_empty_cell_of_the_sample_stays_text():
    book = openpyxl.load_workbook(io.BytesIO(sample_xlsx(COLUMNS, "Pegawai")))

    assert book.active.column_dimensions["A"].number_format == "@"
    assert book.sheetnames == ["Pegawai", "Petunjuk"]


def test_a_time_of_day_is_no_date():
    ((_, cells),) = sheet(workbook(("a",), (datetime.fromisoformat("2026-12-31T07:30"),))).rows

    assert cells == ["2026-12-31 07:30:00"]


SEEDS = (workbook(("NIP", "Nama"), (NUMBER, "Andi"), ("2", "B")), b"NIP;Nama\n1;Andi\n2;B\n")


@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=8)), max_size=6),
)
@settings(deadline=None, max_examples=150)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(seed, changes):
    content = bytearray(seed)
    for place, piece in changes:
        start = place % len(content)
        content[start : start + len(piece)] = piece

    try:
        read = sheet(bytes(content))
    except FileRefused:
        return
    assert all(len(cells) == len(read.headings) for _, cells in read.rows)


@given(text=st.text(max_size=60))
def test_any_cell_is_read_or_refused_and_nothing_else(text):
    for reading in (NIP, DAY, FLAG, WHOLE_NUMBER, TEXT, WORDS, choice({"a": "A"})):
        try:
            reading(text)
        except CellWrong as wrong:
            assert wrong.words.keys() == {"id", "en"}
