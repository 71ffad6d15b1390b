package dev.ballast.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows in aligned columns, for people: two spaces between columns, nothing behind the last, no lines. Lines are as long as
 * they have to be: a terminal may cut them, nothing wraps them here.
 */
final class Table {
  private static final String GAP = "  ";

  private final List<List<Cell>> rows = new ArrayList<>();
  private final int columns;
  private final String indent;

  /** One field with its meaning. */
  record Cell(String text, Colour colour) {
    static Cell of(Object value) {
      return value instanceof Cell cell ? cell : new Cell(value.toString(), Colour.PLAIN);
    }

    int width() {
      return text.codePointCount(0, text.length());
    }

    String padded(int width, boolean isColoured) {
      return (isColoured ? colour.paint(text) : text) + " ".repeat(width - width());
    }
  }

  private Table(int columns, String indent) {
    this.columns = columns;
    this.indent = indent;
  }

  static Table of(String... headings) {
    var table = new Table(headings.length, "");
    table.rows.add(List.of(headings).stream().map(text -> new Cell(text, Colour.BOLD)).toList());
    return table;
  }

  static Table withoutHeadings(int columns, String indent) {
    return new Table(columns, indent);
  }

  /** Adds a row of {@link Cell}s or of values that stand for themselves. */
  Table row(Object... values) {
    if (values.length != columns) {
      throw new IllegalArgumentException(values.length + " values for " + columns + " columns");
    }
    rows.add(List.of(values).stream().map(Cell::of).toList());
    return this;
  }

  String render(boolean isColoured) {
    int[] widths = widths();
    var text = new StringBuilder();
    for (List<Cell> row : rows) {
      var line = new StringBuilder(indent);
      for (int column = 0; column < columns; column++) {
        line.append(column == 0 ? "" : GAP);
        line.append(row.get(column).padded(widths[column], isColoured));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int[] widths() {
    int[] widths = new int[columns];
    for (List<Cell> row : rows) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], row.get(column).width());
      }
    }
    return widths;
  }
}
