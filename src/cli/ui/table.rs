//! Rows in columns, as wide as their widest cell. For people; programs take `--json`.

use crate::logs::escape;

/// Lines of text with aligned columns, headed by their names.
#[derive(Debug)]
pub(crate) struct Table<const COLUMNS: usize> {
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(crate) fn new(names: [&str; COLUMNS]) -> Self {
        Self { rows: vec![names.map(str::to_owned)] }
    }

    /// A cell is one line: control characters in the app's data would break the columns, or the terminal.
    pub(crate) fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells.map(|cell| escape(&cell).into_owned()));
    }

    /// No spaces at the end of a line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        let mut widths = [0; COLUMNS];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        self.rows.iter().map(move |row| {
            let cells: Vec<String> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            cells.join("  ").trim_end().to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["ID", "STATE", "NAME"]);
        table.row(["7".to_owned(), "scheduled".to_owned(), "é\u{1b}[31m\nx".to_owned()]);
        table.row(["1234".to_owned(), "dead".to_owned(), String::new()]);

        let lines: Vec<String> = table.lines().collect();
        assert_eq!(lines, ["ID    STATE      NAME", "7     scheduled  é\\x1b[31m\\nx", "1234  dead"]);
    }
}
