package dev.ballast.cli;

import java.util.Optional;

/** The version of this software. */
final class Version {
  /** As the jar's manifest says, or {@code development} when it runs from class files. */
  static final String TEXT =
      Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
          .orElse("development");

  private Version() {}

  static String line() {
    return "ballast " + TEXT + " (Java " + Runtime.version() + ")";
  }
}
