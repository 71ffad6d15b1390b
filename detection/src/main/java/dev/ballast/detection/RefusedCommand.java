package dev.ballast.detection;

/** Stands in for a program where programs must not be run: asks nothing, and says which option allows it. */
final class RefusedCommand implements Prober {
  static final String REASON =
      "not run: health checks of type command need --allow-commands where they are carried out";

  @Override
  public void probe(boolean isFresh, Attempt attempt) {
    attempt.failed(Outcome.Kind.NOT_ASKED, REASON);
  }

  @Override
  public void close() {
    // It holds nothing.
  }
}
