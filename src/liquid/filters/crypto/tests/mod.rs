//! Published vectors and documented examples, through the filters.

mod ciphers;
mod digests;
mod tokens;
