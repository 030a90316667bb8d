"""Pure values and rules any domain may use: no Flask, no database, no clock."""
