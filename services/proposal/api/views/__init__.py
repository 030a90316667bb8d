"""What clients get, one module per resource: the shapes of answers, and how rows become them."""
