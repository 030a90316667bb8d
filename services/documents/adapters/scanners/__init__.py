"""Scanners for malware, chosen by the scheme of `SCANNER_URL`."""
