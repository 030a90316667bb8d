"""Which release of Simpul this code is."""

VERSION = "0.1.0"
