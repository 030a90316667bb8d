"""What every process of ours has: settings, manifest, clock, context, logs, loops."""
