"""What time does: due rows are claimed, climbs go on, clocks reach their marks; each thing once."""
