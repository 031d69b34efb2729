"""What a year costs: electricity by the hour, water, peaks, and equipment spread over its life."""
