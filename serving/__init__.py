"""The clinical systems' door: risks and early-warning scores over HTTP, logged before they are answered."""
