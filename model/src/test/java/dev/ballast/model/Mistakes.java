package dev.ballast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Proves that documents are refused for one mistake, at its line and path. */
final class Mistakes {
  private Mistakes() {}

  /** The path is where the only problem is; its line is the one that carries the mark {@code #here}. */
  static void assertRefused(String yaml, String path, String message) {
    var refusal = catchThrowableOfType(InvalidInput.class, () -> Examples.yaml(yaml));

    assertThat(refusal).as(yaml).isNotNull();
    assertThat(refusal.problems()).hasSize(1);
    var problem = refusal.problems().getFirst();
    assertThat(problem.message()).contains(message);
    assertThat(problem.path()).isEqualTo(path);
    assertThat(problem.line()).isEqualTo(markedLine(yaml));
  }

  private static int markedLine(String yaml) {
    var lines = yaml.lines().toList();
    for (int index = 0; index < lines.size(); index++) {
      if (lines.get(index).contains("#here")) {
        return index + 1;
      }
    }
    throw new AssertionError("no line is marked: " + yaml);
  }
}
