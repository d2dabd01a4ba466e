"""Raw articles by hand: files and standard input, handed in and waited for."""
