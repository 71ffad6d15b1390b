package dev.ballast.proxy;

/** What is counted of one route by one event loop: what is in flight, and how it ended. */
enum RouteCounter {
  IN_FLIGHT("in-flight"),
  SWITCHED("1xx"),
  ANSWERED_2XX("2xx"),
  ANSWERED_3XX("3xx"),
  ANSWERED_4XX("4xx"),
  ANSWERED_5XX("5xx"),
  /** The client left, or was reset, before an answer began. */
  UNANSWERED("unanswered"),
  /** A stream that both sides ended. */
  STREAMED("streamed"),
  /** A stream that was reset, or never came about. */
  BROKEN("broken");

  private final String outcome;

  RouteCounter(String outcome) {
    this.outcome = outcome;
  }

  /** The value of the label {@code outcome}. */
  String outcome() {
    return outcome;
  }

  boolean isOutcome() {
    return this != IN_FLIGHT;
  }

  static RouteCounter ofAnswer(int status) {
    return switch (status / 100) {
      case 0 -> UNANSWERED;
      case 1 -> SWITCHED;
      case 2 -> ANSWERED_2XX;
      case 3 -> ANSWERED_3XX;
      case 4 -> ANSWERED_4XX;
      default -> ANSWERED_5XX;
    };
  }
}
