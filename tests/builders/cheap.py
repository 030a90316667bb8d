"""Settings of a system that guards nobody: a password's hash is made to cost, on purpose.

Hashing is half of what the first start of a demo region computes, and most of a sign-in.
"""

PASSWORDS = {"PASSWORD_MEMORY_KIB": "1024"}
