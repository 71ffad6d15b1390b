package dev.ballast.cli;

import picocli.CommandLine.Option;

/** How results are printed. */
final class FormatOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES}.")
  Format format = Format.TABLE;
}
