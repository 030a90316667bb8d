"""The rules of a proposal in plain Python: values in, a decision or a named refusal out."""
