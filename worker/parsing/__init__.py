"""Raw article in, parsed article out. Pure: no queue, no database, no network, no clock."""
