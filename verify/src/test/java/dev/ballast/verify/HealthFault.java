package dev.ballast.verify;

/** What befalls a backend. */
enum HealthFault {
  KILLED("killed (`kill -9`): its port refuses"),
  FROZEN("frozen (SIGSTOP): its kernel accepts, nobody answers"),
  UNAVAILABLE("answers 503 to everything"),
  CUT("cut off: nothing arrives any more, and nobody is told");

  private final String text;

  HealthFault(String text) {
    this.text = text;
  }

  /** For people. */
  String text() {
    return text;
  }
}
