//! Strings packed as gzip and unpacked again. What is packed is bytes and no text; it goes on to an encoding or to an API
//! call, or comes from one.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::arguments::Arguments;
use super::{Filter, Filtered, Rejection, Surroundings};
use crate::liquid::value::Value;

pub(super) const ROWS: &[Filter] = &[
    Filter::new("gzip_compress", 0..=0, gzip_compress),
    Filter::new("gzip_decompress", 0..=0, gzip_decompress),
];

/// Unpacked bytes that are charged at once: a small input may unpack to a thousand times its size.
const CHUNK: usize = 64 << 10;

/// Without file name and time, so that the same text always packs to the same bytes.
fn gzip_compress(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let text = input.to_bytes();
    surroundings.limits.grow(text.len())?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(&text).and_then(|()| encoder.finish());
    packed.map(Value::bytes).map_err(|error| Rejection::Argument(format!("cannot compress: {error}")))
}

/// All members of the input, one after the other.
fn gzip_decompress(surroundings: &mut Surroundings<'_>, input: &Value, _: &Arguments) -> Filtered {
    let packed = input.to_bytes();
    let mut decoder = MultiGzDecoder::new(&*packed);
    let mut unpacked = Vec::new();
    loop {
        let before = unpacked.len();
        let read = decoder.by_ref().take(CHUNK as u64).read_to_end(&mut unpacked);
        let chunk = unpacked.len() - before;
        surroundings.grow_text(chunk, unpacked.len())?;
        surroundings.limits.step()?;
        match read {
            Ok(0) => return Ok(Value::bytes(unpacked)),
            Ok(_) => {}
            Err(_) => return Err(Rejection::argument("not in gzip format, or cut off")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::liquid::filters::tests::{call, check_rejections};
    use serde_json::json;

    fn piped(input: &Value, filter: &str) -> Filtered {
        call(input, filter, vec![], &json!({}))
    }

    #[test]
    fn what_is_packed_unpacks_to_the_same_bytes() {
        let inputs =
            [b"Lorem ipsum".to_vec(), "zażółć".into(), vec![], vec![0xff, 0, 0x1f], vec![b'a'; 200_000]];
        for bytes in inputs {
            let packed = piped(&Value::bytes(bytes.clone()), "gzip_compress").unwrap();
            assert_eq!(packed.to_bytes().get(..2), Some(&[0x1f, 0x8b][..]));
            assert_eq!(*piped(&packed, "gzip_decompress").unwrap().to_bytes(), bytes);
        }
        let members =
            [&b"a"[..], b"b"].map(|text| piped(&Value::bytes(text.to_vec()), "gzip_compress").unwrap());
        let both = members.iter().flat_map(|packed| packed.to_bytes().into_owned()).collect();
        assert_eq!(*piped(&Value::bytes(both), "gzip_decompress").unwrap().to_bytes(), *b"ab");
    }

    #[test]
    fn what_is_not_packed_is_refused() {
        let rows = [json!("Lorem ipsum"), json!(12), json!([])];
        for input in rows {
            check_rejections(&[(input, "gzip_decompress", json!([]), "not in gzip format, or cut off")]);
        }
        let packed = piped(&Value::str("Lorem ipsum"), "gzip_compress").unwrap().to_bytes().into_owned();
        let cut = Value::bytes(packed.get(..packed.len() - 9).unwrap().to_vec());
        assert!(piped(&cut, "gzip_decompress").is_err());
    }

    #[test]
    fn bombs_are_stopped_before_they_fill_the_memory() {
        let mut bomb = Vec::new();
        let member = piped(&Value::bytes(vec![0; 40 << 20]), "gzip_compress").unwrap();
        (0..2).for_each(|_| bomb.extend_from_slice(&member.to_bytes()));
        assert!(matches!(piped(&Value::bytes(bomb), "gzip_decompress"), Err(Rejection::Limit(_))));
    }
}
