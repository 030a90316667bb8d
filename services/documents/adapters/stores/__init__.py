"""Where the bytes lie: a folder (`file:`), any S3 server (`s3:`), or a plug-in's place."""
