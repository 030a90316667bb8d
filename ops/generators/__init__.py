"""What `./simpul generate` writes: pages of docs/ and files of deploy/, each from its source."""
