"""Plain functions on arrays, and figures; knows no Brian2."""
