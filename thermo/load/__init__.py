"""Work: traces of requests or training -> tokens per second -> watts, and what a warm chip does to both."""
