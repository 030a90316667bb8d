"""The HTTP side: who asks, how answers and errors look, how a change is made once."""
