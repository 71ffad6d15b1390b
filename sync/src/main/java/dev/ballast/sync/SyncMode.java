package dev.ballast.sync;

/** How an LB server keeps its copy of the configuration. */
public enum SyncMode {
  /** By a watch: changes come when they happen. */
  PUSH("push"),
  /** By asking at an interval. */
  PULL("pull"),
  /** By a watch, and by asking at an interval whether the copy is still the same. */
  PUSH_PULL("push+pull");

  private final String text;

  SyncMode(String text) {
    this.text = text;
  }

  /** {@code push}, {@code pull} or {@code push+pull}. */
  public static SyncMode parse(String text) {
    for (SyncMode mode : values()) {
      if (mode.text.equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is not a sync mode: push, pull or push+pull");
  }

  @Override
  public String toString() {
    return text;
  }
}
