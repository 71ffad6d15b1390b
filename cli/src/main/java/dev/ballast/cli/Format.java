package dev.ballast.cli;

import java.util.Locale;

/** How results are printed. */
enum Format {
  TABLE,
  JSON,
  YAML;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
