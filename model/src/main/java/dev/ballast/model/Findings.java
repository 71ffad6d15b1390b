package dev.ballast.model;

import java.util.ArrayList;
import java.util.List;

/** Collects the problems of one input, at most {@value #LIMIT}. */
final class Findings {
  static final int LIMIT = 100;

  private final List<Problem> problems = new ArrayList<>();
  private int document;

  void enter(int documentNumber) {
    document = documentNumber;
  }

  void add(int line, String path, String message) {
    add(new Problem(document, line, path, message));
  }

  void add(Problem problem) {
    if (problems.size() < LIMIT) {
      problems.add(problem);
    }
  }

  List<Problem> problems() {
    return List.copyOf(problems);
  }

  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new InvalidInput(InvalidInput.Reason.INVALID, problems);
    }
  }
}
