"""The public check of documents: by the code on the paper, or by the file. No sign-in, no cookie, nothing kept."""
