package dev.ballast.model;

import java.util.List;
import java.util.stream.Collectors;

/** An input that is refused as a whole; nothing of it was applied. */
public final class InvalidInput extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why it is refused. */
  public enum Reason {
    /** Not YAML or JSON at all, or beyond its limits of form. */
    UNREADABLE,
    /** Readable, but not a valid configuration. */
    INVALID,
    /** More bytes than are read. */
    TOO_LARGE
  }

  private final Reason reason;
  private final transient List<Problem> problems;

  public InvalidInput(Reason reason, List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.reason = reason;
    this.problems = List.copyOf(problems);
  }

  public Reason reason() {
    return reason;
  }

  /** At least one. */
  public List<Problem> problems() {
    return problems;
  }
}
