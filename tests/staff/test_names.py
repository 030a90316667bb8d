import pytest

from staff.names import full_name


@pytest.mark.parametrize(
    ("titles", "written"),
    [
        ((None, None), "Siti Aminah"),
        (("Dr.", None), "Dr. Siti Aminah"),
        ((None, "S.Pd., M.Pd."), "Siti Aminah, S.Pd., M.Pd."),
        (("dr.", "Sp.A"), "dr. Siti Aminah, Sp.A"),
        (("", ""), "Siti Aminah"),
    ],
)
def test_titles_stand_before_and_after_the_name(titles, written):
    assert full_name("Siti Aminah", *titles) == written
