"""Documents: PDF files checked, kept, handed over by receipt and shown by grant."""
