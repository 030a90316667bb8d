"""Texts as people and programs send them: any at all, and those that have broken something."""

from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
TRICKY = st.text(
    st.sampled_from(
        "a é\u0301'\t\n\r\u00a0\u00ad\u200b\u200d\u2028\u2060\ufeff👩💻❤\ufe0f🏽\u3164\u202e"
    ),
    max_size=12,
) | st.text("a\u0301\u0323\uff9e\u0f73\u202e", min_size=30, max_size=80)
# What means something to a page, a mail, a spreadsheet or a paper.
MARKUP = st.lists(
    st.sampled_from([*'<>&"=+-@;,*_#$\\{}[]%/|` \n\taA1é٣😀\ue000', "_x0041_", "=?utf-8?q?a?="]),
    max_size=20,
).map("".join)
TEXTS = ANY_TEXT | TRICKY
EVERYTHING = TEXTS | MARKUP
