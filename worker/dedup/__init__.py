"""What a parsed article is to those already stored. Pure: values in, a verdict out."""
