//! The secret of this installation: 256 random bits, made when first needed, that sign everything which must come back
//! unaltered. It lies in the data file, so that a token outlives a restart, and is void in another installation.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rusqlite::params;
use sha2::Sha256;

use super::data::{Data, DataError};

#[derive(Clone, Copy)]
pub(super) struct Secret([u8; 32]);

impl Secret {
    /// A key of its own for each purpose: what is signed for one is worth nothing for another.
    pub(super) fn key_for(self, purpose: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    #[cfg(test)]
    pub(super) fn of(byte: u8) -> Self {
        Self([byte; 32])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Data {
    /// Two that need it first at the same moment get the same.
    pub(super) fn secret(&mut self) -> Result<Secret, DataError> {
        let known = self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT value FROM instance WHERE key = 'secret'")?;
            let mut rows = statement.query([])?;
            rows.next()?.map(|row| row.get(0)).transpose()
        })?;
        if let Some(known) = known {
            return Ok(Secret(known));
        }
        let made: [u8; 32] = rand::random();
        self.write(|connection| {
            connection.execute(
                "INSERT OR IGNORE INTO instance (key, value) VALUES ('secret', ?1)",
                params![made],
            )?;
            connection.query_row("SELECT value FROM instance WHERE key = 'secret'", [], |row| {
                row.get(0).map(Secret)
            })
        })
    }
}
