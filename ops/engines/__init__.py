"""The engines of the distributed form, started natively: PostgreSQL, RabbitMQ, an S3 server, nginx.

Each class takes a folder and ports, starts its server in the foreground as a child, and stops it.
"""
