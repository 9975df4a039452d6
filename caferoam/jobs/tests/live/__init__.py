"""Job types that only the tests have, and the settings of processes that run them."""
