"""What puts a service together and keeps it running."""
