"""Small code hosts on loopback, each with a real git repository behind it."""
